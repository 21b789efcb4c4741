//! `sha384sum`, `sha512sum`, `b2sum`, `cksum` and `sum` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, VERSION, or_standard_input, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, digests, long_hashes, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `sha384sum`.
pub(super) const SHA384SUM: Command = Command {
    name: "sha384sum",
    summary: "Print or check SHA-384 digests.",
    buffering: Buffering::Blocks,
    run: |context| digests::run(context, "SHA384", long_hashes::sha384),
};
/// `sha512sum`.
pub(super) const SHA512SUM: Command = Command {
    name: "sha512sum",
    summary: "Print or check SHA-512 digests.",
    buffering: Buffering::Blocks,
    run: |context| digests::run(context, "SHA512", long_hashes::sha512),
};
/// `b2sum`.
pub(super) const B2SUM: Command = Command {
    name: "b2sum",
    summary: "Print or check BLAKE2b digests of 512 bits.",
    buffering: Buffering::Blocks,
    run: |context| digests::run(context, "BLAKE2b", long_hashes::blake2b),
};
/// `cksum`.
pub(super) const CKSUM: Command =
    Command { name: "cksum", summary: "Print POSIX checksums and sizes.", buffering: Buffering::Blocks, run: cksum };
/// `sum`.
pub(super) const SUM: Command = Command {
    name: "sum",
    summary: "Print BSD (-r) or System V (-s) checksums and blocks.",
    buffering: Buffering::Blocks,
    run: sum,
};

fn cksum(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable {
        short: "a:cl:wz",
        long: &[
            Long::value("algorithm", "a"),
            Long::value("length", "l"),
            Long::flag("check", "c"),
            Long::flag("debug", "debug"),
            Long::flag("untagged", "untagged"),
            Long::flag("zero", "z"),
            HELP,
            VERSION,
        ],
    };
    let mut end = b'\n';
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match (given.name, given.text()) {
            ("z", _) => end = 0,
            ("debug" | "untagged", _) | ("a", b"crc") => {}
            _ => {
                return Err(Fault::Message(
                    b"only crc is simulated; other digests have programs of their own".to_vec(),
                ));
            }
        }
        Ok(())
    })?);
    let is_named = !operands.is_empty();
    let mut status = 0;
    for name in or_standard_input(operands) {
        let text = match context.open(name)? {
            Ok(text) => text,
            // The original takes a directory for an empty file.
            Err(FileError::IsADirectory) => b"".into(),
            Err(error) => {
                context.complain_about(b"", &quote::file_in_message(name), error)?;
                status = 1;
                continue;
            }
        };
        let mut line = format!("{} {}", cyclic(&text), text.len()).into_bytes();
        if is_named {
            line.push(b' ');
            line.extend_from_slice(name);
        }
        line.push(end);
        context.out(&line)?;
    }
    Ok(status)
}

/// The checksum of POSIX: a CRC of the bytes and of their number.
fn cyclic(text: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut value = (byte as u32) << 24;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 0x8000_0000 == 0 { value << 1 } else { (value << 1) ^ 0x04c1_1db7 };
                bit += 1;
            }
            table[byte] = value;
            byte += 1;
        }
        table
    };
    let step = |sum: u32, byte: u8| (sum << 8) ^ TABLE[usize::from((sum >> 24) as u8 ^ byte)];
    let mut sum = text.iter().fold(0, |sum, byte| step(sum, *byte));
    let mut length = text.len() as u64;
    while length > 0 {
        sum = step(sum, length as u8);
        length >>= 8;
    }
    !sum
}

fn sum(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable { short: "rs", long: &[Long::flag("sysv", "s"), HELP, VERSION] };
    let mut is_system_v = false;
    let operands = or_status!(context.options(TABLE, 1, |given| {
        is_system_v = given.name == "s";
        Ok(())
    })?);
    let is_named = !operands.is_empty();
    let mut status = 0;
    for name in or_standard_input(operands) {
        let Some(text) = context.open_or_complain(name)? else {
            status = 1;
            continue;
        };
        let mut line = if is_system_v {
            let total = text.iter().fold(0_u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
            let folded = (total & 0xffff) + (total >> 16);
            format!("{} {}", (folded & 0xffff) + (folded >> 16), text.len().div_ceil(512))
        } else {
            let total = text.iter().fold(0_u16, |sum, byte| sum.rotate_right(1).wrapping_add(u16::from(*byte)));
            format!("{total:05} {:>5}", text.len().div_ceil(1024))
        }
        .into_bytes();
        if is_named {
            line.push(b' ');
            line.extend_from_slice(name);
        }
        line.push(b'\n');
        context.out(&line)?;
    }
    Ok(status)
}
