//! Commands that turn lines around: `tac`, `rev`, `paste`, `fold`, `expand`, `unexpand`, `comm`.

use super::common::{Fault, HELP, VERSION, lines, or_standard_input, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `tac`.
pub(super) const TAC: Command =
    Command { name: "tac", summary: "Print lines in reverse.", buffering: Buffering::Blocks, run: tac };
/// `rev`.
pub(super) const REV: Command =
    Command { name: "rev", summary: "Print lines backwards (util-linux).", buffering: Buffering::Blocks, run: rev };
/// `paste`.
pub(super) const PASTE: Command =
    Command { name: "paste", summary: "Join lines of files.", buffering: Buffering::Blocks, run: paste };
/// `fold`.
pub(super) const FOLD: Command =
    Command { name: "fold", summary: "Wrap lines.", buffering: Buffering::Blocks, run: fold };
/// `expand`.
pub(super) const EXPAND: Command =
    Command { name: "expand", summary: "Turn tabs into spaces.", buffering: Buffering::Blocks, run: expand };

fn tac(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable {
        short: "brs:",
        long: &[Long::flag("before", "b"), Long::flag("regex", "r"), Long::value("separator", "s"), HELP, VERSION],
    };
    let (mut separator, mut is_before) = (b"\n".to_vec(), false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "b" => is_before = true,
            "s" => separator = if given.text().is_empty() { vec![0] } else { given.text().to_vec() },
            _ => return Err(Fault::Message(b"separators that are regular expressions are not simulated".to_vec())),
        }
        Ok(())
    })?);
    // Written at the very end, after all messages.
    let mut out = Vec::new();
    let mut status = 0;
    for name in or_standard_input(operands) {
        let text = match context.open(name)? {
            Ok(text) => text,
            Err(error) => {
                status = 1;
                if error == FileError::IsADirectory {
                    context.complain_about(b"", &quote::file_in_message(name), FileError::Invalid)?;
                    // The original names the failed read.
                    continue;
                }
                let shown = [&quote::always(name)[..], b" for reading"].concat();
                context.complain_about(b"failed to open ", &shown, error)?;
                continue;
            }
        };
        let mut end = text.len();
        let mut starts: Vec<usize> = memchr::memmem::find_iter(&text, &separator)
            .map(|at| if is_before { at } else { at + separator.len() })
            .collect();
        starts.insert(0, 0);
        starts.dedup();
        for start in starts.into_iter().rev() {
            out.extend_from_slice(text.get(start..end).unwrap_or_default());
            end = start.min(end);
        }
    }
    context.out(&out)?;
    Ok(status)
}

fn rev(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable { short: "hV0", long: &[Long::flag("zero", "0"), HELP, VERSION] };
    let operands = or_status!(context.options(TABLE, 1, |_| Ok(()))?);
    let is_input = operands.is_empty();
    let mut status = 0;
    for name in if is_input { vec![&b"stdin"[..]] } else { operands } {
        let text = if is_input {
            Ok(context.input()?.into())
        } else {
            // A `-` is a file of that name.
            context.machine.workspace.read_at(context.directory, name)?.map(std::borrow::Cow::Borrowed)
        };
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                // This program does not flush its output before a message.
                context.error(&[b"rev: cannot open ", name, b": ", error.message().as_bytes(), b"\n"].concat())?;
                status = 1;
                continue;
            }
        };
        // A NUL ends what the program sees of a line; the next line follows right after.
        let mut seen = Vec::with_capacity(text.len());
        for line in lines(&text, b'\n') {
            seen.extend_from_slice(line.get(..memchr::memchr(0, line).unwrap_or(line.len())).unwrap_or(line));
        }
        let mut out = Vec::with_capacity(text.len());
        for (at, line) in lines(&seen, b'\n').enumerate() {
            let (body, end) = match line.strip_suffix(b"\n") {
                Some(body) => (body, &b"\n"[..]),
                None => (line, &b""[..]),
            };
            let Ok(body) = std::str::from_utf8(body) else {
                let place = format!(": {at}: Invalid or incomplete multibyte or wide character\n");
                context.error(&[b"rev: ", name, place.as_bytes()].concat())?;
                status = 1;
                break;
            };
            out.extend(body.chars().rev().collect::<String>().bytes());
            out.extend_from_slice(end);
        }
        context.out(&out)?;
    }
    Ok(status)
}

