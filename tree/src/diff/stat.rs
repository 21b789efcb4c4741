//! Summaries of changes: `--stat`, `--numstat`, `--shortstat`, `--name-only`, `--name-status` and
//! the `create mode` lines of a commit.

use super::object::is_binary;
use super::patch::{FileDiff, PatchOptions};
use super::quote::quote_path;
use super::{DiffOptions, changes};

/// How much of one file changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// The name to print: quoted where needed, a rename as `a/{b => c}/d`.
    pub name: Vec<u8>,
    /// Lines added; bytes of the new file when it is binary.
    pub added: usize,
    /// Lines deleted; bytes of the old file when it is binary.
    pub deleted: usize,
    /// Whether one of the sides is binary.
    pub binary: bool,
}

/// The widths of `--stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatOptions {
    /// Columns of the whole. Default 80.
    pub width: usize,
    /// Columns of the graph at most; 0 for no limit of its own. Default 0.
    pub graph_width: usize,
    /// Columns of the names at most; 0 for no limit of its own. Default 0.
    pub name_width: usize,
}

impl Default for StatOptions {
    fn default() -> Self {
        Self { width: 80, graph_width: 0, name_width: 0 }
    }
}

/// Counts the lines of one change. The context matters, since it can change the choice of lines
/// ([`DiffOptions::trim_tail`]).
pub fn file_stat(change: &FileDiff<'_>, options: &PatchOptions) -> FileStat {
    let old = change.old.map_or(&b""[..], |side| side.bytes);
    let new = change.new.map_or(&b""[..], |side| side.bytes);
    let name = print_name(change);
    if is_binary(old) || is_binary(new) {
        let (added, deleted) = if old == new { (0, 0) } else { (new.len(), old.len()) };
        return FileStat { name, added, deleted, binary: true };
    }
    let found = changes(old, new, &DiffOptions { whitespace: options.whitespace, trim_tail: options.context == 0 });
    let added = found.iter().map(|change| change.new_length).sum();
    let deleted = found.iter().map(|change| change.old_length).sum();
    FileStat { name, added, deleted, binary: false }
}

fn print_name(change: &FileDiff<'_>) -> Vec<u8> {
    let (old, new) = (change.old_path, change.new_path);
    if old == new {
        return quote_path(b"", new);
    }
    let (old_quoted, new_quoted) = (quote_path(b"", old), quote_path(b"", new));
    if old_quoted.first() == Some(&b'"') || new_quoted.first() == Some(&b'"') {
        return [&old_quoted[..], b" => ", &new_quoted].concat();
    }
    let same = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let prefix = old[..same].iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
    // The common end starts at a slash; it may share that slash with the common start.
    let room = old.len().min(new.len()) - prefix.saturating_sub(1);
    let same = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    let suffix = old[old.len() - same..].iter().position(|&byte| byte == b'/').map_or(0, |at| same - at);
    let middle = |path: &'_ [u8]| path[prefix..(path.len() - suffix).max(prefix)].to_vec();
    let (old_middle, new_middle) = (middle(old), middle(new));
    if prefix + suffix == 0 {
        return [&old_middle[..], b" => ", &new_middle].concat();
    }
    [&old[..prefix], b"{", &old_middle, b" => ", &new_middle, b"}", &old[old.len() - suffix..]].concat()
}

/// `--stat`: one line with a graph per file and the totals. Nothing without files.
pub fn write_stat(out: &mut Vec<u8>, stats: &[FileStat], options: &StatOptions) {
    if stats.is_empty() {
        return;
    }
    let widths = Widths::of(stats, options);
    for stat in stats {
        widths.write_line(out, stat);
    }
    write_shortstat(out, stats);
}

struct Widths {
    name: usize,
    number: usize,
    graph: usize,
    most_changes: usize,
}

impl Widths {
    /// Names get what they want unless the line would be too long; then the graph gives way down
    /// to three eighths of the width, and the names after that.
    fn of(stats: &[FileStat], options: &StatOptions) -> Self {
        let longest = stats.iter().map(|stat| columns(&stat.name)).max().unwrap_or(0);
        let most_changes =
            stats.iter().filter(|stat| !stat.binary).map(|stat| stat.added + stat.deleted).max().unwrap_or(0);
        let binary = stats.iter().filter(|stat| stat.binary);
        let binary_width = binary.map(|stat| 14 + digits(stat.added) + digits(stat.deleted)).max();
        let number = digits(most_changes).max(if binary_width.is_some() { 3 } else { 0 });
        let binary_width = binary_width.unwrap_or(0);
        let width = options.width.max(16 + 6 + number);
        let capped = |wanted: usize, cap: usize| if cap > 0 { wanted.min(cap) } else { wanted };
        let wanted = if most_changes + 4 > binary_width { most_changes } else { binary_width - 4 };
        let mut graph = capped(wanted, options.graph_width);
        let mut name = capped(longest, options.name_width);
        if name + number + 6 + graph > width {
            let share = (width * 3 / 8).saturating_sub(number + 6);
            if graph > share {
                graph = share.max(6);
            }
            graph = capped(graph, options.graph_width);
            let rest = width.saturating_sub(number + 6 + graph);
            if name > rest {
                name = rest;
            } else {
                graph = width - number - 6 - name;
            }
        }
        Self { name, number, graph, most_changes }
    }

