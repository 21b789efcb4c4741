//! `cat` as in GNU coreutils 9.1.

use super::common::{HELP, VERSION, or_standard_input, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;

/// `cat`.
pub(super) const CAT: Command =
    Command { name: "cat", summary: "Print files, as GNU coreutils 9.1 does.", buffering: Buffering::Direct, run };

const TABLE: OptionTable = OptionTable {
    short: "benstuvAET",
    long: &[
        Long::flag("number-nonblank", "b"),
        Long::flag("number", "n"),
        Long::flag("squeeze-blank", "s"),
        Long::flag("show-nonprinting", "v"),
        Long::flag("show-ends", "E"),
        Long::flag("show-tabs", "T"),
        Long::flag("show-all", "A"),
        HELP,
        VERSION,
    ],
};

#[derive(Default)]
struct Settings {
    numbers: bool,
    numbers_nonblank: bool,
    squeezes: bool,
    shows_nonprinting: bool,
    shows_ends: bool,
    shows_tabs: bool,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "b" => (settings.numbers, settings.numbers_nonblank) = (true, true),
            "n" => settings.numbers = true,
            "s" => settings.squeezes = true,
            "v" => settings.shows_nonprinting = true,
            "E" => settings.shows_ends = true,
            "T" => settings.shows_tabs = true,
            "e" => (settings.shows_nonprinting, settings.shows_ends) = (true, true),
            "t" => (settings.shows_nonprinting, settings.shows_tabs) = (true, true),
            "A" => {
                (settings.shows_nonprinting, settings.shows_ends, settings.shows_tabs) = (true, true, true);
            }
            _ => {}
        }
        Ok(())
    })?);
    let shows = settings.shows_nonprinting || settings.shows_ends || settings.shows_tabs;
    let is_plain = !(shows || settings.numbers || settings.squeezes);
    let mut status = 0;
    let mut printer = Printer { settings, line: 0, newlines: 0, out: Vec::new() };
    for name in or_standard_input(operands) {
        let Some(bytes) = context.open_or_complain(name)? else {
            status = 1;
            continue;
        };
        if is_plain {
            context.out(&bytes)?;
            continue;
        }
        printer.print(&bytes);
        context.out(&std::mem::take(&mut printer.out))?;
    }
    Ok(status)
}

/// Numbers go on from file to file, and so does the count of empty lines.
struct Printer {
    settings: Settings,
    line: u64,
    /// Newlines in a row: 0 inside a line, 1 after a line, 2 and more after empty lines. Minus one,
    /// as the first line has none before it.
    newlines: i64,
    out: Vec<u8>,
}

impl Printer {
    fn print(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        let mut is_inside = self.newlines < 0;
        while let Some(&first) = rest.first() {
            if !is_inside {
                if first == b'\n' {
                    self.newlines += 1;
                    rest = rest.get(1..).unwrap_or_default();
                    if self.settings.squeezes && self.newlines > 1 {
                        continue;
                    }
                    if self.settings.numbers && !self.settings.numbers_nonblank {
                        self.number();
                    }
                    self.end_line();
                    continue;
                }
                self.newlines = 0;
                if self.settings.numbers {
                    self.number();
                }
            }
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let (text, after) = rest.split_at(length);
            self.text(text, after.is_empty());
            is_inside = after.is_empty();
            if !is_inside {
                self.end_line();
            }
            rest = after.get(1..).unwrap_or_default();
        }
        self.newlines = if is_inside && !bytes.is_empty() { -1 } else { self.newlines };
    }

    fn number(&mut self) {
        self.line += 1;
        self.out.extend_from_slice(format!("{:6}\t", self.line).as_bytes());
    }

    fn end_line(&mut self) {
        if self.settings.shows_ends {
            self.out.push(b'$');
        }
        self.out.push(b'\n');
    }

    fn text(&mut self, text: &[u8], is_last: bool) {
        // `-E` shows the carriage return of a line's end as well, and only there.
        let (text, ends_in_return) = match text.strip_suffix(b"\r") {
            Some(before) if self.settings.shows_ends && !self.settings.shows_nonprinting && !is_last => (before, true),
            _ => (text, false),
        };
        if !self.settings.shows_nonprinting && !self.settings.shows_tabs {
            self.out.extend_from_slice(text);
        } else {
            for &byte in text {
                match byte {
                    b'\t' if self.settings.shows_tabs => self.out.extend_from_slice(b"^I"),
                    b'\t' => self.out.push(byte),
                    _ if self.settings.shows_nonprinting => visible(byte, &mut self.out),
                    _ => self.out.push(byte),
                }
            }
        }
        if ends_in_return {
            self.out.extend_from_slice(b"^M");
        }
    }
}

/// `^X` for control characters, `M-` before bytes of 128 and more.
fn visible(byte: u8, out: &mut Vec<u8>) {
    let low = byte & 0x7f;
    if byte >= 128 {
        out.extend_from_slice(b"M-");
    }
    match low {
        0..32 => out.extend_from_slice(&[b'^', low + 64]),
        127 => out.extend_from_slice(b"^?"),
        _ => out.push(low),
    }
}
