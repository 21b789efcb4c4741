//! `diff` as in GNU diffutils 3.8.
//!
//! ```text
//! parse:    the command line -> settings
//! walk:     which files are compared; directories, missing and binary files
//! texts:    two texts -> changes between their lines (the search is in `sparring_tree::diff`)
//! hunk:     changes -> hunks, ignorable ones left out
//! normal, context, script, side: hunks -> what is printed
//! ```

mod context;
mod header;
mod hunk;
mod line;
mod normal;
mod parse;
mod settings;
mod side;
mod texts;
mod usage;
mod walk;

use super::{Buffering, Command, Context};
use crate::budget::Stoppable;

pub(super) use usage::{Usage, about, trouble};

/// `diff`.
pub(super) const DIFF: Command = Command {
    name: "diff",
    summary: "Compare files line by line, as GNU diffutils 3.8 does.",
    buffering: Buffering::Blocks,
    run,
};

/// Files that could not be compared.
pub(super) const TROUBLE: u8 = 2;

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let parsed = match settings::Settings::parse(context)? {
        Ok(parsed) => parsed,
        Err(status) => return Ok(status),
    };
    let (settings, operands) = parsed;
    let mut status = 0;
    for (old, new) in operands {
        status = status.max(walk::Walk::new(context, &settings).pair(old, new)?);
    }
    Ok(status)
}
