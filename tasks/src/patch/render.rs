//! Changes written as a patch that `git apply` takes.

use imara_diff::{Algorithm, Diff, InternedInput};
use sparring_tree::Node;

use crate::change::Change;

/// Lines of unchanged text around a hunk, as git's default.
const CONTEXT: u32 = 3;
/// How far git looks for a NUL byte to tell binary files.
const BINARY_PREFIX: usize = 8000;

/// Writes changes in git's format, with its line matching (Myers with the indent heuristic) and
/// without `index` lines and section headings. Binary files appear as git's one-line notice.
pub fn render(changes: &[Change]) -> Vec<u8> {
    let mut patch = Vec::new();
    for change in changes {
        let (old, new) = (side(change.before.as_ref()), side(change.after.as_ref()));
        match (&old, &new) {
            (None, None) => {}
            // A file that becomes a link is removed and made again.
            (Some(a), Some(b)) if a.mode[..3] != b.mode[..3] => {
                file(&mut patch, &change.path, Some(a), None);
                file(&mut patch, &change.path, None, Some(b));
            }
            _ => file(&mut patch, &change.path, old.as_ref(), new.as_ref()),
        }
    }
    patch
}

struct Side<'a> {
    mode: &'static str,
    content: &'a [u8],
}

fn side(node: Option<&Node>) -> Option<Side<'_>> {
    match node? {
        Node::Directory => None,
        Node::File { executable, content } => {
            Some(Side { mode: if *executable { "100755" } else { "100644" }, content })
        }
        Node::Link { target } => Some(Side { mode: "120000", content: target }),
    }
}

fn file(patch: &mut Vec<u8>, path: &[u8], old: Option<&Side<'_>>, new: Option<&Side<'_>>) {
    let (a, b) = (quoted("a/", path), quoted("b/", path));
    let mut line = |parts: &[&str]| {
        parts.iter().for_each(|part| patch.extend_from_slice(part.as_bytes()));
        patch.push(b'\n');
    };
    line(&["diff --git ", &a, " ", &b]);
    match (old, new) {
        (Some(old), None) => line(&["deleted file mode ", old.mode]),
        (None, Some(new)) => line(&["new file mode ", new.mode]),
        (Some(old), Some(new)) if old.mode != new.mode => {
            line(&["old mode ", old.mode]);
            line(&["new mode ", new.mode]);
        }
        _ => {}
    }
    let old_content = old.map_or(&b""[..], |old| old.content);
    let new_content = new.map_or(&b""[..], |new| new.content);
    if old_content == new_content {
        return;
    }
    let a = if old.is_some() { a } else { "/dev/null".to_owned() };
    let b = if new.is_some() { b } else { "/dev/null".to_owned() };
    if is_binary(old_content) || is_binary(new_content) {
        return line(&["Binary files ", &a, " and ", &b, " differ"]);
    }
    // A name with a space ends in a tab, so that a reader knows where it stops.
    let tab = |name: &str| if name.contains(' ') && !name.starts_with('"') { "\t" } else { "" };
    line(&["--- ", &a, tab(&a)]);
    line(&["+++ ", &b, tab(&b)]);
    hunks(patch, old_content, new_content);
}

fn is_binary(content: &[u8]) -> bool {
    content[..content.len().min(BINARY_PREFIX)].contains(&0)
}

/// A path with its prefix, quoted as git does by default when a byte is not plain ASCII text.
fn quoted(prefix: &str, path: &[u8]) -> String {
    if path.iter().all(|&byte| (b' '..0x7f).contains(&byte) && byte != b'"' && byte != b'\\') {
        return format!("{prefix}{}", String::from_utf8_lossy(path));
    }
    let mut name = format!("\"{prefix}");
    for &byte in path {
        match byte {
            b'"' | b'\\' => name.extend(['\\', char::from(byte)]),
            0x07 => name.push_str("\\a"),
            0x08 => name.push_str("\\b"),
            b'\t' => name.push_str("\\t"),
            b'\n' => name.push_str("\\n"),
            0x0b => name.push_str("\\v"),
            0x0c => name.push_str("\\f"),
            b'\r' => name.push_str("\\r"),
            b' '..0x7f => name.push(char::from(byte)),
            _ => name.push_str(&format!("\\{byte:03o}")),
        }
    }
    name.push('"');
    name
}

