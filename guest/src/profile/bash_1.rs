//! The profile `bash-1`: mini-swe-agent 1.x (1.15) with its SWE-bench settings.
//!
//! - Calls: exactly one fence of `bash` in a reply.
//! - State: none; every call is a new `bash -c` in the repository, its outputs on one pipe.
//! - Truncation: outputs of 10,000 characters or more lose their middle, as in [`super::bash`].
//! - The first line of the output that ends the run may be either of two, and its exit status does
//!   not matter.
//! - Limits of the scaffold (60 s a command, 250 steps) are not reached here: steps are not timed.

use super::{Profile, ProfileState, bash};
use crate::budget::Stoppable;
use crate::machine::{Machine, Terminal};
use crate::step::{CallSyntax, Observation, RawCall, Status};
use crate::workspace::VirtualPath;

/// The profile's name.
pub const NAME: &str = "bash-1";

/// The lines by which an agent says that it is done.
const SUBMIT: [&str; 2] = ["MINI_SWE_AGENT_FINAL_OUTPUT", bash::SUBMIT];

/// See the module.
pub struct Bash1;

impl Profile for Bash1 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tools(&self) -> &'static str {
        bash::TOOLS
    }

    fn terminal(&self) -> Terminal {
        Terminal::Pipe
    }

    fn shown(&self) -> Option<usize> {
        bash::Bash.shown()
    }

    fn syntax(&self) -> Option<CallSyntax> {
        Some(CallSyntax::OneBashFence)
    }

    fn initial_state(&self, _root: &VirtualPath) -> ProfileState {
        ProfileState::Bash
    }

    fn step(&self, call: &RawCall<'_>, _state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let command = match bash::read_command(call) {
            Ok(command) => command,
            // A call that is no fence has no words of the scaffold; it is told of the fence.
            Err(_) => {
                let text = CallSyntax::OneBashFence.parse("").err().unwrap_or_default();
                return Ok(Observation::new(text, Status::BadCall));
            }
        };
        let (output, status) = bash::run_command(machine, command.as_bytes(), &bash::VARIABLES)?;
        let output = String::from_utf8_lossy(&output);
        let mut lines = output.trim_start().split_inclusive('\n');
        if lines.next().is_some_and(|line| SUBMIT.contains(&line.trim())) {
            let submission: String = lines.collect();
            return Ok(Observation::new(submission, Status::Finished).with_exit_code(status));
        }
        Ok(Observation::new(bash::render(status, &output), Status::Ok).with_exit_code(status))
    }

    fn frame_limit(&self, message: &str) -> String {
        message.to_owned()
    }
}
