//! The layouts without details: one name per line, columns, commas.

use super::entry::Entry;
use super::name;
use super::settings::Settings;

/// Widths of what stands before names: inode numbers and blocks.
struct Before {
    inode: usize,
    blocks: usize,
}

impl Before {
    fn of(entries: &[Entry], settings: &Settings) -> Self {
        let widest = |text: &dyn Fn(&Entry) -> String| entries.iter().map(|entry| text(entry).len()).max().unwrap_or(0);
        Self {
            inode: if settings.shows_inode { widest(&|entry| entry.inode.to_string()) } else { 0 },
            blocks: if settings.shows_blocks { widest(&|entry| settings.blocks(entry.usage)) } else { 0 },
        }
    }

    fn print(&self, entry: &Entry, settings: &Settings, out: &mut Vec<u8>) {
        if settings.shows_inode {
            out.extend_from_slice(format!("{:>width$} ", entry.inode, width = self.inode).as_bytes());
        }
        if settings.shows_blocks {
            out.extend_from_slice(format!("{:>width$} ", settings.blocks(entry.usage), width = self.blocks).as_bytes());
        }
    }

    fn width(&self) -> usize {
        let with_space = |width: usize| if width == 0 { 0 } else { width + 1 };
        with_space(self.inode) + with_space(self.blocks)
    }
}

pub(super) fn one_per_line(entries: &[Entry], settings: &Settings) -> Vec<u8> {
    let before = Before::of(entries, settings);
    let mut out = Vec::new();
    for entry in entries {
        before.print(entry, settings, &mut out);
        name::print(entry, settings, false, true, &mut out);
        out.push(settings.end);
    }
    out
}

pub(super) fn commas(entries: &[Entry], settings: &Settings) -> Vec<u8> {
    let narrow = Before { inode: 0, blocks: 0 };
    let mut out = Vec::new();
    let mut position = 0;
    for (at, entry) in entries.iter().enumerate() {
        let mut shown = Vec::new();
        narrow.print(entry, settings, &mut shown);
        name::print(entry, settings, false, true, &mut shown);
        let length = crate::commands::width::of_text(&shown);
        if at > 0 {
            if position + length + 2 < settings.width {
                out.extend_from_slice(b", ");
                position += 2;
            } else {
                out.extend_from_slice(b",\n");
                position = 0;
            }
        }
        out.extend_from_slice(&shown);
        position += length;
    }
    if !entries.is_empty() {
        out.push(settings.end);
    }
    out
}

/// Columns, filled downwards or across: as many as fit, each as wide as its widest name.
pub(super) fn table(entries: &[Entry], settings: &Settings, is_down: bool) -> Vec<u8> {
    const NARROWEST: usize = 3;
    const TAB: usize = 8;
    if entries.is_empty() {
        return Vec::new();
    }
    let before = Before::of(entries, settings);
    let sets_in = name::any_quoted(entries, settings);
    let lengths: Vec<usize> = entries
        .iter()
        .map(|entry| {
            let is_plain = name::quoted(&entry.name, settings) == entry.name;
            before.width() + name::width(entry, settings) + usize::from(sets_in && is_plain)
        })
        .collect();
    let count = entries.len();
    let most = (settings.width / NARROWEST).clamp(1, count);
    let widths_of = |columns: usize| -> Vec<usize> {
        let rows = count.div_ceil(columns);
        let mut widths = vec![NARROWEST; columns];
        for (at, length) in lengths.iter().enumerate() {
            let column = if is_down { at / rows } else { at % columns };
            let gap = if column + 1 == columns { 0 } else { 2 };
            if let Some(width) = widths.get_mut(column) {
                *width = (*width).max(length + gap);
            }
        }
        widths
    };
    let widths = (1..=most)
        .rev()
        .map(widths_of)
        .find(|widths| widths.iter().sum::<usize>() < settings.width)
        .unwrap_or_else(|| widths_of(1));
    let columns = widths.len();
    let rows = count.div_ceil(columns);
    let mut out = Vec::new();
    for row in 0..rows {
        let mut position = 0;
        for (column, width) in widths.iter().enumerate() {
            let at = if is_down { column * rows + row } else { row * columns + column };
            let Some(entry) = entries.get(at) else { break };
            before.print(entry, settings, &mut out);
            name::print(entry, settings, sets_in, true, &mut out);
            let next = if is_down { at + rows } else { at + 1 };
            let is_last = next >= count || column + 1 == columns;
            if is_last {
                break;
            }
            let (mut from, to) = (position + lengths.get(at).copied().unwrap_or(0), position + width);
            while from < to {
                if to / TAB > (from + 1) / TAB {
                    out.push(b'\t');
                    from += TAB - from % TAB;
                } else {
                    out.push(b' ');
                    from += 1;
                }
            }
            position += width;
        }
        out.push(settings.end);
    }
    out
}
