//! The profile `openhands-sdk`: OpenHands' software agent SDK, its V1 (openhands-tools 1.49.6,
//! openhands-sdk 1.49.1): `terminal`, `file_editor`, `task_tracker`, `grep`, `glob`, `think` and
//! `finish`.
//!
//! - State: one bash session on a terminal of 256 columns, the editor's undo history of ten
//!   versions a file, the list of tasks.
//! - Truncation: 30,000 characters of a terminal's output and 16,000 of a file lose their middle,
//!   100 files of a search are shown.
//! - What is wrong is said below a line of its own: `[An error occurred during execution.]`.
//! - Limits of the scaffold (30 s without output) are not reached here: steps are not timed.
//! - Known differences: files of a search are listed in sorted order, not the newest first; a call
//!   that its schema refuses is answered in fewer words than pydantic's; pictures are named, not
//!   shown; `str_replace` that finds nothing also drops blanks around the new text.

mod search;
mod tasks;

use super::openhands::{INTERPRETER, on_screen};
use super::toolset::{Problem, Signature, Toolset};
use super::{Memory, text};
use crate::budget::Stoppable;
use crate::editor::EditorCall;
use crate::machine::{Machine, Terminal};
use crate::shell::{ShellState, count_statements};
use crate::step::{Arguments, Observation, Status, Value};

/// The profile's name.
pub const NAME: &str = "openhands-sdk";

/// Longer outputs of the terminal lose their middle; characters.
const SHOWN_WHOLE: usize = 30_000;
const CLIPPED: &str =
    "<response clipped><NOTE>Due to the max output limit, only part of the full response has been shown to you.</NOTE>";
const ERROR: &str = "[An error occurred during execution.]\n";
const RESET: &str =
    "Terminal session has been reset. All previous environment variables and session state have been cleared.";

/// See the module.
pub struct OpenHandsSdk;

impl Toolset for OpenHandsSdk {
    const NAME: &'static str = NAME;
    const TOOLS: &'static str = include_str!("../openhands_sdk_tools.json");
    const SIGNATURES: &'static [Signature] = &[
        Signature { name: "terminal", required: &["command"] },
        Signature { name: "file_editor", required: &["command", "path"] },
        Signature { name: "task_tracker", required: &["command"] },
        Signature { name: "glob", required: &["pattern"] },
        Signature { name: "grep", required: &["pattern"] },
        Signature { name: "think", required: &["thought"] },
        Signature { name: "finish", required: &["message"] },
    ];
    // A hundred paths of a search may be long.
    const SHOWN: Option<usize> = None;
    const TERMINAL: Terminal = Terminal::Columns(256);

    fn refuse(problem: &Problem<'_>) -> String {
        match problem {
            Problem::UnknownTool(tool) => {
                let names: Vec<String> =
                    Self::SIGNATURES.iter().map(|signature| format!("'{}'", signature.name)).collect();
                format!("Tool '{}' not found. Available: [{}]", super::head(tool, 1_000), names.join(", "))
            }
            Problem::Unreadable { tool, error } => {
                format!("Error validating tool '{tool}': {error}. Arguments: unparseable JSON")
            }
            Problem::Missing { tool, argument } => {
                format!("Error validating tool '{tool}': 1 validation error\n{argument}\n  Field required")
            }
        }
    }

    fn answer(
        tool: &str,
        arguments: &Arguments,
        memory: &mut Memory,
        machine: &mut Machine<'_>,
    ) -> Stoppable<Observation> {
        let refuse = |argument: &str| {
            let text = format!(
                "Error validating tool '{tool}': 1 validation error\n{argument}\n  Input should be a valid string"
            );
            Ok(Observation::new(text, Status::BadCall))
        };
        let answer = match tool {
            "terminal" => {
                let Some(command) = arguments.text("command") else { return refuse("command") };
                return terminal(command, arguments, memory, machine);
            }
            "file_editor" => match EditorCall::read(arguments) {
                Ok(call) => memory.editor.run(&call, &mut machine.workspace)?,
                Err(problem) => return Ok(Observation::new([ERROR, &problem].concat(), Status::BadCall)),
            },
            "task_tracker" => tasks::run(arguments, memory),
            "glob" | "grep" => {
                let Some(pattern) = arguments.text("pattern") else { return refuse("pattern") };
                let text = |name| arguments.get(name).map(Value::python);
                let (path, include) = (text("path"), text("include"));
                match tool {
                    "glob" => search::glob(pattern, path.as_deref(), machine)?,
                    _ => search::grep(pattern, path.as_deref(), include.as_deref(), machine)?,
                }
            }
            "think" => Ok("Your thought has been logged.".to_owned()),
            _ => {
                let message = arguments.get("message").map(Value::python).unwrap_or_default();
                return Ok(Observation::new(message, Status::Finished));
            }
        };
        Ok(match answer {
            Ok(text) => Observation::new(text, Status::Ok),
            Err(text) => Observation::new([ERROR, &text].concat(), Status::ToolError),
        })
    }

    fn frame_limit(message: &str) -> String {
        [ERROR, message].concat()
    }
}

