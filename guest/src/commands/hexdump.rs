//! `hexdump` as in util-linux 2.38, without formats of one's own (`-e`, `-f`).

use super::common::{Fault, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `hexdump`.
pub(super) const HEXDUMP: Command = Command {
    name: "hexdump",
    summary: "Print bytes in hexadecimal (util-linux 2.38): -C -b -c -d -o -x -n -s -v.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "bcCde:f:L::n:os:vxhV",
    long: &[
        Long::flag("one-byte-octal", "b"),
        Long::flag("one-byte-char", "c"),
        Long::flag("canonical", "C"),
        Long::flag("two-bytes-decimal", "d"),
        Long::flag("two-bytes-octal", "o"),
        Long::flag("two-bytes-hex", "x"),
        Long::value("format", "e"),
        Long::value("format-file", "f"),
        Long::perhaps("color", "L"),
        Long::value("length", "n"),
        Long::value("skip", "s"),
        Long::flag("no-squeezing", "v"),
        Long::flag("help", "help"),
        Long::flag("version", "version"),
    ],
};

/// Bytes of one line.
const BLOCK: usize = 16;

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut formats, mut length, mut skipped, mut shows_all) = (Vec::new(), u64::MAX, 0, false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "n" => length = size(given.text(), "length")?,
            "s" => skipped = size(given.text(), "offset")?,
            "v" => shows_all = true,
            "e" | "f" => return Err(Fault::Message(b"formats are not simulated".to_vec())),
            "L" | "h" | "V" => {}
            letter => formats.push(letter.as_bytes().first().copied().unwrap_or(b'x')),
        }
        Ok(())
    })?);
    if formats.is_empty() {
        formats.push(b' ');
    }
    let (mut input, mut opened, mut status) = (Vec::new(), 0, 0);
    let start = skipped;
    let from_input = operands.is_empty();
    if length == 0 {
        return Ok(0);
    }
    // A pipe cannot be skipped in.
    if from_input && start > 0 {
        context.complain(b"stdin: Illegal seek")?;
        return Ok(1);
    }
    for name in if from_input { vec![&b"-"[..]] } else { operands } {
        if input.len() as u64 >= length {
            break;
        }
        let text = match context.open(name)? {
            // Only without operands is it standard input.
            Ok(_) if name == b"-" && !from_input => Err(FileError::NotFound),
            other => other,
        };
        match text {
            Ok(text) => {
                opened += 1;
                let passed = skipped.min(text.len() as u64);
                skipped -= passed;
                let left = length.saturating_sub(input.len() as u64);
                let rest = text.get(passed as usize..).unwrap_or_default();
                input.extend_from_slice(rest.get(..left.min(rest.len() as u64) as usize).unwrap_or_default());
            }
            Err(error) => {
                context.complain_about(b"", name, error)?;
                // A directory is opened, and all that is to be skipped is skipped in it.
                if error == FileError::IsADirectory {
                    opened += 1;
                    skipped = 0;
                } else {
                    status = 1;
                }
            }
        }
    }
    if opened == 0 {
        let is_lost = start > 0;
        context.complain(if is_lost {
            &b"stdin: Bad file descriptor"[..]
        } else {
            b"all input file arguments failed"
        })?;
        return Ok(1);
    }
    let (mut before, mut is_repeated, mut offset) = (None, false, start - skipped);
    for block in input.chunks(BLOCK) {
        let mut out = Vec::new();
        if !shows_all && before == Some(block) {
            out.extend_from_slice(if is_repeated { b"" } else { b"*\n" });
            is_repeated = true;
        } else {
            is_repeated = false;
            formats.iter().for_each(|format| write_line(*format, offset, block, &mut out));
        }
        context.out(&out)?;
        offset += block.len() as u64;
        before = Some(block);
    }
    if offset > 0 {
        let digits = if formats.last() == Some(&b'C') { 8 } else { 7 };
        context.out(format!("{offset:0digits$x}\n").as_bytes())?;
    }
    Ok(status)
}

/// A number as `strtosize` of util-linux reads it: `0x1f`, `017`, `2K`, `1MB`.
fn size(text: &[u8], what: &str) -> Result<u64, Fault> {
    let fault =
        || Fault::Message([b"failed to parse ", what.as_bytes(), b": '", text, b"': Invalid argument"].concat());
    let word = std::str::from_utf8(text).map_err(|_| fault())?;
    let value = match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if word.len() > 1 && word.bytes().all(|byte| matches!(byte, b'0'..=b'7')) && word.starts_with('0') => {
            u64::from_str_radix(word, 8).ok()
        }
        None if word.starts_with(|first: char| first.is_ascii_digit()) => {
            super::common::number(text, "KkMmGgTtPE0").ok()
        }
        None => None,
    };
    value.ok_or_else(fault)
}

fn write_line(format: u8, offset: u64, block: &[u8], out: &mut Vec<u8>) {
    if format == b'C' {
        return write_canonical(offset, block, out);
    }
    out.extend_from_slice(format!("{offset:07x}").as_bytes());
    let (unit, columns) = match format {
        b'b' | b'c' => (1, 4),
        b' ' => (2, 5),
        _ => (2, 8),
    };
    for bytes in block.chunks(unit) {
        let value = bytes.iter().rev().fold(0_u32, |value, byte| value << 8 | u32::from(*byte));
        let text = match format {
            b'b' => format!("{value:03o}"),
            b'c' => character(value as u8),
            b'd' => format!("{value:05}"),
            b'o' => format!("{value:06o}"),
            _ => format!("{value:04x}"),
        };
        out.extend_from_slice(format!("{text:>columns$}").as_bytes());
    }
    let missing = (BLOCK - block.len()) / unit;
    out.extend(std::iter::repeat_n(b' ', missing * columns));
    out.push(b'\n');
}

fn character(byte: u8) -> String {
    match byte {
        0 => "\\0".to_owned(),
        7 => "\\a".to_owned(),
        8 => "\\b".to_owned(),
        b'\t' => "\\t".to_owned(),
        b'\n' => "\\n".to_owned(),
        11 => "\\v".to_owned(),
        12 => "\\f".to_owned(),
        b'\r' => "\\r".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("{byte:03o}"),
    }
}

fn write_canonical(offset: u64, block: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{offset:08x}").as_bytes());
    for place in 0..BLOCK {
        out.extend_from_slice(if place % 8 == 0 { b"  " } else { b" " });
        match block.get(place) {
            Some(byte) => out.extend_from_slice(format!("{byte:02x}").as_bytes()),
            None => out.extend_from_slice(b"  "),
        }
    }
    out.extend_from_slice(b"  |");
    out.extend(block.iter().map(|byte| if matches!(byte, b' '..=b'~') { *byte } else { b'.' }));
    out.extend_from_slice(b"|\n");
}
