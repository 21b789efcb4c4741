//! Commands of a few lines: `true`, `false`, `pwd`, `whoami`, `hostname`, `nproc`, `sleep`, `sync`,
//! `clear`, `tty`, `arch`, `logname`, `yes`.

use super::common::{Fault, HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::device::ENDLESS_BYTES;
use crate::world;

/// `true`.
pub(super) const TRUE: Command =
    Command { name: "true", summary: "Succeed.", buffering: Buffering::Blocks, run: |_| Ok(0) };
/// `false`.
pub(super) const FALSE: Command =
    Command { name: "false", summary: "Fail.", buffering: Buffering::Blocks, run: |_| Ok(1) };
/// `sync`.
pub(super) const SYNC: Command =
    Command { name: "sync", summary: "Do nothing: there is no disk.", buffering: Buffering::Blocks, run: |_| Ok(0) };
/// `clear`.
pub(super) const CLEAR: Command = Command {
    name: "clear",
    summary: "Clear the terminal.",
    buffering: Buffering::Blocks,
    run: |context| {
        context.out(b"\x1b[H\x1b[2J\x1b[3J")?;
        Ok(0)
    },
};
/// `whoami`.
pub(super) const WHOAMI: Command =
    Command { name: "whoami", summary: "Print the user.", buffering: Buffering::Blocks, run: whoami };
/// `logname`.
pub(super) const LOGNAME: Command = Command {
    name: "logname",
    summary: "Print the login name: there is none.",
    buffering: Buffering::Blocks,
    run: |context| {
        context.complain(b"no login name")?;
        Ok(1)
    },
};
/// `arch`.
pub(super) const ARCH: Command =
    Command { name: "arch", summary: "Print the machine's architecture.", buffering: Buffering::Blocks, run: arch };
/// `tty`.
pub(super) const TTY: Command = Command {
    name: "tty",
    summary: "Print the terminal of standard input: it is none.",
    buffering: Buffering::Blocks,
    run: tty,
};
/// `hostname`.
pub(super) const HOSTNAME: Command =
    Command { name: "hostname", summary: "Print the machine's name.", buffering: Buffering::Blocks, run: hostname };
/// `nproc`.
pub(super) const NPROC: Command =
    Command { name: "nproc", summary: "Print the number of processors.", buffering: Buffering::Blocks, run: nproc };
/// `pwd`.
pub(super) const PWD: Command =
    Command { name: "pwd", summary: "Print the directory.", buffering: Buffering::Blocks, run: pwd };
/// `yes`.
pub(super) const YES: Command = Command {
    name: "yes",
    summary: "Print a line for ever: until its reader leaves or the step's budget ends.",
    buffering: Buffering::Blocks,
    run: yes,
};
/// `sleep`.
pub(super) const SLEEP: Command =
    Command { name: "sleep", summary: "Return at once: the clock stands.", buffering: Buffering::Blocks, run: sleep };

const NO_OPTIONS: OptionTable = OptionTable { short: "", long: &[HELP, VERSION] };

fn extra(operand: &[u8]) -> Fault {
    Fault::usage_about("extra operand", operand)
}

fn whoami(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let operands = or_status!(context.options(NO_OPTIONS, 1, |_| Ok(()))?);
    if let Some(operand) = operands.first() {
        return context.fail(extra(operand), 1);
    }
    context.out(format!("{}\n", world::USER).as_bytes())?;
    Ok(0)
}

fn arch(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable { short: "", long: &[HELP, VERSION] };
    let operands = or_status!(context.options(TABLE, 1, |_| Ok(()))?);
    if let Some(extra) = operands.first() {
        return context.fail(Fault::usage_about("extra operand", extra), 1);
    }
    context.out(b"x86_64\n")?;
    Ok(0)
}

fn tty(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable =
        OptionTable { short: "s", long: &[Long::flag("silent", "s"), Long::flag("quiet", "s"), HELP, VERSION] };
    let mut is_silent = false;
    let operands = or_status!(context.options(TABLE, 2, |_| {
        is_silent = true;
        Ok(())
    })?);
    if let Some(extra) = operands.first() {
        return context.fail(Fault::usage_about("extra operand", extra), 2);
    }
    if !is_silent {
        context.out(b"not a tty\n")?;
    }
    Ok(1)
}

fn hostname(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let text = match context.arguments.get(1).map(Vec::as_slice) {
        Some(b"-i" | b"-I" | b"--ip-address") => "127.0.0.1".to_owned(),
        Some(name) if !name.starts_with(b"-") => {
            context.complain(b"you must be root to change the host name")?;
            return Ok(1);
        }
        _ => world::HOSTNAME.to_owned(),
    };
    context.out(format!("{text}\n").as_bytes())?;
    Ok(0)
}

fn nproc(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut ignored = 0_u32;
    const TABLE: OptionTable =
        OptionTable { short: "", long: &[Long::flag("all", "all"), Long::value("ignore", "ignore"), HELP, VERSION] };
    let operands = or_status!(context.options(TABLE, 1, |given| {
        if given.name == "ignore" {
            match super::common::number(given.text(), "") {
                Ok(number) => ignored = u32::try_from(number).unwrap_or(u32::MAX),
                Err(_) => return Err(Fault::about("invalid number:", given.text())),
            }
        }
        Ok(())
    })?);
    if let Some(operand) = operands.first() {
        return context.fail(extra(operand), 1);
    }
    context.out(format!("{}\n", world::PROCESSORS.saturating_sub(ignored).max(1)).as_bytes())?;
    Ok(0)
}

fn pwd(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable =
        OptionTable { short: "LP", long: &[Long::flag("logical", "L"), Long::flag("physical", "P"), HELP, VERSION] };
    let operands = or_status!(context.options(TABLE, 1, |_| Ok(()))?);
    if !operands.is_empty() {
        context.complain(b"ignoring non-option arguments")?;
    }
    let mut line = context.directory.display();
    line.push(b'\n');
    context.out(&line)?;
    Ok(0)
}

fn yes(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const TABLE: OptionTable = OptionTable { short: "+", long: &[HELP, VERSION] };
    /// What one write takes.
    const BLOCK: usize = 8 << 10;
    let operands = or_status!(context.options(TABLE, 1, |_| Ok(()))?);
    let mut line = if operands.is_empty() { b"y".to_vec() } else { operands.join(&b' ') };
    line.push(b'\n');
    let block = line.repeat((BLOCK / line.len()).max(1));
    if context.descriptors.get(1).is_none() {
        context.complain(b"standard output: Bad file descriptor")?;
        return Ok(1);
    }
    // As much as a reader can need, then the rest is known to be endless.
    for _ in 0..ENDLESS_BYTES / BLOCK {
        context.out(&block)?;
    }
    context.machine.streams.want_more();
    Ok(0)
}

fn sleep(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let operands = or_status!(context.options(NO_OPTIONS, 1, |_| Ok(()))?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    let mut is_wrong = false;
    for operand in operands {
        if !is_interval(operand) {
            let message = ["invalid time interval ".as_bytes(), &quote::curly(operand)[..]].concat();
            context.complain(&message)?;
            is_wrong = true;
        }
    }
    if is_wrong { context.try_help(1) } else { Ok(0) }
}

/// Whether `sleep` and `timeout` take a text: a number with `s`, `m`, `h` or `d`.
pub(super) fn is_interval(text: &[u8]) -> bool {
    let number = match text.split_last() {
        Some((b's' | b'm' | b'h' | b'd', rest)) => rest,
        _ => text,
    };
    let parsed = std::str::from_utf8(number).ok().and_then(|text| text.parse::<f64>().ok());
    parsed.is_some_and(|seconds| seconds >= 0.0)
}
