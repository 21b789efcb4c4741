//! The editor tool of OpenHands: view, create, str_replace, insert, undo_edit, with the texts of
//! openhands-aci 0.3.3.
//!
//! Files are bytes. What is no UTF-8 is shown as `\xNN` and stays as it is on disk. As with
//! Python's text files, `\r\n` and `\r` are read as `\n`, and an edit writes them as `\n`.

mod change;
mod lines;
mod view;

pub(crate) use lines::{push_number, split_and_join, universal_newlines};

use sparring_tree::{Content, Kind};

use crate::budget::Stoppable;
use crate::step::{Arguments, Value};
use crate::workspace::{VirtualPath, Workspace};

/// Versions kept for each file.
const HISTORY: usize = 10;
/// Larger files are neither shown nor edited; bytes.
const MAX_FILE_BYTES: u64 = 10 << 20;

/// A call of the editor, read but not yet checked against the files.
#[derive(Clone, Debug, PartialEq)]
pub struct EditorCall<'a> {
    command: &'a str,
    path: String,
    file_text: Option<&'a str>,
    old_str: Option<&'a str>,
    new_str: Option<&'a str>,
    insert_line: Option<i64>,
    view_range: Option<&'a Value>,
}

impl<'a> EditorCall<'a> {
    /// Reads the arguments; the error says which one has the wrong type.
    pub fn read(arguments: &'a Arguments) -> Result<Self, String> {
        let text = |name: &str| match arguments.get(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.as_str())),
            Some(other) => Err(format!("Invalid `{name}` parameter: {}. It should be a string.", other.python())),
        };
        let insert_line = match arguments.get("insert_line") {
            None => None,
            Some(value) => Some(value.as_integer().ok_or_else(|| {
                format!("Invalid `insert_line` parameter: {}. It should be an integer.", value.python())
            })?),
        };
        Ok(Self {
            command: text("command")?.unwrap_or_default(),
            path: python_path(text("path")?.unwrap_or_default()),
            file_text: text("file_text")?,
            old_str: text("old_str")?,
            new_str: text("new_str")?,
            insert_line,
            view_range: arguments.get("view_range"),
        })
    }
}

/// How `pathlib` writes a path: no doubled or trailing `/`, no `.`; `..` stays.
pub(crate) fn python_path(text: &str) -> String {
    let names: Vec<_> = text.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    let joined = names.join("/");
    match (text.starts_with('/'), joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

/// The editor's memory: for each edited file its last versions, the newest last.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Editor {
    history: Vec<(Vec<u8>, Vec<Content>)>,
}

/// A file that a command of the editor works on.
struct Target {
    path: VirtualPath,
    content: Content,
}

impl Editor {
    /// All versions that can be brought back.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        self.history.iter().flat_map(|(_, versions)| versions)
    }

    /// Runs a call. The inner `Err` is what the tool complains of; the model reads it.
    pub fn run(&mut self, call: &EditorCall<'_>, workspace: &mut Workspace<'_>) -> Stoppable<Result<String, String>> {
        let path = match check_path(call, workspace) {
            Ok(path) => path,
            Err(error) => return Ok(Err(error)),
        };
        match call.command {
            "view" => view::view(call, path, workspace),
            "create" => self.create(call, path, workspace),
            "str_replace" => self.replace(call, path, workspace),
            "insert" => self.insert(call, path, workspace),
            "undo_edit" => self.undo(call, path, workspace),
            other => Ok(Err(format!(
                "Unrecognized command {other}. The allowed commands for the oh_editor tool are: \
                 view, create, str_replace, insert, undo_edit"
            ))),
        }
    }

    fn remember(&mut self, path: &VirtualPath, content: Content) {
        let at = match self.history.iter().position(|(other, _)| other == path.as_bytes()) {
            Some(at) => at,
            None => {
                self.history.push((path.as_bytes().to_vec(), Vec::new()));
                self.history.len() - 1
            }
        };
        let versions = &mut self.history[at].1;
        versions.push(content);
        if versions.len() > HISTORY {
            versions.remove(0);
        }
    }

    fn recall(&mut self, path: &VirtualPath) -> Option<Content> {
        let at = self.history.iter().position(|(other, _)| other == path.as_bytes())?;
        let version = self.history[at].1.pop();
        if self.history[at].1.is_empty() {
            self.history.remove(at);
        }
        version
    }
}