/// Lines with their `\n`, which alone ends a line for git.
fn lines(content: &[u8]) -> Vec<&[u8]> {
    content.split_inclusive(|&byte| byte == b'\n').collect()
}

fn hunks(patch: &mut Vec<u8>, old: &[u8], new: &[u8]) {
    let (old_lines, new_lines) = (lines(old), lines(new));
    let mut input: InternedInput<&[u8]> = InternedInput::default();
    input.update_before(old_lines.iter().copied());
    input.update_after(new_lines.iter().copied());
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let changes: Vec<_> = diff.hunks().collect();
    let mut rest = changes.as_slice();
    while let Some(first) = rest.first() {
        // Hunks whose contexts touch are one.
        let near = rest.windows(2).take_while(|pair| pair[1].before.start - pair[0].before.end <= 2 * CONTEXT);
        let (group, later) = rest.split_at(near.count() + 1);
        rest = later;
        let last = &group[group.len() - 1];
        let lead = first.before.start.min(CONTEXT);
        let trail = (old_lines.len() as u32 - last.before.end).min(CONTEXT);
        let (old_start, new_start) = (first.before.start - lead, first.after.start - lead);
        let (old_end, new_end) = (last.before.end + trail, last.after.end + trail);
        let header =
            format!("@@ -{} +{} @@\n", span(old_start, old_end - old_start), span(new_start, new_end - new_start));
        patch.extend_from_slice(header.as_bytes());
        let mut at = old_start;
        for change in group {
            emit(patch, b' ', &old_lines[at as usize..change.before.start as usize]);
            emit(patch, b'-', &old_lines[change.before.start as usize..change.before.end as usize]);
            emit(patch, b'+', &new_lines[change.after.start as usize..change.after.end as usize]);
            at = change.before.end;
        }
        emit(patch, b' ', &old_lines[at as usize..old_end as usize]);
    }
}

/// A hunk's position: an empty one names the line before it, a single line leaves its count out.
fn span(start: u32, count: u32) -> String {
    match count {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{count}", start + 1),
    }
}

fn emit(patch: &mut Vec<u8>, sign: u8, lines: &[&[u8]]) {
    for line in lines {
        patch.push(sign);
        patch.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            patch.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::between;
    use crate::change::tests::tree;

    fn patch(before: &[(&str, &str)], after: &[(&str, &str)]) -> String {
        String::from_utf8(render(&between(&tree(before), &tree(after)))).unwrap()
    }

    #[test]
    fn hunks_carry_context_and_merge_when_they_touch() {
        let numbered = |skip: &[usize]| -> String {
            (1..30).filter(|line| !skip.contains(line)).map(|line| format!("{line}\n")).collect()
        };
        let text = patch(&[("a", &numbered(&[]))], &[("a", &numbered(&[5, 12, 25]))]);
        let headers: Vec<&str> = text.lines().filter(|line| line.starts_with("@@")).collect();
        assert_eq!(headers, ["@@ -2,14 +2,12 @@", "@@ -22,7 +20,6 @@"]);
        assert!(text.starts_with("diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -2,14 +2,12 @@\n 2\n 3\n 4\n-5\n 6\n"));
    }

    #[test]
    fn files_come_go_and_change_kind() {
        assert_eq!(
            patch(&[("a", "1\n")], &[("b c", "1")]),
            "diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n\
             diff --git a/b c b/b c\nnew file mode 100644\n--- /dev/null\n+++ b/b c\t\n@@ -0,0 +1 @@\n+1\n\
             \\ No newline at end of file\n"
        );
        let text = patch(&[("a", "1\n")], &[("a", "link:é\"")]);
        assert_eq!(text.matches("diff --git a/a b/a\n").count(), 2);
        assert!(text.contains("new file mode 120000\n"));
        let text = patch(&[("é\t\"", "1\n")], &[("é\t\"", "1\0")]);
        assert_eq!(
            text,
            "diff --git \"a/\\303\\251\\t\\\"\" \"b/\\303\\251\\t\\\"\"\nBinary files \"a/\\303\\251\\t\\\"\" and \"b/\\303\\251\\t\\\"\" differ\n"
        );
        assert_eq!(patch(&[("a", "")], &[("b", "")]).lines().count(), 4);
    }
}
