//! The profile `swe-agent`: SWE-agent 1.x with its windowed tools, as its settings
//! `sweagent_0_7/07_fcalling.yaml` put them together (commit 3ea751c0): the bundles registry,
//! windowed, search, windowed_edit_linting, submit, and bash.
//!
//! - State: one bash session on a terminal of 80 columns (swe-rex 1.4.0), the open file, the
//!   window's first line.
//! - Truncation: 100,000 characters of an observation are shown.
//! - Limits of the scaffold (30 s a command, three timeouts in a row) are not reached here: steps
//!   are not timed.

use super::signature::{Argument, BASH, Tool, command_line};
use super::{State, VARIABLES, action, initial_state, own_state};
use crate::budget::Stoppable;
use crate::machine::{Machine, Terminal};
use crate::profile::{Profile, ProfileState, text};
use crate::step::{Observation, RawCall, Status};
use crate::window::{COMMANDS, Dialect, MARKER};
use crate::workspace::VirtualPath;

/// The profile's name.
pub const NAME: &str = "swe-agent";

const TOOLS_JSON: &str = include_str!("latest_tools.json");
/// Longer observations are cut; characters.
pub(super) const SHOWN: usize = 100_000;
/// What is shown when a command printed nothing.
pub(super) const NO_OUTPUT: &str = "Your command ran successfully and did not produce any output.";

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

/// See the module.
pub struct SweAgent;

impl Profile for SweAgent {
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
        let answer = match run_action(state, machine, COMMANDS, &action)? {
            Answer::Output(output, status) => (output, status),
            Answer::Refused(text) => return Ok(Observation::new(shorten(&text), Status::BadCall)),
            Answer::Exit => return Ok(Observation::new("Exited", Status::Finished)),
        };
        let (output, status) = answer;
        if output.contains(MARKER)
            && let Some(patch) = state.window.submission.take()
        {
            let patch = String::from_utf8_lossy(&patch).into_owned();
            return Ok(Observation::new(patch, Status::Finished).with_exit_code(status));
        }
        state.window.submission = None;
        let shown = match output.trim().is_empty() {
            true => format!("{NO_OUTPUT}\n{}", state.prompt()),
            false if text::length(&output) > SHOWN => truncated(&output),
            false => format!("{output}\n{}", state.prompt()),
        };
        Ok(Observation::new(shown, Status::Ok).with_exit_code(status))
    }

    fn frame_limit(&self, message: &str) -> String {
        message.to_owned()
    }
}

/// What came of an action.
pub(super) enum Answer {
    /// What the session printed, and the exit status.
    Output(String, u8),
    /// It was not run; the model reads why.
    Refused(String),
    /// The agent left.
    Exit,
}

/// Runs an action as 1.x does: blocked commands, texts of several lines, a check of the syntax.
pub(super) fn run_action(
    state: &mut State,
    machine: &mut Machine<'_>,
    tools: &'static [&'static crate::commands::Command],
    action: &str,
) -> Stoppable<Answer> {
    if let Some(refusal) = action::blocked(action) {
        return Ok(Answer::Refused(refusal));
    }
    if action.trim() == "exit" {
        return Ok(Answer::Exit);
    }
    let action = action::guard_lines(action, "edit", "end_of_edit");
    let action = action.trim();
    // The check gets the action on its standard input, under a mark that no action has.
    let check = format!("/usr/bin/env bash -n << 'SYNTAX_CHECK_8c1d'\n{action}\nSYNTAX_CHECK_8c1d\n");
    let directory = state.shell.clone();
    let (problems, status) = state.run(machine, tools, check.as_bytes())?;
    state.shell = directory;
    if status != 0 {
        let problems = String::from_utf8_lossy(&problems);
        return Ok(Answer::Refused(format!(
            "Your bash command contained syntax errors and was NOT executed. Please fix the syntax errors and try \
             again. This can be the result of not adhering to the syntax for multi-line commands. Here is the output \
             of `bash -n`:\n\n{problems}"
        )));
    }
    let (output, status) = state.run(machine, tools, action.as_bytes())?;
    Ok(Answer::Output(escaped(&output), status))
}

/// Output as the session's reader decodes it: a byte that is no UTF-8 as `\xNN`.
fn escaped(output: &[u8]) -> String {
    crate::profile::plain::readable(output)
}

/// The scaffold's template for an observation that is too long.
pub(super) fn truncated(output: &str) -> String {
    let elided = text::length(output).saturating_sub(SHOWN);
    format!(
        "Observation: {}<response clipped><NOTE>Observations should not exceeded {SHOWN} characters. {elided} \
         characters were elided. Please try a different command that produces less output or use \
         head/tail/grep/redirect the output to a file. Do not use interactive pagers.</NOTE>",
        text::head(output, SHOWN)
    )
}

/// An error repeats what the model wrote, so it is cut like everything else.
pub(super) fn shorten(error: &str) -> String {
    text::head(error, SHOWN).to_owned()
}
