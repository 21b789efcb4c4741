//! `column` as in util-linux 2.38: lists in columns, and tables.

mod table;

use super::common::{Fault, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, width};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `column`.
pub(super) const COLUMN: Command =
    Command { name: "column", summary: "Put lists into columns (util-linux 2.38).", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "c:dE:eH:hi:JLl:N:n:O:o:p:R:r:s:T:tVW:x",
    long: &[
        Long::flag("fillrows", "x"),
        Long::flag("help", "help"),
        Long::flag("json", "J"),
        Long::flag("keep-empty-lines", "L"),
        Long::value("output-separator", "o"),
        Long::value("output-width", "c"),
        Long::value("separator", "s"),
        Long::flag("table", "t"),
        Long::value("table-columns", "N"),
        Long::value("table-columns-limit", "l"),
        Long::flag("table-header-repeat", "e"),
        Long::value("table-hide", "H"),
        Long::value("table-name", "n"),
        Long::value("table-noextreme", "E"),
        Long::flag("table-noheadings", "d"),
        Long::value("table-order", "O"),
        Long::value("table-right", "R"),
        Long::value("table-truncate", "T"),
        Long::value("table-wrap", "W"),
        Long::value("tree", "r"),
        Long::value("tree-id", "i"),
        Long::value("tree-parent", "p"),
        Long::flag("version", "version"),
    ],
};

/// The columns when the output is no terminal.
const WIDTH: usize = 80;
/// The distance of tab stops.
const TAB: usize = 8;

#[derive(Default)]
struct Settings {
    width: Option<usize>,
    is_table: bool,
    by_rows: bool,
    is_json: bool,
    keeps_empty: bool,
    hides_header: bool,
    limit: usize,
    /// `None`: any number of blanks.
    separators: Option<Vec<u8>>,
    output_separator: Option<Vec<u8>>,
    names: Option<Vec<Vec<u8>>>,
    name: Option<Vec<u8>>,
    order: Option<Vec<u8>>,
    right: Option<Vec<u8>>,
    hidden: Option<Vec<u8>>,
    /// Columns that may be cut or wrapped, which is done where a table is wider than the terminal.
    flexible: Vec<Vec<u8>>,
    has_uneven: bool,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let operands = or_status!(context.options(TABLE, 1, |given| settings.take(given.name, given.text()))?);
    let is_table = settings.is_table || settings.is_json;
    let has_table_option = settings.order.is_some()
        || settings.name.is_some()
        || settings.hidden.is_some()
        || settings.right.is_some()
        || settings.names.is_some()
        || settings.has_uneven
        || !settings.flexible.is_empty();
    if !is_table && has_table_option {
        return context.fail(Fault::Message(b"option --table required for all --table-*".to_vec()), 1);
    }
    if settings.is_json && settings.names.is_none() {
        let message = b"option --table-columns required for --json".to_vec();
        return context.fail(Fault::Message(message), 1);
    }
    let mut missing = 0;
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for name in if operands.is_empty() { vec![&b"-"[..]] } else { operands.clone() } {
        let text = match context.open(name)? {
            // Only without operands is it standard input.
            Ok(_) if name == b"-" && !operands.is_empty() => Err(FileError::NotFound),
            other => other,
        };
        match text {
            Ok(text) => {
                lines.extend(settings.lines(&text));
                if let Some(message) = settings.unnamed(&lines) {
                    return context.fail(Fault::Message(message), 1);
                }
            }
            Err(FileError::IsADirectory) => {
                return context.fail(Fault::Message(b"read failed: Is a directory".to_vec()), 1);
            }
            Err(error) => {
                context.complain_about(b"", name, error)?;
                missing += 1;
            }
        }
    }
    let columns = settings.width.or(context.columns().map(usize::from)).unwrap_or(WIDTH);
    let shown = if is_table { settings.table(&lines, columns) } else { Ok(settings.list(&lines, columns)) };
    match shown {
        Ok(out) => context.out(&out)?,
        Err(message) => return context.fail(Fault::Message(message), 1),
    }
    Ok(match lines.as_slice() {
        // Nothing to show: the status counts the missing files.
        [] if !is_table => missing,
        [] => missing.min(1),
        // A table that was printed is a success whatever was missing; one without columns is none.
        lines if is_table => u8::from(settings.names.is_none() && lines.iter().all(|line| is_blank(line))),
        _ => missing.min(1),
    })
}

