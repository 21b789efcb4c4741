//! Two texts and the changes between their lines.

use std::borrow::Cow;
use std::ops::Range;

use sparring_tree::diff::{Change, Lines, gnu_changes, gnu_classes};

use super::settings::{Blanks, Settings, Style};
use crate::budget::{Budget, Stoppable};

/// Two texts and the changes between them. Lines count from 0.
pub(super) struct Texts<'t> {
    pub(super) old: Lines<'t>,
    pub(super) new: Lines<'t>,
    pub(super) changes: Vec<Change>,
}

impl<'t> Texts<'t> {
    /// Finds the changes.
    pub(super) fn compare(old: &'t [u8], new: &'t [u8], settings: &Settings<'_>, budget: &Budget) -> Stoppable<Self> {
        let (old_part, new_part) = middle(old, new, settings.horizon);
        let (old, new) = (Lines::of(old), Lines::of(new));
        let old_part = old.starting_at(old_part.start)..old.starting_at(old_part.end);
        let new_part = new.starting_at(new_part.start)..new.starting_at(new_part.end);
        let normal = |line: &[u8], out: &mut Vec<u8>| normalise(line, settings, out);
        let first = old_part.start;
        let classes = gnu_classes((&old, old_part), (&new, new_part), &normal);
        let mut changes = gnu_changes(&classes, settings.is_minimal, &mut |work| budget.scan(work))?;
        for change in &mut changes {
            change.old_start += first;
            change.new_start += first;
        }
        Ok(Self { old, new, changes })
    }
}

/// What is left of a text to compare: without carriage returns before newlines, and for ed scripts
/// with a newline at its end.
pub(super) fn prepared<'t>(text: Cow<'t, [u8]>, settings: &Settings<'_>) -> Cow<'t, [u8]> {
    let mut text = text;
    if settings.strips_return && memchr::memmem::find(&text, b"\r\n").is_some() {
        let mut stripped = Vec::with_capacity(text.len());
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_suffix(b"\r\n") {
                Some(body) => {
                    stripped.extend_from_slice(body);
                    stripped.push(b'\n');
                }
                None => stripped.extend_from_slice(line),
            }
        }
        text = Cow::Owned(stripped);
    }
    if is_ed(settings.style) && lacks_newline(&text) {
        text.to_mut().push(b'\n');
    }
    text
}

/// Whether a style has no way to say that a text ends without a newline.
pub(super) fn is_ed(style: Style) -> bool {
    matches!(style, Style::Ed | Style::ForwardEd)
}

/// Whether a text's last line has no newline.
pub(super) fn lacks_newline(text: &[u8]) -> bool {
    text.last().is_some_and(|byte| *byte != b'\n')
}

/// The bytes of both texts that take part in the search: without equal ends, but with `horizon`
/// lines of them.
fn middle(old: &[u8], new: &[u8], horizon: usize) -> (Range<usize>, Range<usize>) {
    let mut start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let is_inside_line = |at: usize, text: &[u8]| at > 0 && text.get(at - 1) != Some(&b'\n');
    let are_equal = start == old.len() && start == new.len();
    let mut left = horizon;
    while start > 0 {
        // A last line without its newline is complete only where it ends both texts.
        if !is_inside_line(start, old) || (are_equal && start == old.len()) {
            if left == 0 {
                break;
            }
            left -= 1;
        }
        start = start_of_line(old, start - 1);
    }
    if lacks_newline(old) != lacks_newline(new) {
        return (start..old.len(), start..new.len());
    }
    let room = old.len().min(new.len()) - start;
    let equal = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - equal, new.len() - equal);
    // A line that is only partly equal belongs to the middle.
    let is_partial = is_inside_line(old_end, old) || is_inside_line(new_end, new);
    let mut kept = 0;
    let tail = old.get(old_end..).unwrap_or_default();
    for _ in 0..horizon.saturating_add(usize::from(is_partial)) {
        if kept == tail.len() {
            break;
        }
        let rest = tail.get(kept..).unwrap_or_default();
        kept += memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    }
    (start..old_end + kept, start..new_end + kept)
}

/// The start of the line that holds the byte before `at`, or `at` itself after a newline.
fn start_of_line(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', text.get(..at).unwrap_or_default()).map_or(0, |newline| newline + 1)
}

/// What a line counts as.
fn normalise(line: &[u8], settings: &Settings<'_>, out: &mut Vec<u8>) {
    let body = line.strip_suffix(b"\n").unwrap_or(line);
    let case = |byte: u8| if settings.ignores_case { byte.to_ascii_lowercase() } else { byte };
    let trimmed = || {
        let end = body.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |at| at + 1);
        body.get(..end).unwrap_or_default()
    };
    match settings.blanks {
        Blanks::Exact => {
            out.extend(line.iter().map(|byte| case(*byte)));
        }
        Blanks::TabExpansion => {
            expand(body, settings.tab_size, &case, out);
            out.extend_from_slice(line.get(body.len()..).unwrap_or_default());
        }
        Blanks::Trailing => out.extend(trimmed().iter().map(|byte| case(*byte))),
        Blanks::TabExpansionAndTrailing => expand(trimmed(), settings.tab_size, &case, out),
        Blanks::Change => {
            for &byte in trimmed() {
                match is_blank(byte) {
                    false => out.push(case(byte)),
                    true if out.last() == Some(&b' ') => {}
                    true => out.push(b' '),
                }
            }
        }
        Blanks::All => out.extend(body.iter().filter(|byte| !is_blank(**byte)).map(|byte| case(*byte))),
    }
}

/// With tabs as the spaces that they stand for.
fn expand(text: &[u8], tab_size: usize, case: &dyn Fn(u8) -> u8, out: &mut Vec<u8>) {
    let mut column = 0_usize;
    for &byte in text {
        match byte {
            b'\t' => {
                let spaces = tab_size - column % tab_size;
                column += spaces;
                out.extend(std::iter::repeat_n(b' ', spaces));
                continue;
            }
            8 => column = column.saturating_sub(1),
            b'\r' => column = 0,
            _ => column += 1,
        }
        out.push(case(byte));
    }
}

/// What `isspace` accepts inside a line.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 11 | 12 | b'\r')
}
