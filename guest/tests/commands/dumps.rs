//! `cksum`, `sum` and the long digests.

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
