//! What the tools of a [`super::toolset::Toolset`] remember between two calls, and what they do with
//! shell and files.

use sparring_tree::{Content, Kind};

use crate::budget::Stoppable;
use crate::editor::Editor;
use crate::machine::{Descriptors, Machine};
use crate::reference::History;
use crate::shell::{ShellKind, ShellState, run_script};
use crate::workspace::{FileError, VirtualPath, Workspace};

/// See the module. Every profile uses a part of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Memory {
    /// The one shell of the session, where commands go on from each other.
    pub shell: ShellState,
    /// The undo history of OpenHands' editor.
    pub editor: Editor,
    /// The versions of files that other editors can bring back.
    pub history: History,
    /// The file that windowed tools work on.
    pub open: Option<OpenFile>,
    /// The agent's list of tasks, as it is shown.
    pub tasks: String,
}

/// An open file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OpenFile {
    /// Its absolute path.
    pub path: Vec<u8>,
    /// The first line shown, from 1.
    pub first: i64,
}

/// What a command printed, and its exit status.
pub(super) struct Output {
    /// Standard output; with [`Memory::run`] standard error as well.
    pub(super) out: Vec<u8>,
    /// Standard error, where it is apart.
    pub(super) error: Vec<u8>,
    pub(super) status: u8,
}

impl Memory {
    /// A fresh shell at the repository's root, and nothing else.
    pub fn new(root: &VirtualPath) -> Self {
        Self {
            shell: ShellState::new(root),
            editor: Editor::default(),
            history: History::default(),
            open: None,
            tasks: String::new(),
        }
    }

    /// All versions of files that can be brought back.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        self.editor.contents().chain(self.history.contents())
    }

    /// Runs a text in the session's shell, both outputs on one stream.
    pub(super) fn run(&mut self, machine: &mut Machine<'_>, command: &str) -> Stoppable<Output> {
        run(machine, &mut self.shell, ShellKind::Interactive, command, false)
    }
}

/// Runs a text in a shell; `is_split` keeps its two outputs apart.
pub(super) fn run(
    machine: &mut Machine<'_>,
    shell: &mut ShellState,
    kind: ShellKind,
    command: &str,
    is_split: bool,
) -> Stoppable<Output> {
    let out = machine.streams.buffer();
    let error = if is_split { machine.streams.buffer() } else { out };
    if machine.terminal != crate::machine::Terminal::Pipe {
        machine.streams.set_terminal(out);
    }
    let input = machine.streams.null();
    let descriptors = Descriptors::standard(input, out, error);
    let status = run_script(machine, shell, kind, command.as_bytes(), &descriptors)?;
    let error = if is_split { machine.streams.take(error) } else { Vec::new() };
    Ok(Output { out: machine.streams.take(out), error, status })
}

/// Runs `bash -c command` in a shell of its own at `directory`, its outputs apart.
pub(super) fn run_alone(machine: &mut Machine<'_>, directory: &VirtualPath, command: &str) -> Stoppable<Output> {
    let mut shell = ShellState::new(directory);
    run(machine, &mut shell, ShellKind::Command, command, true)
}

/// Why a file is not there as text.
pub(super) enum ReadError {
    /// It cannot be read.
    File(FileError),
    /// It is no UTF-8; Python's message.
    Encoding(String),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => write!(f, "[Errno {}] {error}", errno(*error)),
            Self::Encoding(message) => f.write_str(message),
        }
    }
}

/// The number of an error, as Python prints it.
pub(super) fn errno(error: FileError) -> u8 {
    match error {
        FileError::NotFound => 2,
        FileError::NotADirectory => 20,
        FileError::IsADirectory => 21,
        FileError::PermissionDenied => 13,
        _ => 5,
    }
}

/// A file as Python's `open(path).read()` gives it: UTF-8, newlines universal.
pub(super) fn read_text(workspace: &Workspace<'_>, path: &VirtualPath) -> Stoppable<Result<String, ReadError>> {
    if workspace.node(path).is_some_and(|node| node.kind() == Kind::Directory) {
        return Ok(Err(ReadError::File(FileError::IsADirectory)));
    }
    let bytes = match workspace.read(path)? {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Err(ReadError::File(error))),
    };
    let bytes = crate::editor::universal_newlines(bytes);
    Ok(match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(ReadError::Encoding(crate::reference::decode_error(&bytes, &error))),
    })
}

/// The path of a text: absolute, or from `directory`. The file need not be there.
pub(super) fn place(workspace: &Workspace<'_>, directory: &VirtualPath, text: &str) -> Result<VirtualPath, FileError> {
    workspace.resolve(directory, text.as_bytes())
}

/// Whether anything stands at a path, and what.
pub(super) fn kind(workspace: &Workspace<'_>, directory: &VirtualPath, text: &str) -> Option<Kind> {
    workspace.stat(directory, text.as_bytes()).ok().map(|(_, node)| node.kind())
}

/// A path as text.
pub(super) fn display(path: &VirtualPath) -> String {
    String::from_utf8_lossy(&path.display()).into_owned()
}

/// Lines numbered as `f"{number:6}\t{line}"`, joined by newlines.
pub(super) fn numbered<'l>(lines: impl Iterator<Item = &'l str>, first: i64) -> String {
    let mut text = String::new();
    for (number, line) in (first..).zip(lines) {
        if !text.is_empty() {
            text.push('\n');
        }
        crate::editor::push_number(&mut text, number);
        text.push_str(line);
    }
    text
}
