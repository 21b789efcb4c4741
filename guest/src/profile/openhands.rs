//! The profile `openhands`: OpenHands' CodeAct agent (V0, 2025) with `execute_bash`,
//! `str_replace_editor` (openhands-aci 0.3.3), `think` and `finish`.

use super::{Profile, ProfileState, text};
use crate::budget::Stoppable;
use crate::editor::{Editor, EditorCall};
use crate::machine::{Descriptors, Machine, Terminal};
use crate::shell::{ShellKind, ShellState, count_statements, run_script};
use crate::step::{Arguments, Observation, RawCall, Status};
use crate::workspace::VirtualPath;

/// The profile's name.
pub const NAME: &str = "openhands";

const TOOLS: &str = include_str!("openhands_tools.json");
/// The terminal is a tmux pane of 1000 columns.
const COLUMNS: u16 = 1000;
/// Longer outputs lose their middle; characters.
const SHOWN_WHOLE: usize = 30_000;
const CUT: &str = "\n[... Observation truncated due to length ...]\n";
/// The interpreter that the prompt reports.
pub(super) const INTERPRETER: &str = "/usr/local/bin/python";

/// What the tools remember.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct State {
    /// The one shell of the session.
    pub shell: ShellState,
    /// The editor's undo history.
    pub editor: Editor,
}

/// See the module.
pub struct OpenHands;

impl Profile for OpenHands {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tools(&self) -> &'static str {
        TOOLS
    }

    fn terminal(&self) -> Terminal {
        Terminal::Columns(COLUMNS)
    }

    fn shown(&self) -> Option<usize> {
        Some(SHOWN_WHOLE + 1_000)
    }

    fn initial_state(&self, root: &VirtualPath) -> ProfileState {
        ProfileState::OpenHands(Box::new(State { shell: ShellState::new(root), editor: Editor::default() }))
    }

    fn step(&self, call: &RawCall<'_>, state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let ProfileState::OpenHands(state) = state else {
            return Ok(super::foreign_state());
        };
        let arguments = match check(call) {
            Ok(arguments) => arguments,
            // The scaffold shortens whatever it shows, and an error repeats the call.
            Err(error) => return Ok(Observation::new(shorten(&error), Status::BadCall)),
        };
        match call.tool {
            "execute_bash" => execute(&arguments, &mut state.shell, machine),
            "str_replace_editor" => edit(&arguments, &mut state.editor, machine),
            "think" => Ok(Observation::new("Your thought has been logged.", Status::Ok)),
            _ => Ok(Observation::new(shorten(arguments.text("message").unwrap_or_default()), Status::Finished)),
        }
    }

    fn frame_limit(&self, message: &str) -> String {
        format!("ERROR: {message}")
    }
}

/// Tools with their required and their optional arguments.
const SIGNATURES: [(&str, &[&str], &[&str]); 4] = [
    ("execute_bash", &["command"], &["is_input", "security_risk", "timeout"]),
    (
        "str_replace_editor",
        &["command", "path"],
        &["file_text", "insert_line", "new_str", "old_str", "security_risk", "view_range"],
    ),
    ("think", &["thought"], &[]),
    ("finish", &[], &["message", "task_completed"]),
];

/// Reads a call's arguments, or says what is wrong with the call.
fn check(call: &RawCall<'_>) -> Result<Arguments, String> {
    let Some((_, required, optional)) = SIGNATURES.iter().find(|(tool, ..)| *tool == call.tool) else {
        return Err(format!(
            "Tool {} is not registered. (arguments: {}). Please check the tool name and retry with an existing tool.",
            call.tool, call.arguments
        ));
    };
    let arguments = Arguments::parse(call.arguments)
        .map_err(|error| format!("Failed to parse tool call arguments: {}: {error}", call.arguments))?;
    if let Some(missing) = required.iter().find(|name| arguments.get(name).is_none()) {
        return Err(format!("Missing required argument \"{missing}\" in tool call {}", call.tool));
    }
    let is_known = |name: &&str| required.contains(name) || optional.contains(name);
    if let Some(extra) = arguments.names().find(|name| !is_known(name)) {
        let mut allowed: Vec<_> = required.iter().chain(*optional).map(|name| format!("'{name}'")).collect();
        allowed.sort_unstable();
        return Err(format!(
            "Unexpected argument {extra} in tool call {}. Allowed arguments are: {{{}}}",
            call.tool,
            allowed.join(", ")
        ));
    }
    Ok(arguments)
}

