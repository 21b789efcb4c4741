//! `sed -n 10,20p FILE`, what sed is called for most often: prints the lines without going
//! through those before and after them.

use sparring_tree::Kind;

use super::execute::Manner;
use super::script::{Action, Address, Script};
use crate::budget::Stoppable;
use crate::commands::Context;

/// Prints what the script selects when it is nothing but one range of line numbers, on one file
/// that can be read. Returns whether it was.
pub(super) fn print(
    context: &mut Context<'_, '_>,
    script: &Script,
    manner: &Manner,
    files: &[Vec<u8>],
) -> Stoppable<bool> {
    let is_plain = manner.quiet && manner.in_place.is_none() && manner.delimiter == b'\n' && !manner.unbuffered;
    let (Some((first, end)), [name], true) = (range(script), files, is_plain) else { return Ok(false) };
    let workspace = &context.machine.workspace;
    let content = match workspace.stat(context.directory, name) {
        Ok((path, node)) if node.kind() == Kind::File && name != b"-" => workspace.content(&path),
        _ => return Ok(false),
    };
    let Ok(content) = content else { return Ok(false) };
    let lines = workspace.read_lines(&content, first, end)?;
    context.out(lines)?;
    Ok(true)
}

/// The first line, counted from 0, and the one after the last.
fn range(script: &Script) -> Option<(u32, u32)> {
    let [command] = script.commands.as_slice() else { return None };
    let (Action::Print, false, true) = (&command.action, command.negated, script.outputs.is_empty()) else {
        return None;
    };
    let number = |line: u64| u32::try_from(line).unwrap_or(u32::MAX);
    let (Some(Address::Line(first)), second) = (&command.first, &command.second) else { return None };
    let first = number(first.checked_sub(1)?);
    let end = match second {
        None => first.saturating_add(1),
        // A range has its first line at least.
        Some(Address::Line(last)) => number(*last).max(first.saturating_add(1)),
        Some(Address::After(more)) => first.saturating_add(1).saturating_add(number(*more)),
        Some(Address::Last) => u32::MAX,
        Some(_) => return None,
    };
    Some((first, end))
}
