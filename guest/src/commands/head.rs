//! `head` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, NotANumber, VERSION, number, or_standard_input, or_status};
use super::options::{Long, OptionReader, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::machine::Demand;
use crate::workspace::{Device, FileError};

/// `head`.
pub(super) const HEAD: Command = Command {
    name: "head",
    summary: "Print the first lines of files, as GNU coreutils 9.1 does.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "c:n:qvz0123456789",
    long: &[
        Long::value("bytes", "c"),
        Long::value("lines", "n"),
        Long::flag("quiet", "q"),
        Long::flag("silent", "q"),
        Long::flag("verbose", "v"),
        Long::flag("zero-terminated", "z"),
        HELP,
        VERSION,
    ],
};

/// The suffixes of `head` and `tail`.
pub(super) const SUFFIXES: &str = "bkKmMGTPEZY0";

/// What counts, and how much of it.
#[derive(Clone, Copy, Debug)]
struct Amount {
    is_bytes: bool,
    /// `-n -5`: all but the last five.
    is_all_but: bool,
    count: u64,
}

impl Amount {
    /// Ten lines.
    const DEFAULT: Self = Self { is_bytes: false, is_all_but: false, count: 10 };
}

/// When names are printed above files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Headers {
    /// With more than one file.
    Several,
    /// Always.
    Always,
    /// Never.
    Never,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let arguments = match modern(context.arguments) {
        Ok(arguments) => arguments,
        Err(letter) => {
            return context.fail(Fault::Usage([b"invalid trailing option -- ", &[letter][..]].concat()), 1);
        }
    };
    let mut amount = Amount::DEFAULT;
    let (mut headers, mut end) = (Headers::Several, b'\n');
    let operands = or_status!(context.options_of(&arguments, TABLE, 1, |given| {
        match given.name {
            "c" | "n" => amount = parse_amount(given.text(), given.name == "c")?,
            "q" => headers = Headers::Never,
            "v" => headers = Headers::Always,
            "z" => end = 0,
            digit => {
                let message = format!("invalid trailing option -- {digit}");
                return Err(Fault::Usage(message.into_bytes()));
            }
        }
        Ok(())
    })?);
    let operands = or_standard_input(operands);
    let has_headers = headers == Headers::Always || (headers == Headers::Several && operands.len() > 1);
    let mut status = 0;
    let mut is_first = true;
    for name in operands {
        let print_header = |context: &mut Context<'_, '_>, is_first: &mut bool| -> Stoppable<()> {
            if !has_headers {
                return Ok(());
            }
            let blank: &[u8] = if std::mem::take(is_first) { b"" } else { b"\n" };
            let shown = if name == b"-" { b"standard input" } else { name };
            context.out(&[blank, b"==> ", shown, b" <==\n"].concat())
        };
        if name == b"-" {
            print_header(context, &mut is_first)?;
            from_input(context, amount, end)?;
            continue;
        }
        let workspace = &context.machine.workspace;
        let found = workspace
            .resolve(context.directory, name)
            .and_then(|path| workspace.content(&path).map(|content| (path, content)));
        match found {
            Ok((path, content)) => {
                print_header(context, &mut is_first)?;
                let workspace = &context.machine.workspace;
                let endless = Device::at(path.as_bytes()).filter(|device| device.is_endless());
                let part = if let (Some(device), true, false) = (endless, amount.is_bytes, amount.is_all_but) {
                    workspace.read_device(device, usize::try_from(amount.count).unwrap_or(usize::MAX))?
                } else if endless.is_some() {
                    let all = workspace.read(&path)?.unwrap_or_default();
                    let part = all.get(..take_lines(all, amount, end)).unwrap_or(all);
                    if part.len() < all.len() {
                        let _enough = workspace.take_endless();
                    }
                    part
                } else if amount.is_bytes {
                    let stop =
                        if amount.is_all_but { content.len().saturating_sub(amount.count) } else { amount.count };
                    workspace.read_content(&content.range(0, stop, workspace)?)?
                } else if end == b'\n' && !amount.is_all_but {
                    workspace.read_lines(&content, 0, u32::try_from(amount.count).unwrap_or(u32::MAX))?
                } else {
                    let all = workspace.read_content(&content)?;
                    all.get(..take_lines(all, amount, end)).unwrap_or(all)
                };
                context.out(part)?;
            }
            Err(FileError::IsADirectory) => {
                print_header(context, &mut is_first)?;
                // Nothing to read, nothing to fail.
                if amount.count == 0 && !amount.is_all_but {
                    continue;
                }
                context.complain_about(b"error reading ", &quote::always(name), FileError::IsADirectory)?;
                status = 1;
            }
            Err(error) => {
                let message = [&quote::always(name)[..], b" for reading"].concat();
                context.complain_about(b"cannot open ", &message, error)?;
                status = 1;
            }
        }
    }
    Ok(status)
}

