//! Programs that run another: `env`, `timeout`, `nice`, `nohup`, `time`, `stdbuf`, `setsid`,
//! `command`; and `printenv`, `which`.

use sparring_tree::Kind;

use super::common::{Fault, HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, Environment, Program, launch, lookup, quote};
use crate::budget::Stoppable;

/// `env`.
pub(super) const ENV: Command =
    Command { name: "env", summary: "Run a program in a changed environment.", buffering: Buffering::Blocks, run: env };
/// `printenv`.
pub(super) const PRINTENV: Command =
    Command { name: "printenv", summary: "Print variables.", buffering: Buffering::Blocks, run: printenv };
/// `timeout`.
pub(super) const TIMEOUT: Command =
    Command { name: "timeout", summary: "Run a program; no time passes.", buffering: Buffering::Blocks, run: timeout };
/// `nice`.
pub(super) const NICE: Command =
    Command { name: "nice", summary: "Run a program.", buffering: Buffering::Blocks, run: nice };
/// `nohup`.
pub(super) const NOHUP: Command =
    Command { name: "nohup", summary: "Run a program.", buffering: Buffering::Blocks, run: nohup };
/// `stdbuf`.
pub(super) const STDBUF: Command =
    Command { name: "stdbuf", summary: "Run a program.", buffering: Buffering::Blocks, run: stdbuf };
/// `setsid`.
pub(super) const SETSID: Command =
    Command { name: "setsid", summary: "Run a program.", buffering: Buffering::Blocks, run: nohup };
/// `which`.
pub(super) const WHICH: Command =
    Command { name: "which", summary: "Print where programs lie.", buffering: Buffering::Blocks, run: which };

/// Runs the program that the operands name; 127 with a message when there is none, 126 when what the path names is no
/// program.
fn start(
    context: &mut Context<'_, '_>,
    words: &[&[u8]],
    environment: &Environment,
    message: impl FnOnce(&[u8]) -> Vec<u8>,
) -> Stoppable<u8> {
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.to_vec()).collect();
    let Some(name) = words.first() else { return Ok(0) };
    if matches!(lookup(context.machine, name), Program::Missing) {
        let is_there = name.contains(&b'/') && context.machine.workspace.stat(context.directory, name).is_ok();
        let (reason, status): (&[u8], u8) =
            if is_there { (b": Permission denied", 126) } else { (b": No such file or directory", 127) };
        context.complain(&[&message(name)[..], reason].concat())?;
        return Ok(status);
    }
    context.flush()?;
    launch(context.machine, &words, context.directory, environment, context.descriptors)
}

fn not_found(name: &[u8]) -> Vec<u8> {
    quote::curly(name)
}

fn failed_to_run(name: &[u8]) -> Vec<u8> {
    [b"failed to run command ", &quote::curly(name)[..]].concat()
}

const ENV_TABLE: OptionTable = OptionTable {
    short: "+C:iS:u:v0",
    long: &[
        Long::flag("ignore-environment", "i"),
        Long::flag("null", "0"),
        Long::value("unset", "u"),
        Long::value("chdir", "C"),
        Long::flag("debug", "v"),
        Long::value("split-string", "S"),
        HELP,
        VERSION,
    ],
};

fn env(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut environment = context.environment.clone();
    let (mut end, mut directory, mut unset, mut ignores) = (b'\n', None, Vec::new(), false);
    let operands = or_status!(context.options(ENV_TABLE, 125, |given| {
        match given.name {
            "i" => (environment, ignores) = (Environment::default(), true),
            "u" => unset.push(given.text()),
            "0" => end = 0,
            "C" => directory = given.value,
            _ => {}
        }
        Ok(())
    })?);
    for name in unset.into_iter().filter(|_| !ignores) {
        if name.is_empty() || name.contains(&b'=') {
            context.complain(&[b"cannot unset ", &quote::curly(name)[..], b": Invalid argument"].concat())?;
            return Ok(125);
        }
        environment.unset(name);
    }
    let mut words = operands.as_slice();
    if let Some((first, rest)) = words.split_first()
        && *first == b"-"
    {
        (environment, words) = (Environment::default(), rest);
    }
    while let Some((first, rest)) = words.split_first()
        && let Some(equals) = memchr::memchr(b'=', first)
    {
        environment.set(first.get(..equals).unwrap_or_default(), first.get(equals + 1..).unwrap_or_default());
        words = rest;
    }
    if words.is_empty() {
        let mut out = Vec::new();
        for (name, value) in environment.iter() {
            out.extend_from_slice(&[name, b"=", value, &[end]].concat());
        }
        context.out(&out)?;
        return Ok(0);
    }
    if let Some(name) = directory {
        let found = context.machine.workspace.stat(context.directory, name).map(|(path, _)| path);
        return match found {
            Ok(path) => {
                let words: Vec<Vec<u8>> = words.iter().map(|word| word.to_vec()).collect();
                context.flush()?;
                launch(context.machine, &words, &path, &environment, context.descriptors)
            }
            Err(error) => {
                context.complain_about(b"cannot change directory to ", &quote::always(name), error)?;
                Ok(125)
            }
        };
    }
    start(context, words, &environment, not_found)
}