fn paste(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable {
        short: "d:sz",
        long: &[
            Long::flag("serial", "s"),
            Long::value("delimiters", "d"),
            Long::flag("zero-terminated", "z"),
            HELP,
            VERSION,
        ],
    };
    let (mut delimiters, mut is_serial, mut end) = (vec![Some(b'\t')], false, b'\n');
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "d" => delimiters = unescaped(given.text()),
            "s" => is_serial = true,
            _ => end = 0,
        }
        Ok(())
    })?);
    if delimiters.is_empty() {
        delimiters.push(None);
    }
    let mut inputs: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut status = 0;
    let operands = or_standard_input(operands);
    // Several `-` take turns on the lines of standard input.
    let dashes = operands.iter().filter(|name| **name == b"-").count();
    let mut standard: Option<Vec<Vec<u8>>> = None;
    let mut dash = 0;
    for name in &operands {
        let bare = |line: &[u8]| line.strip_suffix(&[end]).unwrap_or(line).to_vec();
        if *name == b"-" {
            if standard.is_none() {
                let text = context.input()?;
                standard = Some(lines(&text, end).map(bare).collect());
            }
            let all = standard.as_deref().unwrap_or_default();
            let turn = dash;
            dash += 1;
            let mine = if is_serial {
                if turn == 0 { all.to_vec() } else { Vec::new() }
            } else {
                all.iter().skip(turn).step_by(dashes).cloned().collect()
            };
            inputs.push(mine);
            continue;
        }
        match context.open(name)? {
            Ok(text) => inputs.push(lines(&text, end).map(bare).collect()),
            Err(error) => {
                if is_serial {
                    // What came before is written first.
                    let mut out = Vec::new();
                    inputs
                        .drain(..)
                        .for_each(|input| join(&mut input.iter().map(Vec::as_slice), &delimiters, end, &mut out));
                    context.out(&out)?;
                }
                context.complain_about(b"", &quote::file_in_message(name), error)?;
                if !is_serial && error != FileError::IsADirectory {
                    return Ok(1);
                }
                status = 1;
                if !is_serial {
                    inputs.push(Vec::new());
                }
            }
        }
    }
    let mut out = Vec::new();
    if is_serial {
        for input in &inputs {
            join(&mut input.iter().map(Vec::as_slice), &delimiters, end, &mut out);
        }
    } else {
        let longest = inputs.iter().map(Vec::len).max().unwrap_or(0);
        for row in 0..longest {
            let mut cells = inputs.iter().map(|input| input.get(row).map_or(&b""[..], Vec::as_slice));
            join(&mut cells, &delimiters, end, &mut out);
        }
    }
    context.out(&out)?;
    Ok(status)
}

/// Joins cells with the delimiters, which take turns.
fn join(cells: &mut dyn Iterator<Item = &[u8]>, delimiters: &[Option<u8>], end: u8, out: &mut Vec<u8>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.extend(delimiters.get((at - 1) % delimiters.len().max(1)).copied().flatten());
        }
        out.extend_from_slice(cell);
    }
    out.push(end);
}

/// Delimiters: `\n`, `\t`, `\\`, and `\0` for none.
fn unescaped(text: &[u8]) -> Vec<Option<u8>> {
    let mut delimiters = Vec::new();
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        delimiters.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'0') => None,
                Some(b'n') => Some(b'\n'),
                Some(b't') => Some(b'\t'),
                Some(b'b') => Some(8),
                Some(b'f') => Some(12),
                Some(b'r') => Some(b'\r'),
                Some(b'v') => Some(11),
                Some(other) => Some(*other),
                None => break,
            },
            other => Some(other),
        });
    }
    delimiters
}

