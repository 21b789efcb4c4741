//! `tr`, `seq`, `tac`, `rev`, `paste`, `fold`, `expand`, `date`, `env` and its kin.

use crate::menu::Menu;

const OPERANDS: &[&str] = &["missing", "-", "no pe", "", "a.py/x"];

#[test]
fn tr() {
    let options = &["-d", "-s", "-c", "-t", "-C", "-ds", "-cd", "-x"];
    let sets = &[
        "a-z",
        "A-Z",
        "[:lower:]",
        "[:upper:]",
        "abc",
        "xyz",
        "\\n",
        " ",
        "0-9",
        "[:space:]",
        "[:digit:]",
        "o",
        "f",
        "[x*]",
        "[x*3]",
        "\\012",
        "z-a",
        "[:foo:]",
        "a-",
        "\\\\",
        "[=a=]",
        "",
        "()",
        "-a",
        "[:punct:]",
        "\\t",
    ];
    Menu { command: "tr", options, operands: sets, count: (1, 2), paths: 0, seed: 90 }.run();
}

#[test]
fn seq() {
    let options = &["-w", "-s ,", "-f %03g", "-f %.2f", "-x", "-s :"];
    let numbers = &["1", "5", "10", "0", "-3", "2", "0.5", "1.25", "x", "-1", "3.0", "1e1", "100"];
    Menu { command: "seq", options, operands: numbers, count: (0, 4), paths: 0, seed: 91 }.run();
}

#[test]
fn lines() {
    let run = |command, options, seed| {
        // A directory is read by each of these in its own way.
        let files = |generator: &mut crate::support::Generator| {
            let mut files = generator.draw(&crate::support::generate::tree());
            files.retain(|path, file| {
                !path.contains(&b'/')
                    && !matches!(file, crate::support::File::Directory | crate::support::File::Link(_))
            });
            files
        };
        Menu { command, options, operands: OPERANDS, count: (0, 3), paths: 8, seed }.run_on(files);
    };
    run("tac", &["-b", "-s foo", "-s ,", "-x"], 92);
    run("rev", &[], 93);
    run("paste", &["-d ,", "-s", "-d \\n", "-d ab", "-d \\0", "-z", "-x"], 94);
    run("fold", &["-w 10", "-s", "-w5", "-b", "-20", "-w x", "-w 0", "-sw 12"], 95);
    run("expand", &["-t 4", "-i", "-t4", "-t x", "-t 0", "-x"], 96);
}

#[test]
fn dates() {
    let options = &["-u", "-d 2024-02-29", "-d @0", "-R", "-I", "-Iseconds", "--rfc-3339=seconds", "-d bad", "-x"];
    let formats = &[
        "+%Y-%m-%d",
        "+%j %U %W %V %G %u %w",
        "+%a %A %b %B %e %k %l",
        "+%s",
        "+%-d %_d %3d",
        "+%Q",
        "+%c",
        "+%x %X %D %F %T %R %r",
        "x",
    ];
    let menu = Menu { command: "date", options, operands: formats, count: (0, 1), paths: 0, seed: 97 };
    menu.run_with_first(&["--date=2024-02-29", "--date=@86399", "--date=2023-12-31 23:59:58", "--date=2025-01-15"]);
}

#[test]
fn wrappers() {
    let words = &["echo", "x", "A=1", "nosuch", "false", "printenv", "A", "HOME", "5", "0.1s", "-x"];
    Menu {
        command: "timeout",
        options: &["-k 1", "-s KILL", "-x"],
        operands: &["5", "echo", "x", "nosuch", "false", "1s"],
        count: (0, 3),
        paths: 0,
        seed: 98,
    }
    .run();
    Menu {
        command: "env",
        options: &["-i", "-u HOME", "-u LC_ALL", "-x", "A=1"],
        operands: words,
        count: (1, 4),
        paths: 0,
        seed: 99,
    }
    .run_masked(|generator| generator.draw(&crate::support::generate::tree()), &|output| {
        // `env` prints in the order in which variables were set.
        let mut lines: Vec<&[u8]> = output.split_inclusive(|byte| *byte == b'\n').collect();
        lines.sort_unstable();
        lines.concat()
    });
    // Without a program `nice` prints what these tests themselves run at.
    Menu { command: "nice", options: &["-n 5"], operands: words, count: (1, 3), paths: 0, seed: 100 }.run_some(100);
}

