//! Patches applied to files, as `git apply` does: each hunk fits exactly, where it says or nearby.

use sparring_tree::Node;

use super::{FilePatch, Hunk};
use crate::change::Change;

/// Why a patch does not apply. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchApplyError {
    /// A file that is to be changed is missing, or one that is to be made is there.
    #[error("`{0}` is missing, or there already")]
    File(String),
    /// A hunk's lines are nowhere in the file.
    #[error("`{path}`: hunk {hunk} does not fit")]
    Hunk {
        /// The file.
        path: String,
        /// The hunk's number, counted from 1.
        hunk: usize,
    },
    /// The patch leaves out the bytes of a binary file.
    #[error("`{0}` is binary")]
    Binary(String),
}

/// The changes that a patch makes; `node` gives what stands at a path.
pub fn apply<'a>(
    patch: &[FilePatch],
    node: impl Fn(&[u8]) -> Option<&'a Node>,
) -> Result<Vec<Change>, PatchApplyError> {
    let mut changes = Vec::new();
    for file in patch {
        let shown = || String::from_utf8_lossy(&file.path).into_owned();
        if file.binary {
            return Err(PatchApplyError::Binary(shown()));
        }
        let old_path = file.renamed_from.as_ref().unwrap_or(&file.path);
        let before = node(old_path);
        let (executable, text): (bool, &[u8]) = match before {
            None if file.added => (false, b""),
            Some(Node::File { executable, content }) if !file.added => (*executable, content),
            _ => return Err(PatchApplyError::File(shown())),
        };
        let after = hunks(text, &file.hunks)
            .map_err(|hunk| PatchApplyError::Hunk { path: shown(), hunk })
            .map(|content| Node::File { executable, content: content.into() })?;
        let after = (!file.deleted).then_some(after);
        if file.renamed_from.is_some() {
            changes.push(Change { path: old_path.clone(), before: before.cloned(), after: None });
            changes.push(Change { path: file.path.clone(), before: None, after });
        } else {
            changes.push(Change { path: file.path.clone(), before: before.cloned(), after });
        }
    }
    Ok(changes)
}

/// The text after all hunks; the number of the first one that does not fit.
fn hunks(text: &[u8], hunks: &[Hunk]) -> Result<Vec<u8>, usize> {
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let mut result: Vec<u8> = Vec::with_capacity(text.len());
    let (mut done, mut shift) = (0_usize, 0_isize);
    for (at, hunk) in hunks.iter().enumerate() {
        let old = side(hunk, b'-');
        // An empty range names the line before it.
        let stated = if hunk.old.1 == 0 { hunk.old.0 } else { hunk.old.0.saturating_sub(1) };
        let wanted = stated.saturating_add_signed(shift);
        let start = place(&lines, &old, wanted, done).ok_or(at + 1)?;
        shift = start as isize - stated as isize;
        lines[done..start].iter().for_each(|line| result.extend_from_slice(line));
        side(hunk, b'+').iter().for_each(|line| result.extend_from_slice(line));
        done = start + old.len();
    }
    lines[done..].iter().for_each(|line| result.extend_from_slice(line));
    Ok(result)
}

/// A hunk's lines before (`-`) or after (`+`) it, line ends included.
fn side(hunk: &Hunk, sign: u8) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut is_ours = false;
    for line in &hunk.lines {
        if line.sign == b'\\' {
            // The line before it has no end.
            if let Some(last) = lines.last_mut().filter(|_| is_ours) {
                last.pop();
            }
            continue;
        }
        is_ours = line.sign == b' ' || line.sign == sign;
        if is_ours {
            lines.push([line.text.as_slice(), b"\n"].concat());
        }
    }
    lines
}

/// Where a hunk's lines stand: at the wanted line, else at the nearest one behind what is done.
fn place(lines: &[&[u8]], old: &[Vec<u8>], wanted: usize, done: usize) -> Option<usize> {
    let last = lines.len().checked_sub(old.len())?;
    let fits = |start: usize| old.iter().zip(&lines[start..]).all(|(old, line)| old == line);
    let mut places: Vec<usize> = (done..=last).collect();
    places.sort_by_key(|&start| (start.abs_diff(wanted), start));
    places.into_iter().find(|&start| fits(start))
}

#[cfg(test)]
mod tests {
    use super::super::{parse, render};
    use super::*;
    use crate::change::between;
    use crate::change::tests::tree;

    #[test]
    fn what_is_rendered_applies() {
        let before = tree(&[("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"), ("gone", "x\n"), ("end", "no line end")]);
        let after = tree(&[("a", "1\n2\nx\n4\n5\n6\n7\n8\ny\nz\n"), ("new/b", "1\n"), ("end", "no line end\nmore")]);
        let changes = between(&before, &after);
        let patch = parse(&render(&changes)).unwrap();
        let mut applied = apply(&patch, |path| before.get(path)).unwrap();
        applied.sort_by(|a, b| a.path.cmp(&b.path));
        let mut expected: Vec<Change> = changes.into_iter().collect();
        expected.sort_by(|a, b| a.path.cmp(&b.path));
        assert_eq!(applied, expected);
        assert_eq!(apply(&patch, |path| after.get(path)), Err(PatchApplyError::Hunk { path: "a".to_owned(), hunk: 1 }));
    }

    #[test]
    fn hunks_move_with_the_text_and_renames_keep_it() {
        let moved = tree(&[("a", "0\n0\n0\n1\n2\n3\n")]);
        let patch = b"--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n";
        let changes = apply(&parse(patch).unwrap(), |path| moved.get(path)).unwrap();
        assert_eq!(changes[0].after.as_ref().unwrap().bytes(), b"0\n0\n0\n1\nx\n3\n");
        let patch = b"diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b\n";
        let changes = apply(&parse(patch).unwrap(), |path| moved.get(path)).unwrap();
        assert_eq!((changes.len(), changes[0].after.is_none(), changes[1].path.as_slice()), (2, true, b"b".as_slice()));
        let missing = apply(&parse(b"--- a/z\n+++ b/z\n@@ -1 +1 @@\n-1\n+2\n").unwrap(), |path| moved.get(path));
        assert_eq!(missing, Err(PatchApplyError::File("z".to_owned())));
    }
}
