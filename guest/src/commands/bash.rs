//! `bash` and `sh`: another shell, from a text, a file or standard input, as bash 5.2 and dash
//! 0.5.12 are called. `sh` understands what bash does; only its messages look like dash's.

use super::{Buffering, Command, Context, base_name};
use crate::budget::Stoppable;
use crate::shell::{Script, ShellKind, run_command_line};
use crate::workspace::FileError;

/// `bash`
pub(super) const BASH: Command = Command {
    name: "bash",
    summary: "run commands from a string (-c), a file or standard input, as bash 5.2",
    buffering: Buffering::Direct,
    run: |context| run(context, false),
};

/// `sh`
pub(super) const SH: Command = Command {
    name: "sh",
    summary: "run commands from a string (-c), a file or standard input; messages as dash 0.5.12",
    buffering: Buffering::Direct,
    run: |context| run(context, true),
};

const USAGE: &str = "Usage:\tbash [GNU long option] [option] ...\n\tbash [GNU long option] [option] script-file ...\n\
    GNU long options:\n\t--debug\n\t--debugger\n\t--dump-po-strings\n\t--dump-strings\n\t--help\n\t--init-file\n\
    \t--login\n\t--noediting\n\t--noprofile\n\t--norc\n\t--posix\n\t--pretty-print\n\t--rcfile\n\t--restricted\n\
    \t--verbose\n\t--version\nShell options:\n\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)\n\
    \t-abefhkmnptuvxBCEHPT or -o option\n";

const VERSION: &str = "GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n\
    Copyright (C) 2022 Free Software Foundation, Inc.\n\
    License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\n\
    This is free software; you are free to change and redistribute it.\n\
    There is NO WARRANTY, to the extent permitted by law.\n";

fn run(context: &mut Context<'_, '_>, dash: bool) -> Stoppable<u8> {
    let arguments = context.arguments.get(1..).unwrap_or_default();
    let name = base_name(context.name());
    let mut options = Vec::new();
    let (mut from_string, mut from_input) = (false, false);
    let mut at = 0;
    while let Some(argument) = arguments.get(at) {
        match argument.as_slice() {
            b"--" | b"-" => {
                at += 1;
                break;
            }
            b"--version" if !dash => {
                context.out(VERSION.as_bytes())?;
                return Ok(0);
            }
            b"--login" | b"--norc" | b"--noprofile" | b"--posix" | b"--noediting" if !dash => at += 1,
            [b'-', b'-', ..] => return invalid(context, argument, dash),
            [sign @ (b'-' | b'+'), letters @ ..] if !letters.is_empty() => {
                at += 1;
                for letter in letters {
                    match letter {
                        b'c' => from_string = true,
                        b's' => from_input = true,
                        b'o' | b'O' => at += 1,
                        b'i' | b'l' | b'r' | b'D' => {}
                        letter if b"abefhkmnptuvxBCEHPT".contains(letter) => {
                            if *sign == b'-' {
                                options.push(*letter);
                            }
                        }
                        _ => return invalid(context, argument, dash),
                    }
                }
            }
            _ => break,
        }
    }
    let operands = arguments.get(at..).unwrap_or_default();
    let (kind, own_name, text, rest): (ShellKind, &[u8], Vec<u8>, &[Vec<u8>]) = match operands {
        [] if from_string => {
            let message = if dash { "-c requires an argument" } else { "-c: option requires an argument" };
            context.error(&[name, b": ", message.as_bytes(), b"\n"].concat())?;
            return Ok(2);
        }
        [text, rest @ ..] if from_string => {
            let kind = if dash { ShellKind::Dash } else { ShellKind::Command };
            (kind, rest.first().map_or(name, Vec::as_slice), text.clone(), rest.get(1..).unwrap_or_default())
        }
        [file, rest @ ..] if !from_input => {
            let kind = if dash { ShellKind::Dash } else { ShellKind::Script };
            match read(context, file)? {
                Ok(text) => (kind, file, text, rest),
                Err(error) => return cannot_open(context, file, error, dash),
            }
        }
        rest => {
            let kind = if dash { ShellKind::Dash } else { ShellKind::Input };
            (kind, name, context.input()?, rest)
        }
    };
    let script = Script { kind, name: own_name, text: &text, arguments: rest, options: &options };
    run_command_line(context.machine, &script, context.directory, context.environment, context.descriptors)
}

fn read(context: &Context<'_, '_>, file: &[u8]) -> Stoppable<Result<Vec<u8>, FileError>> {
    Ok(context.machine.workspace.read_at(context.directory, file)?.map(<[u8]>::to_vec))
}

fn cannot_open(context: &mut Context<'_, '_>, file: &[u8], error: FileError, dash: bool) -> Stoppable<u8> {
    let name = base_name(context.name());
    let (text, status) = match (dash, error) {
        (true, FileError::NotFound) => ([name, b": 0: cannot open ", file, b": No such file\n"].concat(), 2),
        (true, _) => ([name, b": 0: cannot open ", file, b": ", error.message().as_bytes(), b"\n"].concat(), 2),
        (false, FileError::IsADirectory) => ([file, b": ", file, b": Is a directory\n"].concat(), 126),
        (false, _) => ([name, b": ", file, b": ", error.message().as_bytes(), b"\n"].concat(), 127),
    };
    context.error(&text)?;
    Ok(status)
}

fn invalid(context: &mut Context<'_, '_>, argument: &[u8], dash: bool) -> Stoppable<u8> {
    let name = base_name(context.name());
    if dash {
        context.error(&[name, b": 0: Illegal option ", argument, b"\n"].concat())?;
        return Ok(2);
    }
    context.error(&[name, b": ", argument, b": invalid option\n", USAGE.as_bytes()].concat())?;
    Ok(2)
}