    fn write_line(&self, out: &mut Vec<u8>, stat: &FileStat) {
        let mut name = &stat.name[..];
        let mut room = self.name;
        let mut prefix = "";
        if columns(name) > room {
            prefix = "...";
            room = room.saturating_sub(3);
            name = &name[leading(name, columns(name) - room)..];
            if let Some(slash) = memchr::memchr(b'/', name) {
                name = &name[slash..];
            }
        }
        out.push(b' ');
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(name);
        out.resize(out.len() + room.saturating_sub(columns(name)), b' ');
        if stat.binary {
            out.extend_from_slice(format!(" | {:>1$}", "Bin", self.number).as_bytes());
            if stat.added + stat.deleted > 0 {
                out.extend_from_slice(format!(" {} -> {} bytes", stat.deleted, stat.added).as_bytes());
            }
            out.push(b'\n');
            return;
        }
        let total = stat.added + stat.deleted;
        out.extend_from_slice(format!(" | {total:>0$}", self.number).as_bytes());
        if total > 0 {
            out.push(b' ');
        }
        let (added, deleted) = self.scale(stat.added, stat.deleted);
        out.resize(out.len() + added, b'+');
        out.resize(out.len() + deleted, b'-');
        out.push(b'\n');
    }

    fn scale(&self, added: usize, deleted: usize) -> (usize, usize) {
        if self.graph > self.most_changes {
            return (added, deleted);
        }
        // One column less and one more at the end, so that every change shows.
        let linear = |count: usize| match count {
            0 => 0,
            _ => 1 + count * (self.graph - 1) / self.most_changes,
        };
        let mut total = linear(added + deleted);
        if total < 2 && added > 0 && deleted > 0 {
            total = 2;
        }
        if added < deleted {
            let added = linear(added);
            (added, total - added)
        } else {
            let deleted = linear(deleted);
            (total - deleted, deleted)
        }
    }
}

fn digits(number: usize) -> usize {
    number.checked_ilog10().unwrap_or(0) as usize + 1
}

/// Columns of a name that quoting has left in ASCII.
fn columns(name: &[u8]) -> usize {
    name.len()
}

fn leading(name: &[u8], columns: usize) -> usize {
    columns.min(name.len())
}

/// `--shortstat`: the totals.
pub fn write_shortstat(out: &mut Vec<u8>, stats: &[FileStat]) {
    if stats.is_empty() {
        return;
    }
    let added: usize = stats.iter().filter(|stat| !stat.binary).map(|stat| stat.added).sum();
    let deleted: usize = stats.iter().filter(|stat| !stat.binary).map(|stat| stat.deleted).sum();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let mut text = format!(" {} file{} changed", stats.len(), plural(stats.len()));
    if added > 0 || deleted == 0 {
        text.push_str(&format!(", {added} insertion{}(+)", plural(added)));
    }
    if deleted > 0 || added == 0 {
        text.push_str(&format!(", {deleted} deletion{}(-)", plural(deleted)));
    }
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
}

/// `--numstat`: counts and names with tabs between; `-` for binary files.
pub fn write_numstat(out: &mut Vec<u8>, stats: &[FileStat]) {
    for stat in stats {
        let counts = if stat.binary { "-\t-\t".to_owned() } else { format!("{}\t{}\t", stat.added, stat.deleted) };
        out.extend_from_slice(counts.as_bytes());
        out.extend_from_slice(&stat.name);
        out.push(b'\n');
    }
}

/// `--name-only`: the new name, or the old one of a deleted file.
pub fn write_name_only(out: &mut Vec<u8>, change: &FileDiff<'_>) {
    out.extend_from_slice(&quote_path(b"", change.new_path));
    out.push(b'\n');
}

/// `--name-status`: a letter and the names.
pub fn write_name_status(out: &mut Vec<u8>, change: &FileDiff<'_>) {
    match change.rename_score {
        Some(score) => {
            out.extend_from_slice(format!("R{:03}\t", score / 600).as_bytes());
            out.extend_from_slice(&quote_path(b"", change.old_path));
        }
        None => out.push(status_letter(change)),
    }
    out.push(b'\t');
    out.extend_from_slice(&quote_path(b"", change.new_path));
    out.push(b'\n');
}

/// The letter of a change: `A`, `D`, `M`, `T` (a file became a link or the reverse), `R`.
pub fn status_letter(change: &FileDiff<'_>) -> u8 {
    match (change.old, change.new) {
        _ if change.rename_score.is_some() => b'R',
        (None, _) => b'A',
        (_, None) => b'D',
        _ if change.changes_kind() => b'T',
        _ => b'M',
    }
}

/// `--summary`: creations, deletions, renames and mode changes.
pub fn write_summary(out: &mut Vec<u8>, change: &FileDiff<'_>) {
    let mut line = |words: String, name: &[u8]| {
        out.extend_from_slice(words.as_bytes());
        out.extend_from_slice(name);
        out.push(b'\n');
    };
    let name = quote_path(b"", change.new_path);
    match (change.old, change.new) {
        (None, Some(new)) => line(format!(" create mode {} ", new.git_mode()), &name),
        (Some(old), None) => line(format!(" delete mode {} ", old.git_mode()), &name),
        (Some(old), Some(new)) => {
            if let Some(score) = change.rename_score {
                line(
                    " rename ".to_owned(),
                    &[&print_name(change), &format!(" ({}%)", score / 600).into_bytes()[..]].concat(),
                );
            }
            if old.git_mode() != new.git_mode() {
                let shown = if change.rename_score.is_some() { b"".to_vec() } else { [b" ", &name[..]].concat() };
                line(format!(" mode change {} => {}", old.git_mode(), new.git_mode()), &shown);
            }
        }
        (None, None) => {}
    }
}
