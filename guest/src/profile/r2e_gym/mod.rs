//! The profile `r2e-gym`: the scaffold of R2E-Gym (commit 69bc9535, April 2025), with which DeepSWE
//! was trained; SkyRL-Agent's editor is a variant of it.
//!
//! - Calls: XML functions written into the reply, one a turn, values trimmed.
//! - State: none in the shell, every command starts in the repository; the editor's undo history.
//! - Truncation: 10,000 characters of a file or listing; 80 lines of what a command printed.
//! - The scaffold's count of remaining steps belongs to the conversation
//!   ([`crate::conversation`]). Its limits (90 s a command) are not reached here.
//! - Known differences: directories are listed in sorted order; for files that do not parse, the
//!   short form is refused in the parser's words, not in CPython's.

mod editor;
mod search;

use super::memory;
use super::toolset::{Problem, Signature, Toolset};
use super::{Memory, text};
use crate::budget::Stoppable;
use crate::machine::Machine;
use crate::step::{Arguments, CallSyntax, Observation, Status};

/// The profile's name.
pub const NAME: &str = "r2e-gym";

/// Lines of a command's output that are shown from each end.
const SHOWN_LINES: usize = 40;
/// Programs that `execute_bash` does not run.
const BLOCKED: [&str; 5] = ["cd", "ipython", "jupyter", "nohup", "pip"];

/// See the module.
pub struct R2eGym;

impl Toolset for R2eGym {
    const NAME: &'static str = NAME;
    const TOOLS: &'static str = include_str!("../r2e_gym_tools.json");
    const SIGNATURES: &'static [Signature] = &[
        Signature { name: "file_editor", required: &["command", "path"] },
        Signature { name: "execute_bash", required: &["cmd"] },
        Signature { name: "search", required: &["search_term"] },
        Signature { name: "finish", required: &["command"] },
    ];
    // A line may be of any length.
    const SHOWN: Option<usize> = None;
    const SYNTAX: Option<CallSyntax> = Some(CallSyntax::XmlTrimmed);

    fn refuse(problem: &Problem<'_>) -> String {
        match problem {
            // The name is run as a program.
            Problem::UnknownTool(tool) => {
                let tool = text::head(tool, 200);
                envelope(tool, &format!("timeout: failed to run command ‘{tool}’: No such file or directory\n"))
            }
            Problem::Unreadable { tool, error } => envelope(tool, &format!("{tool}: error: {error}\n")),
            Problem::Missing { tool, argument } => {
                envelope(tool, &format!("{tool}: error: the following arguments are required: {argument}\n"))
            }
        }
    }

    fn answer(
        tool: &str,
        arguments: &Arguments,
        memory: &mut Memory,
        machine: &mut Machine<'_>,
    ) -> Stoppable<Observation> {
        // On a command line every value is text.
        let value = |name: &str| arguments.get(name).map(crate::step::Value::python);
        match tool {
            "execute_bash" => execute(&value("cmd").unwrap_or_default(), machine),
            "search" => {
                let path = value("path").unwrap_or_else(|| ".".into());
                let output = search::run(&value("search_term").unwrap_or_default(), &path, machine)?;
                Ok(Observation::new(envelope(tool, &output), Status::Ok))
            }
            "file_editor" => Ok(match editor::run(arguments, memory, machine)? {
                Ok(output) => Observation::new(envelope(tool, &format!("{output}\n")), Status::Ok),
                Err(error) => Observation::new(envelope(tool, &error), Status::ToolError),
            }),
            _ => Ok(Observation::new("<<< Finished >>>", Status::Finished)),
        }
    }
}

fn envelope(function: &str, output: &str) -> String {
    format!("Execution output of [{function}]:\n{output}")
}

fn execute(command: &str, machine: &mut Machine<'_>) -> Stoppable<Observation> {
    let show = |status: u8, output: &str| {
        let shown = match status {
            0 => "0".to_owned(),
            status => format!("Error: Exit code {status}"),
        };
        let text = format!("Exit code: {shown}\n{}", envelope("execute_bash", &shortened(output)));
        Observation::new(text, Status::Ok).with_exit_code(status)
    };
    let first = command.split_whitespace().next().unwrap_or_default();
    if BLOCKED.contains(&first) {
        let text = format!("Bash command '{first}' is not allowed. Please use a different command or tool.\n");
        return Ok(show(1, &text));
    }
    let mount = machine.workspace.mount().clone();
    let output = memory::run_alone(machine, &mount, command)?;
    let (out, error) = (String::from_utf8_lossy(&output.out), String::from_utf8_lossy(&output.error));
    let mut text = format!("[STDOUT]\n\n{} \n\n[STDERR]\n\n{}\n", out.trim(), error.trim());
    if output.status == 0 {
        text = text.replace('\r', "");
    } else {
        text = format!("Error executing command:\n\n{text}");
    }
    Ok(show(output.status, &text))
}

/// The first and last lines of a long output.
fn shortened(output: &str) -> String {
    let output = output.trim_end_matches('\n');
    let lines: Vec<&str> = output.split('\n').collect();
    if lines.len() <= 2 * SHOWN_LINES {
        return output.to_owned();
    }
    let (top, bottom) = (lines.get(..SHOWN_LINES), lines.get(lines.len() - SHOWN_LINES..));
    let rule = "-".repeat(50);
    format!(
        "{}\n{rule}\n<Observation truncated in middle for saving context>\n{rule}\n{}",
        top.unwrap_or_default().join("\n"),
        bottom.unwrap_or_default().join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_long_output_is_left_out() {
        let lines = |count: usize| (1..=count).map(|line| format!("{line}\n")).collect::<String>();
        assert_eq!(shortened(&lines(80)).lines().count(), 80);
        let short = shortened(&lines(81));
        assert_eq!(short.lines().count(), 83);
        assert!(short.contains("\n40\n-----") && short.ends_with("-\n42\n".trim_end()) || short.ends_with("81"));
    }
}
