//! Searches one buffer: selects lines, counts them, gives them context.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use super::print::{Line, Printer, Role};
use super::settings::{Binary, ListFiles, Settings};
use crate::budget::{Budget, Stoppable};
use crate::commands::Sink;
use crate::matching::Pattern;

/// How much of a file grep reads at once: a NUL byte makes a file binary from the read that
/// brings it.
const READ: usize = 96 << 10;

/// Searches one buffer after the other.
pub(super) struct Searcher<'s> {
    settings: &'s Settings,
    pattern: &'s Pattern,
    budget: &'s Budget,
    /// What was printed so far.
    pub(super) sink: &'s mut Sink,
    /// A line was selected before, in whichever file.
    printed_group: bool,
}

impl<'s> Searcher<'s> {
    pub(super) fn new(settings: &'s Settings, pattern: &'s Pattern, budget: &'s Budget, sink: &'s mut Sink) -> Self {
        Self { settings, pattern, budget, sink, printed_group: false }
    }

    /// The budget that searches are charged to.
    pub(super) fn budget(&self) -> &'s Budget {
        self.budget
    }

    /// Searches a file's bytes; returns how many lines were selected. `size` is the size that the
    /// system gives for the file; a pipe has the largest one.
    pub(super) fn search(&mut self, name: &[u8], bytes: &[u8], with_name: bool, size: u64) -> Stoppable<u64> {
        let settings = self.settings;
        let nul = match (settings.end_of_line, settings.binary) {
            (b'\n', Binary::Report | Binary::WithoutMatch) => memchr(0, bytes),
            _ => None,
        };
        let text = nul.map_or(bytes, |nul| bytes.get(..text_before(bytes, nul)).unwrap_or(bytes));
        let mut file = File {
            printer: Printer::new(settings, self.pattern, name, with_name, size),
            quiet: settings.prints_no_lines(),
            stops_at_first: settings.stops_at_first(),
            left: settings.max_count,
            selected: 0,
            selected_before: 0,
            pending: 0,
            printed_to: None,
        };
        self.search_text(&mut file, text)?;
        let mut is_binary = file.printer.met_bad_text;
        if nul.is_some() && file.goes_on() {
            if settings.binary == Binary::WithoutMatch {
                return Ok(0);
            }
            file.quiet = true;
            file.stops_at_first |= !settings.count;
            file.selected_before = file.selected;
            let rest = bytes.get(text.len()..).unwrap_or_default();
            // The lines of a binary file end at NUL bytes too.
            let rest: Cow<'_, [u8]> = rest.iter().map(|&byte| if byte == 0 { b'\n' } else { byte }).collect();
            self.search_text(&mut file, &rest)?;
            is_binary |= file.selected > file.selected_before;
        }
        if is_binary && settings.binary == Binary::Report && !settings.prints_no_lines() {
            self.sink.complain([name, b": binary file matches"].concat());
        }
        Ok(file.selected)
    }

    /// Prints what is said about a file as a whole.
    pub(super) fn finish_file(&mut self, name: &[u8], selected: u64, with_name: bool) {
        let settings = self.settings;
        let mut printer = Printer::new(settings, self.pattern, name, with_name, 0);
        if settings.quiet {
            return;
        }
        match settings.list {
            ListFiles::No if settings.count => printer.count(selected, &mut self.sink.out),
            ListFiles::Matching if selected > 0 => printer.name_alone(&mut self.sink.out),
            ListFiles::NotMatching if selected == 0 => printer.name_alone(&mut self.sink.out),
            _ => {}
        }
    }

    fn search_text(&mut self, file: &mut File<'_>, text: &[u8]) -> Stoppable<()> {
        let mut lines = self.pattern.matching_lines(text);
        if !self.settings.invert {
            while file.goes_on()
                && let Some(line) = lines.next_line(self.budget)?
            {
                self.select(file, text, line.start, (line.end + 1).min(text.len()))?;
            }
        } else {
            let mut at = 0;
            while file.goes_on() && at < text.len() {
                let (end, next) = match lines.next_line(self.budget)? {
                    Some(line) => (line.start, (line.end + 1).min(text.len())),
                    None => (text.len(), text.len()),
                };
                if at < end {
                    self.select(file, text, at, end)?;
                }
                at = at.max(next);
            }
        }
        self.print_pending(file, text, text.len())?;
        file.printed_to = None;
        Ok(())
    }

    /// Takes selected lines that follow each other, the end of the last one included: one line, or
    /// with `-v` all up to the next line that matches.
    fn select(&mut self, file: &mut File<'_>, text: &[u8], start: usize, end: usize) -> Stoppable<()> {
        let printed_group = std::mem::replace(&mut self.printed_group, true);
        if !file.quiet {
            self.print_pending(file, text, start)?;
            self.print_before(file, text, start, printed_group)?;
        }
        let mut from = start;
        while file.goes_on() && from < end {
            let next = if self.settings.invert { line_end(text, from, self.settings.end_of_line) } else { end };
            file.selected += 1;
            file.left -= 1;
            if !file.quiet {
                self.print(file, text, from, next, Role::Selected)?;
                file.pending = self.settings.after.unwrap_or(0);
            }
            from = next;
        }
        Ok(())
    }

    /// Prints the leading context of a selected line, and what separates it from the group before.
    fn print_before(&mut self, file: &mut File<'_>, text: &[u8], start: usize, printed_group: bool) -> Stoppable<()> {
        let settings = self.settings;
        let floor = file.printed_to.unwrap_or(0);
        let mut from = start;
        for _ in 0..settings.before.unwrap_or(0) {
            if from <= floor {
                break;
            }
            from = line_start(text, from - 1, settings.end_of_line);
        }
        let has_context = settings.before.is_some() || settings.after.is_some();
        if has_context && printed_group && file.printed_to != Some(from) {
            file.printer.separator(&mut self.sink.out);
        }
        while from < start {
            let next = line_end(text, from, settings.end_of_line);
            self.print(file, text, from, next, Role::Context)?;
            from = next;
        }
        Ok(())
    }

    /// Prints the trailing context that is still due, up to `end`. A line that is no text stays
    /// the next one to print, so that it uses up what is due.
    fn print_pending(&mut self, file: &mut File<'_>, text: &[u8], end: usize) -> Stoppable<()> {
        if file.pending == 0 {
            return Ok(());
        }
        let mut from = *file.printed_to.get_or_insert(0);
        while file.pending > 0 && from < end {
            let next = line_end(text, from, self.settings.end_of_line);
            let role = if self.is_late_match(file, text, from, next)? { Role::Selected } else { Role::Context };
            self.print(file, text, from, next, role)?;
            file.pending -= 1;
            from = file.printed_to.unwrap_or(from);
        }
        Ok(())
    }

    fn is_late_match(&self, file: &File<'_>, text: &[u8], start: usize, end: usize) -> Stoppable<bool> {
        if !self.settings.marks_late_matches || file.left > 0 {
            return Ok(false);
        }
        let line = text.get(start..end).unwrap_or_default();
        let line = line.strip_suffix(&[self.settings.end_of_line]).unwrap_or(line);
        Ok(self.pattern.is_match(line, self.budget)? != self.settings.invert)
    }

    /// Prints a line; one that is no text does not count as printed.
    fn print(&mut self, file: &mut File<'_>, text: &[u8], start: usize, end: usize, role: Role) -> Stoppable<()> {
        let line = text.get(start..end).unwrap_or_default();
        let line = line.strip_suffix(&[self.settings.end_of_line]).unwrap_or(line);
        if file.printer.line(Line { buffer: text, start, text: line }, role, self.budget, &mut self.sink.out)? {
            file.printed_to = Some(end);
        }
        Ok(())
    }
}

