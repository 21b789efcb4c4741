//! What the simulated machine says of itself: `date`, `id`, `groups`, `uname`.

use super::calendar::{self, Moment};
use super::common::{Fault, HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::world;

/// `date`.
pub(super) const DATE: Command =
    Command { name: "date", summary: "Print the clock, which stands.", buffering: Buffering::Blocks, run: date };
/// `id`.
pub(super) const ID: Command =
    Command { name: "id", summary: "Print the user's numbers.", buffering: Buffering::Blocks, run: id };
/// `groups`.
pub(super) const GROUPS: Command = Command {
    name: "groups",
    summary: "Print the user's groups.",
    buffering: Buffering::Blocks,
    run: |context| {
        context.out(format!("{}\n", world::USER).as_bytes())?;
        Ok(0)
    },
};
/// `uname`.
pub(super) const UNAME: Command =
    Command { name: "uname", summary: "Print the system's name.", buffering: Buffering::Blocks, run: uname };

const DATE_TABLE: OptionTable = OptionTable {
    short: "d:f:I::r:Rs:u",
    long: &[
        Long::value("date", "d"),
        Long::flag("debug", "debug"),
        Long::value("file", "f"),
        Long::perhaps("iso-8601", "I"),
        Long::value("reference", "r"),
        Long::flag("rfc-email", "R"),
        Long::value("rfc-3339", "rfc-3339"),
        Long::value("set", "s"),
        Long::flag("utc", "u"),
        Long::flag("universal", "u"),
        HELP,
        VERSION,
    ],
};

fn date(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut text, mut reference) = (None::<&[u8]>, None::<&[u8]>);
    let mut format: Option<Vec<u8>> = None;
    let operands = or_status!(context.options(DATE_TABLE, 1, |given| {
        if matches!(given.name, "R" | "I" | "rfc-3339") && format.is_some() {
            return Err(Fault::Message(b"multiple output formats specified".to_vec()));
        }
        match given.name {
            "d" => text = given.value,
            "r" => reference = given.value,
            "R" => format = Some(b"%a, %d %b %Y %H:%M:%S %z".to_vec()),
            "I" => {
                format = Some(match given.text() {
                    b"" | b"date" => b"%Y-%m-%d".to_vec(),
                    b"hours" => b"%Y-%m-%dT%H%:z".to_vec(),
                    b"minutes" => b"%Y-%m-%dT%H:%M%:z".to_vec(),
                    b"seconds" => b"%Y-%m-%dT%H:%M:%S%:z".to_vec(),
                    b"ns" => b"%Y-%m-%dT%H:%M:%S,%N%:z".to_vec(),
                    other => return Err(Fault::usage_about("invalid argument", other)),
                });
            }
            "rfc-3339" => {
                format = Some(match given.text() {
                    b"date" => b"%Y-%m-%d".to_vec(),
                    b"seconds" => b"%Y-%m-%d %H:%M:%S%:z".to_vec(),
                    b"ns" => b"%Y-%m-%d %H:%M:%S.%N%:z".to_vec(),
                    other => return Err(Fault::usage_about("invalid argument", other)),
                });
            }
            "s" => return Err(Fault::Message(b"cannot set date: Operation not permitted".to_vec())),
            _ => {}
        }
        Ok(())
    })?);
    match operands.as_slice() {
        [] => {}
        [one] => match one.strip_prefix(b"+") {
            Some(_) if format.is_some() => {
                return context.fail(Fault::Message(b"multiple output formats specified".to_vec()), 1);
            }
            Some(pattern) => format = Some(pattern.to_vec()),
            None if text.is_some() || reference.is_some() => {
                let mut message = [b"the argument ", &quote::curly(one)[..], b" lacks a leading '+';\n"].concat();
                message.extend_from_slice(b"when using an option to specify date(s), any non-option\n");
                message.extend_from_slice(b"argument must be a format string beginning with '+'");
                return context.fail(Fault::Usage(message), 1);
            }
            None => return context.fail(Fault::about("invalid date", one), 1),
        },
        [_, extra, ..] => return context.fail(Fault::usage_about("extra operand", extra), 1),
    }
    let seconds = match (text, reference) {
        (Some(text), _) => match super::find::date(text) {
            Some(seconds) => seconds,
            None => return context.fail(Fault::about("invalid date", text), 1),
        },
        (None, Some(name)) => {
            let found = context.machine.workspace.stat(context.directory, name).map(|(_, node)| world::modified(&node));
            match found {
                Ok(seconds) => seconds,
                Err(error) => {
                    context.complain_about(b"", &quote::file_in_message(name), error)?;
                    return Ok(1);
                }
            }
        }
        (None, None) => world::NOW,
    };
    let format = format.unwrap_or_else(|| b"%a %b %e %H:%M:%S %Z %Y".to_vec());
    let mut line = calendar::format(&format, &Moment::of(seconds));
    line.push(b'\n');
    context.out(&line)?;
    Ok(0)
}

