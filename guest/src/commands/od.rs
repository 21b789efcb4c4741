//! `od` as in GNU coreutils 9.1: bytes as numbers and characters.

mod format;

use format::{Format, Kind, formats};

use super::common::{Fault, HELP, NotANumber, VERSION, or_standard_input, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `od`.
pub(super) const OD: Command = Command {
    name: "od",
    summary: "Print bytes as numbers and characters; no floating-point types, no -S.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "A:aBbcDdeFfHhIij:LlN:OoS:st:vw::Xx",
    long: &[
        Long::value("skip-bytes", "j"),
        Long::value("address-radix", "A"),
        Long::value("read-bytes", "N"),
        Long::value("format", "t"),
        Long::flag("output-duplicates", "v"),
        Long::perhaps("strings", "S"),
        Long::flag("traditional", "traditional"),
        Long::perhaps("width", "w"),
        Long::value("endian", "endian"),
        HELP,
        VERSION,
    ],
};

struct Settings {
    formats: Vec<Format>,
    radix: u8,
    skipped: u64,
    limit: Option<u64>,
    width: Option<u64>,
    shows_all: bool,
    is_big_endian: bool,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings {
        formats: Vec::new(),
        radix: b'o',
        skipped: 0,
        limit: None,
        width: None,
        shows_all: false,
        is_big_endian: false,
    };
    let mut has_bad_format = false;
    let arguments = context.arguments;
    let operands = or_status!(context.options_with(arguments, TABLE, 1, |context, given| {
        match settings.take(given.name, given.value) {
            // A bad format is told, and the options are read to the end.
            Err(Fault::Message(message)) if given.name == "t" => {
                has_bad_format = true;
                context.complain(&message).map(Ok)
            }
            other => Ok(other),
        }
    })?);
    if has_bad_format {
        return Ok(1);
    }
    if settings.formats.is_empty() {
        settings.formats.push(Format::new(Kind::Octal, 2));
    }
    // Sizes are powers of two, so the largest is their least common multiple.
    let unit = settings.formats.iter().map(|format| format.size).max().unwrap_or(1);
    let (per_block, mut warning) = match settings.width {
        None => (16, None),
        Some(width) if width > 0 && width % unit as u64 == 0 => (usize::try_from(width).unwrap_or(usize::MAX), None),
        Some(width) => (unit, Some(format!("warning: invalid width {width}; using {unit} instead"))),
    };
    let mut dump = Dump { settings, per_block, offset: 0, block: Vec::new(), before: None, is_repeated: false };
    dump.offset = dump.settings.skipped;
    let (mut skipped, mut limit) = (dump.settings.skipped, dump.settings.limit.unwrap_or(u64::MAX));
    let (mut status, mut opened) = (0, false);
    for name in or_standard_input(operands) {
        if limit == 0 && opened && skipped == 0 {
            break;
        }
        let text = match context.open(name)? {
            Ok(text) => text,
            Err(error) => {
                // A directory is opened, and all that is to be skipped is skipped in it.
                if error == FileError::IsADirectory {
                    (opened, skipped) = (true, 0);
                    if let Some(warning) = warning.take() {
                        context.complain(warning.as_bytes())?;
                    }
                    if limit == 0 {
                        continue;
                    }
                }
                context.complain_about(b"", &quote::file_in_message(name), error)?;
                status = 1;
                continue;
            }
        };
        opened = true;
        let passed = skipped.min(text.len() as u64);
        skipped -= passed;
        // The width is looked at once there is something to print.
        if let Some(warning) = warning.take_if(|_| skipped == 0) {
            context.complain(warning.as_bytes())?;
        }
        let rest = text.get(passed as usize..).unwrap_or_default();
        let count = limit.min(rest.len() as u64);
        limit -= count;
        let mut out = Vec::new();
        for bytes in rest.get(..count as usize).unwrap_or_default().chunks(per_block) {
            dump.add(bytes, &mut out);
            if out.len() > 1 << 16 {
                context.out(&out)?;
                out.clear();
            }
        }
        context.out(&out)?;
    }
    if !opened {
        return Ok(status);
    }
    if skipped > 0 {
        context.complain(b"cannot skip past end of combined input")?;
        return Ok(1);
    }
    let mut out = Vec::new();
    dump.finish(&mut out);
    context.out(&out)?;
    Ok(status)
}

impl Settings {
    fn take(&mut self, name: &str, value: Option<&[u8]>) -> Result<(), Fault> {
        let text = value.unwrap_or_default();
        let mut add = |kind, size| self.formats.push(Format::new(kind, size));
        match name {
            "a" => add(Kind::Named, 1),
            "b" => add(Kind::Octal, 1),
            "c" => add(Kind::Character, 1),
            "D" => add(Kind::Unsigned, 4),
            "d" => add(Kind::Unsigned, 2),
            "h" | "x" => add(Kind::Hexadecimal, 2),
            "H" | "X" => add(Kind::Hexadecimal, 4),
            "i" => add(Kind::Signed, 4),
            "I" | "L" | "l" => add(Kind::Signed, 8),
            "O" => add(Kind::Octal, 4),
            "o" | "B" => add(Kind::Octal, 2),
            "s" => add(Kind::Signed, 2),
            "e" | "F" | "f" => return Err(Fault::Message(b"floating-point types are not simulated".to_vec())),
            "S" => return Err(Fault::Message(b"strings are not simulated".to_vec())),
            "A" => match text.first() {
                Some(radix @ (b'd' | b'o' | b'x' | b'n')) => self.radix = *radix,
                first => {
                    let shown: &[u8] = first.map_or(&b"\0"[..], std::slice::from_ref);
                    let message = [b"invalid output address radix '", shown, RADIXES.as_bytes()].concat();
                    return Err(Fault::Message(message));
                }
            },
            "j" => self.skipped = size(text, "-j")?,
            "N" => self.limit = Some(size(text, "-N")?),
            "w" => self.width = Some(if value.is_some() { size(text, "-w")? } else { 32 }),
            "v" => self.shows_all = true,
            "endian" => match text {
                b"big" => self.is_big_endian = true,
                b"little" => self.is_big_endian = false,
                _ => {
                    let message = ["invalid argument ".as_bytes(), &quote::curly(text), ENDIANS.as_bytes()].concat();
                    return Err(Fault::Usage(message));
                }
            },
            "t" => self.formats.extend(formats(text)?),
            _ => {}
        }
        Ok(())
    }
}

const RADIXES: &str = "'; it must be one character from [doxn]";
const ENDIANS: &str = " for ‘--endian’\nValid arguments are:\n  - ‘little’\n  - ‘big’";

/// A count with a suffix; `0x` and `0` in front say the base.
fn size(text: &[u8], option: &str) -> Result<u64, Fault> {
    let based = match text {
        [b'0', b'x' | b'X', digits @ ..] => Some((digits, 16)),
        [b'0', digits @ ..] if !digits.is_empty() => Some((digits, 8)),
        _ => None,
    };
    let read = match based {
        Some((digits, base)) => {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'));
            let value = digits.and_then(|digits| u64::from_str_radix(digits, base).ok());
            value.ok_or(NotANumber::Invalid)
        }
        None => super::common::number(text, "bEGKkMmPTYZ0"),
    };
    let trouble = |head: &str, tail: &str| {
        Fault::Message([head.as_bytes(), option.as_bytes(), b" argument '", text, b"'", tail.as_bytes()].concat())
    };
    match read {
        Ok(value) if value <= i64::MAX as u64 => Ok(value),
        Err(NotANumber::Invalid) if text.first().is_some_and(u8::is_ascii_digit) => {
            Err(trouble("invalid suffix in ", ""))
        }
        Err(NotANumber::Invalid) => Err(trouble("invalid ", "")),
        _ => Err(Fault::Message([option.as_bytes(), b" argument '", text, b"' too large"].concat())),
    }
}

/// Blocks as they come in, across files.
struct Dump {
    settings: Settings,
    per_block: usize,
    offset: u64,
    block: Vec<u8>,
    before: Option<Vec<u8>>,
    is_repeated: bool,
}

impl Dump {
    /// Takes at most a block's bytes.
    fn add(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let missing = (self.per_block - self.block.len()).min(bytes.len());
        let (now, later) = bytes.split_at(missing);
        self.block.extend_from_slice(now);
        if self.block.len() == self.per_block {
            self.write(out);
            self.block.extend_from_slice(later);
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.block.is_empty() {
            self.write(out);
        }
        if self.settings.radix != b'n' {
            out.extend_from_slice(self.address().as_bytes());
            out.push(b'\n');
        }
    }

    fn address(&self) -> String {
        let offset = self.offset;
        match self.settings.radix {
            b'o' => format!("{offset:07o}"),
            b'd' => format!("{offset:07}"),
            b'x' => format!("{offset:06x}"),
            _ => String::new(),
        }
    }

    /// Writes the block, or a `*` for the first that repeats the one before.
    fn write(&mut self, out: &mut Vec<u8>) {
        let block = std::mem::take(&mut self.block);
        if !self.settings.shows_all && block.len() == self.per_block && self.before.as_ref() == Some(&block) {
            if !self.is_repeated {
                out.extend_from_slice(b"*\n");
            }
            self.is_repeated = true;
        } else {
            self.is_repeated = false;
            self.write_lines(&block, out);
        }
        self.offset += block.len() as u64;
        self.before = Some(block);
    }

    fn write_lines(&self, block: &[u8], out: &mut Vec<u8>) {
        let fields = |format: &Format| self.per_block / format.size;
        let widest = |format: &Format| (format.columns() + 1) * fields(format);
        let line = self.settings.formats.iter().map(widest).max().unwrap_or(0);
        let address = self.address();
        for (at, format) in self.settings.formats.iter().enumerate() {
            if at == 0 {
                out.extend_from_slice(address.as_bytes());
            } else {
                out.extend(std::iter::repeat_n(b' ', address.len()));
            }
            let (count, columns) = (fields(format), format.columns());
            let pad = line - columns * count;
            let blank = (self.per_block - block.len()) / format.size;
            let mut remaining = pad;
            for (place, bytes) in block.chunks(format.size).enumerate() {
                // What the widest format needs more is spread over the fields.
                let next = pad * (count - 1 - place) / count;
                let width = remaining - next + columns;
                out.extend_from_slice(
                    format!("{:>width$}", format.text(bytes, self.settings.is_big_endian)).as_bytes(),
                );
                remaining = next;
            }
            if format.has_text {
                out.extend(std::iter::repeat_n(b' ', blank * columns + pad * blank / count));
                out.extend_from_slice(b"  >");
                out.extend(block.iter().map(|byte| if matches!(byte, b' '..=b'~') { *byte } else { b'.' }));
                out.push(b'<');
            }
            out.push(b'\n');
        }
    }
}
