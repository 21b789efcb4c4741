//! The profile `codex`: the tools of OpenAI's Codex CLI, `shell_command` and `apply_patch`
//! (codex-rs, crates `core` and `apply-patch`, 2025 to 2026).
//!
//! - Calls: native. `apply_patch` is also a program of the shell, which takes the patch as its
//!   argument or on standard input; so commands with a here-document work.
//! - State: none; every command is a new shell in the repository, or in `workdir`.
//! - Truncation: 10,000 bytes of an output, the middle left out with a note of its characters.
//! - Differences: the seconds of the result are always 0, since steps are not timed; standard
//!   output and standard error are one stream.

mod apply;
mod patch;
mod program;
mod seek;

use super::Memory;
use super::memory::{self, run};
use super::toolset::{Problem, Signature, Toolset};
use crate::budget::Stoppable;
use crate::commands::Command;
use crate::machine::Machine;
use crate::shell::{ShellKind, ShellState};
use crate::step::{Arguments, Observation, Status, Value};

/// The profile's name.
pub const NAME: &str = "codex";

/// Longer outputs lose their middle; bytes.
const SHOWN: usize = 10_000;
/// What the profile adds to the shell.
const PROGRAMS: &[&Command] = &[&program::APPLY_PATCH];

/// See the module.
pub struct Codex;

impl Toolset for Codex {
    const NAME: &'static str = NAME;
    const TOOLS: &'static str = include_str!("tools.json");
    const SIGNATURES: &'static [Signature] = &[
        Signature { name: "shell_command", required: &["command"] },
        Signature { name: "apply_patch", required: &["input"] },
    ];
    const SHOWN: Option<usize> = Some(SHOWN + 1_000);

    fn refuse(problem: &Problem<'_>) -> String {
        match problem {
            Problem::UnknownTool(tool) => format!("unsupported call: {tool}"),
            Problem::Unreadable { error, .. } => format!("failed to parse function arguments: {error}"),
            Problem::Missing { argument, .. } => {
                format!("failed to parse function arguments: missing field `{argument}`")
            }
        }
    }

    fn answer(
        tool: &str,
        arguments: &Arguments,
        _memory: &mut Memory,
        machine: &mut Machine<'_>,
    ) -> Stoppable<Observation> {
        let text = |name: &str| match arguments.get(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.as_str())),
            Some(other) => Err(format!(
                "failed to parse function arguments: invalid type: {}, expected a string",
                super::head(&other.python(), 200)
            )),
        };
        let (command, directory) =
            match (text(if tool == "apply_patch" { "input" } else { "command" }), text("workdir")) {
                (Ok(command), Ok(directory)) => (command.unwrap_or_default(), directory),
                (Err(error), _) | (_, Err(error)) => return Ok(Observation::new(error, Status::BadCall)),
            };
        if tool == "apply_patch" {
            return apply(command, machine);
        }
        shell(command, directory, machine)
    }
}

fn shell(command: &str, directory: Option<&str>, machine: &mut Machine<'_>) -> Stoppable<Observation> {
    let mount = machine.workspace.mount().clone();
    let directory = match directory.filter(|text| !text.is_empty()) {
        None => mount,
        Some(text) => match machine.workspace.stat(&mount, text.as_bytes()) {
            Ok((found, node)) if node.kind() == sparring_tree::Kind::Directory => found,
            _ => {
                let text =
                    "execution error: Io(Os { code: 2, kind: NotFound, message: \"No such file or directory\" })";
                return Ok(Observation::new(text, Status::ToolError));
            }
        },
    };
    machine.tools = PROGRAMS;
    let output = run(machine, &mut ShellState::new(&directory), ShellKind::Command, command, false)?;
    let text = String::from_utf8_lossy(&output.out);
    Ok(Observation::new(framed(output.status, &text), Status::Ok).with_exit_code(output.status))
}

fn apply(patch: &str, machine: &mut Machine<'_>) -> Stoppable<Observation> {
    let refuse = |why: String| {
        let text = format!("apply_patch verification failed: {why}");
        Ok(Observation::new(super::head(&text, SHOWN), Status::ToolError))
    };
    let mount = machine.workspace.mount().clone();
    let hunks = match patch::parse(patch) {
        Ok(hunks) => hunks,
        Err(patch::ParseError::Patch(message)) => return refuse(format!("invalid patch: {message}")),
        Err(patch::ParseError::Hunk { message, line }) => {
            return refuse(format!("invalid hunk at line {line}, {message}"));
        }
    };
    // The whole patch is checked before anything of it is done.
    if let Some(problem) = apply::verify(&hunks, &mount, &machine.workspace)? {
        return refuse(problem);
    }
    Ok(match apply::apply(&hunks, &mount, &mut machine.workspace)? {
        Ok(summary) => Observation::new(framed(0, &summary), Status::Ok).with_exit_code(0),
        Err(problem) => Observation::new(framed(1, &format!("{problem}\n")), Status::ToolError).with_exit_code(1),
    })
}

/// The result as the model reads it.
fn framed(status: u8, output: &str) -> String {
    let shown = shortened(output);
    let mut text = format!("Exit code: {status}\nWall time: 0 seconds\n");
    if shown.lines().count() != output.lines().count() {
        text.push_str(&format!("Total output lines: {}\n", output.lines().count()));
    }
    text + "Output:\n" + &shown
}

/// The first and last bytes of a long text, cut between characters.
fn shortened(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let half = SHOWN / 2;
    let start = (0..=half).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let end = (text.len() - half..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let removed = text[start..end].chars().count();
    format!("{}…{removed} chars truncated…{}", &text[..start], &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_outputs_lose_their_middle_between_characters() {
        let short = shortened(&"é".repeat(6_000));
        assert!(short.contains("é…1000 chars truncated…é"), "{}", &short[4_990..5_040]);
        assert_eq!(shortened("abc"), "abc");
        assert!(framed(0, &"line\n".repeat(4_000)).contains("\nTotal output lines: 4000\nOutput:\nline\n"));
    }
}
