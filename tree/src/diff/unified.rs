//! Hunks with context, in the unified form.

use super::lines::{Lines, is_blank};
use super::script::Change;

/// Changes that are shown together, with the context around them. Lines count from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk<'a> {
    /// The changes, at least one.
    pub changes: &'a [Change],
    /// The first old line shown.
    pub old_start: usize,
    /// The old line after the last shown.
    pub old_end: usize,
    /// The first new line shown.
    pub new_start: usize,
    /// The new line after the last shown.
    pub new_end: usize,
}

/// Groups changes whose contexts touch; `old_lines` and `new_lines` are the files' lengths.
pub fn hunks<'a>(
    changes: &'a [Change],
    context: usize,
    old_lines: usize,
    new_lines: usize,
) -> impl Iterator<Item = Hunk<'a>> {
    let apart = move |a: &Change, b: &Change| b.old_start - a.old_end() <= context.saturating_mul(2);
    changes.chunk_by(apart).filter_map(move |changes| {
        let (first, last) = (changes.first()?, changes.last()?);
        // Git clips the context after the hunk for both files, before it for each alone.
        let after = context.min(old_lines - last.old_end()).min(new_lines - last.new_end());
        Some(Hunk {
            changes,
            old_start: first.old_start.saturating_sub(context),
            old_end: last.old_end() + after,
            new_start: first.new_start.saturating_sub(context),
            new_end: last.new_end() + after,
        })
    })
}

/// Writes hunks as `git diff` does, each with the nearest line above it that looks like the start
/// of a function.
pub fn write_hunks(out: &mut Vec<u8>, old: &Lines<'_>, new: &Lines<'_>, changes: &[Change], context: usize) {
    let mut function: &[u8] = b"";
    let mut searched = 0;
    for hunk in hunks(changes, context, old.len(), new.len()) {
        if let Some(found) = (searched..hunk.old_start).rev().find_map(|line| function_name(old.get(line))) {
            function = found;
        }
        searched = hunk.old_start;
        write_header(out, &hunk, function);
        let mut at = hunk.new_start;
        for change in hunk.changes {
            (at..change.new_start).for_each(|line| write_line(out, b' ', new.get(line)));
            (change.old_start..change.old_end()).for_each(|line| write_line(out, b'-', old.get(line)));
            (change.new_start..change.new_end()).for_each(|line| write_line(out, b'+', new.get(line)));
            at = change.new_end();
        }
        (at..hunk.new_end).for_each(|line| write_line(out, b' ', new.get(line)));
    }
}

fn write_line(out: &mut Vec<u8>, sign: u8, line: &[u8]) {
    out.push(sign);
    out.extend_from_slice(line);
    if line.last() != Some(&b'\n') {
        out.extend_from_slice(b"\n\\ No newline at end of file\n");
    }
}

fn write_header(out: &mut Vec<u8>, hunk: &Hunk<'_>, function: &[u8]) {
    let start = out.len();
    out.extend_from_slice(b"@@ -");
    write_range(out, hunk.old_start, hunk.old_end);
    out.extend_from_slice(b" +");
    write_range(out, hunk.new_start, hunk.new_end);
    out.extend_from_slice(b" @@");
    if !function.is_empty() {
        out.push(b' ');
        out.extend_from_slice(function);
    }
    let valid = start + valid_text(&out[start..]);
    out.truncate(valid);
    out.push(b'\n');
}

/// A range as `start,count`; a count of 1 is left out, an empty range starts at the line before.
fn write_range(out: &mut Vec<u8>, start: usize, end: usize) {
    let text = match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    };
    out.extend_from_slice(text.as_bytes());
}

/// What a hunk header shows of a line that starts with a letter, `_` or `$`: 80 bytes at most.
fn function_name(line: &[u8]) -> Option<&[u8]> {
    let first = line.first()?;
    if !first.is_ascii_alphabetic() && *first != b'_' && *first != b'$' {
        return None;
    }
    let line = &line[..line.len().min(80)];
    Some(&line[..line.iter().rposition(|&byte| !is_blank(byte)).map_or(0, |at| at + 1)])
}

/// How many bytes come before the first that is no UTF-8 (the two last code points of the basic
/// plane count as none): git cuts a hunk header there, so that it shows no half character.
fn valid_text(text: &[u8]) -> usize {
    let valid = match std::str::from_utf8(text) {
        Ok(_) => text.len(),
        Err(error) => error.valid_up_to(),
    };
    let special = text[..valid].windows(3).position(|bytes| matches!(bytes, b"\xef\xbf\xbe" | b"\xef\xbf\xbf"));
    special.unwrap_or(valid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{DiffOptions, changes};

    fn unified(old: &str, new: &str, context: usize) -> String {
        let changes = changes(old.as_bytes(), new.as_bytes(), &DiffOptions::default());
        let mut out = Vec::new();
        write_hunks(&mut out, &Lines::of(old.as_bytes()), &Lines::of(new.as_bytes()), &changes, context);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn hunks_join_when_their_contexts_touch() {
        let old: String = (0..20).map(|line| format!("{line}\n")).collect();
        let near = old.replace("\n5\n", "\nx\n").replace("\n12\n", "\ny\n");
        assert_eq!(unified(&old, &near, 3).matches("@@ -").count(), 1);
        let far = old.replace("\n5\n", "\nx\n").replace("\n13\n", "\ny\n");
        assert_eq!(unified(&old, &far, 3).matches("@@ -").count(), 2);
    }

    #[test]
    fn ranges_and_missing_newlines_read_as_in_git() {
        assert_eq!(unified("", "a", 3), "@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n");
        let (old, new) = ("def f():\n a\n b\n", "def f():\n a\n c\n");
        assert_eq!(unified(old, new, 1), "@@ -2,2 +2,2 @@ def f():\n  a\n- b\n+ c\n");
    }

    #[test]
    fn a_header_ends_before_half_a_character() {
        let line = format!("{}\u{e9}\n", "f".repeat(79));
        let text = unified(&format!("{line}1\n2\n"), &format!("{line}1\n3\n"), 0);
        assert_eq!(text.lines().next(), Some(&*format!("@@ -3 +3 @@ {}", "f".repeat(79))));
    }
}
