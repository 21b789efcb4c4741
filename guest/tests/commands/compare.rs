//! `diff` and `cmp`.

use proptest::prelude::*;

use crate::menu::Menu;
use crate::support::{File, Files, Generator, cases, insert, words};

/// Two versions of a text, some lines of the second changed, moved or repeated.
fn versions() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let line = prop::sample::select(vec![
        "",
        "",
        "}",
        "\treturn x",
        "    return x",
        "a",
        "b",
        "c",
        "def f(x):",
        "  a  b ",
        "a b",
        "A B",
        "foo",
        "x = 1",
        "if x:",
        "pass",
        "# note",
        ".",
        "é",
        "end\r",
        "class A:",
        "\t\tdeep",
        "        deep",
        "a\tb",
        " ",
    ]);
    let lines = prop_oneof![prop::collection::vec(line.clone(), 0..12), prop::collection::vec(line.clone(), 10..60)];
    let edits = prop::collection::vec((0..100_usize, 0..6_u8, line), 0..8);
    (lines, edits, 0..12_u8).prop_map(|(lines, edits, ends)| {
        let old = lines.clone();
        let mut new = lines;
        for (place, kind, line) in edits {
            let at = place * new.len() / 100;
            match kind {
                0 => new.insert(at, line),
                1 if at < new.len() => drop(new.remove(at)),
                2 if at < new.len() => new[at] = line,
                3 if at < new.len() => new.insert(at, new[at]),
                4 if at < new.len() => {
                    let moved = new.remove(at);
                    new.insert((at + 7) % (new.len() + 1), moved);
                }
                _ => new.truncate(at.max(new.len().saturating_sub(2))),
            }
        }
        let join = |lines: &[&str], ends: bool| {
            let mut text = lines.join("\n");
            if ends && !text.is_empty() {
                text.push('\n');
            }
            text.into_bytes()
        };
        (join(&old, ends != 0), join(&new, ends > 1))
    })
}

/// Four files, two of them versions of each other, and now and then one that is no text.
fn pairs(generator: &mut Generator) -> Files {
    let mut files = Files::new();
    let (old, new) = generator.draw(&versions());
    insert(&mut files, b"old", File::Regular(false, old));
    insert(&mut files, b"new", File::Regular(false, new));
    let (mut other, same) = generator.draw(&versions());
    if generator.one_in(4) {
        other.insert(other.len() / 2, 0);
    }
    insert(&mut files, b"other", File::Regular(false, other));
    insert(&mut files, b"d/old", File::Regular(false, same));
    files
}

/// Two directories with much in common.
fn directories(generator: &mut Generator) -> Files {
    let mut files = Files::new();
    for name in ["x.py", "y z", "s/t.py", "s/u", "only", "s/v/w", "q\"r", "é"] {
        let (old, new) = generator.draw(&versions());
        match generator.below(8) {
            0 => insert(&mut files, format!("a/{name}").as_bytes(), File::Regular(false, old)),
            1 => insert(&mut files, format!("b/{name}").as_bytes(), File::Regular(false, new)),
            2 => {
                insert(&mut files, format!("a/{name}").as_bytes(), File::Regular(false, old));
                insert(&mut files, format!("b/{name}/x.py").as_bytes(), File::Regular(false, new));
            }
            3 => {
                insert(&mut files, format!("a/{name}").as_bytes(), File::Regular(false, old.clone()));
                insert(&mut files, format!("b/{name}").as_bytes(), File::Regular(false, old));
            }
            4 => {
                insert(&mut files, format!("a/{name}").as_bytes(), File::Link(b"x.py".to_vec()));
                insert(&mut files, format!("b/{name}").as_bytes(), File::Regular(false, new));
            }
            _ => {
                insert(&mut files, format!("a/{name}").as_bytes(), File::Regular(false, old));
                insert(&mut files, format!("b/{name}").as_bytes(), File::Regular(false, new));
            }
        }
    }
    insert(&mut files, b"a", File::Directory);
    insert(&mut files, b"b", File::Directory);
    // What stands below a file or link cannot be.
    let tops: Vec<Vec<u8>> =
        files.iter().filter(|(_, file)| !matches!(file, File::Directory)).map(|(path, _)| path.clone()).collect();
    files.retain(|path, _| !tops.iter().any(|top| path.starts_with(&[top, &b"/"[..]].concat())));
    files
}

