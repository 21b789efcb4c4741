//! SWE-agent 1.x (commit 3ea751c0): how it turns a call into a command line, runs it and shows what
//! came of it. What differs between its sets of tools stands in a [`Latest`] each.

use super::signature::{Tool, command_line};
use super::{State, VARIABLES, action, initial_state, own_state};
use crate::budget::Stoppable;
use crate::commands::Command;
use crate::machine::{Machine, Terminal};
use crate::profile::{Profile, ProfileState, text};
use crate::step::{CallSyntax, Observation, RawCall, Status};
use crate::window::{Dialect, MARKER};
use crate::workspace::VirtualPath;

/// What is shown when a command printed nothing.
pub(super) const NO_OUTPUT: &str = "Your command ran successfully and did not produce any output.";
/// The scaffold's template for an observation that is too long adds so much at most; characters.
const NOTICE: usize = 400;

/// A set of tools of SWE-agent 1.x.
pub struct Latest {
    /// The profile's name.
    pub(super) name: &'static str,
    /// The tools as the model is told of them.
    pub(super) schemas: &'static str,
    /// How calls become command lines.
    pub(super) tools: &'static [&'static Tool],
    /// The programs that the bundles add to the shell, sorted by name.
    pub(super) programs: &'static [&'static Command],
    /// Longer observations are cut; characters.
    pub(super) shown: usize,
    /// What stands around an observation.
    pub(super) frame: Frame,
    /// How the models write calls.
    pub(super) syntax: Option<CallSyntax>,
}

/// What stands around an observation (`next_step_template`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// Below it: the open file, the directory and a prompt.
    Prompt,
    /// Above it: `OBSERVATION:`.
    Headline,
}

impl Profile for Latest {
    fn name(&self) -> &'static str {
        self.name
    }

    fn tools(&self) -> &'static str {
        self.schemas
    }

    fn terminal(&self) -> Terminal {
        Terminal::Columns(80)
    }

    fn shown(&self) -> Option<usize> {
        // A path may be as long as 4,096 bytes, and the prompt shows two.
        Some(self.shown + NOTICE + if self.frame == Frame::Prompt { 9_000 } else { 0 })
    }

    fn syntax(&self) -> Option<CallSyntax> {
        self.syntax
    }

    fn initial_state(&self, root: &VirtualPath) -> ProfileState {
        initial_state(root, Dialect::First, &VARIABLES)
    }

    fn step(&self, call: &RawCall<'_>, state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let state = match own_state(state) {
            Ok(state) => state,
            Err(observation) => return Ok(observation),
        };
        // An error repeats what the model wrote, so it is cut like everything else.
        let refuse = |text: &str| Ok(Observation::new(text::head(text, self.shown), Status::BadCall));
        let action = match command_line(call, self.tools) {
            Ok(action) => action,
            Err(error) => return refuse(&error),
        };
        let (output, status) = match run_action(state, machine, self.programs, &action)? {
            Answer::Output(output, status) => (output, status),
            Answer::Refused(text) => return refuse(&text),
            Answer::Exit => return Ok(Observation::new("Exited", Status::Finished)),
        };
        let submission = state.window.submission.take();
        if let Some(patch) = submission.filter(|_| output.contains(MARKER)) {
            let patch = String::from_utf8_lossy(&patch).into_owned();
            return Ok(Observation::new(patch, Status::Finished).with_exit_code(status));
        }
        let is_empty = output.trim().is_empty();
        let shown = match self.frame {
            _ if !is_empty && text::length(&output) > self.shown => self.truncated(&output),
            Frame::Headline if is_empty => NO_OUTPUT.to_owned(),
            Frame::Headline => format!("OBSERVATION:\n{output}"),
            Frame::Prompt if is_empty => format!("{NO_OUTPUT}\n{}", state.prompt()),
            Frame::Prompt => format!("{output}\n{}", state.prompt()),
        };
        Ok(Observation::new(shown, Status::Ok).with_exit_code(status))
    }

    fn frame_limit(&self, message: &str) -> String {
        message.to_owned()
    }
}

impl Latest {
    /// The scaffold's template for an observation that is too long.
    fn truncated(&self, output: &str) -> String {
        let shown = self.shown;
        let elided = text::length(output).saturating_sub(shown);
        format!(
            "Observation: {}<response clipped><NOTE>Observations should not exceeded {shown} characters. {elided} \
             characters were elided. Please try a different command that produces less output or use \
             head/tail/grep/redirect the output to a file. Do not use interactive pagers.</NOTE>",
            text::head(output, shown)
        )
    }
}

/// What came of an action.
enum Answer {
    /// What the session printed, and the exit status.
    Output(String, u8),
    /// It was not run; the model reads why.
    Refused(String),
    /// The agent left.
    Exit,
}

/// Runs an action as 1.x does: blocked commands, texts of several lines, a check of the syntax.
fn run_action(
    state: &mut State,
    machine: &mut Machine<'_>,
    tools: &'static [&'static Command],
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
