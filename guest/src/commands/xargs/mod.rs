//! `xargs` as GNU findutils 4.9 has it. Commands run one after the other, with `-P` too.

mod items;
mod settings;

use super::options::OptionReader;
use super::{Buffering, Command, Context, Program, lookup, quote};
use crate::budget::Stoppable;
use items::Items;
use settings::Settings;

/// `xargs`.
pub(super) const XARGS: Command = Command {
    name: "xargs",
    summary: "build and run command lines from input (GNU findutils 4.9)",
    buffering: Buffering::Blocks,
    run,
};

/// A command exited with a status from 1 to 125.
const COMMAND_FAILED: u8 = 123;
/// A command exited with status 255, which ends xargs.
const COMMAND_ABORTED: u8 = 124;
/// A command was killed by a signal.
const COMMAND_KILLED: u8 = 125;
/// The command cannot be run.
const NOT_RUNNABLE: u8 = 126;
/// There is no such command.
const NOT_FOUND: u8 = 127;

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let mut reader = OptionReader::new(settings::TABLE, context.arguments);
    loop {
        match reader.next_option() {
            Ok(None) => break,
            Ok(Some(given)) => {
                if let Some(status) = settings.take(context, given)? {
                    return Ok(status);
                }
            }
            Err(error) => return context.bad_option(&error, 1),
        }
    }
    if settings.help {
        context.out(b"Usage: xargs [OPTION]... COMMAND [INITIAL-ARGS]...\n")?;
        context.out(b"Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.\n")?;
        return Ok(0);
    }
    if settings.version {
        context.out(b"xargs (GNU findutils) 4.9.0\n")?;
        return Ok(0);
    }
    if settings.splitting.end.is_some() && settings.splitting.delimiter.is_some() {
        context.complain(b"warning: the -E option has no effect if -0 or -d is used.\n")?;
    }
    let mut command: Vec<Vec<u8>> = reader.operands().iter().map(|word| word.to_vec()).collect();
    if command.is_empty() {
        command.push(b"echo".to_vec());
    }
    settings.splitting.whole_lines = settings.replace.is_some();
    let input = match &settings.file {
        Some(name) if name != b"-" => match context.machine.workspace.read_at(context.directory, name)? {
            Ok(bytes) => bytes.to_vec(),
            Err(error) => {
                let text = error.message().as_bytes();
                context.complain(&[b"Cannot open input file ", &quote::curly(name)[..], b": ", text].concat())?;
                return Ok(1);
            }
        },
        _ => context.input()?,
    };
    let mut runner = Runner { context, settings: &settings, command, items: Vec::new(), bytes: 0, runs: 0, status: 0 };
    match runner.run_all(&input)? {
        Some(status) => Ok(status),
        None => Ok(runner.status),
    }
}

struct Runner<'r, 'c, 'a> {
    context: &'r mut Context<'c, 'a>,
    settings: &'r Settings,
    /// The command and its first arguments.
    command: Vec<Vec<u8>>,
    items: Vec<Vec<u8>>,
    /// Bytes of the items, each with a NUL byte at its end.
    bytes: usize,
    runs: u64,
    status: u8,
}

