//! `sort`, `uniq`, `cut`, `tee`, `basename`, `dirname`, `readlink`, `realpath`.

use crate::menu::Menu;
use crate::support::{Files, Generator, insert};

const OPERANDS: &[&str] = &["missing", "-", "src", "no pe", "", "a.py/x", "."];

/// Files of short lines with numbers, sizes, months and blanks.
fn tables(generator: &mut Generator) -> Files {
    let cell = proptest::sample::select(vec![
        "1",
        "2",
        "10",
        "-3",
        "1.5",
        "007",
        "a",
        "B",
        "b",
        "A",
        "Jan",
        "feb",
        "x1",
        "x10",
        "x2",
        "1K",
        "2M",
        "3G",
        "",
        " ",
        "a b",
        "1e3",
        "é",
        "-",
        "foo.c",
        "foo-1.2.tar.gz",
        "foo-1.10.tar.gz",
        "~",
        ".x",
        "0x1F",
        "nan",
        "+5",
    ]);
    let row = proptest::collection::vec(cell, 1..4);
    let rows = proptest::collection::vec(row, 0..9);
    let mut files = Files::new();
    for name in ["a.py", "b", "c"] {
        let separator = generator.pick(&[" ", "\t", ":", ",", "  "]);
        let mut text = generator.draw(&rows).iter().map(|row| row.join(separator)).collect::<Vec<_>>().join("\n");
        if !generator.one_in(8) {
            text.push('\n');
        }
        insert(&mut files, name.as_bytes(), crate::support::File::text(&text));
    }
    files
}

#[test]
fn sort() {
    let options = &[
        "-r",
        "-n",
        "-u",
        "-k 2",
        "-k2,2",
        "-k1.2",
        "-t :",
        "-t,",
        "-f",
        "-h",
        "-V",
        "-b",
        "-s",
        "-c",
        "-C",
        "-o out",
        "-k2n",
        "-k 2,2nr",
        "-k 1,1 -k2n",
        "-d",
        "-i",
        "-g",
        "-M",
        "-nr",
        "-z",
        "-k x",
        "-k 0",
        "-k 1.0",
        "-k 2q",
        "-t ab",
        "-rn",
        "--reverse",
        "--key=2b",
        "-k1,1.2",
        "-k 2.1b,2.3",
        "--sort=version",
        "-m",
        "-k2,1",
        "-x",
        "-u -k1,1",
    ];
    let menu = Menu { command: "sort", options, operands: OPERANDS, count: (0, 2), paths: 9, seed: 80 };
    menu.run();
    menu.run_on(tables);
}

#[test]
fn uniq() {
    let options = &[
        "-c",
        "-d",
        "-u",
        "-i",
        "-f 1",
        "-s 2",
        "-w 3",
        "-D",
        "--group",
        "-z",
        "-1",
        "-f x",
        "--all-repeated=prepend",
        "--all-repeated=separate",
        "--group=both",
        "--group=append",
        "--group=prepend",
        "-q",
        "-cd",
        "-cu",
    ];
    let menu = Menu { command: "uniq", options, operands: OPERANDS, count: (0, 1), paths: 9, seed: 81 };
    menu.run_on(|generator| {
        let line = proptest::sample::select(vec!["a", "a", "A", "b", "a b", "x b", "", "a  b", "abc", "abd"]);
        let text = generator.draw(&proptest::collection::vec(line, 0..12)).join("\n");
        crate::support::files(&[("a.py", &text), ("b", "a\na\nb\nB\n")])
    });
    Menu { command: "uniq", options: &["-c"], operands: OPERANDS, count: (0, 3), paths: 5, seed: 82 }.run();
}

#[test]
fn cut() {
    let options = &[
        "-f 1",
        "-f2",
        "-f 1,3",
        "-f 2-",
        "-f -2",
        "-c 1-3",
        "-c2",
        "-b 1,4-",
        "-d :",
        "-d ,",
        "-s",
        "--complement",
        "--output-delimiter=|",
        "-f 0",
        "-f x",
        "-f 3-1",
        "-c 0",
        "-f -",
        "-d ab",
        "-f 1-2-3",
        "-z",
        "-c 1,3-4 --output-delimiter=_",
        "-f 99999999999999999999",
        "-x",
        "-c x",
    ];
    let first = Menu { command: "cut", options, operands: OPERANDS, count: (0, 2), paths: 9, seed: 83 };
    first.run_on(tables);
    first.run();
}

#[test]
fn tee() {
    let options = &["-a", "-i", "-x", "--append"];
    let operands = &["new", "src", "missing/x", "", "a.py/x", "new/", "-"];
    Menu { command: "tee", options, operands, count: (0, 3), paths: 5, seed: 84 }.run();
}

#[test]
fn names() {
    let names = &[
        "a/b/c",
        "/usr/lib/",
        "/",
        "//",
        "",
        "a",
        "a.py",
        ".py",
        "dir/a.py",
        "..",
        "./x",
        "a//b//",
        "x/.py",
        "/a",
        "///a///",
    ];
    let options = &["-a", "-s .py", "-z", "-x", "--suffix=py", "--zero"];
    Menu { command: "basename", options, operands: names, count: (0, 3), paths: 2, seed: 85 }.run();
    Menu { command: "dirname", options: &["-z", "-x"], operands: names, count: (0, 3), paths: 2, seed: 86 }.run();
}

#[test]
fn resolved() {
    let places = &[
        "missing",
        "src",
        "src/..",
        ".",
        "",
        "a.py/x",
        "missing/x",
        "src/../a.py",
        "./src/./pkg",
        "src/",
        "/",
        "x",
        "missing/../a.py",
    ];
    let options = &["-f", "-e", "-m", "-n", "-v", "-z", "-q", "-x"];
    Menu { command: "readlink", options, operands: places, count: (0, 2), paths: 7, seed: 87 }.run();
    let options =
        &["-e", "-m", "-s", "-z", "-q", "--relative-to=.", "--relative-to=src", "--relative-base=src", "-x", "-L"];
    Menu { command: "realpath", options, operands: places, count: (0, 2), paths: 5, seed: 88 }.run();
}
