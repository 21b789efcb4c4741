//! The commands that change a file: `create`, `str_replace`, `insert`, `undo_edit`.

use sparring_tree::Content;

use super::{Editor, EditorCall, Target, lines, open_text, write_error};
use crate::budget::Stoppable;
use crate::workspace::{FileError, VirtualPath, Workspace};

/// Lines shown around an edit.
const CONTEXT: i64 = 4;

impl Editor {
    pub(super) fn create(
        &mut self,
        call: &EditorCall<'_>,
        path: VirtualPath,
        workspace: &mut Workspace<'_>,
    ) -> Stoppable<Result<String, String>> {
        let Some(text) = call.file_text else { return Ok(Err(missing(call, "file_text"))) };
        if let Err(error) = workspace.write(&path, text.as_bytes().to_vec())? {
            return Ok(Err(write_error(&call.path, error)));
        }
        if let Ok(content) = workspace.content(&path) {
            self.remember(&path, content);
        }
        Ok(Ok(format!("File created successfully at: {}", call.path)))
    }

    pub(super) fn replace(
        &mut self,
        call: &EditorCall<'_>,
        path: VirtualPath,
        workspace: &mut Workspace<'_>,
    ) -> Stoppable<Result<String, String>> {
        let Some(old) = call.old_str else { return Ok(Err(missing(call, "old_str"))) };
        if call.new_str == Some(old) {
            return Ok(Err(format!(
                "Invalid `new_str` parameter: {old}. No replacement was performed. `new_str` and `old_str` must be \
                 different."
            )));
        }
        let target = match open_text(call, path, workspace)? {
            Ok(target) => target,
            Err(error) => return Ok(Err(error)),
        };
        let bytes = workspace.read_content(&target.content)?;
        let text = lines::universal_newlines(bytes);
        // Python reads newlines in old_str and new_str as they are: only the file is translated.
        let (mut old, mut new) = (old, call.new_str.unwrap_or_default());
        let mut hits = find_all(&text, old);
        if hits.is_empty() {
            (old, new) = (old.trim(), new.trim());
            hits = find_all(&text, old);
        }
        let shown = &call.path;
        let start = match hits.as_slice() {
            [] => {
                return Ok(Err(format!(
                    "No replacement was performed, old_str `{old}` did not appear verbatim in {shown}."
                )));
            }
            [start] => *start,
            _ => {
                let numbers = line_numbers(&text, &hits);
                return Ok(Err(format!(
                    "No replacement was performed. Multiple occurrences of old_str `{old}` in lines {numbers}. Please \
                     ensure it is unique."
                )));
            }
        };
        let end = start + old.len();
        let line = memchr::memchr_iter(b'\n', &text[..start]).count() as i64 + 1;
        let written = if text.len() == bytes.len() && memchr::memchr(b'\r', bytes).is_none() {
            workspace.splice(&target.path, start as u64, end as u64, new.as_bytes().to_vec())?
        } else {
            let whole = [&text[..start], new.as_bytes(), &text[end..]].concat();
            workspace.write(&target.path, whole)?
        };
        let last = line + CONTEXT + new.matches('\n').count() as i64;
        self.finish_edit(call, target, written, workspace, (line - CONTEXT).max(0), last, |snippet, first| {
            let description = format!("a snippet of {shown}");
            lines::numbered(snippet, &description, first)
                + "Review the changes and make sure they are as expected. Edit the file again if necessary."
        })
    }

