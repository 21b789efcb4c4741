//! `awk` as mawk 1.3.4-20200120 has it, which is Debian 12's.
//!
//! ```text
//! arguments -> program text -> lexer -> parse -> Program -> interpreter over the records -> files
//! ```
//!
//! What differs from mawk: it seeds `rand` from the clock, which stands still here; a command of
//! `print | command` runs when it is closed; functions may call each other as deep as the limit on
//! nesting lets them.

mod arithmetic;
mod array;
mod ast;
mod bracket;
mod calls;
mod escape;
mod evaluate;
mod execute;
mod expressions;
mod fields;
mod files;
mod format;
mod functions;
mod input;
mod interpreter;
mod lexer;
mod main_input;
mod number;
mod operands;
mod parse;
mod quoted;
mod random;
mod record;
mod regex;
mod statements;
mod substitute;
mod symbols;
mod token;
mod usage;
mod value;

use super::{Buffering, Command, Context, base_name};
use crate::budget::Stoppable;
use interpreter::Interpreter;

/// `awk`.
pub(super) const AWK: Command =
    Command { name: "awk", summary: "scan and process patterns (mawk 1.3.4)", buffering: Buffering::Blocks, run };

/// `mawk`, by its own name.
pub(super) const MAWK: Command =
    Command { name: "mawk", summary: "scan and process patterns (mawk 1.3.4)", buffering: Buffering::Blocks, run };

/// The exit status after a mistake.
const FAILED: u8 = 2;

/// What the command line asks for.
#[derive(Default)]
struct Called {
    /// `-F` and `-v`, in order.
    assignments: Vec<(Vec<u8>, Vec<u8>)>,
    /// Files with the program.
    files: Vec<Vec<u8>>,
    /// Operands: the program, unless it is in files, and its arguments.
    rest: Vec<Vec<u8>>,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    if context.arguments.len() <= 1 {
        context.error(usage::USAGE.as_bytes())?;
        return Ok(0);
    }
    let called = match options(context)? {
        Ok(called) => called,
        Err(status) => return Ok(status),
    };
    let mut operands = called.rest.into_iter();
    let mut texts = Vec::new();
    if called.files.is_empty() {
        let Some(text) = operands.next() else { return Ok(0) };
        texts.push((None, text));
    }
    for name in called.files {
        match files::read(context, &name)? {
            Ok(bytes) => texts.push((Some(name), bytes.into_owned())),
            Err(error) => {
                let why = error.message();
                complain(context, &[b"cannot open ", &name[..], b" (", why.as_bytes(), b")"].concat())?;
                return Ok(FAILED);
            }
        }
    }
    let names: Vec<&[u8]> = called.assignments.iter().map(|(name, _)| name.as_slice()).collect();
    let program = match parse::parse(texts, &names, context.machine.budget)? {
        Ok(program) => program,
        Err(messages) => {
            for message in messages {
                complain(context, &message)?;
            }
            return Ok(FAILED);
        }
    };
    let mut arguments = vec![base_name(context.name()).to_vec()];
    arguments.extend(operands);
    Interpreter::new(context, &program, &arguments).run(&called.assignments)
}

/// Reads the options; the exit status when awk is over.
fn options(context: &mut Context<'_, '_>) -> Stoppable<Result<Called, u8>> {
    let arguments = context.arguments;
    let mut called = Called::default();
    let mut at = 1;
    while let Some(argument) = arguments.get(at) {
        if !argument.starts_with(b"-") {
            break;
        }
        if argument == b"-" {
            // Alone it is no program, and with one it is an operand.
            if called.files.is_empty() {
                return Ok(Err(0));
            }
            break;
        }
        if argument == b"--" {
            at += 1;
            break;
        }
        let [_, letter, glued @ ..] = argument.as_slice() else { break };
        if *letter == b'-' {
            complain(context, &[b"not an option: ", argument.as_slice()].concat())?;
            if !matches!(glued, b"lint" | b"lint-old" | b"posix" | b"re-interval" | b"traditional") {
                return Ok(Err(FAILED));
            }
            at += 1;
            continue;
        }
        let value = if glued.is_empty() { arguments.get(at + 1).map(Vec::as_slice) } else { Some(glued) };
        at += if glued.is_empty() { 2 } else { 1 };
        let Some(value) = value.filter(|_| b"WFvf".contains(letter)) else {
            let text = if b"WFvf".contains(letter) { "option " } else { "not an option: " };
            let lacks: &[u8] = if b"WFvf".contains(letter) { b" lacks argument" } else { b"" };
            complain(context, &[text.as_bytes(), argument, lacks].concat())?;
            return Ok(Err(FAILED));
        };
        match letter {
            b'F' => called.assignments.push((b"FS".to_vec(), value.to_vec())),
            b'f' => called.files.push(value.to_vec()),
            b'v' => match main_input::assignment(value) {
                Some((name, value)) => called.assignments.push((name.to_vec(), value.to_vec())),
                None => {
                    complain(context, &[b"improper assignment: -v ", value].concat())?;
                    return Ok(Err(FAILED));
                }
            },
            _ => {
                if let Some(status) = own_option(context, value)? {
                    return Ok(Err(status));
                }
            }
        }
    }
    called.rest = arguments.get(at..).unwrap_or_default().to_vec();
    Ok(Ok(called))
}

/// `-W`: mawk's own options. Some are taken and change nothing here.
fn own_option(context: &mut Context<'_, '_>, value: &[u8]) -> Stoppable<Option<u8>> {
    let name = value.split(|byte| *byte == b'=').next().unwrap_or_default().to_ascii_lowercase();
    let is = |full: &str| !name.is_empty() && full.as_bytes().starts_with(&name);
    if is("version") {
        context.out(usage::VERSION.as_bytes())?;
        context.flush()?;
        context.error(usage::COMPILED.as_bytes())?;
        return Ok(Some(0));
    }
    if is("help") || is("usage") {
        context.error(usage::USAGE.as_bytes())?;
        return Ok(Some(0));
    }
    if !["dump", "interactive", "exec", "random", "sprintf", "posix_space"].into_iter().any(is) {
        complain(context, &[b"vacuous option: -W ", value].concat())?;
    }
    Ok(None)
}

/// Prints a message. What standard output holds comes after it, as in mawk.
fn complain(context: &mut Context<'_, '_>, message: &[u8]) -> Stoppable<()> {
    let text = [base_name(context.name()), b": ", message, b"\n"].concat();
    context.error(&text)
}
