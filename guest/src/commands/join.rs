//! `join` as in GNU coreutils 9.1: lines of two sorted files that share a field.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::common::{Fault, HELP, VERSION, lines, number, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `join`.
pub(super) const JOIN: Command =
    Command { name: "join", summary: "Join lines of two sorted files on a field.", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "a:e:i1:2:j:o:t:v:z",
    long: &[
        Long::flag("ignore-case", "i"),
        Long::flag("check-order", "check-order"),
        Long::flag("nocheck-order", "nocheck-order"),
        Long::flag("zero-terminated", "z"),
        Long::flag("header", "header"),
        HELP,
        VERSION,
    ],
};

/// A line of one file and its fields.
struct Row<'t> {
    line: &'t [u8],
    fields: Vec<&'t [u8]>,
}

/// What a piece of an output line is.
#[derive(Clone, Copy)]
enum Piece {
    Key,
    /// A field of the first (0) or second (1) file.
    Field(usize, usize),
}

#[derive(Default)]
struct Settings {
    keys: [Option<usize>; 2],
    shows_unpaired: [bool; 2],
    hides_pairs: bool,
    filler: Option<Vec<u8>>,
    separator: Option<u8>,
    pieces: Vec<Piece>,
    is_automatic: bool,
    ignores_case: bool,
    has_header: bool,
    /// `None`: only once a line found no partner.
    checks: Option<bool>,
    ends_with_nul: bool,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let operands = or_status!(context.options(TABLE, 1, |given| settings.take(given.name, given.text()))?);
    let (first, second) = match operands.as_slice() {
        [] => return context.fail(Fault::Usage(b"missing operand".to_vec()), 1),
        [only] => return context.fail(Fault::usage_about("missing operand after", only), 1),
        [first, second] => (*first, *second),
        [_, _, extra, ..] => {
            return context.fail(Fault::Usage([&b"extra operand "[..], &quote::always(extra)].concat()), 1);
        }
    };
    if first == b"-" && second == b"-" {
        // The original prints what an unrelated call left in errno.
        context.complain(b"both files cannot be standard input: No such file or directory")?;
        return Ok(1);
    }
    let mut texts: [Cow<'_, [u8]>; 2] = [Cow::Borrowed(b""), Cow::Borrowed(b"")];
    let mut is_directory = false;
    for (text, name) in texts.iter_mut().zip([first, second]) {
        match context.open(name)? {
            Ok(bytes) => *text = bytes,
            Err(FileError::IsADirectory) => is_directory = true,
            Err(error) => {
                context.complain_about(b"", &quote::file_in_message(name), error)?;
                return Ok(1);
            }
        }
    }
    if is_directory {
        context.complain(b"read error: Is a directory")?;
        return Ok(1);
    }
    let rows = [settings.rows(&texts[0]), settings.rows(&texts[1])];
    let automatic = [0, 1].map(|file| {
        let first = rows.get(file).and_then(|rows| rows.first());
        first.filter(|_| settings.is_automatic).map(|row| row.fields.len())
    });
    let join = Join {
        settings,
        names: [first, second],
        rows,
        automatic,
        next: [0, 0],
        warned: [false, false],
        has_unpaired: false,
        unchecked: [0, 0],
    };
    join.run(context)
}

impl Settings {
    fn take(&mut self, name: &str, text: &[u8]) -> Result<(), Fault> {
        match name {
            "a" | "v" => {
                let file = match number(text, "") {
                    Ok(file @ (1 | 2)) => file as usize - 1,
                    _ => return Err(Fault::about("invalid field number:", text)),
                };
                self.hides_pairs |= name == "v";
                self.shows_unpaired[file] = true;
            }
            "e" => {
                if self.filler.as_deref().is_some_and(|filler| filler != text) {
                    return Err(Fault::Message(b"conflicting empty-field replacement strings".to_vec()));
                }
                self.filler = Some(text.to_vec());
            }
            "i" => self.ignores_case = true,
            "1" => self.key(0, text)?,
            "2" => self.key(1, text)?,
            "j" => {
                self.key(0, text)?;
                self.key(1, text)?;
            }
            "o" if text == b"auto" => self.is_automatic = true,
            "o" => {
                for word in text.split(|byte| matches!(byte, b',' | b' ' | b'\t')) {
                    self.pieces.push(piece(word)?);
                }
            }
            "t" => {
                let separator = match text {
                    b"" => b'\n',
                    b"\\0" => 0,
                    [byte] => *byte,
                    _ => return Err(Fault::about("multi-character tab", text)),
                };
                if self.separator.is_some_and(|before| before != separator) {
                    return Err(Fault::Message(b"incompatible tabs".to_vec()));
                }
                self.separator = Some(separator);
            }
            "z" => self.ends_with_nul = true,
            "header" => self.has_header = true,
            "check-order" => self.checks = Some(true),
            _ => self.checks = Some(false),
        }
        Ok(())
    }

