//! `-y`: both texts side by side.

use super::hunk::Hunk;
use super::line::Lines;
use super::settings::Settings;
use super::texts::Texts;
use crate::commands::width;

/// At least this many columns lie between the halves.
const GUTTER: usize = 3;

/// Where the halves are.
struct Layout<'s> {
    settings: &'s Settings<'s>,
    /// Columns of a half.
    half: usize,
    /// The column where the right half starts.
    right: usize,
}

impl<'s> Layout<'s> {
    fn of(settings: &'s Settings<'s>) -> Self {
        // Without expansion the right half starts at a tab stop, so that its tabs line up.
        let stop = if settings.expands_tabs { 1 } else { settings.tab_size };
        let (width, unit) = (settings.width, stop + GUTTER);
        let wanted = width / 2 + unit / 2 + (width & unit & 1);
        let offset = wanted - wanted % stop;
        let half = if offset <= GUTTER || width <= offset { 0 } else { (offset - GUTTER).min(width - offset) };
        Self { settings, half, right: if half > 0 { offset } else { width } }
    }

    fn line(&self, out: &mut Vec<u8>, left: Option<&[u8]>, separator: u8, right: Option<&[u8]>) {
        let ends = |line: Option<&[u8]>| line.is_some_and(|line| line.ends_with(b"\n"));
        let mut column = left.map_or(0, |line| self.half_line(out, line, 0));
        if separator != b' ' {
            column = self.tab(out, column, (self.half + self.right - 1) / 2) + 1;
            out.push(match (separator, ends(left), ends(right)) {
                (b'|', true, false) => b'/',
                (b'|', false, true) => b'\\',
                _ => separator,
            });
        }
        if let Some(line) = right.filter(|line| !line.starts_with(b"\n")) {
            let column = self.tab(out, column, self.right);
            self.half_line(out, line, column);
        }
        if ends(left) || ends(right) {
            out.push(b'\n');
        }
    }

    /// Goes from one column to another.
    fn tab(&self, out: &mut Vec<u8>, mut from: usize, to: usize) -> usize {
        if !self.settings.expands_tabs {
            let size = self.settings.tab_size;
            while from + size - from % size <= to {
                out.push(b'\t');
                from += size - from % size;
            }
        }
        out.extend(std::iter::repeat_n(b' ', to.saturating_sub(from)));
        to
    }

    /// Writes what fits of a line; returns the column after it.
    fn half_line(&self, out: &mut Vec<u8>, line: &[u8], indent: usize) -> usize {
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
        // Columns of the whole text, and of what was written of it.
        let (mut seen, mut written) = (0, 0);
        let mut rest = line;
        while let Some(&byte) = rest.first() {
            let (length, mut columns) = width::first(rest);
            // A byte that is no text takes no room.
            columns = if length == 1 && !byte.is_ascii() { 0 } else { columns };
            let (character, after) = rest.split_at(length.min(rest.len()));
            rest = after;
            match byte {
                b'\t' => {
                    let spaces = self.settings.tab_size - seen % self.settings.tab_size;
                    if seen == written {
                        let stop = written + spaces;
                        if self.settings.expands_tabs {
                            let stop = stop.min(self.half);
                            out.extend(std::iter::repeat_n(b' ', stop.saturating_sub(written)));
                            written = written.max(stop);
                        } else if stop < self.half {
                            out.push(byte);
                            written = stop;
                        }
                    }
                    seen += spaces;
                }
                b'\r' => {
                    out.push(byte);
                    self.tab(out, 0, indent);
                    (seen, written) = (0, 0);
                }
                8 if seen == 0 => {}
                8 => {
                    seen -= 1;
                    if seen < self.half && written <= seen {
                        out.extend(std::iter::repeat_n(b' ', seen - written));
                        written = seen;
                    } else if seen < self.half {
                        written = seen;
                        out.push(byte);
                    }
                }
                _ => {
                    seen += columns;
                    if seen <= self.half {
                        written = seen;
                        out.extend_from_slice(character);
                    }
                }
            }
        }
        written
    }
}

/// Writes both texts.
pub(super) fn write(out: &mut Lines<'_>, texts: &Texts<'_>, hunks: &[Hunk<'_>], settings: &Settings<'_>) {
    let layout = Layout::of(settings);
    let out = &mut out.out;
    let (mut old, mut new) = (0, 0);
    for hunk in hunks {
        common(&layout, out, texts, (old, hunk.old_start), (new, hunk.new_start));
        (old, new) = (hunk.old_start, hunk.new_start);
        while old < hunk.old_end && new < hunk.new_end {
            layout.line(out, Some(texts.old.get(old)), b'|', Some(texts.new.get(new)));
            (old, new) = (old + 1, new + 1);
        }
        (new..hunk.new_end).for_each(|line| layout.line(out, None, b'>', Some(texts.new.get(line))));
        (old..hunk.old_end).for_each(|line| layout.line(out, Some(texts.old.get(line)), b'<', None));
        (old, new) = (hunk.old_end, hunk.new_end);
    }
    common(&layout, out, texts, (old, texts.old.len()), (new, texts.new.len()));
}

/// Lines that are equal or count as equal.
fn common(
    layout: &Layout<'_>,
    out: &mut Vec<u8>,
    texts: &Texts<'_>,
    (mut old, old_end): (usize, usize),
    (mut new, new_end): (usize, usize),
) {
    if layout.settings.no_common {
        return;
    }
    if !layout.settings.left_column {
        while old < old_end && new < new_end {
            layout.line(out, Some(texts.old.get(old)), b' ', Some(texts.new.get(new)));
            (old, new) = (old + 1, new + 1);
        }
        (new..new_end).for_each(|line| layout.line(out, None, b')', Some(texts.new.get(line))));
    }
    (old..old_end).for_each(|line| layout.line(out, Some(texts.old.get(line)), b'(', None));
}
