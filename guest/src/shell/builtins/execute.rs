//! `eval`, `source`, `exec`, `command`, `builtin`.

use super::find;
use super::names::Described;
use crate::commands::{self, Program};
use crate::shell::Shell;
use crate::shell::eval::{Interrupt, Run};

/// `eval`
pub(super) fn eval(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let text = given.operands.join(&b' ');
    if text.trim_ascii().is_empty() {
        return Ok(0);
    }
    shell.process.status = 0;
    shell.run_text(&text, b"eval")?;
    Ok(shell.process.status)
}

/// `source` and `.`
pub(super) fn source(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let Some((file, arguments)) = given.operands.split_first() else {
        shell.complain_as(&words[0], b"filename argument required")?;
        return shell.usage(&words[0]);
    };
    if let Some(program) = shell.program_path(file) {
        shell.complain_as(&words[0], &[&program[..], b": cannot execute binary file"].concat())?;
        return Ok(126);
    }
    let text = match read_source(shell, file)? {
        Ok(text) => text,
        Err(message) => {
            let text = [&file[..], b": ", message.as_bytes()].concat();
            if message == IS_DIRECTORY {
                shell.complain_as(&words[0], &text)?
            } else {
                shell.complain(&text)?
            }
            return Ok(1);
        }
    };
    let positional =
        (!arguments.is_empty()).then(|| std::mem::replace(&mut shell.process.positional, arguments.to_vec()));
    let line = std::mem::replace(&mut shell.process.line, 1);
    let loops = std::mem::take(&mut shell.process.loops);
    shell.sources.push(file.clone());
    shell.process.sourcing += 1;
    shell.process.status = 0;
    let result = shell.run_text(&text, file);
    shell.process.sourcing -= 1;
    shell.sources.pop();
    shell.process.line = line;
    shell.process.loops = loops;
    if let Some(positional) = positional {
        shell.process.positional = positional;
    }
    match result {
        Ok(()) | Err(Interrupt::Return) => Ok(shell.process.status),
        Err(other) => Err(other),
    }
}

const IS_DIRECTORY: &str = "is a directory";

fn read_source(shell: &mut Shell<'_, '_>, file: &[u8]) -> Run<Result<Vec<u8>, &'static str>> {
    if let Some(number) = match file {
        b"/dev/stdin" | b"/dev/fd/0" => Some(0),
        _ => None,
    } {
        let Some(stream) = shell.process.descriptors.get(number) else { return Ok(Err("No such file or directory")) };
        return Ok(Ok(shell.machine.streams.read_all(stream, shell.machine.budget)?));
    }
    Ok(match shell.machine.workspace.read_at(&shell.process.directory, file)? {
        Ok(bytes) => Ok(bytes.to_vec()),
        Err(crate::workspace::FileError::IsADirectory) => Err(IS_DIRECTORY),
        Err(error) => Err(error.message()),
    })
}

/// `exec`: with a command the shell ends with it; without, its redirections stay.
pub(super) fn exec(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "cla:")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let Some(name) = given.operands.first() else {
        shell.keep_descriptors = true;
        return Ok(0);
    };
    if !name.contains(&b'/')
        && matches!(shell.describe(name, true), None | Some(Described::Builtin))
        && matches!(commands::lookup(shell.machine, name), Program::Missing)
    {
        shell.complain_as(&words[0], &[&name[..], b": not found"].concat())?;
        shell.process.status = 127;
        return Err(Interrupt::Exit);
    }
    let status = shell.run_program(given.operands)?;
    shell.process.status = status;
    Err(Interrupt::Exit)
}

/// `builtin`
pub(super) fn builtin(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let Some(name) = given.operands.first() else { return Ok(0) };
    let Some(builtin) = find(name) else {
        shell.complain_as(&words[0], &[&name[..], b": not a shell builtin"].concat())?;
        return Ok(1);
    };
    let skipped = words.len() - given.operands.len();
    shell.compound_arguments.iter_mut().for_each(|index| *index = index.saturating_sub(skipped));
    (builtin.run)(shell, given.operands)
}

/// `command`
pub(super) fn command(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "pvV")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if given.has(b'v') || given.has(b'V') {
        let mut found = false;
        for name in given.operands {
            found |= shell.print_description(&words[0], name, given.has(b'V'))?;
        }
        return Ok(i32::from(!found));
    }
    let Some(name) = given.operands.first() else { return Ok(0) };
    match find(name) {
        Some(builtin) => {
            let skipped = words.len() - given.operands.len();
            shell.compound_arguments.iter_mut().for_each(|index| *index = index.saturating_sub(skipped));
            (builtin.run)(shell, given.operands)
        }
        None => shell.run_program(given.operands),
    }
}