/// The checks that come before every command, in the original's order.
fn check_path(call: &EditorCall<'_>, workspace: &Workspace<'_>) -> Result<VirtualPath, String> {
    let path = &call.path;
    let invalid = |hint: String| Err(format!("Invalid `path` parameter: {path}. {hint}"));
    if !path.starts_with('/') {
        let mut hint = String::from("The path should be an absolute path, starting with `/`.");
        if workspace.stat(workspace.mount(), path.as_bytes()).is_ok() {
            let root = workspace.mount().display();
            hint.push_str(&format!(" Maybe you meant {}?", join(&String::from_utf8_lossy(&root), path)));
        }
        return invalid(hint);
    }
    let found = workspace.stat(&VirtualPath::ROOT, path.as_bytes());
    match (&found, call.command) {
        (Ok(_), "create") => {
            return invalid(format!("File already exists at: {path}. Cannot overwrite files using command `create`."));
        }
        (Err(_), command) if command != "create" => {
            return invalid(format!("The path {path} does not exist. Please provide a valid path."));
        }
        (Ok((_, node)), command) if command != "view" && node.kind() == Kind::Directory => {
            return invalid(format!(
                "The path {path} is a directory and only the `view` command can be used on directories."
            ));
        }
        _ => {}
    }
    match found {
        Ok((resolved, _)) => Ok(resolved),
        Err(_) => workspace.resolve(&VirtualPath::ROOT, path.as_bytes()).map_err(|error| write_error(path, error)),
    }
}

fn join(root: &str, path: &str) -> String {
    if root == "/" { format!("/{path}") } else { format!("{root}/{path}") }
}

/// Python's message for a failed `open(path, 'w')`.
fn write_error(path: &str, error: crate::workspace::FileError) -> String {
    use crate::workspace::FileError::{IsADirectory, NotADirectory, NotFound};
    let number = match error {
        NotFound => 2,
        NotADirectory => 20,
        IsADirectory => 21,
        _ => 5,
    };
    format!("Ran into [Errno {number}] {error}: '{path}' while trying to write to {path}")
}

/// The checks that come before a file is read: size, and whether it is text.
fn open_text(call: &EditorCall<'_>, path: VirtualPath, workspace: &Workspace<'_>) -> Stoppable<Result<Target, String>> {
    let shown = &call.path;
    let content = match workspace.content(&path) {
        Ok(content) => content,
        Err(error) => return Ok(Err(format!("Ran into [Errno 2] {error}: '{shown}' while trying to read {shown}"))),
    };
    let bytes = content.len();
    if bytes > MAX_FILE_BYTES {
        let tenths = (bytes * 10 + (1 << 19)) >> 20;
        return Ok(Err(format!(
            "File validation failed for {shown}: File is too large ({}.{}MB). Maximum allowed size is 10MB.",
            tenths / 10,
            tenths % 10
        )));
    }
    let start = workspace.read_content(&content.range(0, 1024, workspace)?)?;
    if lines::looks_binary(start) {
        return Ok(Err(format!(
            "File validation failed for {shown}: File appears to be binary and this file type cannot be read or edited \
             by this tool."
        )));
    }
    Ok(Ok(Target { path, content }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_pathlib_writes_them() {
        for (text, expected) in
            [("/a//b/./c/", "/a/b/c"), ("/a/../b", "/a/../b"), ("", "."), ("/", "/"), ("a/b/", "a/b")]
        {
            assert_eq!(python_path(text), expected, "{text}");
        }
    }
}