/// One file while it is searched.
struct File<'f> {
    printer: Printer<'f>,
    quiet: bool,
    stops_at_first: bool,
    /// Lines that may still be selected.
    left: u64,
    selected: u64,
    /// Lines that were selected before the file turned out to be binary.
    selected_before: u64,
    /// Lines of trailing context that are due.
    pending: u64,
    /// Where the last line that was printed ends.
    printed_to: Option<usize>,
}

impl File<'_> {
    fn goes_on(&self) -> bool {
        self.left > 0 && !(self.stops_at_first && self.selected > self.selected_before)
    }
}

/// How many bytes before the NUL byte at `nul` are searched as text: whole lines that came with
/// earlier reads.
fn text_before(bytes: &[u8], nul: usize) -> usize {
    let read_before = nul / READ * READ;
    bytes.get(..read_before).and_then(|text| memrchr(b'\n', text)).map_or(0, |end| end + 1)
}

/// The start of the line whose last byte (its terminator) is at `last`.
fn line_start(text: &[u8], last: usize, end_of_line: u8) -> usize {
    text.get(..last).and_then(|before| memrchr(end_of_line, before)).map_or(0, |end| end + 1)
}

/// Where the line that starts at `start` ends, its terminator included.
fn line_end(text: &[u8], start: usize, end_of_line: u8) -> usize {
    text.get(start..).and_then(|rest| memchr(end_of_line, rest)).map_or(text.len(), |at| start + at + 1)
}