fn terminal(
    command: &str,
    arguments: &Arguments,
    memory: &mut Memory,
    machine: &mut Machine<'_>,
) -> Stoppable<Observation> {
    let is_set = |name: &str| matches!(arguments.get(name), Some(Value::Bool(true)));
    let error = |text: &str| Ok(Observation::new([ERROR, &shortened(text)].concat(), Status::ToolError));
    let command = command.trim();
    let is_reset = is_set("reset");
    if is_reset {
        memory.shell = ShellState::new(machine.workspace.mount());
        if command.is_empty() {
            let text = format!("{RESET}\n[Command finished with exit code 0]");
            return Ok(Observation::new(text, Status::Ok).with_exit_code(0));
        }
    }
    if command.is_empty() {
        return error("No previous running command to retrieve logs from.");
    }
    // Nothing is ever left running here, so there is nothing to send input or signals to.
    if is_set("is_input") || matches!(command, "C-c" | "C-z" | "C-d") {
        return error("No previous running command to interact with.");
    }
    let statements = count_statements(command.as_bytes());
    if statements.len() > 1 {
        let mut text = String::from(
            "Cannot execute multiple commands at once.\nPlease run each command separately OR chain them into a single \
             command via && or ;\nProvided commands:",
        );
        for (range, number) in statements.into_iter().zip(1..) {
            text.push_str(&format!("\n({number}) {}", command.get(range).unwrap_or_default()));
        }
        return error(&text);
    }
    let output = memory.run(machine, command)?;
    let content = on_screen(&String::from_utf8_lossy(&output.out));
    let status = output.status;
    let reset = if is_reset { format!("{RESET}\n\n") } else { String::new() };
    let text = format!(
        "{reset}{content}\n[The command completed with exit code {status}.]\n[Current working directory: {}]\n\
         [Python interpreter: {INTERPRETER}]\n[Command finished with exit code {status}]",
        super::memory::display(memory.shell.directory())
    );
    Ok(Observation::new(shortened(&text), Status::Ok).with_exit_code(status))
}

/// The ends of a long text, the notice between them.
fn shortened(content: &str) -> String {
    if text::length(content) <= SHOWN_WHOLE {
        return content.to_owned();
    }
    let room = SHOWN_WHOLE - text::length(CLIPPED);
    let head = room / 2;
    [text::head(content, head), CLIPPED, text::tail(content, room - head)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_outputs_are_exactly_as_long_as_allowed() {
        let short = shortened(&"é".repeat(SHOWN_WHOLE + 1));
        assert_eq!(text::length(&short), SHOWN_WHOLE);
        assert!(short.contains("é<response clipped><NOTE>"));
    }
}
