//! The profile `swe-agent-editor`: SWE-agent 1.x with its default settings (`config/default.yaml`,
//! commit 3ea751c0): bash, `str_replace_editor`, and `submit` with one review. SWE-smith and the
//! SWE-agent-LM models were trained with it.
//!
//! - State: one bash session on a terminal of 80 columns; how often `submit` has asked.
//! - Truncation: 16,000 characters of a file, 100,000 of an observation.
//! - `undo_edit` is offered and never finds anything, as in the original.
//! - Known difference: directories are listed in sorted order; `find` lists in the order of the
//!   file system.

use super::latest::{Answer, NO_OUTPUT, SHOWN, run_action, shorten, truncated};
use super::signature::{Argument, BASH, Tool, command_line};
use super::{VARIABLES, initial_state, own_state};
use crate::budget::Stoppable;
use crate::commands::Command;
use crate::machine::{Machine, Terminal};
use crate::profile::{Profile, ProfileState, text};
use crate::step::{Observation, RawCall, Status};
use crate::window::{Dialect, MARKER};
use crate::workspace::VirtualPath;

/// The profile's name.
pub const NAME: &str = "swe-agent-editor";

const TOOLS_JSON: &str = include_str!("editor_tools.json");

/// The programs that the bundles add to the shell, sorted by name.
const PROGRAMS: &[&Command] = &[&crate::reference::COMMAND, &crate::window::REVIEWED_SUBMIT];

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

/// See the module.
pub struct SweAgentEditor;

impl Profile for SweAgentEditor {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tools(&self) -> &'static str {
        TOOLS_JSON
    }

    fn terminal(&self) -> Terminal {
        Terminal::Columns(80)
    }

    fn initial_state(&self, root: &VirtualPath) -> ProfileState {
        initial_state(root, Dialect::First, &VARIABLES)
    }

    fn step(&self, call: &RawCall<'_>, state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let state = match own_state(state) {
            Ok(state) => state,
            Err(observation) => return Ok(observation),
        };
        let action = match command_line(call, &TOOLS) {
            Ok(action) => action,
            Err(error) => return Ok(Observation::new(shorten(&error), Status::BadCall)),
        };
        let (output, status) = match run_action(state, machine, PROGRAMS, &action)? {
            Answer::Output(output, status) => (output, status),
            Answer::Refused(text) => return Ok(Observation::new(shorten(&text), Status::BadCall)),
            Answer::Exit => return Ok(Observation::new("Exited", Status::Finished)),
        };
        let submission = state.window.submission.take();
        if let Some(patch) = submission.filter(|_| output.contains(MARKER)) {
            let patch = String::from_utf8_lossy(&patch).into_owned();
            return Ok(Observation::new(patch, Status::Finished).with_exit_code(status));
        }
        let shown = match output.trim().is_empty() {
            true => NO_OUTPUT.to_owned(),
            false if text::length(&output) > SHOWN => truncated(&output),
            false => format!("OBSERVATION:\n{output}"),
        };
        Ok(Observation::new(shown, Status::Ok).with_exit_code(status))
    }

    fn frame_limit(&self, message: &str) -> String {
        message.to_owned()
    }
}
