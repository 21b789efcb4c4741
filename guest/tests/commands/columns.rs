//! `column` and `join`.

use crate::menu::Menu;
use crate::support::{File, Files, Generator, insert};

/// Files of short rows.
pub(crate) fn rows(generator: &mut Generator) -> Files {
    let cell = proptest::sample::select(vec!["a", "bb", "", "long cell", "7", "é", "x:y", "12345678", "日本", "it's"]);
    let row = proptest::collection::vec(cell, 0..5);
    let texts = proptest::collection::vec(row, 0..8);
    let mut files = Files::new();
    for name in ["a", "b", "c"] {
        let separator = generator.pick(&[" ", ",", ":", "  ", "\t", ", "]);
        let mut text = generator.draw(&texts).iter().map(|row| row.join(separator)).collect::<Vec<_>>().join("\n");
        if !generator.one_in(5) {
            text.push('\n');
        }
        let mut bytes = text.into_bytes();
        if generator.one_in(12) {
            bytes.extend_from_slice(b"\xff \\x41 x\n");
        }
        insert(&mut files, name.as_bytes(), File::Regular(false, bytes));
    }
    files
}

const OPERANDS: &[&str] = &["missing", "-", ".", "a"];

#[test]
fn lists() {
    let options = &["-x", "-c 20", "-c 40", "-c30", "-c x", "-c 0", "-L", "-q", "-s :", "-N A", "-d", "--fillrows"];
    Menu { command: "column", options, operands: OPERANDS, count: (0, 2), paths: 8, seed: 190 }.run_on(rows);
}

#[test]
fn tables() {
    let options = &[
        "-s,",
        "-s :",
        "-s ,:",
        "-o |",
        "-o ,",
        "-N A,B",
        "-N A,B,C,D",
        "-N A,,b",
        "-R 1",
        "-R 0",
        "-R 1,2",
        "-R B",
        "-H 1",
        "-H B",
        "-H -",
        "-H 2,3",
        "-O 2,1",
        "-O B",
        "-O 9",
        "-l 2",
        "-l 1",
        "-l x",
        "-d",
        "-e",
        "-L",
        "-x",
        "-J",
        "-n rows",
        "-R x",
        "--output-separator= ",
        "-T 1 -c 300",
        "-W 2 -c 300",
        "-E 1 -c 300",
    ];
    let menu = Menu { command: "column", options, operands: OPERANDS, count: (0, 2), paths: 8, seed: 191 };
    menu.run_first_on(&["-t", "--table", "-ts,", "-ts:"], rows);
}

#[test]
fn tables_as_json() {
    let options = &["-s,", "-s :", "-n rows", "-H 1", "-H B", "-O 2,1", "-l 2", "-d", "-L", "-t"];
    let menu = Menu { command: "column", options, operands: OPERANDS, count: (0, 2), paths: 8, seed: 192 };
    menu.run_first_on(&["-JN a,B,C,D,E,F,G,H,I", "-JNA,b,C,d,e,f,g,h,i,j,k", "-JNx"], rows);
}

/// What is not simulated says so instead of showing something else.
#[test]
fn a_table_too_wide_to_be_cut_is_refused() {
    let files = crate::support::files(&[("a", "some words here\n")]);
    let image = crate::support::simulated::image(&files);
    let words = crate::support::words(&["column", "-t", "-W", "2", "-c", "10", "a"]);
    let outcome = crate::support::simulated::run(&image, b"/x", &words, b"");
    let expected = &b"column: tables wider than the output are not cut or wrapped here\n"[..];
    assert_eq!((outcome.status, outcome.output.as_slice()), (1, expected));
}

/// Files of keys and values, mostly sorted.
fn sorted(generator: &mut Generator) -> Files {
    let cell = proptest::sample::select(vec!["a", "b", "B", "c", "d e", "", "x y z", "é", "10", "2", "b "]);
    let texts = proptest::collection::vec(proptest::collection::vec(cell, 1..4), 0..7);
    let separator = generator.pick(&[" ", " ", ",", "\t"]);
    let mut files = Files::new();
    for name in ["a", "b", "c"] {
        let mut lines: Vec<String> = generator.draw(&texts).iter().map(|row| row.join(separator)).collect();
        if !generator.one_in(5) {
            lines.sort_unstable();
        }
        let mut text = lines.join("\n");
        if !generator.one_in(5) {
            text.push('\n');
        }
        insert(&mut files, name.as_bytes(), File::text(&text));
    }
    files
}

#[test]
fn join() {
    let options = &[
        "-a 1",
        "-a 2",
        "-v 1",
        "-v2",
        "-a 3",
        "-e -",
        "-e x",
        "-i",
        "-1 2",
        "-2 2",
        "-j 2",
        "-j x",
        "-1 0",
        "-o auto",
        "-o 1.1,2.2",
        "-o 0,1.2",
        "-o 3.1",
        "-o 1.x",
        "-t ,",
        "-t,",
        "-t ab",
        "--check-order",
        "--nocheck-order",
        "--header",
        "-q",
        "-o 2.1,0",
        "--ignore-case",
    ];
    let operands = &["a", "b", "c", "-", "missing", "."];
    Menu { command: "join", options, operands, count: (1, 2), paths: 8, seed: 193 }.run_on(sorted);
    // Two files in most cases.
    Menu { command: "join", options, operands, count: (2, 2), paths: 9, seed: 194 }.run_on(sorted);
}
