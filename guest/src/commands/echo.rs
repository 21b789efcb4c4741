//! `echo` as in GNU coreutils 9.1 and, with the same core, in bash 5.2.

use super::{Buffering, Command, Context};
use crate::budget::Stoppable;

/// `echo`.
pub(super) const ECHO: Command =
    Command { name: "echo", summary: "Print its arguments.", buffering: Buffering::Blocks, run };

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let text = text(context.arguments.get(1..).unwrap_or_default(), Flavour::Program);
    context.out(&text)?;
    Ok(0)
}

/// Whose escapes `-e` knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// The program's.
    Program,
    /// bash's: `\u00e9` too.
    Bash,
}

/// What `echo` prints for its arguments, those after the name.
pub fn text(arguments: &[Vec<u8>], flavour: Flavour) -> Vec<u8> {
    let style = match flavour {
        Flavour::Program => super::escapes::Style::Program,
        Flavour::Bash => super::escapes::Style::Echo,
    };
    let (mut has_newline, mut has_escapes) = (true, false);
    let mut words = arguments;
    while let Some((first, rest)) = words.split_first() {
        let Some(letters) = first.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else { break };
        if !letters.iter().all(|letter| b"neE".contains(letter)) {
            break;
        }
        for letter in letters {
            match letter {
                b'n' => has_newline = false,
                b'e' => has_escapes = true,
                _ => has_escapes = false,
            }
        }
        words = rest;
    }
    let mut out = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        if !has_escapes {
            out.extend_from_slice(word);
        } else if !super::escapes::expand(word, style, &mut out) {
            return out;
        }
    }
    if has_newline {
        out.push(b'\n');
    }
    out
}
