//! `grep`, `egrep` and `fgrep` as GNU grep 3.8 has them.
//!
//! ```text
//! arguments -> settings -> pattern -> files (operands, walk) -> search (one buffer) -> print
//! ```
//!
//! A file is searched as one buffer: the matcher jumps from hit to hit, and line ends and numbers
//! are looked for around the hits only.

mod files;
mod help;
mod print;
mod ripgrep;
mod search;
mod settings;

use super::{Buffering, Command, Context, Sink};
use crate::budget::Stoppable;
use crate::matching::{Options, Pattern, Syntax};
use settings::{Parsed, Settings};

pub(super) use ripgrep::RG;

/// `grep`.
pub(super) const GREP: Command = Command {
    name: "grep",
    summary: "print lines that match patterns (GNU grep 3.8)",
    buffering: Buffering::Blocks,
    run: |context| run(context, None),
};

/// `egrep`: Debian's script that calls `grep -E`.
pub(super) const EGREP: Command = Command {
    name: "egrep",
    summary: "grep -E (GNU grep 3.8)",
    buffering: Buffering::Blocks,
    run: |context| run(context, Some("-E")),
};

/// `fgrep`: Debian's script that calls `grep -F`.
pub(super) const FGREP: Command = Command {
    name: "fgrep",
    summary: "grep -F (GNU grep 3.8)",
    buffering: Buffering::Blocks,
    run: |context| run(context, Some("-F")),
};

/// Something went wrong: the exit status.
const TROUBLE: u8 = 2;

fn run(context: &mut Context<'_, '_>, script_option: Option<&str>) -> Stoppable<u8> {
    let Some(option) = script_option else { return run_as_grep(context) };
    let mut arguments = vec![b"grep".to_vec(), option.as_bytes().to_vec()];
    arguments.extend_from_slice(context.arguments.get(1..).unwrap_or_default());
    context.launch(&arguments)
}

fn run_as_grep(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let settings = match settings::parse(context)? {
        Parsed::Run(settings) => settings,
        Parsed::Exit(status) => return Ok(status),
    };
    // Even a bad pattern goes unnoticed then.
    if settings.selects_nothing() {
        return Ok(1);
    }
    let pattern = match compile(context, &settings)? {
        Ok(pattern) => pattern,
        Err(status) => return Ok(status),
    };
    let input = match settings.reads_standard_input() {
        true => context.input()?,
        false => Vec::new(),
    };
    let mut sink = Sink::default();
    let output = context.descriptors.get(1).and_then(|stream| context.machine.streams.file_path(stream).cloned());
    let result = files::search_all(
        &context.machine.workspace,
        context.directory,
        &settings,
        &pattern,
        &input,
        output.as_ref(),
        &mut sink,
    );
    if result == Ok(0) && settings.may_stop_early() {
        let _enough = context.machine.streams.take_endless();
    }
    if settings.searches_several() {
        context.works_between_writes();
    }
    sink.replay(context)?;
    result
}

/// Compiles the pattern, or prints what is wrong with it and gives the exit status.
fn compile(context: &mut Context<'_, '_>, settings: &Settings) -> Stoppable<Result<Pattern, u8>> {
    let options = Options {
        ignore_case: settings.ignore_case,
        word: settings.words,
        line: settings.lines,
        multiline: false,
        terminator: Some(settings.end_of_line),
    };
    if settings.syntax == Syntax::Perl && settings.patterns.contains(&b'\n') {
        context.complain(b"the -P option only supports a single pattern")?;
        return Ok(Err(TROUBLE));
    }
    match Pattern::compile(&settings.patterns, settings.syntax, options) {
        Ok(pattern) => {
            for warning in pattern.warnings() {
                context.complain(format!("warning: {}", warning.text()).as_bytes())?;
            }
            Ok(Ok(pattern))
        }
        Err(error) => {
            context.complain(error.text().as_bytes())?;
            Ok(Err(TROUBLE))
        }
    }
}
