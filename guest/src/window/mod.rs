//! The tools of SWE-agent: a window of 100 lines on an open file, edits by line number, and
//! searches with counted answers.
//!
//! They are programs of the session's shell, as they are in the scaffold: an agent may write
//! `cd src && open a.py 3`. Two generations differ in how the window moves and in many words; a
//! [`Dialect`] says which is meant. Sources: SWE-agent at commit e06b4e59 (June 2024), the shell
//! functions of `config/commands`; and at 3ea751c0 (2026), the bundles `tools/windowed`,
//! `tools/search`, `tools/windowed_edit_linting` and `tools/submit`.

mod create;
mod edit;
mod file;
mod lint;
mod open;
mod position;
mod search;
mod submit;

use file::launch_captured;
pub(crate) use file::{python_integer, split_lines};
pub(crate) use submit::{CLOSING, MARKER, OPENING};

use crate::commands::{Buffering, Command};

/// Which generation of the tools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Dialect {
    /// SWE-agent 0.6: the window's place is its middle line, counted from 1.
    Middle,
    /// SWE-agent 1.x: the window's place is its first line, counted from 0.
    #[default]
    First,
}

/// Lines in the window.
pub(crate) const WINDOW: i64 = 100;
/// Lines that two windows share when scrolling.
pub(crate) const OVERLAP: i64 = 2;

/// What the tools remember between two calls, and what the running step has seen of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Window {
    /// The generation.
    pub dialect: Dialect,
    /// The absolute path of the open file.
    pub file: Option<Vec<u8>>,
    /// Where the window stands, as the dialect counts.
    pub position: i64,
    /// How often `submit` has asked for a review.
    pub reviews: u8,
    /// The patch that `submit` made in this step.
    pub submission: Option<Vec<u8>>,
}

impl Window {
    /// Nothing open yet.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, ..Self::default() }
    }

    /// The open file as the scaffold reports it below each observation.
    pub fn shown_file(&self) -> String {
        self.file.as_deref().map_or_else(|| "n/a".into(), |path| String::from_utf8_lossy(path).into_owned())
    }
}

/// `submit` of the bundle `review_on_submit_m`.
pub(crate) const REVIEWED_SUBMIT: Command =
    command("submit", "hand in the changes after a review", submit::run_reviewed);

/// The tools, sorted by name.
pub(crate) const COMMANDS: &[&Command] = &[
    &command("create", "make a file and open it", create::run),
    &command("edit", "replace lines of the open file", edit::run),
    &command("find_file", "find files by name", search::find_file),
    &command("goto", "move the window to a line", open::goto),
    &command("open", "open a file in the window", open::open),
    &command("scroll_down", "move the window down", open::scroll_down),
    &command("scroll_up", "move the window up", open::scroll_up),
    &command("search_dir", "count matches below a directory", search::search_dir),
    &command("search_file", "show matches in a file", search::search_file),
    &command("submit", "hand in the changes", submit::run),
];

const fn command(
    name: &'static str,
    summary: &'static str,
    run: fn(&mut crate::commands::Context<'_, '_>) -> crate::budget::Stoppable<u8>,
) -> Command {
    Command { name, summary, buffering: Buffering::Direct, run }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_sorted_by_name() {
        assert!(COMMANDS.is_sorted_by(|a, b| a.name < b.name));
    }
}