const ID_TABLE: OptionTable = OptionTable {
    short: "agGnruzZ",
    long: &[
        Long::flag("user", "u"),
        Long::flag("group", "g"),
        Long::flag("groups", "G"),
        Long::flag("name", "n"),
        Long::flag("real", "r"),
        Long::flag("zero", "z"),
        HELP,
        VERSION,
    ],
};

fn id(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut which, mut has_name, mut needs_choice, mut is_contradiction) = (None, false, false, false);
    let operands = or_status!(context.options(ID_TABLE, 1, |given| {
        match given.name {
            "u" | "g" | "G" => {
                is_contradiction |= which.is_some_and(|earlier| earlier != given.name);
                which = Some(given.name);
            }
            "n" => (has_name, needs_choice) = (true, true),
            "r" => needs_choice = true,
            _ => {}
        }
        Ok(())
    })?);
    if is_contradiction {
        return context.fail(Fault::Message(b"cannot print \"only\" of more than one choice".to_vec()), 1);
    }
    let mut status = 0;
    let line = match which {
        None if needs_choice => {
            return context.fail(Fault::Message(b"cannot print only names or real IDs in default format".to_vec()), 1);
        }
        Some(_) if has_name => format!("{}\n", world::USER),
        Some(_) => format!("{}\n", world::USER_ID),
        None => {
            let (number, name) = (world::USER_ID, world::USER);
            format!("uid={number}({name}) gid={number}({name}) groups={number}({name})\n")
        }
    };
    if operands.is_empty() {
        context.out(line.as_bytes())?;
    }
    for operand in operands {
        if operand == world::USER.as_bytes() || operand == world::USER_ID.to_string().as_bytes() {
            context.out(line.as_bytes())?;
        } else {
            context.complain(&[&quote::curly(operand)[..], b": no such user"].concat())?;
            status = 1;
        }
    }
    Ok(status)
}

const UNAME_TABLE: OptionTable = OptionTable {
    short: "asnrvmpio",
    long: &[
        Long::flag("all", "a"),
        Long::flag("kernel-name", "s"),
        Long::flag("sysname", "s"),
        Long::flag("nodename", "n"),
        Long::flag("kernel-release", "r"),
        Long::flag("release", "r"),
        Long::flag("kernel-version", "v"),
        Long::flag("machine", "m"),
        Long::flag("processor", "p"),
        Long::flag("hardware-platform", "i"),
        Long::flag("operating-system", "o"),
        HELP,
        VERSION,
    ],
};

fn uname(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut letters = String::new();
    let operands = or_status!(context.options(UNAME_TABLE, 1, |given| {
        letters.push_str(given.name);
        Ok(())
    })?);
    if let Some(extra) = operands.first() {
        return context.fail(Fault::usage_about("extra operand", extra), 1);
    }
    if letters.is_empty() {
        letters.push('s');
    }
    let parts = [
        ('s', "Linux"),
        ('n', world::HOSTNAME),
        ('r', world::KERNEL_RELEASE),
        ('v', world::KERNEL_VERSION),
        ('m', "x86_64"),
        ('p', "unknown"),
        ('i', "unknown"),
        ('o', "GNU/Linux"),
    ];
    let is_all = letters.contains('a');
    // `-a` leaves out what is not known.
    let shown = parts
        .iter()
        .filter(|(letter, text)| letters.contains(*letter) || (is_all && *text != "unknown"))
        .map(|(_, text)| *text);
    let line = shown.collect::<Vec<_>>().join(" ") + "\n";
    context.out(line.as_bytes())?;
    Ok(0)
}
