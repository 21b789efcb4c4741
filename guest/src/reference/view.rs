//! The command `view`.

use sparring_tree::Kind;

use super::{Editor, Flavor, Outcome, text};
use crate::budget::Stoppable;
use crate::workspace::VirtualPath;

const MAP_HEAD: &str = "<NOTE>This file is too large to display entirely. Showing abbreviated version. Please use \
`str_replace_editor view` with the `view_range` parameter to show selected lines next.</NOTE>";
const MAP_TAIL: &str = "<IMPORTANT><NOTE>The above file has been abbreviated. Please use `str_replace editor view` with \
`view_range` to look at relevant files in detail.</NOTE></IMPORTANT>";

impl Editor<'_, '_> {
    pub(super) fn view(&mut self, path: &str, range: Option<&[i64]>) -> Outcome {
        let is_directory = self
            .workspace
            .stat(&VirtualPath::ROOT, path.as_bytes())
            .is_ok_and(|(_, node)| node.kind() == Kind::Directory);
        // An empty list is false in Python.
        let range = range.filter(|range| !range.is_empty());
        if is_directory {
            if range.is_some() {
                return Ok(Err("The `view_range` parameter is not allowed when `path` points to a directory.".into()));
            }
            return self.view_directory(path).map(Ok);
        }
        let (content, _) = match self.read_text(path)? {
            Ok(read) => read,
            Err(complaint) => return Ok(Err(complaint)),
        };
        let Some(range) = range else {
            if let Some(map) = self.file_map(path, &content)? {
                return Ok(Ok(map));
            }
            return Ok(Ok(text::numbered(&content, path, 1)));
        };
        let &[first, last] = range else {
            return Ok(Err("Invalid `view_range`. It should be a list of two integers.".into()));
        };
        let lines: Vec<&str> = content.split('\n').collect();
        let count = lines.len() as i64;
        let shown = format!("[{first}, {last}]");
        let invalid = |hint: String| Ok(Err(format!("Invalid `view_range`: {shown}. {hint}")));
        if first < 1 || first > count {
            return invalid(format!(
                "Its first element `{first}` should be within the range of lines of the file: [1, {count}]"
            ));
        }
        if last > count {
            return invalid(format!(
                "Its second element `{last}` should be smaller than the number of lines in the file: `{count}`"
            ));
        }
        if last != -1 && last < first {
            return invalid(format!("Its second element `{last}` should be larger or equal than its first `{first}`"));
        }
        let last = if last == -1 { count } else { last };
        let selected = lines.get(first as usize - 1..last as usize).unwrap_or_default().join("\n");
        Ok(Ok(text::numbered(&selected, path, first)))
    }

    /// A long Python file without the bodies of its functions, where the flavor shows it so.
    fn file_map(&self, path: &str, content: &str) -> Stoppable<Option<String>> {
        if self.flavor != Flavor::SweAgent || !path.ends_with(".py") || text::is_short(content) {
            return Ok(None);
        }
        self.workspace.budget().scan(content.len() as u64)?;
        Ok(crate::python::file_map(content).map(|map| {
            let map = text::truncated(&text::expand_tabs(&map));
            format!("{MAP_HEAD}\n{map}\n{MAP_TAIL}")
        }))
    }

    /// What `find PATH -maxdepth 2 -not -path '*/\.*'` prints, in sorted order.
    fn view_directory(&self, path: &str) -> Stoppable<String> {
        let mut rows: Vec<Vec<u8>> = Vec::new();
        // A dot anywhere in the path itself hides everything, as in the original.
        if !path.contains("/.") {
            rows.push(path.as_bytes().to_vec());
            self.list(&VirtualPath::ROOT, path.as_bytes(), 2, &mut rows);
        }
        let mut listing = String::new();
        for row in &rows {
            listing.push_str(&String::from_utf8_lossy(row));
            listing.push('\n');
        }
        let listing = match self.flavor {
            Flavor::Anthropic { .. } => text::truncated(&listing),
            Flavor::SweAgent => listing,
        };
        Ok(format!(
            "Here's the files and directories up to 2 levels deep in {path}, excluding hidden items:\n{listing}\n"
        ))
    }

    fn list(&self, from: &VirtualPath, path: &[u8], depth: usize, rows: &mut Vec<Vec<u8>>) {
        // `find` does not follow links, neither the one it starts at.
        let Ok((resolved, node)) = self.workspace.stat_link(from, path) else { return };
        if node.kind() != Kind::Directory {
            return;
        }
        for entry in self.workspace.list(&resolved).unwrap_or_default() {
            if entry.name.starts_with(b".") {
                continue;
            }
            let prefix = if path == b"/" { &b""[..] } else { path };
            let row = [prefix, b"/", &entry.name].concat();
            rows.push(row.clone());
            if depth > 1 {
                self.list(from, &row, depth - 1, rows);
            }
        }
    }
}
