//! `od`, `hexdump`, `cksum`, `sum` and the long digests.

use crate::menu::Menu;
use crate::support::{File, Files, Generator, generate, insert};

/// Texts, and bytes that repeat.
fn bytes(generator: &mut Generator) -> Files {
    let mut files = Files::new();
    for name in ["a", "b", "c"] {
        let mut text = generator.draw(&generate::text());
        if generator.one_in(3) {
            let byte = generator.pick(&[0, b'a', 0xff, 0x80, 7]);
            text.extend(std::iter::repeat_n(byte, generator.below(120)));
            text.extend_from_slice(generator.pick(&[&b""[..], b"\x01\x7f", b"end\n"]));
        }
        insert(&mut files, name.as_bytes(), File::Regular(false, text));
    }
    insert(&mut files, b"empty", File::text(""));
    insert(&mut files, b"d/x", File::text("x\n"));
    files
}

const OPERANDS: &[&str] = &["missing", "-", "d", "no pe"];

#[test]
fn od() {
    let options = &[
        "-c",
        "-b",
        "-a",
        "-x",
        "-d",
        "-o",
        "-i",
        "-l",
        "-s",
        "-h",
        "-X",
        "-D",
        "-A d",
        "-A x",
        "-An",
        "-Ao",
        "-A q",
        "-t x1",
        "-t x1z",
        "-tx4",
        "-t d1",
        "-t u2",
        "-t o8",
        "-t a",
        "-t cx1",
        "-t xC",
        "-t dSz",
        "-t x3",
        "-t q",
        "-j 3",
        "-j 1000000",
        "-N 20",
        "-N 0",
        "-N x",
        "-j 1k",
        "-w8",
        "-w5",
        "-w",
        "-v",
        "--endian=big",
        "-q",
        "-j 0x2",
    ];
    Menu { command: "od", options, operands: OPERANDS, count: (0, 2), paths: 8, seed: 200 }.run_on(bytes);
}

#[test]
fn hexdump() {
    let options = &[
        "-C",
        "-C",
        "-x",
        "-d",
        "-o",
        "-b",
        "-c",
        "-n 20",
        "-n 0",
        "-n x",
        "-s 3",
        "-s 0x4",
        "-v",
        "-q",
        "-n5",
        "--canonical",
        "--length=40",
    ];
    Menu { command: "hexdump", options, operands: OPERANDS, count: (0, 2), paths: 8, seed: 201 }.run_on(bytes);
}

#[test]
fn checksums() {
    let run = |command, options, seed| {
        Menu { command, options, operands: OPERANDS, count: (0, 3), paths: 8, seed }.run_on(bytes);
    };
    run("cksum", &["-z", "--algorithm=crc", "-x", "--untagged"], 202);
    run("sum", &["-r", "-s", "--sysv", "-q"], 203);
    run("sha512sum", &["--tag", "-b", "-z", "-t", "-q"], 204);
    run("sha384sum", &["--tag", "-b", "-z", "-t", "-q"], 205);
    run("b2sum", &["--tag", "-b", "-z", "-t", "-q"], 206);
}
