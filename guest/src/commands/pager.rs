//! `more` and `less` where nobody can press a key: both print everything and end.

use super::common::or_standard_input;
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;
use crate::machine::{Provenance, Terminal};
use crate::workspace::FileError;

/// `less`.
pub(super) const LESS: Command = Command {
    name: "less",
    summary: "Print files, as less 590 does without a terminal.",
    buffering: Buffering::Blocks,
    run: less,
};

/// `more`.
pub(super) const MORE: Command = Command {
    name: "more",
    summary: "Print files, as util-linux 2.38 does without a terminal.",
    buffering: Buffering::Blocks,
    run: more,
};

/// The operands; options change only how a terminal is used.
fn operands<'a>(context: &Context<'a, '_>) -> Vec<&'a [u8]> {
    let words = context.arguments.iter().skip(1).map(Vec::as_slice);
    words.filter(|word| *word == b"-" || !(word.starts_with(b"-") || word.starts_with(b"+"))).collect()
}

/// On a terminal the real one waits for keys.
fn note(context: &mut Context<'_, '_>) {
    if context.machine.terminal != Terminal::Pipe {
        context.machine.effects.note(Provenance::Refused);
    }
}

fn less(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    note(context);
    let names = or_standard_input(operands(context));
    for (at, name) in names.iter().copied().enumerate() {
        // A file is in its list once.
        if names.iter().take(at).any(|earlier| *earlier == name) {
            continue;
        }
        match context.open(name)? {
            Ok(bytes) => context.out(&bytes)?,
            Err(error) => {
                let message: &[u8] = match error {
                    FileError::IsADirectory => b" is a directory",
                    _ => &[b": ", error.message().as_bytes()].concat(),
                };
                context.flush()?;
                context.error(&[name, message, b"\n"].concat())?;
            }
        }
    }
    // What cannot be opened is said, and no failure.
    Ok(0)
}

fn more(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    note(context);
    let names = operands(context);
    let has_headers = names.len() > 1;
    let mut status = 0;
    for name in or_standard_input(names) {
        match context.open(name)? {
            Ok(bytes) => {
                if has_headers {
                    let line = b"::::::::::::::\n";
                    context.out(&[&line[..], name, b"\n", line].concat())?;
                }
                context.out(&bytes)?;
            }
            Err(FileError::IsADirectory) => {
                context.out(&[b"\n*** ", name, b": directory ***\n\n"].concat())?;
            }
            Err(error) => {
                context.flush()?;
                let text = [b"more: cannot open ", name, b": ", error.message().as_bytes(), b"\n"].concat();
                context.error(&text)?;
                status = 1;
            }
        }
    }
    Ok(status)
}
