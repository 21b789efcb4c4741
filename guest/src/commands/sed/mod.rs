//! `sed` as GNU sed 4.9 has it.
//!
//! ```text
//! arguments -> pieces of script -> parse -> Script -> execute over the input's lines -> outputs
//! ```

mod address;
mod escape;
mod execute;
mod input;
mod lines;
mod list;
mod output;
mod parse;
mod reader;
mod replace;
mod replacement;
mod script;
mod substitute;
mod usage;

use super::options::{Long, OptionReader, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;
use execute::Manner;
use output::Outputs;
use parse::{Parser, Reading};
use reader::{Origin, ScriptError};

/// `sed`.
pub(super) const SED: Command =
    Command { name: "sed", summary: "edit a stream of lines (GNU sed 4.9)", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "bsnrzuEe:f:l:i::V:s",
    long: &[
        Long::flag("binary", "b"),
        Long::flag("regexp-extended", "E"),
        Long::flag("debug", "debug"),
        Long::perhaps("in-place", "i"),
        Long::value("expression", "e"),
        Long::value("file", "f"),
        Long::value("line-length", "l"),
        Long::flag("null-data", "z"),
        Long::flag("zero-terminated", "z"),
        Long::flag("quiet", "n"),
        Long::flag("posix", "posix"),
        Long::flag("silent", "n"),
        Long::flag("sandbox", "sandbox"),
        Long::flag("separate", "s"),
        Long::flag("unbuffered", "u"),
        Long::flag("version", "version"),
        Long::flag("help", "help"),
        Long::flag("follow-symlinks", "follow-symlinks"),
    ],
};

/// sed cannot go on: the exit status.
const PANIC: u8 = 4;

/// A piece of script and where it comes from.
type Piece = (Vec<u8>, Origin);

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut manner = Manner { width: 70, delimiter: b'\n', ..Manner::default() };
    let mut reading = Reading::default();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut expressions = 0;
    let mut reader = OptionReader::new(TABLE, context.arguments);
    loop {
        let given = match reader.next_option() {
            Ok(Some(given)) => given,
            Ok(None) => break,
            Err(error) => {
                complain(context, &error.0)?;
                return usage::usage(context, 1);
            }
        };
        match given.name {
            "n" => manner.quiet = true,
            "E" | "r" => reading.extended = true,
            "s" => manner.separate = true,
            "z" => manner.delimiter = 0,
            "i" => {
                manner.separate = true;
                manner.in_place = Some(given.text().to_vec());
            }
            "l" => match std::str::from_utf8(given.text()).map(str::parse::<u64>) {
                Ok(Ok(width)) => manner.width = width,
                _ => {
                    let message = [b"invalid line length: ", given.text()].concat();
                    complain(context, &message)?;
                    return usage::usage(context, 1);
                }
            },
            "posix" => manner.posix = true,
            "sandbox" => reading.sandbox = true,
            "follow-symlinks" => manner.follow_links = true,
            "e" => {
                expressions += 1;
                pieces.push((given.text().to_vec(), Origin::Expression(expressions)));
            }
            "f" => match script_file(context, given.text())? {
                Ok(piece) => pieces.push(piece),
                Err(status) => return Ok(status),
            },
            "help" => return usage::help(context),
            "version" => return usage::version(context),
            "u" => manner.unbuffered = true,
            // `-b` changes nothing here; `--debug` only annotates.
            _ => {}
        }
    }
    let mut operands = reader.operands().into_iter();
    if pieces.is_empty() {
        let Some(script) = operands.next() else { return usage::usage(context, 1) };
        pieces.push((script.to_vec(), Origin::Expression(1)));
    }
    let mut files: Vec<Vec<u8>> = operands.map(<[u8]>::to_vec).collect();
    if files.is_empty() && manner.in_place.is_none() {
        files.push(b"-".to_vec());
    }
    let mut parser = Parser::new(reading);
    let script = match parse_all(&mut parser, &pieces) {
        Ok(script) => script,
        Err(error) => {
            let opened = Outputs::open(context, parser.outputs(), &manner)?;
            let (message, status) = match opened {
                Ok(_) => (error.message, error.status),
                Err(fatal) => (fatal.message, fatal.status),
            };
            complain(context, &message)?;
            return Ok(status);
        }
    };
    if files.is_empty() {
        if let Err(fatal) = Outputs::open(context, &script.outputs, &manner)? {
            complain(context, &fatal.message)?;
            return Ok(fatal.status);
        }
        complain(context, b"no input files")?;
        return Ok(PANIC);
    }
    manner.quiet |= script.starts_quiet;
    if lines::print(context, &script, &manner, &files)? {
        return Ok(0);
    }
    match execute::run(context, &script, &manner, files)? {
        Ok(status) => Ok(status),
        Err(fatal) => {
            complain(context, &fatal.message)?;
            Ok(fatal.status)
        }
    }
}

/// Prints a message. Unlike other GNU programs, sed does not flush standard output before it.
fn complain(context: &mut Context<'_, '_>, message: &[u8]) -> Stoppable<()> {
    context.error(&[b"sed: ", message, b"\n"].concat())
}

fn parse_all(parser: &mut Parser, pieces: &[Piece]) -> Result<script::Script, ScriptError> {
    for (text, origin) in pieces {
        parser.piece(text, origin.clone())?;
    }
    parser.finish()
}

/// The script of `-f`; the exit status when it cannot be read.
fn script_file(context: &mut Context<'_, '_>, name: &[u8]) -> Stoppable<Result<Piece, u8>> {
    if name == b"-" {
        return Ok(Ok((context.input()?, Origin::File(b"-".to_vec()))));
    }
    match context.machine.workspace.read_at(context.directory, name)? {
        Ok(bytes) => Ok(Ok((bytes.to_vec(), Origin::File(name.to_vec())))),
        Err(error) => {
            let text = error.message().as_bytes();
            complain(context, &[b"couldn't open file ", name, b": ", text].concat())?;
            Ok(Err(PANIC))
        }
    }
}
