//! `patch`, fed with what the machine's `diff` makes.

use proptest::prelude::*;

use crate::menu::Menu;
use crate::support::real::RealCopy;
use crate::support::{File, Files, Generator, insert, words};

/// A text of lines that repeat now and then, and some edits of it.
fn text() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(0..40_usize, 0..40)
        .prop_map(|lines| lines.iter().map(|line| format!("{}line {}", "  ".repeat(line % 3), line % 23)).collect())
}

fn edited(generator: &mut Generator, lines: &[String], edits: usize) -> Vec<String> {
    let mut lines = lines.to_vec();
    for _ in 0..edits {
        let at = generator.below(lines.len() + 1);
        match generator.below(4) {
            0 => lines.insert(at, format!("new {}", generator.below(9))),
            1 if at < lines.len() => drop(lines.remove(at)),
            2 if at < lines.len() => lines[at] = format!("changed {}", generator.below(9)),
            3 if at < lines.len() => lines[at].push_str("  "),
            _ => {}
        }
    }
    lines
}

fn bytes(generator: &mut Generator, lines: &[String]) -> Vec<u8> {
    let mut text = lines.join("\n").into_bytes();
    if !text.is_empty() && !generator.one_in(8) {
        text.push(b'\n');
    }
    text
}

/// What the real `diff` says of two texts; an empty list of lines stands for no file.
fn difference(old: &[u8], new: &[u8], options: &[&str], name: &str, generator: &mut Generator) -> Vec<u8> {
    let mut files = Files::new();
    insert(&mut files, b"old", File::Regular(false, old.to_vec()));
    insert(&mut files, b"new", File::Regular(false, new.to_vec()));
    let label = |side: &str, text: &[u8], generator: &mut Generator| match generator.below(6) {
        _ if text.is_empty() && generator.one_in(2) => "/dev/null".to_owned(),
        _ if text.is_empty() => format!("{side}/{name}\t1970-01-01 00:00:00.000000000 +0000"),
        0 => format!("{side}/{name}"),
        1 => format!("{side}/gone\t2025-01-15 10:00:00.000000000 +0100"),
        _ => format!("{side}/{name}\t2025-01-15 09:00:00.000000000 +0000"),
    };
    let (old_label, new_label) = (label("a", old, generator), label("b", new, generator));
    let line = [&["diff"], options, &["--label", &old_label, "--label", &new_label, "old", "new"]].concat();
    let mut text = RealCopy::new(&files).run(&words(&line), b"").output;
    if options.contains(&"-u") && generator.one_in(3) {
        let mode = match (old.is_empty(), new.is_empty()) {
            (true, _) => "new file mode 100755\n",
            (_, true) => "deleted file mode 100644\n",
            _ => ["", "old mode 100644\nnew mode 100755\n", "index 1234567..89abcde 100644\n"][generator.below(3)],
        };
        text = [format!("diff --git a/{name} b/{name}\n{mode}").into_bytes(), text].concat();
    }
    text
}

/// A patch of one or two files, sometimes damaged, and files that it nearly fits.
fn patched(generator: &mut Generator, most: usize) -> Files {
    let mut files = Files::new();
    let mut whole = Vec::new();
    for name in ["f", "src/g h"].iter().take(1 + generator.below(most)) {
        let base = generator.draw(&text());
        let count = 1 + generator.below(5);
        let (mut old, mut new) = (base.clone(), edited(generator, &base, count));
        match generator.below(10) {
            0 => old.clear(),
            1 => new.clear(),
            _ => {}
        }
        let drift = [0, 0, 0, 1, 2, 4][generator.below(6)];
        let current = if generator.one_in(8) { new.clone() } else { edited(generator, &old, drift) };
        let (old, new) = (bytes(generator, &old), bytes(generator, &new));
        let options: &[&str] = match generator.below(8) {
            0 => &["-c"],
            1 => &[],
            2 => &["-u", "-U1"],
            3 => &["-u", "-U0"],
            _ => &["-u"],
        };
        let options: Vec<&str> = if options.len() > 1 { options[1..].to_vec() } else { options.to_vec() };
        let name_of_patch = if options.is_empty() { "f" } else { name };
        whole.extend(difference(&old, &new, &options, name_of_patch, generator));
        if !current.is_empty() || generator.one_in(2) {
            let current = bytes(generator, &current);
            insert(&mut files, name.as_bytes(), File::Regular(false, current));
        }
    }
    if generator.one_in(6) {
        whole = [b"Some words first.\n\n".to_vec(), whole].concat();
    }
    let mut lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let at = generator.below(lines.len() + 1);
    // A damaged diff of the other kinds is refused as well, but not always in the same words.
    let is_unified = !lines.iter().any(|line| line.starts_with(b"*** ") || line.starts_with(b"< "));
    match generator.below(16) {
        _ if !is_unified => {}
        0 => lines.truncate(at),
        1 if at < lines.len() => drop(lines.remove(at)),
        2 => lines.insert(at, b"stray\n"),
        3 => lines.push(b"trailing words\n"),
        _ => {}
    }
    let mut whole = lines.concat();
    match generator.below(14) {
        0 => whole = String::from_utf8_lossy(&whole).replace('\n', "\r\n").into_bytes(),
        1 => whole = whole.split_inclusive(|byte| *byte == b'\n').flat_map(|line| [b"  ", line].concat()).collect(),
        _ => {}
    }
    insert(&mut files, b"p", File::Regular(false, whole));
    files
}

#[test]
fn patch() {
    let options = &[
        "-p1",
        "-p1",
        "-p1",
        "-p1",
        "-p0",
        "-R",
        "-N",
        "-s",
        "--dry-run",
        "-f",
        "-t",
        "-b",
        "-F 0",
        "-F 3",
        "-l",
        "-E",
        "-u",
        "-z .bak",
        "--no-backup-if-mismatch",
        "-r out.rej",
        "-p 2",
        "--binary",
        "-r -",
        "-p x",
        "--no-such",
        "-d src",
        "-x",
    ];
    let operands = &["f", "f", "src/g h", "missing"];
    let menu = Menu { command: "patch", options, operands, count: (0, 1), paths: 0, seed: 160 };
    menu.run_first_on(&["-ip", "--input=p", "-ip", "-inone"], |generator| patched(generator, 1));
    let menu = Menu { count: (0, 0), seed: 161, ..menu };
    menu.run_first_on(&["-ip", "--input=p"], |generator| patched(generator, 2));
    let menu = Menu { options: &["-R", "-N", "-s"], seed: 162, ..menu };
    menu.run_first_on(&["-p1ip"], |generator| patched(generator, 2));
}
