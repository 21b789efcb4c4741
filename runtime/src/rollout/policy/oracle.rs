//! The policy that knows the answer.

use sparring_tasks::edit::{self, Edit};
use sparring_tasks::{Task, change};
use sparring_tree::{ImageView, Node};

use super::{Action, Policy, editor, finish};

/// Makes the gold's edits by editor calls, each preceded by a look at the place.
#[derive(Clone, Debug)]
pub struct Oracle {
    /// What is still to be done, the next action last.
    actions: Vec<Action>,
}

impl Oracle {
    /// A policy for one task on its image. A task whose gold does not fit the image makes a policy
    /// that finishes at once; `tasks validate` finds such tasks.
    pub fn new(task: &Task, image: ImageView<'_>) -> Self {
        let mut actions = vec![finish("done")];
        for (path, edits) in edit::by_file(&task.gold.edits).into_iter().rev() {
            let Some(mut text) = base_text(task, image, path) else { continue };
            let absolute = format!("{}/{path}", task.root.trim_end_matches('/'));
            // From the last edit of a file to the first, so that earlier offsets stay true; two edits
            // may share a line, so each is told on the text that the ones before it left. The list of
            // actions is a stack: what comes first goes in last.
            let mut of_file = Vec::new();
            for edit in edits.into_iter().rev() {
                of_file.push(calls(&absolute, &text, edit));
                let (start, end) = (edit.start.min(text.len()), edit.end.min(text.len()));
                text.replace_range(start..end, &edit.replacement);
            }
            actions.extend(of_file.into_iter().rev().flatten());
        }
        Self { actions }
    }
}

impl Policy for Oracle {
    fn next(&mut self, _observation: Option<&str>) -> Action {
        self.actions.pop().unwrap_or(Action::Stop)
    }
}

/// A file's text in the task's base tree.
fn base_text(task: &Task, image: ImageView<'_>, path: &str) -> Option<String> {
    let entry = image.lookup(path.as_bytes())?;
    let node = Node::File { executable: entry.mode().is_executable(), content: entry.content().into() };
    let own: Vec<Edit> = task.edits.iter().filter(|edit| edit.path == path).cloned().collect();
    let changed = change::of_edits(&own, |_| Some(&node)).ok()?;
    let bytes = changed.first().and_then(|change| change.after.as_ref()).unwrap_or(&node).bytes().to_vec();
    String::from_utf8(bytes).ok()
}

/// The calls that make one edit, the last one first.
fn calls(path: &str, text: &str, edit: &Edit) -> [Action; 2] {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_number = |at: usize| text[..at].matches('\n').count() + 1;
    let (start, end) = (edit.start.min(text.len()), edit.end.min(text.len()));
    let first = line_number(start).saturating_sub(5).max(1);
    let total = text.lines().count().max(1);
    let look = editor(serde_json::json!({
        "command": "view", "path": path, "view_range": [first.min(total), (line_number(end) + 5).min(total)],
    }));
    if start == end && start == line_start(start) && edit.replacement.ends_with('\n') {
        let inserted = edit.replacement.strip_suffix('\n').unwrap_or_default();
        let change = editor(serde_json::json!({
            "command": "insert", "path": path, "insert_line": line_number(start) - 1, "new_str": inserted,
        }));
        return [change, look];
    }
    // The lines around the edit, and more of them until they stand only once in the file.
    let mut from = line_start(start);
    let mut to = text[end..].find('\n').map_or(text.len(), |newline| end + newline);
    while text.matches(&text[from..to]).count() > 1 && (from > 0 || to < text.len()) {
        from = line_start(from.saturating_sub(1));
        to = text.get(to + 1..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| to + 1 + newline);
    }
    let change = editor(serde_json::json!({
        "command": "str_replace", "path": path, "old_str": &text[from..to],
        "new_str": format!("{}{}{}", &text[from..start], edit.replacement, &text[end..to]),
    }));
    [change, look]
}