/// From standard input, which is read no further than needed: `(head -1; cat) < file`.
fn from_input(context: &mut Context<'_, '_>, amount: Amount, end: u8) -> Stoppable<()> {
    let text = context.input()?;
    let is_endless = context.machine.streams.take_endless();
    let length = if amount.is_bytes {
        let count = usize::try_from(amount.count).unwrap_or(usize::MAX);
        if amount.is_all_but { text.len().saturating_sub(count) } else { count.min(text.len()) }
    } else {
        take_lines(&text, amount, end)
    };
    // What an endless source has after that is not asked for.
    if is_endless && length == text.len() {
        context.machine.streams.want_more();
    }
    context.out(text.get(..length).unwrap_or(&text))
}

/// After how much of standard input `head` with these arguments leaves; `None` when it reads all
/// of it, none of it, or fails.
pub(super) fn demand(arguments: &[Vec<u8>]) -> Option<Demand> {
    let arguments = modern(arguments).ok()?;
    let mut amount = Amount::DEFAULT;
    let mut end = b'\n';
    let mut reader = OptionReader::new(TABLE, &arguments);
    while let Some(given) = reader.next_option().ok()? {
        match given.name {
            "c" | "n" => amount = parse_amount(given.text(), given.name == "c").ok()?,
            "z" => end = 0,
            "q" | "v" => {}
            _ => return None,
        }
    }
    let reads_input = matches!(reader.operands().as_slice(), [] | [b"-"]);
    let is_limited = reads_input && !amount.is_all_but;
    is_limited.then_some(if amount.is_bytes { Demand::Bytes(amount.count) } else { Demand::Ends(amount.count, end) })
}

fn take_lines(text: &[u8], amount: Amount, end: u8) -> usize {
    let count = usize::try_from(amount.count).unwrap_or(usize::MAX);
    if !amount.is_all_but {
        return match count.checked_sub(1) {
            None => 0,
            Some(last) => memchr::memchr_iter(end, text).nth(last).map_or(text.len(), |at| at + 1),
        };
    }
    // A last line without an end is a line.
    let is_open = text.last().is_some_and(|byte| *byte != end);
    match count.checked_sub(usize::from(is_open)) {
        None => text.len(),
        Some(0) if is_open => memchr::memrchr(end, text).map_or(0, |at| at + 1),
        Some(skip) => memchr::memrchr_iter(end, text).nth(skip).map_or(0, |at| at + 1),
    }
}

fn parse_amount(text: &[u8], is_bytes: bool) -> Result<Amount, Fault> {
    let (text, is_all_but) = match text.strip_prefix(b"-") {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    match number(text, SUFFIXES) {
        Ok(count) => Ok(Amount { is_bytes, is_all_but, count }),
        Err(error) => {
            let what = if is_bytes { "invalid number of bytes:" } else { "invalid number of lines:" };
            let mut fault = Fault::about(what, text);
            if let (NotANumber::TooLarge, Fault::Message(message)) = (error, &mut fault) {
                message.extend_from_slice(b": Value too large for defined data type");
            }
            Err(fault)
        }
    }
}

/// The command line with an old `-5` or `-20c` as first argument written as `-n 5`, `-c 20`.
fn modern(arguments: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, u8> {
    let mut modern = arguments.to_vec();
    let Some(digits) = arguments.get(1).and_then(|first| first.strip_prefix(b"-")) else { return Ok(modern) };
    let length = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return Ok(modern);
    }
    let (count, letters) = digits.split_at(length);
    let (mut is_bytes, mut suffix, mut others) = (false, None, Vec::new());
    for &letter in letters {
        match letter {
            b'c' => (is_bytes, suffix) = (true, None),
            b'b' | b'k' | b'm' => (is_bytes, suffix) = (true, Some(letter)),
            b'l' => is_bytes = false,
            b'q' | b'v' | b'z' => others.extend_from_slice(&[b'-', letter]),
            _ => return Err(letter),
        }
    }
    let mut value = count.to_vec();
    value.extend(suffix);
    let option = [if is_bytes { b"-c" } else { b"-n" }, value.as_slice()].concat();
    let replacement: Vec<Vec<u8>> = std::iter::once(option).chain(others.chunks(2).map(<[u8]>::to_vec)).collect();
    modern.splice(1..2, replacement);
    Ok(modern)
}
