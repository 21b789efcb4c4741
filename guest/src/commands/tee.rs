//! `tee` as in GNU coreutils 9.1.

use super::common::{HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `tee`.
pub(super) const TEE: Command =
    Command { name: "tee", summary: "Copy input to files and output.", buffering: Buffering::Direct, run };

const TABLE: OptionTable = OptionTable {
    short: "aip",
    long: &[
        Long::flag("append", "a"),
        Long::flag("ignore-interrupts", "i"),
        Long::perhaps("output-error", "p"),
        HELP,
        VERSION,
    ],
};

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut appends = false;
    let operands = or_status!(context.options(TABLE, 1, |given| {
        appends |= given.name == "a";
        Ok(())
    })?);
    let text = context.input()?;
    let mut status = 0;
    for name in operands {
        let workspace = &mut context.machine.workspace;
        let written = match workspace.resolve(context.directory, name) {
            Ok(path) if name.ends_with(b"/") && workspace.node(&path).is_none() => Err(FileError::IsADirectory),
            Ok(path) if appends => workspace.append(&path, text.clone())?,
            Ok(path) => workspace.write(&path, text.clone())?,
            Err(FileError::NotADirectory)
                if name.ends_with(b"/")
                    && workspace.stat(context.directory, name.strip_suffix(b"/").unwrap_or(name)).is_ok() =>
            {
                Err(FileError::IsADirectory)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            context.complain_about(b"", &quote::file_in_message(name), error)?;
            status = 1;
        }
    }
    context.out(&text)?;
    Ok(status)
}