fn execute(arguments: &Arguments, shell: &mut ShellState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
    let Some(command) = arguments.text("command") else {
        return Ok(Observation::new("Argument \"command\" of execute_bash must be a string", Status::BadCall));
    };
    let command = command.trim();
    let is_input = arguments.get("is_input").is_some_and(|value| value.python().eq_ignore_ascii_case("true"));
    if command.is_empty() {
        let text = "ERROR: No previous running command to retrieve logs from.";
        return Ok(Observation::new(text, Status::ToolError));
    }
    // Nothing is ever left running here, so there is nothing to send input or signals to.
    if is_input || matches!(command, "C-c" | "C-z" | "C-d") {
        let text = "ERROR: No previous running command to interact with.";
        return Ok(Observation::new(text, Status::ToolError));
    }
    let statements = count_statements(command.as_bytes());
    if statements.len() > 1 {
        let mut text = String::from(
            "ERROR: Cannot execute multiple commands at once.\n\
             Please run each command separately OR chain them into a single command via && or ;\n\
             Provided commands:",
        );
        for (index, range) in statements.into_iter().enumerate() {
            let statement = command.get(range).unwrap_or_default();
            text.push_str(&format!("\n({}) {statement}", index + 1));
        }
        return Ok(Observation::new(shorten(&text), Status::ToolError));
    }

    let terminal = machine.streams.buffer();
    machine.streams.set_terminal(terminal);
    let input = machine.streams.null();
    let descriptors = Descriptors::standard(input, terminal, terminal);
    let status = run_script(machine, shell, ShellKind::Interactive, command.as_bytes(), &descriptors)?;
    let output = machine.streams.take(terminal);
    let content = shorten(&on_screen(&String::from_utf8_lossy(&output)));
    let directory = shell.directory().display();
    let text = format!(
        "{content}\n[The command completed with exit code {status}.]\n[Current working directory: {}]\n\
         [Python interpreter: {INTERPRETER}]\n[Command finished with exit code {status}]",
        String::from_utf8_lossy(&directory)
    );
    Ok(Observation::new(shorten(&text), Status::Ok).with_exit_code(status))
}

/// What the scaffold reads back from its terminal: tabs are spaces up to the next stop, lines
/// have no blanks at their ends, the whole text has none around it.
pub(super) fn on_screen(output: &str) -> String {
    let mut screen = String::with_capacity(output.len());
    for line in output.split('\n') {
        let start = screen.len();
        if line.contains(['\t', '\r']) {
            // A carriage return starts the row again; what was written later stays on top.
            let last = line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default();
            let mut column = 0;
            for character in last.chars() {
                if character == '\t' {
                    let stop = (column / 8 + 1) * 8;
                    screen.extend(std::iter::repeat_n(' ', stop - column));
                    column = stop;
                } else {
                    screen.push(character);
                    column += 1;
                }
            }
        } else {
            screen.push_str(line);
        }
        let kept = screen[start..].trim_end().len();
        screen.truncate(start + kept);
        screen.push('\n');
    }
    screen.trim().to_owned()
}

/// Cuts the middle out of a long text.
fn shorten(content: &str) -> String {
    if text::length(content) <= SHOWN_WHOLE {
        return content.to_owned();
    }
    let half = SHOWN_WHOLE / 2;
    [text::head(content, half), CUT, text::tail(content, half)].concat()
}

fn edit(arguments: &Arguments, editor: &mut Editor, machine: &mut Machine<'_>) -> Stoppable<Observation> {
    let call = match EditorCall::read(arguments) {
        Ok(call) => call,
        Err(error) => return Ok(Observation::new(shorten(&format!("ERROR:\n{error}")), Status::BadCall)),
    };
    Ok(match editor.run(&call, &mut machine.workspace)? {
        Ok(text) => Observation::new(shorten(&text), Status::Ok),
        Err(error) => Observation::new(shorten(&format!("ERROR:\n{error}")), Status::ToolError),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_has_no_tabs_and_no_trailing_blanks() {
        assert_eq!(on_screen("  a\tb  \n\n x \n\n"), "a     b\n\n x");
        assert_eq!(on_screen("10%\r100%\nend\r\n"), "100%\nend");
    }

    #[test]
    fn long_outputs_lose_their_middle() {
        let long = "é".repeat(SHOWN_WHOLE + 1);
        let short = shorten(&long);
        assert_eq!(text::length(&short), SHOWN_WHOLE + text::length(CUT));
        assert_eq!(shorten("abc"), "abc");
    }
}
