//! `base64` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, VERSION, number, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `base64`.
pub(super) const BASE64: Command =
    Command { name: "base64", summary: "Encode and decode base64.", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "diw:",
    long: &[Long::flag("decode", "d"), Long::value("wrap", "w"), Long::flag("ignore-garbage", "i"), HELP, VERSION],
};

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut decodes, mut ignores, mut wrap) = (false, false, 76_usize);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "d" => decodes = true,
            "i" => ignores = true,
            _ => match number(given.text(), "") {
                Ok(columns) => wrap = usize::try_from(columns).unwrap_or(0),
                Err(super::common::NotANumber::TooLarge) => wrap = 0,
                Err(_) => return Err(Fault::about("invalid wrap size:", given.text())),
            },
        }
        Ok(())
    })?);
    let name = match operands.as_slice() {
        [] => &b"-"[..],
        [name] => name,
        [_, extra, ..] => return context.fail(Fault::usage_about("extra operand", extra), 1),
    };
    let text = match context.open(name)? {
        Ok(text) => text,
        Err(FileError::IsADirectory) => {
            context.complain(b"read error: Is a directory")?;
            return Ok(1);
        }
        Err(error) => {
            context.complain_about(b"", &quote::file_in_message(name), error)?;
            return Ok(1);
        }
    };
    if decodes {
        let (bytes, is_valid) = decode(&text, ignores);
        context.out(&bytes)?;
        if !is_valid {
            context.complain(b"invalid input")?;
        }
        return Ok(u8::from(!is_valid));
    }
    let encoded = encode(&text);
    if wrap == 0 {
        context.out(&encoded)?;
        return Ok(0);
    }
    let mut out = Vec::with_capacity(encoded.len() + encoded.len() / wrap + 1);
    for line in encoded.chunks(wrap) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    context.out(&out)?;
    Ok(0)
}

fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { letter } else { b'=' });
        }
    }
    out
}

/// What a text stands for up to the first mistake, and whether there is none.
fn decode(text: &[u8], ignores: bool) -> (Vec<u8>, bool) {
    let is_letter = |byte: u8| LETTERS.contains(&byte);
    let digits: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| if ignores { is_letter(*byte) || *byte == b'=' } else { *byte != b'\n' })
        .collect();
    let mut out = Vec::with_capacity(digits.len() / 4 * 3);
    for four in digits.chunks(4) {
        let value = |at: usize| {
            four.get(at).and_then(|byte| LETTERS.iter().position(|letter| letter == byte)).map(|value| value as u32)
        };
        let (Some(first), Some(second)) = (value(0), value(1)) else { return (out, false) };
        out.push((first << 2 | second >> 4) as u8);
        let Some(third) = value(2) else {
            if four.get(2..) != Some(b"==") {
                return (out, false);
            }
            continue;
        };
        out.push((second << 4 | third >> 2) as u8);
        match value(3) {
            Some(fourth) => out.push((third << 6 | fourth) as u8),
            None if four.get(3) == Some(&b'=') => {}
            None => return (out, false),
        }
    }
    (out, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        for text in [&b""[..], b"a", b"ab", b"abc", b"\xff\x00\x10\x80"] {
            assert_eq!(decode(&encode(text), false), (text.to_vec(), true));
        }
        assert_eq!(encode(b"ab"), b"YWI=");
        assert_eq!(decode(b"YWI", false), (b"ab".to_vec(), false));
        assert_eq!(decode(b"Y!WI=\n", true), (b"ab".to_vec(), true));
    }
}