impl Settings {
    fn take(&mut self, name: &str, text: &[u8]) -> Result<(), Fault> {
        let number = |what: &str| {
            let parsed = std::str::from_utf8(text).ok().and_then(|text| text.trim_start().parse::<u32>().ok());
            parsed
                .map(|number| number as usize)
                .ok_or_else(|| Fault::Message([b"invalid ", what.as_bytes(), b" argument: '", text, b"'"].concat()))
        };
        match name {
            "c" => self.width = Some(number("columns")?),
            "d" => self.hides_header = true,
            "E" => self.has_uneven = true,
            "H" => self.hidden = Some(text.to_vec()),
            "J" => self.is_json = true,
            "L" => self.keeps_empty = true,
            "l" => self.limit = number("columns limit")?,
            "N" => self.names = Some(list(text)),
            "n" => self.name = Some(text.to_vec()),
            "O" => self.order = Some(text.to_vec()),
            "o" => self.output_separator = Some(text.to_vec()),
            "R" => self.right = Some(text.to_vec()),
            "s" => self.separators = Some(text.to_vec()),
            "t" => self.is_table = true,
            "T" | "W" => self.flexible.push(text.to_vec()),
            "x" => self.by_rows = true,
            "r" | "i" | "p" => return Err(Fault::Message(b"trees are not simulated".to_vec())),
            _ => {}
        }
        for (set, long) in [(self.is_json, "--json"), (self.is_table, "--table")] {
            if self.by_rows && set {
                return Err(Fault::Message(format!("mutually exclusive arguments: {long} --fillrows").into_bytes()));
            }
        }
        Ok(())
    }

    /// The lines that count, without their ends.
    fn lines(&self, text: &[u8]) -> Vec<Vec<u8>> {
        super::common::lines(text, b'\n')
            .map(|line| {
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                line.split(|byte| *byte == 0).next().unwrap_or_default()
            })
            .filter(|line| self.keeps_empty || !is_blank(line))
            .map(|line| if is_blank(line) { Vec::new() } else { readable(line) })
            .collect()
    }

    /// A list, column by column or row by row, with tabs between.
    fn list(&self, lines: &[Vec<u8>], columns: usize) -> Vec<u8> {
        let longest = lines.iter().map(|line| columns_of(line)).max().unwrap_or(0);
        let mut out = Vec::new();
        if longest >= columns {
            lines.iter().for_each(|line| out.extend_from_slice(&[line, &b"\n"[..]].concat()));
            return out;
        }
        let step = (longest + TAB) / TAB * TAB;
        // Row by row, entries wider than the output make one endless row.
        let across = match columns / step {
            0 if self.by_rows => lines.len(),
            across => across,
        };
        let across = across.max(1);
        let rows: Vec<Vec<&Vec<u8>>> = if self.by_rows {
            lines.chunks(across).map(|row| row.iter().collect()).collect()
        } else {
            let down = lines.len().div_ceil(across);
            (0..down).map(|row| lines.iter().skip(row).step_by(down).take(across).collect()).collect()
        };
        for (at, row) in rows.iter().enumerate() {
            let mut column = 0;
            for (place, line) in row.iter().enumerate() {
                out.extend_from_slice(line);
                column += columns_of(line);
                while place + 1 < row.len() && (column + TAB) / TAB * TAB <= (place + 1) * step {
                    out.push(b'\t');
                    column = (column + TAB) / TAB * TAB;
                }
            }
            // Row by row, a last row of nothing is not ended.
            if !self.by_rows || column > 0 || at + 1 < rows.len() {
                out.push(b'\n');
            }
        }
        out
    }
}

fn list(text: &[u8]) -> Vec<Vec<u8>> {
    text.split(|byte| *byte == b',').filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect()
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b'\t'..=b'\r' | b' '))
}

/// A line with what is no text as `\xff`.
fn readable(line: &[u8]) -> Vec<u8> {
    if std::str::from_utf8(line).is_ok() {
        return line.to_vec();
    }
    let mut text = Vec::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        text.extend_from_slice(&chunk.valid().replace("\\x", "\\x5cx").into_bytes());
        for byte in chunk.invalid() {
            text.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
        }
    }
    text
}

fn columns_of(text: &[u8]) -> usize {
    text.utf8_chunks().map(|chunk| chunk.valid().chars().map(width::of).sum::<usize>()).sum()
}