const OPTIONS: &[&str] = &[
    "-u",
    "-c",
    "-U 1",
    "-U0",
    "-C 2",
    "-u",
    "-u",
    "-q",
    "-s",
    "-w",
    "-b",
    "-i",
    "-B",
    "-Z",
    "-E",
    "-a",
    "-N",
    "-r",
    "--brief",
    "--color=never",
    "-L one",
    "--label two",
    "-p",
    "-F def",
    "-t",
    "-T",
    "-I ^#",
    "-d",
    "-e",
    "-n",
    "-y",
    "-W 40",
    "--suppress-common-lines",
    "--left-column",
    "--strip-trailing-cr",
    "-5",
    "-1",
    "--normal",
    "-x x*",
    "-f",
    "--unified",
    "--context=1",
    "--suppress-blank-empty",
    "-U x",
    "-z",
    "--tabsize=4",
    "-y -W 20",
    "--no-dereference",
    "-wB",
    "-bB",
    "--horizon-lines=2",
    "-P",
];

#[test]
fn diff() {
    let operands = &["old", "new", "old", "new", "missing", "d", "-", "other", "d/old"];
    Menu { command: "diff", options: OPTIONS, operands, count: (2, 2), paths: 0, seed: 150 }.run_masked(pairs, &no_now);
}

#[test]
fn diff_few_options() {
    let options = &["-u", "-U1", "-w", "-b", "-B", "-i"];
    let menu = Menu { command: "diff", options, operands: &[], count: (0, 0), paths: 0, seed: 151 };
    let mut menu_files = |generator: &mut Generator| {
        let (old, new) = generator.draw(&versions());
        let mut files = Files::new();
        insert(&mut files, b"old", File::Regular(false, old));
        insert(&mut files, b"new", File::Regular(false, new));
        files
    };
    let menu = Menu { operands: &["new"], count: (1, 1), ..menu };
    menu.run_first_on(&["old"], &mut menu_files);
}

#[test]
fn diff_directories() {
    let options = &[
        "-r",
        "-r",
        "-r",
        "-u",
        "-q",
        "-N",
        "-s",
        "-x *.py",
        "-x s",
        "-y",
        "-c",
        "-P",
        "-ru",
        "-rq",
        "-w",
        "--brief",
        "-L 'x",
        "--no-dereference",
        "--exclude=only",
        "--unidirectional-new-file",
    ];
    let operands = &["a", "b", "a", "b", "a/s", "b/s", "a/x.py", "missing", ".", "b/"];
    Menu { command: "diff", options, operands, count: (2, 2), paths: 0, seed: 152 }.run_on(directories);
}

/// Large texts of few different lines: the search's rules about frequent lines decide.
#[test]
fn diff_of_large_files() {
    let mut generator = Generator::new(153);
    let mut suite = crate::support::Differential::new("diff of large files");
    for case in 0..cases(500) / 10 {
        let kinds = 3 + generator.below(400);
        let lines = prop::collection::vec(0..kinds, 200..1500);
        let text = |generator: &mut Generator| {
            let lines = generator.draw(&lines);
            lines.iter().map(|line| format!("{}\n", line * line / kinds)).collect::<String>()
        };
        let old = text(&mut generator);
        let new = if case % 2 == 0 {
            text(&mut generator)
        } else {
            let other = text(&mut generator);
            let cut = generator.below(old.len());
            let cut = old[cut..].find('\n').map_or(old.len(), |at| cut + at + 1);
            [&old[..cut], &other[..other.len() / 8], &old[cut..]].concat()
        };
        suite.enter(&crate::support::files(&[("old", &old), ("new", &new)]));
        for options in [&["-u"][..], &[], &["-w", "-U0"], &["-d"]] {
            let line = [&["diff"], options, &["old", "new"]].concat();
            suite.check(&words(&line), b"");
        }
    }
    suite.finish();
}

#[test]
fn cmp() {
    let options = &[
        "-l",
        "-s",
        "-b",
        "-n 4",
        "-i 2",
        "-i 1:3",
        "-bl",
        "--bytes=10",
        "--silent",
        "-n x",
        "-i x",
        "-z",
        "--print-bytes",
        "-n 1K",
        "-lb",
        "--verbose",
        "--ignore-initial=3:",
        "-v",
    ];
    let operands = &["old", "new", "old", "new", "missing", "d", "-", "other", "d/old", "3", "x", "1k"];
    Menu { command: "cmp", options, operands, count: (1, 4), paths: 0, seed: 154 }.run_masked(pairs, &no_version);
}

/// What follows a version's first line names its authors.
fn no_version(output: Vec<u8>) -> Vec<u8> {
    if output.starts_with(b"cmp (GNU diffutils) 3.8") { b"cmp (GNU diffutils) 3.8".to_vec() } else { output }
}

/// Standard input is as old as the clock, which stands in the simulation only.
fn no_now(output: Vec<u8>) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = output.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for line in &mut lines {
        if line.starts_with(b"--- -\t") || line.starts_with(b"+++ -\t") || line.starts_with(b"*** -\t") {
            line.truncate(6);
        }
    }
    lines.concat()
}
