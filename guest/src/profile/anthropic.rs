//! The profiles `anthropic` and `anthropic-20250124`: the text editor and bash tools of Anthropic's
//! API, answered as the reference implementation does (`computer_use_demo/tools` of
//! anthropic-quickstarts, commit 44c2b5c, June 2025).
//!
//! - `anthropic`: `str_replace_based_edit_tool` (text_editor_20250429 and 20250728: no `undo_edit`,
//!   and `insert` takes its text as `insert_text`, or as `new_str` as the reference code still
//!   does) and `bash` (bash_20250124). `anthropic-20250124`: `str_replace_editor` with `undo_edit`.
//! - State: one bash on pipes, its outputs apart; every version of an edited file.
//! - Truncation: 16,000 characters of a file or a listing. The reference does not cut what bash
//!   prints; 20250728's `max_characters` is a setting of the tool and left out here.
//! - Errors are the whole answer: a command that writes to standard error shows that alone, as the
//!   reference's loop hands results on.
//! - Limits of the reference (120 s a command) are not reached here: steps are not timed.
//! - Known differences: a command may end in a comment or a here-document, after which the
//!   reference waits for ever; listings are sorted; bash's own messages begin with `bash: `, the
//!   reference's with `/bin/bash: line N: `.

use super::{Profile, ProfileState};
use crate::budget::Stoppable;
use crate::machine::{Descriptors, Machine, Terminal};
use crate::reference::{Editor, Flavor, History, Request};
use crate::shell::{ShellKind, ShellState, run_script};
use crate::step::{Arguments, Observation, RawCall, Status, Value};
use crate::workspace::VirtualPath;

/// The name of the profile with the newer editor.
pub const NAME: &str = "anthropic";
/// The name of the profile with the older editor.
pub const NAME_20250124: &str = "anthropic-20250124";

/// What the tools remember.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct State {
    /// The one shell of the session.
    pub shell: ShellState,
    /// The editor's undo history.
    pub history: History,
}

/// See the module.
pub struct Anthropic {
    /// Whether the editor is the one of 20250124.
    pub has_undo: bool,
}

impl Anthropic {
    const fn editor(&self) -> &'static str {
        if self.has_undo { "str_replace_editor" } else { "str_replace_based_edit_tool" }
    }
}

impl Profile for Anthropic {
    fn name(&self) -> &'static str {
        if self.has_undo { NAME_20250124 } else { NAME }
    }

    fn tools(&self) -> &'static str {
        if self.has_undo { include_str!("anthropic_20250124_tools.json") } else { include_str!("anthropic_tools.json") }
    }

    fn terminal(&self) -> Terminal {
        Terminal::Pipe
    }

    fn shown(&self) -> Option<usize> {
        None
    }

    fn initial_state(&self, root: &VirtualPath) -> ProfileState {
        ProfileState::Anthropic(Box::new(State { shell: ShellState::new(root), history: History::default() }))
    }

    fn step(&self, call: &RawCall<'_>, state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let ProfileState::Anthropic(state) = state else {
            return Ok(super::foreign_state());
        };
        let refuse = |text: String| Ok(Observation::new(text, Status::BadCall));
        if call.tool != "bash" && call.tool != self.editor() {
            return refuse(format!("Tool {} is invalid", super::head(call.tool, 200)));
        }
        let arguments = match Arguments::parse(call.arguments) {
            Ok(arguments) => arguments,
            Err(error) => return refuse(format!("The input of {} cannot be read: {error}", call.tool)),
        };
        if call.tool == "bash" {
            return bash(&arguments, state, machine);
        }
        let request = match read_request(&arguments) {
            Ok(request) => request,
            Err(problem) => return refuse(problem),
        };
        let mut editor = Editor {
            flavor: Flavor::Anthropic { has_undo: self.has_undo, tool: self.editor() },
            workspace: &mut machine.workspace,
            directory: &VirtualPath::ROOT,
            history: &mut state.history,
        };
        Ok(match editor.run(&request)? {
            Ok(text) => Observation::new(text, Status::Ok),
            Err(complaint) => Observation::new(complaint, Status::ToolError),
        })
    }

    fn frame_limit(&self, message: &str) -> String {
        message.to_owned()
    }
}

fn read_request(arguments: &Arguments) -> Result<Request, String> {
    let text = |name: &str| match arguments.get(name) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("Parameter `{name}` must be a string")),
    };
    let integer = |value: &Value, name: &str| {
        value.as_integer().ok_or_else(|| format!("Parameter `{name}` must be an integer: {}", value.python()))
    };
    let required = |name: &str| text(name)?.ok_or_else(|| format!("Parameter `{name}` is required"));
    let view_range = match arguments.get("view_range") {
        None => None,
        Some(Value::List(items)) => {
            Some(items.iter().map(|item| integer(item, "view_range")).collect::<Result<Vec<_>, _>>()?)
        }
        Some(_) => return Err("Invalid `view_range`. It should be a list of two integers.".into()),
    };
    let insert_line = arguments.get("insert_line").map(|value| integer(value, "insert_line")).transpose()?;
    Ok(Request {
        command: required("command")?,
        path: required("path")?,
        file_text: text("file_text")?,
        view_range,
        old_str: text("old_str")?,
        new_str: match text("new_str")? {
            Some(new) => Some(new),
            None => text("insert_text")?,
        },
        insert_line,
    })
}

fn bash(arguments: &Arguments, state: &mut State, machine: &mut Machine<'_>) -> Stoppable<Observation> {
    if matches!(arguments.get("restart"), Some(Value::Bool(true))) {
        state.shell = ShellState::new(machine.workspace.mount());
        return Ok(Observation::new("tool has been restarted.", Status::Ok));
    }
    let command = match arguments.get("command") {
        None => return Ok(Observation::new("no command provided.", Status::BadCall)),
        Some(Value::Text(command)) => command,
        Some(_) => return Ok(Observation::new("Parameter `command` must be a string", Status::BadCall)),
    };
    let (output, error) = (machine.streams.buffer(), machine.streams.buffer());
    let input = machine.streams.null();
    let descriptors = Descriptors::standard(input, output, error);
    let status = run_script(machine, &mut state.shell, ShellKind::Interactive, command.as_bytes(), &descriptors)?;
    let read = |bytes: Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.strip_suffix('\n').map_or(text.clone(), str::to_owned)
    };
    let (output, error) = (read(machine.streams.take(output)), read(machine.streams.take(error)));
    let text = if error.is_empty() { output } else { error };
    Ok(Observation::new(text, Status::Ok).with_exit_code(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inserted_text_has_two_names() {
        for name in ["new_str", "insert_text"] {
            let json = format!("{{\"command\": \"insert\", \"path\": \"/a\", \"insert_line\": 0, \"{name}\": \"x\"}}");
            assert_eq!(read_request(&Arguments::parse(&json).unwrap()).unwrap().new_str.as_deref(), Some("x"));
        }
        let arguments = Arguments::parse(r#"{"command": "view"}"#).unwrap();
        assert_eq!(read_request(&arguments).unwrap_err(), "Parameter `path` is required");
    }
}
