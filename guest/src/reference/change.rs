//! The commands that change a file.

use super::text::{Encoding, expand_tabs, numbered};
use super::{Editor, Flavor, Outcome};
use crate::window::split_lines;
use crate::workspace::VirtualPath;

/// Lines shown around an edit.
const CONTEXT: usize = 4;

impl Editor<'_, '_> {
    pub(super) fn create(&mut self, path: &str, text: &str) -> Outcome {
        if self.flavor == Flavor::SweAgent {
            let parent = path.rsplit_once('/').map_or("/", |(parent, _)| if parent.is_empty() { "/" } else { parent });
            if self.workspace.stat(&VirtualPath::ROOT, parent.as_bytes()).is_err() {
                return Ok(Err(format!("The parent directory {parent} does not exist. Please create it first.")));
            }
        }
        if let Err(complaint) = self.write_text(path, text, Encoding::Utf8)? {
            return Ok(Err(complaint));
        }
        self.remember(path, text)?;
        Ok(Ok(format!("File created successfully at: {path}")))
    }

    pub(super) fn replace(&mut self, path: &str, old: &str, new: &str) -> Outcome {
        let (content, encoding) = match self.read_text(path)? {
            Ok(read) => read,
            Err(complaint) => return Ok(Err(complaint)),
        };
        let (content, old, new) = (expand_tabs(&content), expand_tabs(old), expand_tabs(new));
        let count = match old.as_str() {
            "" => content.chars().count() + 1,
            old => content.matches(old).count(),
        };
        if count == 0 {
            return Ok(Err(format!(
                "No replacement was performed, old_str `{old}` did not appear verbatim in {path}."
            )));
        }
        if count > 1 {
            let lines = content.split('\n').zip(1..).filter(|(line, _)| line.contains(&old));
            let lines: Vec<String> = lines.map(|(_, number): (_, usize)| number.to_string()).collect();
            return Ok(Err(format!(
                "No replacement was performed. Multiple occurrences of old_str `{old}` in lines [{}]. Please ensure it \
                 is unique",
                lines.join(", ")
            )));
        }
        if self.flavor == Flavor::SweAgent && old == new {
            return Ok(Err(format!("No replacement was performed, old_str `{old}` is the same as new_str `{new}`.")));
        }
        let edited = content.replacen(&old, &new, 1);
        if let Err(complaint) = self.write_text(path, &edited, encoding)? {
            return Ok(Err(complaint));
        }
        self.remember(path, &content)?;

        let before = content.split(&old).next().unwrap_or_default();
        let line = if old.is_empty() { 0 } else { before.matches('\n').count() };
        let added = new.matches('\n').count();
        // The first line shown, from 1, and the last.
        let (first, last) = match self.flavor {
            Flavor::Anthropic { .. } => (line.saturating_sub(CONTEXT) + 1, line + CONTEXT + added + 1),
            Flavor::SweAgent => {
                let total = usize::try_from(split_lines(&edited)).unwrap_or_default();
                (line.saturating_sub(CONTEXT).max(1), (line + CONTEXT + added).min(total))
            }
        };
        let snippet: Vec<&str> = edited.split('\n').skip(first - 1).take((last + 1).saturating_sub(first)).collect();
        let shown = numbered(&snippet.join("\n"), &format!("a snippet of {path}"), first as i64);
        Ok(Ok(format!(
            "The file {path} has been edited. {shown}Review the changes and make sure they are as expected. Edit the \
             file again if necessary."
        )))
    }

    pub(super) fn insert(&mut self, path: &str, after: i64, new: &str) -> Outcome {
        let (content, encoding) = match self.read_text(path)? {
            Ok(read) => read,
            Err(complaint) => return Ok(Err(complaint)),
        };
        let (content, new) = (expand_tabs(&content), expand_tabs(new));
        let lines: Vec<&str> = content.split('\n').collect();
        let count = lines.len();
        let Some(at) = usize::try_from(after).ok().filter(|at| *at <= count) else {
            return Ok(Err(format!(
                "Invalid `insert_line` parameter: {after}. It should be within the range of lines of the file: \
                 [0, {count}]"
            )));
        };
        let (before, rest) = lines.split_at(at);
        let edited = [before, &[&*new], rest].concat().join("\n");
        if let Err(complaint) = self.write_text(path, &edited, encoding)? {
            return Ok(Err(complaint));
        }
        self.remember(path, &content)?;

        let above = before.get(at.saturating_sub(CONTEXT)..).unwrap_or_default();
        let below = rest.get(..CONTEXT.min(rest.len())).unwrap_or_default();
        let snippet = [above, &[&*new], below].concat().join("\n");
        let first = (after - CONTEXT as i64 + 1).max(1);
        let shown = numbered(&snippet, "a snippet of the edited file", first);
        Ok(Ok(format!(
            "The file {path} has been edited. {shown}Review the changes and make sure they are as expected (correct \
             indentation, no duplicate lines, etc). Edit the file again if necessary."
        )))
    }

    pub(super) fn undo(&mut self, path: &str) -> Outcome {
        let Some(content) = self.history.pop(path) else {
            return Ok(Err(format!("No edit history found for {path}.")));
        };
        let text = String::from_utf8_lossy(self.workspace.read_content(&content)?).into_owned();
        if let Err(complaint) = self.write_text(path, &text, Encoding::Utf8)? {
            return Ok(Err(complaint));
        }
        Ok(Ok(format!("Last edit to {path} undone successfully. {}", numbered(&text, path, 1))))
    }

    /// Keeps a text that `undo_edit` may bring back.
    fn remember(&mut self, path: &str, text: &str) -> crate::budget::Stoppable<()> {
        if self.has_undo() {
            let content = self.workspace.make_blob(text.as_bytes().to_vec())?;
            self.history.push(path, content);
        }
        Ok(())
    }
}