    fn key(&mut self, file: usize, text: &[u8]) -> Result<(), Fault> {
        let place = field(text)?;
        if let Some(before) = self.keys.get(file).copied().flatten().filter(|before| *before != place) {
            let message = format!("incompatible join fields {before}, {place}");
            return Err(Fault::Message(message.into_bytes()));
        }
        self.keys[file] = Some(place);
        Ok(())
    }

    const fn end(&self) -> u8 {
        if self.ends_with_nul { 0 } else { b'\n' }
    }

    fn rows<'t>(&self, text: &'t [u8]) -> Vec<Row<'t>> {
        let end = self.end();
        let bare = |line: &'t [u8]| line.strip_suffix(&[end]).unwrap_or(line);
        lines(text, end).map(bare).map(|line| Row { line, fields: self.fields(line) }).collect()
    }

    fn fields<'t>(&self, line: &'t [u8]) -> Vec<&'t [u8]> {
        match self.separator {
            _ if line.is_empty() => Vec::new(),
            Some(b'\n') => vec![line],
            Some(separator) => line.split(|byte| *byte == separator).collect(),
            None => {
                let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
                let start = line.iter().take_while(|byte| is_blank(byte)).count();
                let rest = line.get(start..).unwrap_or_default();
                let mut fields: Vec<&[u8]> = rest.split(is_blank).filter(|field| !field.is_empty()).collect();
                // Blanks at the end are followed by an empty field.
                if rest.last().is_some_and(is_blank) {
                    fields.push(b"");
                }
                fields
            }
        }
    }
}

/// The place, from 0, of a field number.
fn field(text: &[u8]) -> Result<usize, Fault> {
    match number(text, "") {
        Ok(number) if number > 0 => Ok(usize::try_from(number).unwrap_or(usize::MAX) - 1),
        Err(super::common::NotANumber::TooLarge) => Ok(usize::MAX - 1),
        _ => Err(Fault::about("invalid field number:", text)),
    }
}

fn piece(word: &[u8]) -> Result<Piece, Fault> {
    match word {
        b"0" => Ok(Piece::Key),
        [b'0', ..] => Err(Fault::about("invalid field specifier:", word)),
        [file @ (b'1' | b'2'), b'.', number @ ..] => Ok(Piece::Field(usize::from(file - b'1'), field(number)?)),
        [b'1' | b'2', ..] => Err(Fault::about("invalid field specifier:", word)),
        _ => Err(Fault::about("invalid file number in field spec:", word)),
    }
}

