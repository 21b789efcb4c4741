//! The profile `swe-agent-editor`: SWE-agent 1.x with its default settings (`config/default.yaml`,
//! commit 3ea751c0): bash, `str_replace_editor`, and `submit` with one review.
//!
//! - State: one bash session on a terminal of 80 columns; how often `submit` has asked.
//! - Truncation: 16,000 characters of a file, 100,000 of an observation.
//! - `undo_edit` is offered and never finds anything, as in the original.
//! - Known difference: directories are listed in sorted order; `find` lists in the order of the
//!   file system.

use super::latest::{Frame, Latest};
use super::signature::{Argument, BASH, Tool};
use crate::commands::Command;

/// The profile's name.
pub const NAME: &str = "swe-agent-editor";

/// See the module.
pub const EDITOR: Latest = Latest {
    name: NAME,
    schemas: include_str!("editor_tools.json"),
    tools: &TOOLS,
    programs: PROGRAMS,
    shown: 100_000,
    frame: Frame::Headline,
    syntax: None,
};

/// The programs that the bundles add to the shell, sorted by name.
pub(super) const PROGRAMS: &[&Command] = &[&crate::reference::COMMAND, &crate::window::REVIEWED_SUBMIT];

pub(super) const TOOLS: [&Tool; 3] = [
    &BASH,
    &Tool {
        name: "str_replace_editor",
        line: "str_replace_editor {command} {path} {file_text} {view_range} {old_str} {new_str} {insert_line}",
        arguments: &[
            Argument::required("command"),
            Argument::required("path"),
            Argument::option("file_text", "--file_text "),
            Argument::option("old_str", "--old_str "),
            Argument::option("new_str", "--new_str "),
            Argument::option("insert_line", "--insert_line "),
            Argument::option("view_range", "--view_range "),
        ],
        end: None,
    },
    &Tool { name: "submit", line: "submit", arguments: &[], end: None },
];
