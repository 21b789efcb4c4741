//! `cat`, `head`, `tail`, `nl`, `wc`.

use crate::menu::{Menu, odd_names};

const OPERANDS: &[&str] = &["missing", "-", "src", "no pe", "", "a.py/x", ".", "a:b"];

#[test]
fn cat() {
    let options = &["-n", "-b", "-A", "-E", "-T", "-v", "-s", "-e", "-t", "-u", "--number", "--show-all", "-Q", "-ns"];
    Menu { command: "cat", options, operands: OPERANDS, count: (0, 3), paths: 8, seed: 1 }.run();
}

#[test]
fn head() {
    let options = &[
        "-n 3",
        "-n2",
        "-n -2",
        "-c 10",
        "-c -5",
        "-q",
        "-v",
        "-z",
        "--lines=1",
        "--bytes 3",
        "-n x",
        "-c 1k",
        "-5",
        "-n +2",
        "-n 0",
        "-c 0",
        "-n -0",
        "-2q",
        "--line 2",
        "-n 99999999999999999999",
        "-n -x",
        "-n ''",
    ];
    Menu { command: "head", options, operands: OPERANDS, count: (0, 3), paths: 8, seed: 2 }.run();
}

#[test]
fn tail() {
    let options = &[
        "-n 3",
        "-n2",
        "-n +2",
        "-n -2",
        "-c 10",
        "-c +5",
        "-q",
        "-v",
        "-z",
        "--lines=1",
        "--bytes 3",
        "-n x",
        "-c 1k",
        "-n 0",
        "-n +0",
        "-c 0",
        "-c +0",
        "-n +99",
        "-n -x",
        "-n +x",
    ];
    Menu { command: "tail", options, operands: OPERANDS, count: (0, 3), paths: 8, seed: 3 }.run();
    Menu {
        command: "tail",
        options: &[],
        operands: &["-5", "+2", "-3c", "-1", "--", "-2l"],
        count: (1, 3),
        paths: 5,
        seed: 3,
    }
    .run();
}

#[test]
fn nl() {
    let options = &[
        "-ba",
        "-bt",
        "-bn",
        "-b a",
        "-ha",
        "-fa",
        "-v 5",
        "-v -3",
        "-i 2",
        "-w 3",
        "-w1",
        "-s :",
        "-n ln",
        "-n rz",
        "-n rn",
        "-l 2",
        "-p",
        "-bx",
        "-n q",
        "-w 0",
        "-v x",
        "--body-numbering=a",
        "-s ''",
        "-d x",
        "-i -1",
    ];
    let menu = Menu { command: "nl", options, operands: OPERANDS, count: (0, 3), paths: 8, seed: 4 };
    menu.run();
    menu.run_on(|generator| {
        let line = proptest::sample::select(vec!["", "", "a", "b c", "\\:\\:\\:", "\\:\\:", "\\:", "\\:x", "xx:"]);
        let text = generator.draw(&proptest::collection::vec(line, 0..12)).join("\n");
        crate::support::files(&[("a.py", &text), ("b", "\n\n\nx\n\n\ny\n")])
    });
}

#[test]
fn wc() {
    let options = &["-l", "-w", "-c", "-m", "-L", "-lw", "--lines", "--max-line-length", "-q", "--files0-from=-"];
    Menu { command: "wc", options, operands: OPERANDS, count: (0, 3), paths: 8, seed: 5 }.run();
}

#[test]
fn names_in_messages() {
    for (seed, command) in ["cat", "head", "tail", "nl", "wc"].into_iter().enumerate() {
        let operands = &["x y", "x'y", "x\ny", "x\u{1}y", "xé", "x\u{85}", "x'\ty", "x:y'", "{", "a{", "x}'", "~'"];
        Menu { command, options: &[], operands, count: (1, 2), paths: 5, seed: 20 + seed as u8 }
            .run_on(|_| odd_names());
    }
}