struct Join<'t> {
    settings: Settings,
    names: [&'t [u8]; 2],
    rows: [Vec<Row<'t>>; 2],
    /// With `-o auto`, how many fields each file has.
    automatic: [Option<usize>; 2],
    /// The current row of each file.
    next: [usize; 2],
    /// Whether a file was said to be out of order.
    warned: [bool; 2],
    has_unpaired: bool,
    /// From which row on order counts: the header does not.
    unchecked: [usize; 2],
}

/// Whether the command is over.
type Checked = Result<(), u8>;

impl Join<'_> {
    fn run(mut self, context: &mut Context<'_, '_>) -> Stoppable<u8> {
        if self.settings.has_header && (!self.rows[0].is_empty() || !self.rows[1].is_empty()) {
            self.print(context, self.rows[0].first(), self.rows[1].first())?;
            self.unchecked = [1, 1];
            for file in 0..2 {
                or_status!(self.advance(context, file)?);
            }
        }
        while let (Some(left), Some(right)) = (self.current(0), self.current(1)) {
            match self.compare(self.key(0, left), self.key(1, right)) {
                Ordering::Equal => or_status!(self.pair(context)?),
                order => {
                    let file = usize::from(order == Ordering::Greater);
                    self.print_unpaired(context, file)?;
                    or_status!(self.advance(context, file)?);
                    self.has_unpaired = true;
                }
            }
        }
        let checks_tail = self.settings.checks != Some(false) && self.warned != [true, true];
        // Of two tails at most one has rows: the loop ended with the other.
        for file in 0..2 {
            if !(self.settings.shows_unpaired[file] || checks_tail) || self.current(file).is_none() {
                continue;
            }
            self.print_unpaired(context, file)?;
            loop {
                or_status!(self.advance(context, file)?);
                if self.current(file).is_none() {
                    break;
                }
                self.print_unpaired(context, file)?;
                if self.warned[file] && !self.settings.shows_unpaired[file] {
                    break;
                }
            }
        }
        if self.warned != [false, false] {
            context.complain(b"input is not in sorted order")?;
            return Ok(1);
        }
        Ok(0)
    }

    fn current(&self, file: usize) -> Option<&Row<'_>> {
        self.rows.get(file)?.get(*self.next.get(file)?)
    }

    fn key<'r>(&self, file: usize, row: &'r Row<'_>) -> &'r [u8] {
        let place = self.settings.keys.get(file).copied().flatten().unwrap_or(0);
        row.fields.get(place).copied().unwrap_or_default()
    }

    fn compare(&self, left: &[u8], right: &[u8]) -> Ordering {
        if self.settings.ignores_case {
            left.to_ascii_uppercase().cmp(&right.to_ascii_uppercase())
        } else {
            left.cmp(right)
        }
    }

    /// Goes to the next row of a file, which must not sort before this one.
    fn advance(&mut self, context: &mut Context<'_, '_>, file: usize) -> Stoppable<Checked> {
        let at = self.next[file];
        self.next[file] = at + 1;
        let counts = match self.settings.checks {
            Some(checks) => checks,
            None => self.has_unpaired,
        };
        let (Some(before), Some(row)) = (self.rows[file].get(at), self.rows[file].get(at + 1)) else {
            return Ok(Ok(()));
        };
        if !counts || self.warned[file] || at < self.unchecked[file] {
            return Ok(Ok(()));
        }
        if self.compare(self.key(file, before), self.key(file, row)) == Ordering::Greater {
            let place = format!(":{}: is not sorted: ", at + 2);
            context.complain(&[self.names[file], place.as_bytes(), row.line].concat())?;
            self.warned[file] = true;
            if self.settings.checks == Some(true) {
                return Ok(Err(1));
            }
        }
        Ok(Ok(()))
    }

    /// Prints all pairs of the rows with the current key.
    fn pair(&mut self, context: &mut Context<'_, '_>) -> Stoppable<Checked> {
        let start = self.next;
        for file in 0..2 {
            loop {
                match self.advance(context, file)? {
                    Ok(()) => {}
                    Err(status) => return Ok(Err(status)),
                }
                let (Some(row), Some(first)) = (self.current(file), self.rows[1 - file].get(start[1 - file])) else {
                    break;
                };
                if self.compare(self.key(file, row), self.key(1 - file, first)) != Ordering::Equal {
                    break;
                }
            }
        }
        if !self.settings.hides_pairs {
            for left in self.rows[0].get(start[0]..self.next[0]).unwrap_or_default() {
                for right in self.rows[1].get(start[1]..self.next[1]).unwrap_or_default() {
                    self.print(context, Some(left), Some(right))?;
                }
            }
        }
        Ok(Ok(()))
    }

    fn print_unpaired(&self, context: &mut Context<'_, '_>, file: usize) -> Stoppable<()> {
        if !self.settings.shows_unpaired[file] {
            return Ok(());
        }
        let row = self.current(file);
        if file == 0 { self.print(context, row, None) } else { self.print(context, None, row) }
    }

    fn print(&self, context: &mut Context<'_, '_>, left: Option<&Row<'_>>, right: Option<&Row<'_>>) -> Stoppable<()> {
        let filler = self.settings.filler.as_deref().unwrap_or_default();
        let key = match (left, right) {
            (Some(row), _) => self.key(0, row),
            (None, Some(row)) => self.key(1, row),
            (None, None) => b"",
        };
        let rows = [left, right];
        let of = |file: usize, place: usize| {
            let row = rows.get(file).copied().flatten();
            row.and_then(|row| row.fields.get(place)).copied().unwrap_or_default()
        };
        let mut pieces: Vec<&[u8]> = Vec::new();
        if self.settings.pieces.is_empty() {
            pieces.push(key);
            for (file, row) in rows.iter().enumerate() {
                let own = row.map_or(0, |row| row.fields.len());
                let count = if self.settings.is_automatic { self.automatic[file].unwrap_or(0) } else { own };
                let skipped = self.settings.keys[file].unwrap_or(0);
                pieces.extend((0..count).filter(|place| *place != skipped).map(|place| of(file, place)));
            }
        } else {
            pieces.extend(self.settings.pieces.iter().map(|piece| match piece {
                Piece::Key => key,
                Piece::Field(file, place) => of(*file, *place),
            }));
        }
        let separator = self.settings.separator.unwrap_or(b' ');
        let mut line = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                line.push(separator);
            }
            line.extend_from_slice(if piece.is_empty() { filler } else { piece });
        }
        line.push(self.settings.end());
        context.out(&line)
    }
}
