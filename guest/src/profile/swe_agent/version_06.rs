//! The profile `swe-agent-0.6`: the agent-computer interface of SWE-agent 0.6 (commit e06b4e59,
//! June 2024) as its default settings put it together; most training data of 2024 was made with
//! it.
//!
//! - Calls: the agent writes one command line (tool `bash` here); the tools are functions of that
//!   shell, and have schemas of their own for trainers that call functions.
//! - State: one bash session on pipes, the open file, the window's middle line. The prompt under
//!   each observation shows file and directory.
//! - Truncation: none.
//! - Limits of the scaffold (25 s a command) are not reached here: steps are not timed.
//! - Known difference: the session's own messages begin with `bash: `; the original's begin with
//!   `/bin/bash: line N: `, where N counts everything the scaffold ever sent.

use super::latest::NO_OUTPUT;
use super::signature::command_line;
use super::windowed::{TOOLS, TOOLS_JSON};
use super::{action, initial_state, own_state};
use crate::budget::Stoppable;
use crate::machine::{Machine, Terminal};
use crate::profile::{Profile, ProfileState};
use crate::step::{CallSyntax, Observation, RawCall, Status};
use crate::window::{CLOSING, COMMANDS, Dialect, OPENING};
use crate::workspace::VirtualPath;

/// The profile's name.
pub const NAME: &str = "swe-agent-0.6";

/// See the module.
pub struct SweAgent06;

impl Profile for SweAgent06 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tools(&self) -> &'static str {
        TOOLS_JSON
    }

    fn terminal(&self) -> Terminal {
        Terminal::Pipe
    }

    fn shown(&self) -> Option<usize> {
        None
    }

    fn syntax(&self) -> Option<CallSyntax> {
        Some(CallSyntax::ThoughtAction)
    }

    fn initial_state(&self, root: &VirtualPath) -> ProfileState {
        initial_state(root, Dialect::Middle, &[])
    }

    fn step(&self, call: &RawCall<'_>, state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let state = match own_state(state) {
            Ok(state) => state,
            Err(observation) => return Ok(observation),
        };
        let line = match command_line(call, &TOOLS) {
            Ok(line) => line,
            Err(error) => return Ok(Observation::new(error, Status::BadCall)),
        };
        if let Some(refusal) = action::blocked_06(&line) {
            return Ok(Observation::new(refusal, Status::BadCall));
        }
        if line.trim() == "skip" {
            return Ok(Observation::new("Skipped", Status::Finished));
        }
        let line = action::guard_lines(&line, "edit", "end_of_edit");
        // The session itself reads the check's here-document, so an action that has a line `EOF`
        // ends it early, as it did in the original.
        let check = format!("/bin/bash -n <<'EOF'\n{line}\nEOF\n");
        let (mut output, mut status) = state.run(machine, COMMANDS, check.as_bytes())?;
        if status == 0 {
            (output, status) = state.run(machine, COMMANDS, line.as_bytes())?;
        }
        state.window.submission = None;
        let output = match std::str::from_utf8(&output) {
            // The reader joins the lines again that Python's `splitlines` gives.
            Ok(text) => crate::editor::split_and_join(text).into_owned(),
            Err(_) => "\nEXECUTION FAILED OR COMMAND MALFORMED".to_owned(),
        };
        if let Some(patch) = submission(&output) {
            return Ok(Observation::new(patch, Status::Finished).with_exit_code(status));
        }
        let shown = if output.trim().is_empty() { NO_OUTPUT } else { &output };
        Ok(Observation::new(format!("{shown}\n{}", state.prompt()), Status::Ok).with_exit_code(status))
    }

    fn frame_limit(&self, message: &str) -> String {
        message.to_owned()
    }
}

/// What stands between the marks of a submission.
fn submission(output: &str) -> Option<&str> {
    let (_, after) = output.split_once(OPENING)?;
    after.rsplit_once(CLOSING).map(|(patch, _)| patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_stands_between_its_marks() {
        assert_eq!(submission("x<<SUBMISSION||\ndiff\n||SUBMISSION>>"), Some("\ndiff\n"));
        assert_eq!(submission("<<SUBMISSION||"), None);
    }
}
