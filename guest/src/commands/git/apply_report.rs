//! What `git apply` says of patches: warnings about blanks, statistics.

use sparring_tree::diff::{FileStat, quote_path, write_shortstat};

use super::options::Parsed;
use super::patch::{FilePatch, PatchHunk};
use super::{Attempt, Git};

impl Git<'_, '_, '_> {
    /// Warnings about added lines that end in blanks.
    pub(super) fn warn_about_blanks(&mut self, patches: &[FilePatch], blanks: &mut Blanks<'_>) -> Attempt<()> {
        let lines = patches.iter().flat_map(|patch| &patch.hunks).flat_map(|hunk| &hunk.lines);
        for (_, line, number) in lines.filter(|(sign, ..)| *sign == b'+') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let indent = text.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(text.len());
            let is_mixed = memchr::memmem::find(text.get(..indent).unwrap_or_default(), b" \t").is_some();
            if text.last().is_some_and(u8::is_ascii_whitespace) {
                self.warn_about_line(blanks, *number, "trailing whitespace", text)?;
            } else if is_mixed {
                self.warn_about_line(blanks, *number, "space before tab in indent", text)?;
            }
        }
        Ok(())
    }

    /// The warning about a hunk at the end of a file that adds blank lines there.
    pub(super) fn warn_about_blank_end(&mut self, hunk: &PatchHunk, blanks: &mut Blanks<'_>) -> Attempt<()> {
        let mut first = None;
        for (sign, line, number) in &hunk.lines {
            let is_blank = line.trim_ascii().is_empty();
            match sign {
                b'+' if is_blank => first = first.or(Some(*number)),
                b' ' if is_blank => {}
                _ => first = None,
            }
        }
        match first {
            Some(number) => self.warn_about_line(blanks, number, "new blank line at EOF", b"+"),
            None => Ok(()),
        }
    }

    fn warn_about_line(&mut self, blanks: &mut Blanks<'_>, number: usize, what: &str, text: &[u8]) -> Attempt<()> {
        if !blanks.warns {
            return Ok(());
        }
        blanks.count += 1;
        if blanks.count > Blanks::SHOWN {
            return Ok(());
        }
        self.note_bytes(&[blanks.file, format!(":{number}: {what}.\n").as_bytes(), text])
    }

    /// How many warnings there were, once everything is applied.
    pub(super) fn sum_up_blanks(&mut self, blanks: &Blanks<'_>) -> Attempt<()> {
        if let Some(squelched) = blanks.count.checked_sub(Blanks::SHOWN + 1) {
            let plural = if squelched == 0 { "" } else { "s" };
            self.note(&format!("warning: squelched {} whitespace error{plural}", squelched + 1))?;
        }
        match blanks.count {
            0 => Ok(()),
            1 => self.note("warning: 1 line adds whitespace errors."),
            count => self.note(&format!("warning: {count} lines add whitespace errors.")),
        }
    }

    /// `--stat`, `--numstat` and `--summary`, from the patches alone.
    pub(super) fn summarise(&mut self, patches: &[FilePatch], parsed: &Parsed<'_>) -> Attempt<()> {
        let rows: Vec<Row> = patches.iter().map(Row::of).collect();
        let mut out = Vec::new();
        if parsed.has("stat") {
            write_stat(&mut out, &rows);
        }
        if parsed.has("numstat") {
            for row in &rows {
                let counts = if row.binary { "-\t-\t".to_owned() } else { format!("{}\t{}\t", row.added, row.deleted) };
                out.extend_from_slice(&[counts.as_bytes(), &row.name, b"\n"].concat());
            }
        }
        if parsed.has("summary") {
            for patch in patches {
                write_summary(&mut out, patch);
            }
        }
        self.out(&out)
    }
}

/// The warnings about blanks in one patch file.
pub(super) struct Blanks<'f> {
    /// The file's name.
    file: &'f [u8],
    warns: bool,
    count: usize,
}

impl<'f> Blanks<'f> {
    /// Warnings above this number are only counted.
    const SHOWN: usize = 5;

    /// None so far.
    pub(super) fn new(file: &'f [u8], warns: bool) -> Self {
        Self { file, warns, count: 0 }
    }
}

/// What a patch does to one file, in numbers.
struct Row {
    name: Vec<u8>,
    added: usize,
    deleted: usize,
    binary: bool,
}

impl Row {
    fn of(patch: &FilePatch) -> Self {
        let name = patch.new_name.as_ref().or(patch.old_name.as_ref()).cloned().unwrap_or_default();
        let count =
            |wanted: u8| patch.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|(sign, ..)| *sign == wanted).count();
        Self { name: quote_path(b"", &name), added: count(b'+'), deleted: count(b'-'), binary: patch.is_binary }
    }
}

/// The graph of `git apply --stat`, which has widths of its own.
fn write_stat(out: &mut Vec<u8>, rows: &[Row]) {
    const MOST_NAME: usize = 50;
    const MOST: usize = 70;
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).min(MOST_NAME);
    let most = rows.iter().map(|row| row.added + row.deleted).max().unwrap_or(0);
    let graph = if width + most > MOST { MOST - width } else { most };
    for row in rows {
        let mut name = row.name.clone();
        if name.len() > width {
            let start = name.len() + 3 - width;
            let tail = name.get(start..).unwrap_or_default();
            let tail = memchr::memchr(b'/', tail).map_or(tail, |at| tail.get(at..).unwrap_or_default());
            name = [b"...", tail].concat();
        }
        name.resize(name.len().max(width), b' ');
        out.extend_from_slice(&[b" ", &name[..], b" |"].concat());
        if row.binary {
            out.extend_from_slice(b"  Bin\n");
            continue;
        }
        let scale = |count: usize| (count * graph + most / 2).checked_div(most).unwrap_or(count);
        let total = scale(row.added + row.deleted);
        let added = scale(row.added);
        let signs = ["+".repeat(added), "-".repeat(total.saturating_sub(added))].concat();
        out.extend_from_slice(format!("{:>5} {signs}\n", row.added + row.deleted).as_bytes());
    }
    let stat = |row: &Row| FileStat { name: Vec::new(), added: row.added, deleted: row.deleted, binary: row.binary };
    write_shortstat(out, &rows.iter().map(stat).collect::<Vec<_>>());
}

fn write_summary(out: &mut Vec<u8>, patch: &FilePatch) {
    let name = |name: &Option<Vec<u8>>| name.clone().unwrap_or_default();
    let mut line = |words: String, name: &[u8]| out.extend_from_slice(&[words.as_bytes(), name, b"\n"].concat());
    let mode = |mode: Option<u32>| mode.unwrap_or(0);
    if patch.is_new {
        line(format!(" create mode {:06o} ", mode(patch.new_mode)), &name(&patch.new_name));
    } else if patch.is_deleted {
        line(format!(" delete mode {:06o} ", mode(patch.old_mode)), &name(&patch.old_name));
    } else if patch.is_rename || patch.is_copy {
        let verb = if patch.is_copy { "copy" } else { "rename" };
        let names = [&name(&patch.old_name)[..], b" => ", &name(&patch.new_name)].concat();
        line(format!(" {verb} "), &names);
    } else if let (Some(old), Some(new)) = (patch.old_mode, patch.new_mode)
        && old != new
    {
        line(format!(" mode change {old:06o} => {new:06o} "), &name(&patch.new_name));
    }
}