impl Runner<'_, '_, '_> {
    /// Runs the command for all of the input. `Some` when xargs ends early with that status.
    fn run_all(&mut self, input: &[u8]) -> Stoppable<Option<u8>> {
        let settings = self.settings;
        let Some(room) = settings.bytes.checked_sub(weight(&self.command)) else {
            self.context.complain(b"cannot fit single argument within argument list size limit")?;
            return Ok(Some(1));
        };
        let mut items = Items::new(input, &settings.splitting);
        let mut lines_done = 0;
        loop {
            let was_clean = !items.met_nul;
            let item = items.next_item();
            if items.met_nul && was_clean {
                self.context.complain(
                    b"WARNING: a NUL character occurred in the input.  It cannot be passed through in the \
                      argument list.  Did you mean to use the --null option?",
                )?;
            }
            let item = match item {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(problem) => {
                    self.context.complain(problem.as_bytes())?;
                    return Ok(Some(1));
                }
            };
            if let Some(pattern) = &settings.replace {
                let arguments = self.replaced(pattern, &item.text);
                if weight(&arguments) > settings.bytes {
                    self.context.complain(b"command too long")?;
                    return Ok(Some(1));
                }
                if let Some(status) = self.launch(&arguments)? {
                    return Ok(Some(status));
                }
                continue;
            }
            let length = item.text.len() + 1;
            if self.bytes + length > room {
                if settings.exits_when_full || self.items.is_empty() {
                    self.context.complain(b"argument line too long")?;
                    return Ok(Some(1));
                }
                if let Some(status) = self.launch_items()? {
                    return Ok(Some(status));
                }
                if length > room {
                    self.context.complain(b"argument line too long")?;
                    return Ok(Some(1));
                }
            }
            self.bytes += length;
            self.items.push(item.text);
            let has_items = settings.items.is_some_and(|count| self.items.len() as u64 >= count);
            let has_lines = settings.lines.is_some_and(|count| item.lines - lines_done >= count);
            if has_lines {
                lines_done = item.lines;
            }
            if (has_items || has_lines)
                && let Some(status) = self.launch_items()?
            {
                return Ok(Some(status));
            }
        }
        let runs_empty = self.runs == 0 && !settings.only_with_items && settings.replace.is_none();
        if !self.items.is_empty() || runs_empty {
            return self.launch_items();
        }
        Ok(None)
    }

    /// The command with the item in the place of the pattern.
    fn replaced(&self, pattern: &[u8], item: &[u8]) -> Vec<Vec<u8>> {
        let finder = memchr::memmem::Finder::new(pattern);
        let mut arguments = Vec::with_capacity(self.command.len());
        for (index, word) in self.command.iter().enumerate() {
            if index == 0 && self.command.len() == 1 {
                arguments.push(word.clone());
                continue;
            }
            let mut argument = Vec::new();
            let mut from = 0;
            for at in finder.find_iter(word).filter(|_| !pattern.is_empty()) {
                argument.extend_from_slice(word.get(from..at).unwrap_or_default());
                argument.extend_from_slice(item);
                from = at + pattern.len();
            }
            argument.extend_from_slice(word.get(from..).unwrap_or_default());
            items::end_at_nul(&mut argument);
            arguments.push(argument);
        }
        arguments
    }

    fn launch_items(&mut self) -> Stoppable<Option<u8>> {
        let mut arguments = self.command.clone();
        arguments.append(&mut self.items);
        self.bytes = 0;
        self.launch(&arguments)
    }

    /// Runs one command line. `Some` when xargs ends with that status.
    fn launch(&mut self, arguments: &[Vec<u8>]) -> Stoppable<Option<u8>> {
        self.runs += 1;
        let context = &mut *self.context;
        if self.settings.verbose {
            context.error(&settings::shown(arguments))?;
            if self.settings.asks {
                context.complain(b"failed to open /dev/tty for reading: No such device or address")?;
                return Ok(Some(1));
            }
            context.error(b"\n")?;
        }
        let name = arguments.first().map_or(&b""[..], Vec::as_slice);
        if matches!(lookup(context.machine, name), Program::Missing) {
            let is_there = name.contains(&b'/') && context.machine.workspace.stat(context.directory, name).is_ok();
            let (text, status) = match is_there {
                true => ("Permission denied", NOT_RUNNABLE),
                false => ("No such file or directory", NOT_FOUND),
            };
            context.complain(&[name, b": ", text.as_bytes()].concat())?;
            return Ok(Some(status));
        }
        let mut descriptors = context.descriptors.clone();
        if self.settings.file.is_none() {
            descriptors.set(0, context.machine.streams.null());
        }
        let status = context.launch_with(arguments, context.environment, &descriptors)?;
        if context.machine.was_killed {
            self.context.complain(&[name, b": terminated by signal 13"].concat())?;
            return Ok(Some(COMMAND_KILLED));
        }
        match status {
            0 => Ok(None),
            255 => {
                let message = [name, b": exited with status 255; aborting"].concat();
                self.context.complain(&message)?;
                Ok(Some(COMMAND_ABORTED))
            }
            _ => {
                self.status = COMMAND_FAILED;
                Ok(None)
            }
        }
    }
}

/// The bytes that arguments take, each with a NUL byte at its end.
fn weight(arguments: &[Vec<u8>]) -> usize {
    arguments.iter().map(|argument| argument.len() + 1).sum()
}
