//! `patch` as in GNU patch 2.7.6: unified, context and normal diffs.
//!
//! ```text
//! options: the command line
//! header:  where the next patch starts, of which format it is, which file it is for (names)
//! read:    its hunks, one by one
//! hunk:    finding the place of a hunk, with offset and fuzz, and applying it
//! file:    the patches of the input, one after the other
//! apply:   one file's patch from input to output, backup and rejects (reject)
//! ```
//!
//! There is nobody to ask: every question is answered by its default, as the original does without
//! a terminal. Ed scripts, `-D`, `--merge` and `-o` are not simulated and say so.
//! Where several git patches in one input are for the same file, the original writes all of them in
//! the end, which shows in the backup that it keeps; here each is written at once. A damaged
//! context diff is refused with fewer kinds of words.

mod apply;
mod file;
mod header;
mod hunk;
mod names;
mod options;
mod read;
mod reject;

use super::{Buffering, Command, Context};
use crate::budget::{Stop, Stoppable};

/// `patch`.
pub(super) const PATCH: Command = Command {
    name: "patch",
    summary: "Apply a diff to files, as GNU patch 2.7.6 does; no ed scripts.",
    buffering: Buffering::Direct,
    run,
};

/// Nothing could be done.
const TROUBLE: u8 = 2;

/// Why a patch does not go on.
enum Failure {
    /// The step stops.
    Stop(Stop),
    /// A message, and the program is over.
    Fatal(Vec<u8>),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Failure {
    fn fatal(parts: &[&[u8]]) -> Self {
        Self::Fatal(parts.concat())
    }
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let settings = match options::Settings::parse(context)? {
        Ok(settings) => settings,
        Err(status) => return Ok(status),
    };
    match file::Patcher::run(context, &settings) {
        Ok(status) => Ok(status),
        Err(Failure::Stop(stop)) => Err(stop),
        Err(Failure::Fatal(message)) => {
            context.error(&[b"patch: **** ", &message[..], b"\n"].concat())?;
            Ok(TROUBLE)
        }
    }
}
