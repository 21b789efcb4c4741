//! The profile `cwm`: the tools of Meta's Code World Model in its software-engineering environment
//! (`cwm/rl/swerl` of facebookresearch/cwm, commit 7930e02, September 2025); agents of self-play
//! SWE-RL act through the same.
//!
//! - Calls: one block a turn, `<tool: NAME>`, a newline, the input, a newline, `</tool>`; `bash`
//!   takes commands, `edit` a path and a search/replace block, `create` a path and the file's text,
//!   `submit` the path of a diff. Function calls carry the same input as their argument.
//! - State: one bash session on pipes, its outputs on one; relative paths start at its directory.
//! - Truncation: none; a command that prints more than 480 KB costs the session.
//! - `submit` shows the patch, and the model goes on; a reply without a call ends the episode.
//! - The scaffold's `<budget>` under each result belongs to the conversation
//!   ([`crate::conversation`]). Its limits (120 s a command, 128 turns) are not reached here.
//! - Known difference: `exit` does not end the session; Python's tracebacks for files that are no
//!   text are their last line.

use super::Memory;
use super::memory::{self, kind, numbered, place, read_text};
use super::toolset::{Problem, Signature, Toolset};
use crate::budget::Stoppable;
use crate::machine::Machine;
use crate::step::{Arguments, CallSyntax, Observation, Status};

/// The profile's name.
pub const NAME: &str = "cwm";

/// Output beyond this ends the shell; bytes.
const OUTPUT_BYTES: usize = 480 << 10;
/// Lines shown around an edit.
const CONTEXT: usize = 8;
const TOO_LONG: &str = "The current session has terminated because your previous command produced too much output. A \
fresh session has started with the current working directory reset to default.";
const EDIT_FORMAT: &str = "Failed to parse the edit tool call. Make sure it has the following format:

<tool: edit>
[path]
<<<<<<< SEARCH
[search_lines]
=======
[replacement_lines]
>>>>>>> REPLACE
</tool>";

/// See the module.
pub struct Cwm;

impl Toolset for Cwm {
    const NAME: &'static str = NAME;
    const TOOLS: &'static str = include_str!("cwm_tools.json");
    const SIGNATURES: &'static [Signature] = &[
        Signature { name: "bash", required: &["command"] },
        Signature { name: "edit", required: &["block"] },
        Signature { name: "create", required: &["block"] },
        Signature { name: "submit", required: &["path"] },
    ];
    const SHOWN: Option<usize> = Some(OUTPUT_BYTES + 1_000);
    const SYNTAX: Option<CallSyntax> = Some(CallSyntax::ToolBlocks);

    fn refuse(problem: &Problem<'_>) -> String {
        framed(&match problem {
            Problem::UnknownTool(tool) => format!("Tool '{tool}' not found."),
            Problem::Unreadable { tool, error } => format!("The input of '{tool}' cannot be read: {error}"),
            Problem::Missing { tool, argument } => format!("The input of '{tool}' has no `{argument}`."),
        })
    }

    fn answer(
        tool: &str,
        arguments: &Arguments,
        memory: &mut Memory,
        machine: &mut Machine<'_>,
    ) -> Stoppable<Observation> {
        let name = match tool {
            "bash" => "command",
            "submit" => "path",
            _ => "block",
        };
        let Some(input) = arguments.text(name) else {
            let text = framed(&format!("The input of '{tool}' must be text."));
            return Ok(Observation::new(text, Status::BadCall));
        };
        let feedback = match tool {
            "bash" => return bash(input, memory, machine),
            "edit" => edit(input, memory, machine)?,
            "create" => create(input, memory, machine)?,
            _ => submit(input.trim(), memory, machine)?,
        };
        Ok(match feedback {
            Ok(text) => Observation::new(framed(&text), Status::Ok),
            Err(text) => Observation::new(framed(&text), Status::ToolError),
        })
    }

    fn frame_limit(message: &str) -> String {
        framed(message)
    }
}

fn framed(feedback: &str) -> String {
    format!("<output>\n{feedback}\n</output>")
}

fn bash(command: &str, memory: &mut Memory, machine: &mut Machine<'_>) -> Stoppable<Observation> {
    let output = memory.run(machine, command)?;
    if output.out.len() > OUTPUT_BYTES {
        *memory = Memory::new(machine.workspace.mount());
        return Ok(Observation::new(framed(TOO_LONG), Status::ToolError));
    }
    let text = String::from_utf8_lossy(&output.out);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Observation::new(framed(text), Status::Ok).with_exit_code(output.status))
}

/// What a tool says: that it was done, or what is wrong.
type Feedback = Stoppable<Result<String, String>>;

/// One search/replace block.
struct Block<'t> {
    path: &'t str,
    search: &'t str,
    replacement: &'t str,
}

/// All blocks of a text, as `(.*)\n<<<<<<< SEARCH\n([\s\S]*?)\n=======\n([\s\S]*?)\n>>>>>>> REPLACE`
/// finds them.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\n<<<<<<< SEARCH\n") {
        let Some((search, after)) = after.split_once("\n=======\n") else { break };
        let Some((replacement, after)) = after.split_once("\n>>>>>>> REPLACE") else { break };
        let path = before.rsplit('\n').next().unwrap_or(before);
        blocks.push(Block { path, search, replacement });
        rest = after;
    }
    blocks
}

