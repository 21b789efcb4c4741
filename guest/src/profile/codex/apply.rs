//! Doing what a patch says.

use super::memory::{ReadError, display, place, read_text};
use super::patch::{Chunk, Hunk};
use super::seek::seek;
use crate::budget::Stoppable;
use crate::workspace::{FileError, VirtualPath, Workspace};

/// What stops a patch, if anything does. Nothing is changed.
pub(super) fn verify(
    hunks: &[Hunk<'_>],
    directory: &VirtualPath,
    workspace: &Workspace<'_>,
) -> Stoppable<Option<String>> {
    for hunk in hunks {
        let problem = match hunk {
            Hunk::Add { .. } => None,
            Hunk::Delete { path } => {
                let shown = absolute(directory, path);
                let file = place(workspace, directory, path);
                let content = match file {
                    Ok(file) => read_text(workspace, &file)?.map(|_| ()).map_err(system_error),
                    Err(error) => Err(system_error(ReadError::File(error))),
                };
                content.err().map(|error| format!("Failed to read {shown}: {error}"))
            }
            Hunk::Update { path, chunks, .. } => {
                updated(&absolute(directory, path), chunks, directory, workspace)?.err()
            }
        };
        if problem.is_some() {
            return Ok(problem);
        }
    }
    Ok(None)
}

/// Applies a patch file by file; what was done before a failure stays done.
pub(super) fn apply(
    hunks: &[Hunk<'_>],
    directory: &VirtualPath,
    workspace: &mut Workspace<'_>,
) -> Stoppable<Result<String, String>> {
    if hunks.is_empty() {
        return Ok(Err("No files were modified.".into()));
    }
    let (mut added, mut modified, mut deleted) = (Vec::new(), Vec::new(), Vec::new());
    for hunk in hunks {
        let done = match hunk {
            Hunk::Add { path, text } => {
                added.push(*path);
                write(path, text, directory, workspace)?
            }
            Hunk::Delete { path } => {
                deleted.push(*path);
                remove(path, directory, workspace)?
                    .map_err(|error| format!("Failed to delete file {path}: {}", numbered(error)))
            }
            Hunk::Update { path, new_path, chunks } => match updated(path, chunks, directory, workspace)? {
                Err(problem) => Err(problem),
                Ok(text) => {
                    modified.push(new_path.unwrap_or(path));
                    match (write(new_path.unwrap_or(path), &text, directory, workspace)?, new_path) {
                        (Ok(()), Some(_)) => remove(path, directory, workspace)?
                            .map_err(|error| format!("Failed to remove original {path}: {}", numbered(error))),
                        (done, _) => done,
                    }
                }
            },
        };
        if let Err(problem) = done {
            return Ok(Err(problem));
        }
    }
    let mut summary = String::from("Success. Updated the following files:\n");
    for (letter, paths) in [('A', added), ('M', modified), ('D', deleted)] {
        paths.iter().for_each(|path| summary.push_str(&format!("{letter} {path}\n")));
    }
    Ok(Ok(summary))
}

fn absolute(directory: &VirtualPath, path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", display(directory)) }
}

/// A file's text after the chunks, or which of them has no place; `shown` names the file.
fn updated(
    shown: &str,
    chunks: &[Chunk<'_>],
    directory: &VirtualPath,
    workspace: &Workspace<'_>,
) -> Stoppable<Result<String, String>> {
    let content = match place(workspace, directory, shown) {
        Ok(file) => read_text(workspace, &file)?.map_err(system_error),
        Err(error) => Err(system_error(ReadError::File(error))),
    };
    let content = match content {
        Ok(content) => content,
        Err(error) => return Ok(Err(format!("Failed to read file to update {shown}: {error}"))),
    };
    let mut lines: Vec<&str> = content.split('\n').collect();
    if lines.last() == Some(&"") {
        lines.pop();
    }
    workspace.budget().scan(content.len() as u64)?;
    let replacements = match replacements(&lines, shown, chunks) {
        Ok(replacements) => replacements,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut edited: Vec<&str> = Vec::with_capacity(lines.len() + 8);
    let mut at = 0;
    for (start, count, new) in &replacements {
        edited.extend(lines.get(at..*start).unwrap_or_default());
        edited.extend(*new);
        at = at.max(start + count);
    }
    edited.extend(lines.get(at..).unwrap_or_default());
    if edited.last() != Some(&"") {
        edited.push("");
    }
    Ok(Ok(edited.join("\n")))
}

/// Where each chunk goes: first line, how many lines go, the lines that come. In order.
type Replacements<'c> = Vec<(usize, usize, &'c [&'c str])>;

fn replacements<'c>(lines: &[&str], shown: &str, chunks: &'c [Chunk<'c>]) -> Result<Replacements<'c>, String> {
    let mut found: Replacements<'c> = Vec::new();
    let mut from = 0;
    for chunk in chunks {
        for context in &chunk.context {
            match seek(lines, &[context], from, false) {
                Some(at) => from = at + 1,
                None => return Err(format!("Failed to find context '{context}' in {shown}")),
            }
        }
        if chunk.old.is_empty() {
            let end = if lines.last() == Some(&"") { lines.len() - 1 } else { lines.len() };
            found.push((end, 0, &chunk.new));
            continue;
        }
        let (mut old, mut new) = (chunk.old.as_slice(), chunk.new.as_slice());
        let mut at = seek(lines, old, from, chunk.is_at_end);
        // The last empty line may stand for the file's last newline.
        if let (None, [rest @ .., ""]) = (at, old) {
            old = rest;
            if let [rest @ .., ""] = new {
                new = rest;
            }
            at = seek(lines, old, from, chunk.is_at_end);
        }
        let Some(at) = at else {
            return Err(format!("Failed to find expected lines in {shown}:\n{}", chunk.old.join("\n")));
        };
        found.push((at, old.len(), new));
        from = at + old.len();
    }
    found.sort_by_key(|(start, ..)| *start);
    Ok(found)
}

fn write(
    path: &str,
    text: &str,
    directory: &VirtualPath,
    workspace: &mut Workspace<'_>,
) -> Stoppable<Result<(), String>> {
    // Directories on the way are made.
    let mut ends: Vec<usize> = path.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0).collect();
    ends.dedup();
    for end in ends {
        let parent = path.get(..end).unwrap_or_default();
        if workspace.stat(directory, parent.as_bytes()).is_ok() {
            continue;
        }
        let made = match place(workspace, directory, parent) {
            Ok(parent) => workspace.make_directory(&parent)?,
            Err(error) => Err(error),
        };
        if let Err(error) = made {
            return Ok(Err(format!("Failed to create parent directories for {path}: {}", numbered(error))));
        }
    }
    let written = match place(workspace, directory, path) {
        Ok(file) => workspace.write(&file, text.as_bytes().to_vec())?,
        Err(error) => Err(error),
    };
    Ok(written.map_err(|error| format!("Failed to write file {path}: {}", numbered(error))))
}

fn remove(path: &str, directory: &VirtualPath, workspace: &mut Workspace<'_>) -> Stoppable<Result<(), FileError>> {
    match workspace.resolve_link(directory, path.as_bytes()) {
        Ok(file) if workspace.node(&file).is_some_and(|node| node.kind() == sparring_tree::Kind::Directory) => {
            Ok(Err(FileError::IsADirectory))
        }
        Ok(file) => workspace.remove(&file),
        Err(error) => Ok(Err(error)),
    }
}

/// As Rust's standard library prints it.
fn numbered(error: FileError) -> String {
    format!("{error} (os error {})", super::memory::errno(error))
}

fn system_error(error: ReadError) -> String {
    match error {
        ReadError::File(error) => numbered(error),
        ReadError::Encoding(_) => "stream did not contain valid UTF-8".into(),
    }
}