    pub(super) fn insert(
        &mut self,
        call: &EditorCall<'_>,
        path: VirtualPath,
        workspace: &mut Workspace<'_>,
    ) -> Stoppable<Result<String, String>> {
        let Some(after) = call.insert_line else { return Ok(Err(missing(call, "insert_line"))) };
        let Some(new) = call.new_str else { return Ok(Err(missing(call, "new_str"))) };
        let target = match open_text(call, path, workspace)? {
            Ok(target) => target,
            Err(error) => return Ok(Err(error)),
        };
        let bytes = workspace.read_content(&target.content)?;
        let text = lines::universal_newlines(bytes);
        let newlines = memchr::memchr_iter(b'\n', &text).count() as u32;
        let total = lines::count(newlines, !text.is_empty() && !text.ends_with(b"\n"));
        if after < 0 || after > total {
            return Ok(Err(format!(
                "Invalid `insert_line` parameter: {after}. It should be within the range of allowed values: [0, {total}]"
            )));
        }
        let at = match after {
            0 => 0,
            _ => memchr::memchr_iter(b'\n', &text).nth(after as usize - 1).map_or(text.len(), |at| at + 1),
        };
        let added = [new.as_bytes(), b"\n"].concat();
        let written = if text.len() == bytes.len() && memchr::memchr(b'\r', bytes).is_none() {
            workspace.splice(&target.path, at as u64, at as u64, added)?
        } else {
            workspace.write(&target.path, [&text[..at], added.as_slice(), &text[at..]].concat())?
        };
        let count = new.matches('\n').count() as i64 + 1;
        let last = (total + count).min(after + CONTEXT + count);
        self.finish_edit(call, target, written, workspace, (after - CONTEXT).max(0), last, |snippet, first| {
            lines::numbered(snippet, "a snippet of the edited file", first)
                + "Review the changes and make sure they are as expected (correct indentation, no duplicate lines, \
                   etc). Edit the file again if necessary."
        })
    }

    /// Remembers the version before the edit and shows lines `before + 1..=last` of the new one.
    #[expect(clippy::too_many_arguments, reason = "one place for what replace and insert share")]
    fn finish_edit(
        &mut self,
        call: &EditorCall<'_>,
        target: Target,
        written: Result<(), FileError>,
        workspace: &Workspace<'_>,
        before: i64,
        last: i64,
        show: impl FnOnce(&str, i64) -> String,
    ) -> Stoppable<Result<String, String>> {
        if let Err(error) = written {
            return Ok(Err(write_error(&call.path, error)));
        }
        self.remember(&target.path, target.content);
        let content = workspace.content(&target.path).unwrap_or_default();
        let snippet = workspace.read_lines(&content, before as u32, last as u32)?;
        let shown = show(&lines::display(snippet), before + 1);
        Ok(Ok(format!("The file {} has been edited. {shown}", call.path)))
    }

    pub(super) fn undo(
        &mut self,
        call: &EditorCall<'_>,
        path: VirtualPath,
        workspace: &mut Workspace<'_>,
    ) -> Stoppable<Result<String, String>> {
        let target = match open_text(call, path, workspace)? {
            Ok(target) => target,
            Err(error) => return Ok(Err(error)),
        };
        let Some(content) = self.recall(&target.path) else {
            return Ok(Err(format!("No edit history found for {}.", call.path)));
        };
        if let Err(error) = restore(&target.path, content.clone(), workspace)? {
            return Ok(Err(write_error(&call.path, error)));
        }
        let bytes = workspace.read_content(&content)?;
        let text = lines::universal_newlines(bytes);
        let output = lines::numbered(&lines::display(&text), &call.path, 1);
        Ok(Ok(format!("Last edit to {} undone successfully. {output}", call.path)))
    }
}

fn restore(path: &VirtualPath, content: Content, workspace: &mut Workspace<'_>) -> Stoppable<Result<(), FileError>> {
    let mode = workspace.node(path).map_or(sparring_tree::Mode::FILE, |node| node.mode());
    workspace.put_content(path, mode, content)
}

fn missing(call: &EditorCall<'_>, parameter: &str) -> String {
    format!("Parameter `{parameter}` is required for command: {}.", call.command)
}

/// Where `needle` stands in `text`, hits that overlap an earlier one left out. An empty needle
/// stands before every character and at the end, as in Python.
fn find_all(text: &[u8], needle: &str) -> Vec<usize> {
    if needle.is_empty() {
        let starts = (0..text.len()).filter(|&at| text[at] & 0xc0 != 0x80);
        return starts.chain([text.len()]).collect();
    }
    memchr::memmem::find_iter(text, needle.as_bytes()).collect()
}

/// The hits' line numbers as a Python list, each line once.
fn line_numbers(text: &[u8], hits: &[usize]) -> String {
    let (mut numbers, mut line, mut at) = (Vec::new(), 1, 0);
    for &hit in hits {
        line += memchr::memchr_iter(b'\n', &text[at..hit]).count();
        at = hit;
        if numbers.last() != Some(&line) {
            numbers.push(line);
        }
    }
    let texts: Vec<_> = numbers.iter().map(ToString::to_string).collect();
    format!("[{}]", texts.join(", "))
}