#[test]
fn comm() {
    let options =
        &["-1", "-2", "-3", "-12", "--total", "--output-delimiter=,", "--check-order", "--nocheck-order", "-z", "-x"];
    let sorted = |generator: &mut crate::support::Generator| {
        let line = proptest::sample::select(vec!["a", "b", "b c", "c", "d", "e", "", "f", "é", "z"]);
        let text = proptest::collection::vec(line, 0..9);
        let mut files = crate::support::Files::new();
        for name in ["a", "b", "c"] {
            let mut lines = generator.draw(&text);
            if !generator.one_in(5) {
                lines.sort_unstable();
            }
            let mut text = lines.join("\n");
            if !generator.one_in(5) {
                text.push('\n');
            }
            crate::support::insert(&mut files, name.as_bytes(), crate::support::File::text(&text));
        }
        files
    };
    let operands = &["a", "b", "c", "missing", "."];
    Menu { command: "comm", options, operands, count: (1, 3), paths: 9, seed: 170 }.run_on(sorted);
}

#[test]
fn base64() {
    let options = &["-w 10", "-w0", "-w x", "--wrap=76", "-x"];
    Menu { command: "base64", options, operands: OPERANDS, count: (0, 1), paths: 7, seed: 171 }.run();
    let encoded = |generator: &mut crate::support::Generator| {
        let part =
            proptest::sample::select(vec!["YWJj", "YQ==", "YWI=", "\n", "Zm9v", "Y", "YW", "!", "=", " ", "/+8="]);
        let mut files = crate::support::Files::new();
        for name in ["a", "b", "c"] {
            let text = generator.draw(&proptest::collection::vec(part.clone(), 0..6)).concat();
            crate::support::insert(&mut files, name.as_bytes(), crate::support::File::text(&text));
        }
        files
    };
    let menu = Menu {
        command: "base64",
        options: &["-i", "--ignore-garbage"],
        operands: &["missing"],
        count: (1, 1),
        paths: 9,
        seed: 172,
    };
    menu.run_first_on(&["-d", "--decode", "-di"], encoded);
}

#[test]
fn truncate() {
    let options = &[
        "-c", "-s 0", "-s 5", "-s +3", "-s -4", "-s <6", "-s >20", "-s /4", "-s %8", "-s 1K", "-s x", "-s /0",
        "-r a.py", "-x",
    ];
    Menu {
        command: "truncate",
        options,
        operands: &["new", "missing/x", "", "src"],
        count: (0, 2),
        paths: 6,
        seed: 173,
    }
    .run();
}

#[test]
fn mktemp() {
    // Only what has no random letters in it.
    let options = &["-d", "-u", "-q", "--suffix=.py", "--suffix=/x"];
    let operands = &["foo", "fooXX", "x.XXXX/y", "missing/x.XXX", "a b", "XX.XXX.X/"];
    Menu { command: "mktemp", options, operands, count: (1, 2), paths: 0, seed: 174 }.run_masked(
        |generator| generator.draw(&crate::support::generate::tree()),
        &|output| {
            if output.starts_with(b"mktemp: ") { output } else { b"a name".to_vec() }
        },
    );
}

#[test]
fn xxd() {
    let options = &["-p", "-u", "-l 20", "-s 3", "-c 8", "-g 1", "-g4", "-b", "-l10", "-c 5", "-ps", "-s 0x2", "-g 0"];
    let flat = |generator: &mut crate::support::Generator| {
        let mut files = generator.draw(&crate::support::generate::tree());
        files.retain(|path, file| {
            !path.contains(&b'/') && matches!(file, crate::support::File::Regular(_, bytes) if bytes.len() > 3)
        });
        crate::support::insert(&mut files, b"a", crate::support::File::text("some text\n"));
        files.retain(|path, _| !path.starts_with(b"-"));
        files
    };
    Menu { command: "xxd", options, operands: &["missing"], count: (1, 1), paths: 9, seed: 175 }.run_on(flat);
    let dumps = |generator: &mut crate::support::Generator| {
        let mut files = crate::support::Files::new();
        let line = proptest::sample::select(vec![
            "00000000: 6162 630a",
            "00000010: 4142 4344 4546 4748 494a 4b4c 4d4e 4f50  ABCDEFGHIJKLMNOP",
            "",
        ]);
        let text = generator.draw(&line);
        crate::support::insert(&mut files, b"a", crate::support::File::text(&format!("{text}\n")));
        files
    };
    Menu { command: "xxd", options: &[], operands: &["a"], count: (1, 1), paths: 9, seed: 176 }
        .run_first_on(&["-r"], dumps);
}
