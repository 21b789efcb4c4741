//! The profile `swe-agent`: SWE-agent 1.x with its windowed tools, as its settings
//! `sweagent_0_7/07_fcalling.yaml` put them together (commit 3ea751c0): the bundles registry,
//! windowed, search, windowed_edit_linting, submit, and bash.
//!
//! - State: one bash session on a terminal of 80 columns (swe-rex 1.4.0), the open file, the
//!   window's first line, shown under each observation.
//! - Truncation: 100,000 characters of an observation are shown.
//! - Limits of the scaffold (30 s a command, three timeouts in a row) are not reached here: steps
//!   are not timed.

use super::latest::{Frame, Latest};
use super::signature::{Argument, BASH, Tool};
use crate::window::COMMANDS;

/// The profile's name.
pub const NAME: &str = "swe-agent";

/// See the module.
pub const WINDOWED: Latest = Latest {
    name: NAME,
    schemas: TOOLS_JSON,
    tools: &TOOLS,
    programs: COMMANDS,
    shown: 100_000,
    frame: Frame::Prompt,
    syntax: None,
};

pub(super) const TOOLS_JSON: &str = include_str!("windowed_tools.json");

/// The tools, in the order in which the bundles bring them.
pub(super) const TOOLS: [&Tool; 11] = [
    &BASH,
    &tool("goto", "goto {line_number}", &[Argument::required("line_number")]),
    &tool("open", "open \"{path}\" {line_number}", &[Argument::required("path"), Argument::optional("line_number")]),
    &tool("create", "create {filename}", &[Argument::required("filename")]),
    &tool("scroll_up", "scroll_up", &[]),
    &tool("scroll_down", "scroll_down", &[]),
    &tool("find_file", "find_file {file_name} {dir}", &[Argument::required("file_name"), Argument::optional("dir")]),
    &tool(
        "search_dir",
        "search_dir {search_term} {dir}",
        &[Argument::required("search_term"), Argument::optional("dir")],
    ),
    &tool(
        "search_file",
        "search_file {search_term} {file}",
        &[Argument::required("search_term"), Argument::optional("file")],
    ),
    &Tool {
        name: "edit",
        line: "edit {start_line}:{end_line}\n{replacement_text}\nend_of_edit",
        arguments: &[
            Argument::required("start_line"),
            Argument::required("end_line"),
            Argument::required("replacement_text"),
        ],
        end: Some("end_of_edit"),
    },
    &tool("submit", "submit", &[]),
];

const fn tool(name: &'static str, line: &'static str, arguments: &'static [Argument]) -> Tool {
    Tool { name, line, arguments, end: None }
}
