//! `tail` as in GNU coreutils 9.1. Following a file (`-f`) ends at once: nothing else runs that
//! could write to it.

use super::common::{Fault, HELP, NotANumber, VERSION, number, or_standard_input, or_status};
use super::head::{Headers, SUFFIXES};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::machine::Provenance;
use crate::workspace::FileError;

/// `tail`.
pub(super) const TAIL: Command = Command {
    name: "tail",
    summary: "Print the last lines of files, as GNU coreutils 9.1 does; -f does not wait.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "c:n:fFqs:vz0123456789",
    long: &[
        Long::value("bytes", "c"),
        Long::perhaps("follow", "f"),
        Long::value("lines", "n"),
        Long::value("max-unchanged-stats", "ignored"),
        Long::value("pid", "ignored"),
        Long::flag("quiet", "q"),
        Long::flag("retry", "retry"),
        Long::flag("silent", "q"),
        Long::value("sleep-interval", "s"),
        Long::flag("verbose", "v"),
        Long::flag("zero-terminated", "z"),
        HELP,
        VERSION,
    ],
};

#[derive(Clone, Copy, Debug)]
struct Amount {
    is_bytes: bool,
    /// `+5`: from the fifth on.
    is_from: bool,
    count: u64,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let arguments = modern(context.arguments);
    let mut amount = Amount { is_bytes: false, is_from: false, count: 10 };
    let (mut headers, mut end, mut follows) = (Headers::Several, b'\n', false);
    let operands = or_status!(context.options_of(&arguments, TABLE, 1, |given| {
        match given.name {
            "c" | "n" => {
                // A `+` stays for later counts, as in the original.
                let was_from = amount.is_from;
                amount = parse_amount(given.text(), given.name == "c")?;
                amount.is_from |= was_from;
            }
            "q" => headers = Headers::Never,
            "v" => headers = Headers::Always,
            "z" => end = 0,
            "f" | "F" => follows = true,
            digit if digit.starts_with(|c: char| c.is_ascii_digit()) => {
                return Err(Fault::Message(format!("option used in invalid context -- {digit}").into_bytes()));
            }
            _ => {}
        }
        Ok(())
    })?);
    if follows {
        // The real one goes on until somebody ends it.
        context.machine.effects.note(Provenance::Refused);
    }
    if amount.count == 0 && !amount.is_from {
        return Ok(0);
    }
    let operands = or_standard_input(operands);
    let has_headers = headers == Headers::Always || (headers == Headers::Several && operands.len() > 1);
    let (mut status, mut is_first) = (0, true);
    for name in operands {
        let mut print_header = |context: &mut Context<'_, '_>| -> Stoppable<()> {
            if !has_headers {
                return Ok(());
            }
            let blank: &[u8] = if std::mem::take(&mut is_first) { b"" } else { b"\n" };
            let shown = if name == b"-" { b"standard input" } else { name };
            context.out(&[blank, b"==> ", shown, b" <==\n"].concat())
        };
        if name == b"-" {
            print_header(context)?;
            let text = context.input()?;
            let start = start_of(&text, amount, end);
            context.out(text.get(start..).unwrap_or_default())?;
            continue;
        }
        let workspace = &context.machine.workspace;
        match workspace.resolve(context.directory, name).and_then(|path| workspace.content(&path)) {
            Ok(content) => {
                print_header(context)?;
                let workspace = &context.machine.workspace;
                let part = match (amount.is_bytes, amount.is_from) {
                    (true, true) => content.range(amount.count.saturating_sub(1), u64::MAX, workspace)?,
                    (true, false) => content.range(content.len().saturating_sub(amount.count), u64::MAX, workspace)?,
                    (false, true) if end == b'\n' => {
                        let line = u32::try_from(amount.count.saturating_sub(1)).unwrap_or(u32::MAX);
                        let start = content.line_start(line, workspace)?.unwrap_or(content.len());
                        content.range(start, u64::MAX, workspace)?
                    }
                    (false, false) if end == b'\n' => {
                        let length = content.len();
                        let last = content.range(length.saturating_sub(1), length, workspace)?;
                        let lines = u64::from(content.newlines() + u32::from(length > 0 && last.newlines() == 0));
                        let first = u32::try_from(lines.saturating_sub(amount.count)).unwrap_or(u32::MAX);
                        let start = match amount.count {
                            0 => length,
                            _ => content.line_start(first, workspace)?.unwrap_or(length),
                        };
                        content.range(start, u64::MAX, workspace)?
                    }
                    _ => {
                        let all = workspace.read_content(&content)?;
                        content.range(start_of(all, amount, end) as u64, u64::MAX, workspace)?
                    }
                };
                let bytes = workspace.read_content(&part)?;
                context.out(bytes)?;
            }
            Err(FileError::IsADirectory) => {
                print_header(context)?;
                context.complain_about(b"error reading ", &quote::always(name), FileError::IsADirectory)?;
                if amount.is_from && (amount.is_bytes || amount.count <= 1) {
                    // The original seeks here, fails and gives up.
                    return Ok(1);
                }
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

/// Where the part to print starts.
fn start_of(text: &[u8], amount: Amount, end: u8) -> usize {
    let count = usize::try_from(amount.count).unwrap_or(usize::MAX);
    match (amount.is_bytes, amount.is_from) {
        (true, true) => count.saturating_sub(1).min(text.len()),
        (true, false) => text.len().saturating_sub(count),
        (false, true) => match count.checked_sub(2) {
            None => 0,
            Some(line) => memchr::memchr_iter(end, text).nth(line).map_or(text.len(), |at| at + 1),
        },
        (false, false) if count == 0 => text.len(),
        (false, false) => {
            let closed = text.strip_suffix(&[end]).unwrap_or(text);
            memchr::memrchr_iter(end, closed).nth(count - 1).map_or(0, |at| at + 1)
        }
    }
}

fn parse_amount(text: &[u8], is_bytes: bool) -> Result<Amount, Fault> {
    let (digits, is_from) = match text.split_first() {
        Some((b'+', rest)) => (rest, true),
        Some((b'-', rest)) => (rest, false),
        _ => (text, false),
    };
    match number(digits, SUFFIXES) {
        Ok(count) => Ok(Amount { is_bytes, is_from, count }),
        Err(error) => {
            let what = if is_bytes { "invalid number of bytes:" } else { "invalid number of lines:" };
            let shown = if text.first() == Some(&b'-') { digits } else { text };
            let mut fault = Fault::about(what, shown);
            if let (NotANumber::TooLarge, Fault::Message(message)) = (error, &mut fault) {
                message.extend_from_slice(b": Value too large for defined data type");
            }
            Err(fault)
        }
    }
}

/// The command line with an old `-5`, `-5c` or `+3` as first argument written as `-n 5`. The old
/// form takes at most one file.
fn modern(arguments: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut modern = arguments.to_vec();
    let Some(first) = arguments.get(1) else { return modern };
    let is_from = first.starts_with(b"+");
    if !(is_from || first.starts_with(b"-")) || arguments.len() > 4 {
        return modern;
    }
    let is_old = match arguments.get(2).map(Vec::as_slice) {
        None | Some(b"--") => true,
        Some(second) => arguments.len() == 3 && !(second.len() > 1 && second.starts_with(b"-")),
    };
    if !is_old {
        return modern;
    }
    let text = first.get(1..).unwrap_or_default();
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (count, mut letters) = text.split_at(length);
    let mut letter = b'l';
    if let Some((&found @ (b'b' | b'c' | b'l'), rest)) = letters.split_first() {
        (letter, letters) = (found, rest);
    }
    let follows = letters == b"f";
    if !(letters.is_empty() || follows) || (count.is_empty() && !is_from) {
        return modern;
    }
    let mut value = if is_from { b"+".to_vec() } else { Vec::new() };
    value.extend_from_slice(if count.is_empty() { b"10" } else { count });
    if letter == b'b' {
        value.push(b'b');
    }
    let option = [if letter == b'l' { b"-n" } else { b"-c" }, value.as_slice()].concat();
    modern.splice(1..2, [option]);
    modern
}