fn printenv(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable { short: "+iu:0", long: &[Long::flag("null", "0"), HELP, VERSION] };
    let (mut end, mut is_wrong) = (b'\n', false);
    let operands = or_status!(context.options(TABLE, 2, |given| {
        match given.name {
            "0" => end = 0,
            // Known to the option's reader and to nobody else.
            _ => is_wrong = true,
        }
        Ok(())
    })?);
    if is_wrong {
        return context.try_help(2);
    }
    let mut out = Vec::new();
    let mut status = 0;
    if operands.is_empty() {
        for (name, value) in context.environment.iter() {
            out.extend_from_slice(&[name, b"=", value, &[end]].concat());
        }
    }
    for name in operands {
        match context.environment.get(name) {
            Some(value) => out.extend_from_slice(&[value, &[end]].concat()),
            None => status = 1,
        }
    }
    context.out(&out)?;
    Ok(status)
}

const TIMEOUT_TABLE: OptionTable = OptionTable {
    short: "+k:s:v",
    long: &[
        Long::value("kill-after", "k"),
        Long::value("signal", "s"),
        Long::flag("verbose", "v"),
        Long::flag("foreground", "foreground"),
        Long::flag("preserve-status", "preserve-status"),
        HELP,
        VERSION,
    ],
};

fn timeout(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let operands = or_status!(context.options(TIMEOUT_TABLE, 125, |given| {
        if given.name == "k" && !super::simple::is_interval(given.text()) {
            return Err(Fault::usage_about("invalid time interval", given.text()));
        }
        Ok(())
    })?);
    let [interval, words @ ..] = operands.as_slice() else { return context.try_help(125) };
    if words.is_empty() {
        return context.try_help(125);
    }
    if !super::simple::is_interval(interval) {
        return context.fail(Fault::usage_about("invalid time interval", interval), 125);
    }
    let environment = context.environment;
    start(context, words, environment, failed_to_run)
}

fn nice(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable =
        OptionTable { short: "+n:0123456789", long: &[Long::value("adjustment", "n"), HELP, VERSION] };
    let mut is_adjusted = false;
    let operands = or_status!(context.options(TABLE, 125, |_| {
        is_adjusted = true;
        Ok(())
    })?);
    if operands.is_empty() && is_adjusted {
        return context.fail(Fault::Usage(b"a command must be given with an adjustment".to_vec()), 125);
    }
    if operands.is_empty() {
        context.out(b"0\n")?;
        return Ok(0);
    }
    let environment = context.environment;
    start(context, &operands, environment, not_found)
}

fn nohup(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable { short: "+cfw", long: &[HELP, VERSION] };
    let operands = or_status!(context.options(TABLE, 125, |_| Ok(()))?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 125);
    }
    let environment = context.environment;
    start(context, &operands, environment, |name| [b"failed to run command ", &quote::always(name)[..]].concat())
}

fn stdbuf(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable {
        short: "+i:o:e:",
        long: &[Long::value("input", "i"), Long::value("output", "o"), Long::value("error", "e"), HELP, VERSION],
    };
    let mut has_mode = false;
    let operands = or_status!(context.options(TABLE, 125, |given| {
        has_mode = true;
        let is_size = super::common::number(given.text(), "KkMGTPE").is_ok();
        match given.text() {
            b"L" if given.name == "i" => Err(Fault::Usage(b"line buffering stdin is meaningless".to_vec())),
            b"L" => Ok(()),
            _ if is_size => Ok(()),
            other => Err(Fault::about("invalid mode", other)),
        }
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 125);
    }
    if !has_mode {
        return context.fail(Fault::Usage(b"you must specify a buffering mode option".to_vec()), 125);
    }
    let environment = context.environment;
    start(context, &operands, environment, failed_to_run)
}

/// As Debian's script has it, in whose folders `/bin` is `/usr/bin` by another name.
fn which(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut shows_all = false;
    let mut operands = context.arguments.get(1..).unwrap_or_default();
    while let Some((first, rest)) = operands.split_first() {
        let Some(letters) = first.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else { break };
        operands = rest;
        if letters == b"-" {
            break;
        }
        if let Some(letter) = letters.iter().find(|letter| **letter != b'a') {
            context.error(&[b"Illegal option -", &[*letter][..], b"\n"].concat())?;
            context.out(b"Usage: /usr/bin/which [-a] args\n")?;
            return Ok(2);
        }
        shows_all = true;
    }
    if operands.is_empty() {
        return Ok(1);
    }
    let mut status = 0;
    for name in operands {
        let is_executable_file = || {
            let found = context.machine.workspace.stat(context.directory, name);
            found.is_ok_and(|(_, node)| node.kind() == Kind::File && node.mode().0 & 0o111 != 0)
        };
        if name.contains(&b'/') && is_executable_file() {
            context.out(&[name.as_slice(), b"\n"].concat())?;
            continue;
        }
        // Where Debian and the Python images put them.
        let directories: &[&[u8]] = match lookup(context.machine, name) {
            Program::Missing => {
                status = 1;
                continue;
            }
            _ if name.contains(&b'/') => &[b""],
            Program::Effect if name.as_slice() != b"make" => &[b"/usr/local/bin/"],
            _ => &[b"/usr/bin/", b"/bin/"],
        };
        for directory in directories.iter().take(if shows_all { directories.len() } else { 1 }) {
            context.out(&[directory, name.as_slice(), b"\n"].concat())?;
        }
    }
    Ok(status)
}
