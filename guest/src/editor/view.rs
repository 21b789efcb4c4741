//! The command `view`.

use sparring_tree::Kind;

use super::{EditorCall, lines, open_text};
use crate::budget::Stoppable;
use crate::step::Value;
use crate::workspace::{VirtualPath, Workspace};

/// Longer listings are cut; characters.
const SHOWN: usize = 16_000;
const LISTING_CLIPPED: &str = "<response clipped><NOTE>Due to the max output limit, only part of this directory has been \
shown to you. You should use `ls -la` instead to view large directories incrementally.</NOTE>";

pub(super) fn view(
    call: &EditorCall<'_>,
    path: VirtualPath,
    workspace: &Workspace<'_>,
) -> Stoppable<Result<String, String>> {
    if workspace.node(&path).is_some_and(|node| node.kind() == Kind::Directory) {
        return Ok(view_directory(call, &path, workspace));
    }
    let target = match open_text(call, path, workspace)? {
        Ok(target) => target,
        Err(error) => return Ok(Err(error)),
    };
    let content = &target.content;
    let Some(range) = call.view_range else {
        let bytes = workspace.read_content(content)?;
        let text = lines::universal_newlines(bytes);
        return Ok(Ok(lines::numbered(&lines::display(&text), &call.path, 1)));
    };

    let invalid = |hint: String| Ok(Err(format!("Invalid `view_range` parameter: {}. {hint}", range.python())));
    let bounds: Option<Vec<i64>> = match range {
        Value::List(values) if values.len() == 2 => values.iter().map(Value::as_integer).collect(),
        Value::List(values) if values.is_empty() => {
            // An empty list is false in Python: the whole file.
            let whole = EditorCall { view_range: None, ..call.clone() };
            return view(&whole, target.path, workspace);
        }
        _ => None,
    };
    let Some(&[first, asked]) = bounds.as_deref() else {
        return invalid("It should be a list of two integers.".into());
    };
    let has_carriage_return = lines::has_carriage_return(content, workspace)?;
    let translated = if has_carriage_return {
        Some(lines::universal_newlines(workspace.read_content(content)?).into_owned())
    } else {
        None
    };
    let total = match &translated {
        Some(text) => {
            lines::count(memchr::memchr_iter(b'\n', text).count() as u32, !text.ends_with(b"\n") && !text.is_empty())
        }
        None => {
            let last =
                workspace.read_content(&content.range(content.len().saturating_sub(1), u64::MAX, workspace)?)?;
            lines::count(content.newlines(), !last.is_empty() && last != b"\n")
        }
    };
    if first < 1 || first > total {
        return invalid(format!(
            "Its first element `{first}` should be within the range of lines of the file: [1, {total}]."
        ));
    }
    let last = if asked == -1 { total } else { asked.min(total) };
    if last < first {
        return invalid(format!(
            "Its second element `{last}` should be greater than or equal to the first element `{first}`."
        ));
    }
    let bytes = match &translated {
        Some(text) => line_range(text, first, last),
        None => workspace.read_lines(content, first as u32 - 1, last as u32)?,
    };
    let text = lines::display(bytes);
    let output = lines::numbered(&lines::split_and_join(&text), &call.path, first);
    Ok(Ok(if asked > total {
        format!("NOTE: We only show up to {total} since there're only {total} lines in this file.\n{output}")
    } else {
        output
    }))
}

/// Lines `first..=last` (from 1) with their newlines.
fn line_range(text: &[u8], first: i64, last: i64) -> &[u8] {
    let start_of = |line: i64| match line {
        0 => 0,
        _ => memchr::memchr_iter(b'\n', text).nth(line as usize - 1).map_or(text.len(), |at| at + 1),
    };
    &text[start_of(first - 1)..start_of(last)]
}

fn view_directory(call: &EditorCall<'_>, path: &VirtualPath, workspace: &Workspace<'_>) -> Result<String, String> {
    let shown = &call.path;
    if let Some(range) = call.view_range.filter(|range| **range != Value::List(Vec::new())) {
        return Err(format!(
            "Invalid `view_range` parameter: {}. The `view_range` parameter is not allowed when `path` points to a \
             directory.",
            range.python()
        ));
    }
    let prefix = if shown == "/" { "" } else { shown.as_str() };
    // The listing as the original sorts it: whole paths, byte by byte, before any `/` is added.
    let mut rows: Vec<(Vec<u8>, bool)> = vec![(shown.clone().into_bytes(), true)];
    let mut hidden = 0;
    for entry in workspace.list(path).unwrap_or_default() {
        if entry.name.starts_with(b".") {
            hidden += 1;
            continue;
        }
        let row = [prefix.as_bytes(), b"/", &entry.name].concat();
        let inner = workspace
            .resolve(path, &entry.name)
            .ok()
            .filter(|inner| workspace.node(inner).is_some_and(|node| node.kind() == Kind::Directory));
        for below in inner.iter().flat_map(|inner| workspace.list(inner).unwrap_or_default()) {
            if below.name.starts_with(b".") {
                continue;
            }
            let is_directory = inner.as_ref().is_some_and(|inner| {
                workspace.stat(inner, &below.name).is_ok_and(|(_, node)| node.kind() == Kind::Directory)
            });
            rows.push(([row.as_slice(), b"/", &below.name].concat(), is_directory));
        }
        rows.push((row, inner.is_some()));
    }
    rows.sort_unstable();
    let mut listing = String::new();
    for (index, (row, is_directory)) in rows.iter().enumerate() {
        listing.push_str(if index == 0 { "" } else { "\n" });
        listing.push_str(&lines::display(row));
        listing.push_str(if *is_directory && row != b"/" { "/" } else { "" });
    }
    if let Some((at, _)) = listing.char_indices().nth(SHOWN) {
        listing.truncate(at);
        listing.push_str(LISTING_CLIPPED);
    }
    let mut output =
        format!("Here's the files and directories up to 2 levels deep in {shown}, excluding hidden items:\n{listing}");
    if hidden > 0 {
        output.push_str(&format!(
            "\n\n{hidden} hidden files/directories in this directory are excluded. You can use 'ls -la {shown}' to see \
             them."
        ));
    }
    Ok(output)
}