fn fold(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable {
        short: "bsw:0::1::2::3::4::5::6::7::8::9::",
        long: &[Long::flag("bytes", "b"), Long::flag("spaces", "s"), Long::value("width", "w"), HELP, VERSION],
    };
    let (mut is_bytes, mut at_spaces, mut width) = (false, false, 80_usize);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        let text = match given.name {
            "b" => {
                is_bytes = true;
                return Ok(());
            }
            "s" => {
                at_spaces = true;
                return Ok(());
            }
            "w" => given.text().to_vec(),
            digit => [digit.as_bytes(), given.text()].concat(),
        };
        match super::common::number(&text, "") {
            Ok(number) if number > 0 => width = usize::try_from(number).unwrap_or(usize::MAX),
            Ok(_) => {
                let range = [&quote::curly(&text)[..], b": Numerical result out of range"].concat();
                return Err(Fault::Message([b"invalid number of columns: ", &range[..]].concat()));
            }
            Err(_) => return Err(Fault::about("invalid number of columns:", &text)),
        }
        Ok(())
    })?);
    let advance = |column: usize, byte: u8| match byte {
        _ if is_bytes => column + 1,
        8 => column.saturating_sub(1),
        b'\r' => 0,
        b'\t' => column + 8 - column % 8,
        _ => column + 1,
    };
    let mut status = 0;
    for name in or_standard_input(operands) {
        let Some(text) = context.open_or_complain(name)? else {
            status = 1;
            continue;
        };
        let mut out = Vec::with_capacity(text.len());
        let mut line: Vec<u8> = Vec::new();
        let mut column = 0;
        for &byte in text.iter() {
            if byte == b'\n' {
                line.push(byte);
                out.append(&mut line);
                column = 0;
                continue;
            }
            loop {
                let next = advance(column, byte);
                if next <= width || line.is_empty() {
                    column = next;
                    line.push(byte);
                    break;
                }
                if at_spaces && let Some(blank) = line.iter().rposition(|byte| matches!(byte, b' ' | b'\t')) {
                    let rest = line.split_off(blank + 1);
                    out.append(&mut line);
                    out.push(b'\n');
                    line = rest;
                    column = line.iter().fold(0, |column, byte| advance(column, *byte));
                    continue;
                }
                out.append(&mut line);
                out.push(b'\n');
                column = 0;
            }
        }
        out.append(&mut line);
        context.out(&out)?;
    }
    Ok(status)
}

fn expand(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable {
        short: "it:0::1::2::3::4::5::6::7::8::9::",
        long: &[Long::flag("initial", "i"), Long::value("tabs", "t"), HELP, VERSION],
    };
    let (mut only_initial, mut stops): (bool, Vec<usize>) = (false, Vec::new());
    let operands = or_status!(context.options(TABLE, 1, |given| {
        let text = match given.name {
            "i" => {
                only_initial = true;
                return Ok(());
            }
            "t" => given.text().to_vec(),
            digit => [digit.as_bytes(), given.text()].concat(),
        };
        for part in text.split(|byte| matches!(byte, b',' | b' ' | b'\t')).filter(|part| !part.is_empty()) {
            match super::common::number(part, "") {
                Ok(number) => stops.push(usize::try_from(number).unwrap_or(usize::MAX).min(1 << 20)),
                Err(_) => {
                    let bad = part.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(0);
                    let rest = part.get(bad..).unwrap_or_default();
                    return Err(Fault::about("tab size contains invalid character(s):", rest));
                }
            }
        }
        Ok(())
    })?);
    let mut before = 0;
    for stop in &stops {
        let message: &[u8] = match stop {
            0 => b"tab size cannot be 0",
            stop if *stop <= before => b"tab sizes must be ascending",
            _ => {
                before = *stop;
                continue;
            }
        };
        return context.fail(Fault::Message(message.to_vec()), 1);
    }
    // One size holds everywhere; after the last of several stops a tab is one space.
    let next_stop = |column: usize| match stops.as_slice() {
        [] => column + 8 - column % 8,
        [size] => column + size - column % size,
        stops => stops.iter().copied().find(|stop| *stop > column).unwrap_or(column + 1),
    };
    let mut status = 0;
    for name in or_standard_input(operands) {
        let Some(text) = context.open_or_complain(name)? else {
            status = 1;
            continue;
        };
        let mut out = Vec::with_capacity(text.len());
        let (mut column, mut is_initial) = (0, true);
        for &byte in text.iter() {
            match byte {
                b'\t' if is_initial || !only_initial => {
                    let spaces = next_stop(column) - column;
                    out.extend(std::iter::repeat_n(b' ', spaces));
                    column += spaces;
                }
                b'\n' => {
                    out.push(byte);
                    (column, is_initial) = (0, true);
                }
                8 => {
                    out.push(byte);
                    column = column.saturating_sub(1);
                    is_initial = false;
                }
                _ => {
                    out.push(byte);
                    column += 1;
                    is_initial &= byte == b' ' || byte == b'\t';
                }
            }
        }
        context.out(&out)?;
    }
    Ok(status)
}
