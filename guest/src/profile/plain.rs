//! The profile `plain`: what `bash -c` prints and nothing around it, whole. For comparing with real
//! programs, and for scaffolds that frame and shorten observations themselves.

use super::{Profile, ProfileState, bash};
use crate::budget::Stoppable;
use crate::machine::{Machine, Terminal};
use crate::step::{Observation, RawCall, Status};
use crate::workspace::VirtualPath;

/// The profile's name.
pub const NAME: &str = "plain";

/// See the module.
pub struct Plain;

impl Profile for Plain {
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
        None
    }

    fn initial_state(&self, _root: &VirtualPath) -> ProfileState {
        ProfileState::Bash
    }

    fn step(&self, call: &RawCall<'_>, _state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let command = match bash::read_command(call) {
            Ok(command) => command,
            Err(error) => return Ok(Observation::new(error, Status::BadCall)),
        };
        let (output, status) = bash::run_command(machine, command.as_bytes(), &[])?;
        Ok(Observation::new(readable(&output), Status::Ok).with_exit_code(status))
    }

    fn frame_limit(&self, message: &str) -> String {
        message.to_owned()
    }
}

/// Bytes as text in which no byte is lost: what is not UTF-8 is written `\xNN`, as Python's
/// `backslashreplace` does.
pub fn readable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_written_out() {
        assert_eq!(readable("a\u{e9}\n".as_bytes()), "a\u{e9}\n");
        assert_eq!(readable(b"a\xe9b\xff"), "a\\xe9b\\xff");
    }
}
