//! The editor tool that Anthropic published with its first computer-use agent, and what SWE-agent
//! made of it: view, create, str_replace, insert, undo_edit.
//!
//! Unlike the editor of OpenHands ([`crate::editor`]) it counts the pieces between newlines, so a
//! file that ends in one has an empty last line; it expands tabs in what it shows, and writes the
//! expanded text back when it edits. Sources: `computer_use_demo/tools/edit.py` of
//! anthropic-quickstarts (commit 44c2b5c, June 2025) and `tools/edit_anthropic` of SWE-agent
//! (3ea751c0, 2026).

mod change;
mod program;
mod text;
mod view;

use sparring_tree::{Content, Kind};

use crate::budget::Stoppable;
use crate::workspace::{VirtualPath, Workspace};

pub(crate) use program::COMMAND;
pub(crate) use text::{decode_error, expand_tabs};

/// Whose editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    /// Anthropic's. `has_undo`: the schema of 20250124 has `undo_edit`, later ones do not.
    Anthropic { has_undo: bool, tool: &'static str },
    /// SWE-agent's: undo never finds anything, snippets of replacements begin one line earlier.
    SweAgent,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) command: String,
    pub(crate) path: String,
    pub(crate) file_text: Option<String>,
    pub(crate) view_range: Option<Vec<i64>>,
    pub(crate) old_str: Option<String>,
    pub(crate) new_str: Option<String>,
    pub(crate) insert_line: Option<i64>,
}

/// The texts of files before each edit, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct History(Vec<(Vec<u8>, Content)>);

impl History {
    /// All versions that can be brought back.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        self.0.iter().map(|(_, content)| content)
    }

    /// Keeps a version of a file.
    pub(crate) fn push(&mut self, path: &str, content: Content) {
        self.0.push((path.as_bytes().to_vec(), content));
    }

    /// Takes the newest version of a file.
    pub(crate) fn pop(&mut self, path: &str) -> Option<Content> {
        let at = self.0.iter().rposition(|(other, _)| other == path.as_bytes())?;
        Some(self.0.remove(at).1)
    }
}

/// The running editor.
pub(crate) struct Editor<'e, 'a> {
    pub(crate) flavor: Flavor,
    pub(crate) workspace: &'e mut Workspace<'a>,
    /// Where relative paths would start.
    pub(crate) directory: &'e VirtualPath,
    pub(crate) history: &'e mut History,
}

/// What a command says; the error is what the tool complains of. The model reads either.
type Outcome = Stoppable<Result<String, String>>;

impl Editor<'_, '_> {
    /// Runs a call.
    pub(crate) fn run(&mut self, request: &Request) -> Outcome {
        let path = crate::editor::python_path(&request.path);
        if let Err(complaint) = self.check_path(&request.command, &path) {
            return Ok(Err(complaint));
        }
        let missing =
            |parameter: &str| Ok(Err(format!("Parameter `{parameter}` is required for command: {}", request.command)));
        match request.command.as_str() {
            "view" => self.view(&path, request.view_range.as_deref()),
            "create" => match &request.file_text {
                Some(text) => self.create(&path, text),
                None => missing("file_text"),
            },
            "str_replace" => match &request.old_str {
                Some(old) => self.replace(&path, old, request.new_str.as_deref().unwrap_or_default()),
                None => missing("old_str"),
            },
            "insert" => match (request.insert_line, &request.new_str) {
                (None, _) => missing("insert_line"),
                (_, None) => missing("new_str"),
                (Some(line), Some(new)) => self.insert(&path, line, new),
            },
            "undo_edit" if self.flavor != Flavor::SweAgent && self.has_undo() => self.undo(&path),
            "undo_edit" if self.flavor == Flavor::SweAgent => {
                // The history is written to a copy that nobody reads.
                Ok(Err(format!("No edit history found for {path}.")))
            }
            other => Ok(Err(self.unknown(other))),
        }
    }

    fn has_undo(&self) -> bool {
        matches!(self.flavor, Flavor::Anthropic { has_undo: true, .. })
    }

    fn unknown(&self, command: &str) -> String {
        match self.flavor {
            Flavor::SweAgent => format!(
                "Unrecognized command {command}. The allowed commands for the str_replace_editor tool are: \"view\", \
                 \"create\", \"str_replace\", \"insert\", \"undo_edit\""
            ),
            Flavor::Anthropic { has_undo, tool } => {
                let last = if has_undo { ", undo_edit" } else { "" };
                format!(
                    "Unrecognized command {command}. The allowed commands for the {tool} tool are: view, create, \
                     str_replace, insert{last}"
                )
            }
        }
    }

    /// The checks before every command, in the original's order.
    fn check_path(&self, command: &str, path: &str) -> Result<(), String> {
        if !path.starts_with('/') {
            let suggestion = match self.flavor {
                Flavor::Anthropic { .. } => path.to_owned(),
                Flavor::SweAgent => {
                    let directory = self.directory.display();
                    let directory = String::from_utf8_lossy(&directory).into_owned();
                    if directory == "/" { format!("/{path}") } else { format!("{directory}/{path}") }
                }
            };
            return Err(format!(
                "The path {path} is not an absolute path, it should start with `/`. Maybe you meant {suggestion}?"
            ));
        }
        let found = self.workspace.stat(&VirtualPath::ROOT, path.as_bytes());
        match (&found, command) {
            (Err(_), "create") => Ok(()),
            (Err(_), _) => Err(format!("The path {path} does not exist. Please provide a valid path.")),
            (Ok(_), "create") => {
                Err(format!("File already exists at: {path}. Cannot overwrite files using command `create`."))
            }
            (Ok((_, node)), command) if command != "view" && node.kind() == Kind::Directory => {
                Err(format!("The path {path} is a directory and only the `view` command can be used on directories"))
            }
            _ => Ok(()),
        }
    }
}
