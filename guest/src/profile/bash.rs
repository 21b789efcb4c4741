//! The profile `bash`: mini-swe-agent 2.4.6 with its SWE-bench settings. One tool; every call is
//! a new `bash -c` in the repository, with standard output and standard error on one pipe.

use super::{Profile, ProfileState, text};
use crate::budget::Stoppable;
use crate::machine::{Descriptors, Machine, Terminal};
use crate::shell::{ShellKind, ShellState, run_script};
use crate::step::{Arguments, Observation, RawCall, Status};
use crate::workspace::VirtualPath;

/// The profile's name.
pub const NAME: &str = "bash";

/// The line by which an agent says that it is done.
pub(super) const SUBMIT: &str = "COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT";
/// Outputs of at least this many characters are shown in part.
const SHOWN_WHOLE: usize = 10_000;

pub(super) const TOOLS: &str = r#"[{"type": "function", "function": {"name": "bash", "description": "Execute a bash command", "parameters": {"type": "object", "properties": {"command": {"type": "string", "description": "The bash command to execute"}}, "required": ["command"]}}}]"#;

/// Exported on top of a container's own variables, as the scaffold's settings say.
pub(super) const VARIABLES: [(&str, &str); 5] =
    [("LESS", "-R"), ("MANPAGER", "cat"), ("PAGER", "cat"), ("PIP_PROGRESS_BAR", "off"), ("TQDM_DISABLE", "1")];

/// See the module.
pub struct Bash;

impl Profile for Bash {
    fn name(&self) -> &'static str {
        NAME
    }

    fn tools(&self) -> &'static str {
        TOOLS
    }

    fn terminal(&self) -> Terminal {
        Terminal::Pipe
    }

    fn shown(&self) -> Option<usize> {
        Some(SHOWN_WHOLE + 2_000)
    }

    fn initial_state(&self, _root: &VirtualPath) -> ProfileState {
        ProfileState::Bash
    }

    fn step(&self, call: &RawCall<'_>, _state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let command = match read_command(call) {
            Ok(command) => command,
            Err(error) => return Ok(Observation::new(format_error(&error), Status::BadCall)),
        };
        let (output, status) = run_command(machine, command.as_bytes(), &VARIABLES)?;
        let output = String::from_utf8_lossy(&output);

        let mut lines = output.trim_start().split_inclusive('\n');
        if status == 0 && lines.next().is_some_and(|line| line.trim() == SUBMIT) {
            let submission: String = lines.collect();
            return Ok(Observation::new(submission, Status::Finished).with_exit_code(status));
        }
        Ok(Observation::new(render(status, &output), Status::Ok).with_exit_code(status))
    }

    fn frame_limit(&self, message: &str) -> String {
        format!("<exception>{message}</exception>\n<returncode>-1</returncode>\n<output>\n</output>")
    }
}

/// Runs `bash -c command` in the repository: what one pipe takes of both its outputs, and the exit
/// status.
pub(super) fn run_command(
    machine: &mut Machine<'_>,
    command: &[u8],
    variables: &[(&str, &str)],
) -> Stoppable<(Vec<u8>, u8)> {
    let mut shell = ShellState::new(machine.workspace.mount());
    variables.iter().for_each(|(name, value)| shell.export(name.as_bytes(), value.as_bytes()));
    let terminal = machine.streams.buffer();
    let input = machine.streams.null();
    let descriptors = Descriptors::standard(input, terminal, terminal);
    let status = run_script(machine, &mut shell, ShellKind::Command, command, &descriptors)?;
    Ok((machine.streams.take(terminal), status))
}

pub(super) fn read_command(call: &RawCall<'_>) -> Result<String, String> {
    if call.tool != "bash" {
        return Err(format!("Unknown tool '{}'.", call.tool));
    }
    let arguments =
        Arguments::parse(call.arguments).map_err(|error| format!("Error parsing tool call arguments: {error}. "))?;
    match arguments.text("command") {
        Some(command) => Ok(command.to_owned()),
        None => Err("Missing 'command' argument in bash tool call.".into()),
    }
}

pub(super) fn render(status: u8, output: &str) -> String {
    let length = text::length(output);
    if length < SHOWN_WHOLE {
        return format!("<returncode>{status}</returncode>\n<output>\n{output}</output>");
    }
    let (head, tail) = (text::head(output, SHOWN_WHOLE / 2), text::tail(output, SHOWN_WHOLE / 2));
    let elided = length - SHOWN_WHOLE;
    format!(
        "<returncode>{status}</returncode>\n<warning>\n\
         The output of your last command was too long.\n\
         Please try a different command that produces less output.\n\
         If you're looking at a file you can try use head, tail or sed to view a smaller number of lines selectively.\n\
         If you're using grep or find and it produced too much output, you can use a more selective search pattern.\n\
         If you really need to see something from the full command's output, you can redirect output to a file and then \
         search in that file.\n\
         </warning><output_head>\n{head}\n</output_head>\n<elided_chars>\n{elided} characters elided\n</elided_chars>\n\
         <output_tail>\n{tail}\n</output_tail>"
    )
}

fn format_error(error: &str) -> String {
    // An error may repeat a name of any length.
    let error = text::head(error, SHOWN_WHOLE);
    format!(
        "Tool call error:\n\n<error>\n{error}\n</error>\n\n\
         Here is general guidance on how to submit correct toolcalls:\n\n\
         Every response needs to use the 'bash' tool at least once to execute commands.\n\n\
         Call the bash tool with your command as the argument:\n\
         - Tool: bash\n\
         - Arguments: {{\"command\": \"your_command_here\"}}\n\n\
         If you have completed your assignment, please consult the first message about how to\n\
         submit your solution (you will not be able to continue working on this task after that)."
    )
}
