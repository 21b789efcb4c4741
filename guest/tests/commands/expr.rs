//! expr beside GNU coreutils 9.1.

use crate::menu::Menu;
use crate::support::{Differential, files};

const WORDS: &[&str] = &[
    "1", "2", "0", "-3", "10", "abc", "abd", "", "a1", "été", "+", "-", "*", "/", "%", "<", "<=", "=", "==", "!=",
    ">=", ">", "|", "&", ":", "(", ")", "length", "match", "index", "substr", "a.*", "\\(b\\)", "^a", "[0-9]*", "b",
    "00", "-0", "x\\(a\\)", "\\(", "5", "7", "+", ":", "1", "2", "(", ")",
];

#[test]
fn random_words() {
    Menu { command: "expr", options: &[], operands: WORDS, count: (0, 7), paths: 0, seed: 32 }.run();
}

#[test]
fn expressions_as_agents_write_them_and_errors() {
    let mut run = Differential::new("expr");
    run.enter(&files(&[("a", "x\n")]));
    for line in LINES {
        let words: Vec<Vec<u8>> = line.split(' ').map(|word| word.replace('_', " ").into_bytes()).collect();
        run.check(&words, b"");
    }
    run.finish();
}

/// Whole command lines; `_` stands for a space inside a word.
const LINES: &[&str] = &[
    "expr",
    "expr --",
    "expr --help",
    "expr --version",
    "expr --help x",
    "expr --foo",
    "expr -- 1 + 2",
    "expr 1 + 2",
    "expr 2 + 3 * 4 - 1",
    "expr ( 1 + 2 ) * 3",
    "expr 7 / 2",
    "expr -7 / 2",
    "expr -7 % 3",
    "expr 7 / 0",
    "expr a + 1",
    "expr 1 +",
    "expr 1 2",
    "expr ( 1",
    "expr ( 1 2",
    "expr )",
    "expr (",
    "expr ( )",
    "expr 1 )",
    "expr abc : a\\(.\\)c",
    "expr abc : x",
    "expr abc : a.*",
    "expr abc : .*",
    "expr abc : \\(",
    "expr foo.py : \\(.*\\)\\.py",
    "expr src/foo.py : .*/\\(.*\\)",
    "expr version_1.2 : .*_\\([0-9]*\\)",
    "expr match abc b",
    "expr match a",
    "expr substr hello 2 3",
    "expr substr hello 0 3",
    "expr substr hello x 3",
    "expr substr héllo 2 2",
    "expr index hello lx",
    "expr index abc ",
    "expr length hello",
    "expr length héllo",
    "expr length",
    "expr length length",
    "expr + match",
    "expr +",
    "expr 1 < 2",
    "expr abc < abd",
    "expr 10 < 9",
    "expr 10 < 9x",
    "expr a = a",
    "expr a != b",
    "expr 1 = 01",
    "expr 5 < 10 < 1",
    "expr 0 | 5",
    "expr 0 | 0",
    "expr 1 & 0",
    "expr 3 & 4",
    "expr 1 | 7 / 0",
    "expr 0 & 7 / 0",
    "expr 0 & a + 1",
    "expr 99999999999999999999 + 1",
    "expr 9223372036854775807 + 1",
    "expr _5 + 1",
    "expr +5 + 1",
    "expr 010 + 1",
    "expr 1 - 1",
    "expr -0",
    "expr a : *a",
    "expr a : a\\{1",
    "expr abc : \\(b\\)\\|a",
];