fn edit(input: &str, memory: &mut Memory, machine: &mut Machine<'_>) -> Feedback {
    let blocks = blocks(input);
    let [Block { path, search, replacement }] = blocks.as_slice() else {
        return Ok(Err(match blocks.len() {
            0 => EDIT_FORMAT.to_owned(),
            count => format!("Only one search/replace block is allowed. Got: {count}."),
        }));
    };
    let directory = memory.shell.directory();
    let missing = || Ok(Err(format!("The path {path} does not exist. Please provide a valid path.")));
    if kind(&machine.workspace, directory, path).is_none() {
        return missing();
    }
    let Ok(place) = place(&machine.workspace, directory, path) else { return missing() };
    let content = match read_text(&machine.workspace, &place)? {
        Ok(content) => content,
        Err(memory::ReadError::Encoding(message)) => return Ok(Err(format!("UnicodeDecodeError: {message}"))),
        Err(error) => return Ok(Err(format!("{error}: '{path}'"))),
    };
    // A newline before both makes the search begin where a line does.
    let (content, wanted) = (format!("\n{content}"), format!("\n{search}"));
    // Hits may overlap: every newline is tried.
    let hits: Vec<usize> = content
        .match_indices('\n')
        .filter(|(at, _)| content.get(*at..).is_some_and(|rest| rest.starts_with(&wanted)))
        .map(|(at, _)| at)
        .collect();
    let line_of = |at: usize| content[..at].matches('\n').count() + 1;
    let at = match hits.as_slice() {
        [at] => *at,
        [] => {
            let mut text = format!("No replacement was performed, the search lines did not appear verbatim in {path}.");
            let first = search.split('\n').next().unwrap_or_default();
            if content.contains(first.trim_start()) {
                text.push_str(
                    " The search lines must exactly match one or more consecutive lines from the file, with \
                     indentations preserved.",
                );
            }
            return Ok(Err(text));
        }
        hits => {
            let lines: Vec<String> = hits.iter().map(|at| line_of(*at).to_string()).collect();
            return Ok(Err(format!(
                "No replacement was performed. Multiple occurrences of the search text in lines [{}] of {path}. Please \
                 ensure it is unique.",
                lines.join(", ")
            )));
        }
    };
    let edited = format!("{}\n{replacement}{}", &content[..at], &content[at + wanted.len()..]);
    let edited = edited.strip_prefix('\n').unwrap_or(&edited);
    if let Err(error) = machine.workspace.write(&place, edited.as_bytes().to_vec())? {
        return Ok(Err(format!("[Errno {}] {error}: '{path}'", memory::errno(error))));
    }
    let line = line_of(at);
    let count = edited.matches('\n').count() + 1;
    let first = line.saturating_sub(CONTEXT).max(1);
    let last = line + CONTEXT + replacement.matches('\n').count();
    let snippet = numbered(edited.split('\n').take(last).skip(first - 1), first as i64);
    Ok(Ok(format!(
        "File {path} has been successfully updated at line {line} and now contains {count} lines. The surrounding lines \
         after the edit are shown below:\n{snippet}\nReview the changes and make sure they are as expected."
    )))
}

fn create(input: &str, memory: &mut Memory, machine: &mut Machine<'_>) -> Feedback {
    let (path, text) = input.split_once('\n').unwrap_or((input, ""));
    let directory = memory.shell.directory();
    if !path.is_empty() && kind(&machine.workspace, directory, path).is_some() {
        return Ok(Err(format!("{path} already exists. Cannot create a new file at an existing path.")));
    }
    if path.is_empty() {
        return Ok(Err("Path is empty. Please provide a valid path.".into()));
    }
    let Ok(place) = place(&machine.workspace, directory, path) else {
        let absolute = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("{}/{path}", memory::display(directory)),
        };
        let parent = absolute.rsplit_once('/').map_or("/", |(parent, _)| if parent.is_empty() { "/" } else { parent });
        return Ok(Err(format!("File creation failed. The parent directory {parent} does not exist.")));
    };
    if let Err(error) = machine.workspace.write(&place, text.as_bytes().to_vec())? {
        return Ok(Err(format!("[Errno {}] {error}: '{path}'", memory::errno(error))));
    }
    let count = text.matches('\n').count() + 1;
    Ok(Ok(format!("File created successfully at: {path} ({count} lines).")))
}

fn submit(path: &str, memory: &mut Memory, machine: &mut Machine<'_>) -> Feedback {
    let output = memory.run(machine, &format!("cat {path}"))?;
    let refuse = |why: &str| Ok(Err(format!("Failed to submit {path}. {why}")));
    let patch = String::from_utf8_lossy(&output.out);
    let patch = patch.strip_suffix('\n').unwrap_or(&patch);
    match patch {
        _ if output.status != 0 => refuse("Make sure it exists and is readable."),
        patch if patch.trim().is_empty() => refuse("It is an empty file."),
        patch if !patch.starts_with("diff") => refuse("It is not a valid diff file."),
        patch => Ok(Ok(patch.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_as_the_pattern_finds_them() {
        let found = blocks("x\na.py\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n");
        assert_eq!((found[0].path, found[0].search, found[0].replacement), ("a.py", "old", "new"));
        assert!(blocks("a.py\n<<<<<<< SEARCH\nold\n>>>>>>> REPLACE").is_empty());
        let two = "a\n<<<<<<< SEARCH\n\n=======\n\n>>>>>>> REPLACE\n";
        assert_eq!(blocks(&two.repeat(2)).len(), 2);
    }
}
