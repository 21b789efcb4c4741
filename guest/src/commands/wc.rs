//! `wc` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, VERSION, lines, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `wc`.
pub(super) const WC: Command = Command {
    name: "wc",
    summary: "Count lines, words and bytes, as GNU coreutils 9.1 does.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "clLmw",
    long: &[
        Long::flag("bytes", "c"),
        Long::flag("chars", "m"),
        Long::flag("lines", "l"),
        Long::flag("words", "w"),
        Long::value("files0-from", "files0-from"),
        Long::flag("max-line-length", "L"),
        HELP,
        VERSION,
    ],
};

/// Lines, words, characters, bytes, longest line: the order in which they are printed.
#[derive(Clone, Copy, Default)]
struct Counts([u64; 5]);

const LINES: usize = 0;
const WORDS: usize = 1;
const CHARACTERS: usize = 2;
const BYTES: usize = 3;
const LONGEST: usize = 4;

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut shown = [false; 5];
    let mut list: Option<&[u8]> = None;
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "c" => shown[BYTES] = true,
            "m" => shown[CHARACTERS] = true,
            "l" => shown[LINES] = true,
            "w" => shown[WORDS] = true,
            "L" => shown[LONGEST] = true,
            _ => list = given.value,
        }
        Ok(())
    })?);
    if shown == [false; 5] {
        shown = [true, true, false, true, false];
    }
    let mut names: Vec<Vec<u8>> = operands.iter().map(|name| name.to_vec()).collect();
    if let Some(list) = list {
        if let Some(operand) = operands.first() {
            context.complain(&[b"extra operand ", &quote::always(operand)[..]].concat())?;
            context.error(b"file operands cannot be combined with --files0-from\n")?;
            return context.try_help(1);
        }
        match context.open(list)? {
            Ok(bytes) => {
                names = lines(&bytes, 0).map(|name| name.strip_suffix(b"\0").unwrap_or(name).to_vec()).collect()
            }
            Err(error) => {
                let message = [&quote::always(list)[..], b" for reading: ", error.message().as_bytes()].concat();
                return context.fail(Fault::Message([b"cannot open ", &message[..]].concat()), 1);
            }
        }
    }
    let is_input = operands.is_empty() && list.is_none();
    let names = if is_input { vec![Vec::new()] } else { names };
    let width = width(context, &names, is_input, &shown);
    let (mut total, mut status) = (Counts::default(), 0);
    for name in &names {
        if name.is_empty() && !is_input {
            context.complain(b"invalid zero-length file name")?;
            status = 1;
            continue;
        }
        let bytes = if is_input || name == b"-" { Ok(context.input()?.into()) } else { context.open(name)? };
        let counts = match bytes {
            Ok(bytes) => count(&bytes, &shown),
            Err(error) => {
                context.complain_about(b"", &quote::file_in_message(name), error)?;
                status = 1;
                if error != FileError::IsADirectory {
                    continue;
                }
                Counts::default()
            }
        };
        print(context, counts, &shown, width, if is_input { None } else { Some(name) })?;
        for place in [LINES, WORDS, CHARACTERS, BYTES] {
            total.0[place] += counts.0[place];
        }
        total.0[LONGEST] = total.0[LONGEST].max(counts.0[LONGEST]);
    }
    if names.len() > 1 {
        print(context, total, &shown, width, Some(b"total"))?;
    }
    Ok(status)
}

/// One column is as wide as it must be; several are as wide as the sum of the files' sizes, and at
/// least seven where something is no regular file.
fn width(context: &Context<'_, '_>, names: &[Vec<u8>], is_input: bool, shown: &[bool; 5]) -> usize {
    if names.len() <= 1 && shown.iter().filter(|is_shown| **is_shown).count() == 1 {
        return 1;
    }
    const SEVEN: usize = 7;
    if is_input {
        return SEVEN;
    }
    let (mut sum, mut least) = (0, 1);
    for name in names {
        if name == b"-" {
            least = SEVEN;
            continue;
        }
        match context.machine.workspace.stat(context.directory, name) {
            Ok((_, node)) if node.kind() == sparring_tree::Kind::File => sum += node.size(),
            Ok(_) => least = SEVEN,
            Err(_) => {}
        }
    }
    sum.to_string().len().max(least)
}

fn print(
    context: &mut Context<'_, '_>,
    counts: Counts,
    shown: &[bool; 5],
    width: usize,
    name: Option<&[u8]>,
) -> Stoppable<()> {
    let columns: Vec<String> = counts
        .0
        .iter()
        .zip(shown)
        .filter(|(_, is_shown)| **is_shown)
        .map(|(count, _)| format!("{count:>width$}"))
        .collect();
    let mut line = columns.join(" ").into_bytes();
    if let Some(name) = name {
        line.push(b' ');
        if name.contains(&b'\n') {
            line.extend_from_slice(&quote::file_in_message(name));
        } else {
            line.extend_from_slice(name);
        }
    }
    line.push(b'\n');
    context.out(&line)
}

fn count(bytes: &[u8], shown: &[bool; 5]) -> Counts {
    let mut counts = Counts::default();
    counts.0[BYTES] = bytes.len() as u64;
    if shown[LINES] {
        counts.0[LINES] = memchr::memchr_iter(b'\n', bytes).count() as u64;
    }
    if !(shown[WORDS] || shown[CHARACTERS] || shown[LONGEST]) {
        return counts;
    }
    let (mut is_in_word, mut column) = (false, 0);
    let mut longest = 0;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            counts.0[CHARACTERS] += 1;
            match character {
                '\n' | '\r' | '\u{c}' => {
                    longest = longest.max(column);
                    (column, is_in_word) = (0, false);
                }
                '\t' => (column, is_in_word) = (column + 8 - column % 8, false),
                ' ' => (column, is_in_word) = (column + 1, false),
                '\u{b}' => is_in_word = false,
                _ if character.is_whitespace() => {
                    column += 1;
                    is_in_word = false;
                }
                _ if quote::is_printable(character) => {
                    column += super::width::of(character) as u64;
                    counts.0[WORDS] += u64::from(!std::mem::replace(&mut is_in_word, true));
                }
                _ => {}
            }
        }
    }
    counts.0[LONGEST] = longest.max(column);
    counts
}
