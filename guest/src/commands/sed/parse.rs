//! From script text to commands, with the messages of GNU sed 4.9.

use super::escape;
use super::reader::{Origin, Reader, ScriptError};
use super::replacement;
use super::script::{Action, Address, Script, SedCommand, Substitution, When};
use crate::matching::{Options, Pattern, Syntax};

/// How a script is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// `-E`, `-r`.
    pub(super) extended: bool,
    /// `--sandbox`.
    pub(super) sandbox: bool,
}

/// Parses the pieces of a script one after the other.
#[derive(Debug, Default)]
pub(super) struct Parser {
    reading: Reading,
    script: Script,
    blocks: Vec<OpenBlock>,
    labels: Vec<(Vec<u8>, usize)>,
    jumps: Vec<(Vec<u8>, usize)>,
    /// The command whose text the next piece continues, and the text so far.
    unfinished: Option<(usize, Vec<u8>)>,
    is_later_piece: bool,
}

#[derive(Debug)]
struct OpenBlock {
    command: usize,
    error: ScriptError,
}

impl Parser {
    pub(super) fn new(reading: Reading) -> Self {
        Self { reading, ..Self::default() }
    }

    /// Parses the next piece.
    pub(super) fn piece(&mut self, text: &[u8], origin: Origin) -> Result<(), ScriptError> {
        let mut reader = Reader::new(text, origin);
        self.script.no_previous_pattern = reader.error_from("no previous regular expression", 0);
        if let Some((command, text)) = self.unfinished.take() {
            self.read_text(&mut reader, command, text);
        }
        while let Some(byte) = reader.next_command() {
            self.command(&mut reader, byte)?;
        }
        self.is_later_piece = true;
        Ok(())
    }

    /// The files that the script writes to, as far as it was read: sed opens them while it reads.
    pub(super) fn outputs(&self) -> &[Vec<u8>] {
        &self.script.outputs
    }

    /// The whole script.
    pub(super) fn finish(&mut self) -> Result<Script, ScriptError> {
        if let Some(block) = self.blocks.pop() {
            return Err(block.error);
        }
        if let Some((command, text)) = self.unfinished.take() {
            self.set_text(command, &text);
        }
        let end = self.script.commands.len();
        for (label, command) in std::mem::take(&mut self.jumps) {
            let found = self.labels.iter().find(|(other, _)| *other == label).map(|(_, place)| *place);
            let target = match found {
                Some(place) => place,
                None if label.is_empty() => end,
                None => {
                    let message = [b"can't find label for jump to `", label.as_slice(), b"'"].concat();
                    return Err(ScriptError { message, status: 4 });
                }
            };
            if let Some(SedCommand { action: Action::Branch { to, .. }, .. }) = self.script.commands.get_mut(command) {
                *to = target;
            }
        }
        Ok(std::mem::take(&mut self.script))
    }

    fn command(&mut self, reader: &mut Reader<'_>, byte: u8) -> Result<(), ScriptError> {
        let mut byte = Some(byte);
        let first = self.address(reader, byte)?;
        let mut second = None;
        if let Some(address) = &first {
            if matches!(address, Address::After(_) | Address::Multiple(_)) {
                return Err(reader.error("invalid usage of +N or ~N as first address"));
            }
            byte = reader.next_after_blanks();
            if byte == Some(b',') {
                let start = reader.next_after_blanks();
                second = self.address(reader, start)?;
                if second.is_none() {
                    return Err(reader.error("unexpected `,'"));
                }
                byte = reader.next_after_blanks();
            }
            if matches!(first, Some(Address::Line(0))) && !matches!(second, Some(Address::Regex(_))) {
                return Err(reader.error("invalid usage of line address 0"));
            }
        }
        let negated = byte == Some(b'!');
        if negated {
            byte = reader.next_after_blanks();
            if byte == Some(b'!') {
                return Err(reader.error("multiple `!'s"));
            }
        }
        let Some(name) = byte else { return Err(reader.error("missing command")) };
        let has_address = first.is_some();
        if name == b'#' {
            if has_address {
                return Err(reader.error("comments don't accept any addresses"));
            }
            self.comment(reader);
            return Ok(());
        }
        if name == b'v' {
            let version = reader.label();
            if version.as_slice() > b"4.9".as_slice() {
                return Err(reader.error("expected newer version of sed"));
            }
            return Ok(());
        }
        if matches!(name, b'q' | b'Q') && second.is_some() {
            return Err(reader.error("command only uses one address"));
        }
        let place = self.script.commands.len();
        self.script.commands.push(SedCommand { first, second, negated, action: Action::Nothing });
        let action = self.action(reader, name, place, has_address)?;
        if let (Some(action), Some(command)) = (action, self.script.commands.get_mut(place)) {
            command.action = action;
        }
        Ok(())
    }

    /// A comment. One that begins the script and begins with `#n` means `-n`, whatever follows.
    fn comment(&mut self, reader: &mut Reader<'_>) {
        let is_first = reader.position() == 1 && !self.is_later_piece;
        let mut byte = reader.next();
        self.script.starts_quiet |= is_first && byte == Some(b'n');
        while !matches!(byte, None | Some(b'\n')) {
            byte = reader.next();
        }
    }

    /// The rest of a command; `None` when the action is already in place.
    fn action(
        &mut self,
        reader: &mut Reader<'_>,
        name: u8,
        place: usize,
        has_address: bool,
    ) -> Result<Option<Action>, ScriptError> {
        let action = match name {
            b'{' => {
                let error = reader.error_from("unmatched `{'", reader.line());
                self.blocks.push(OpenBlock { command: place, error });
                return Ok(Some(Action::Block { end: 0 }));
            }
            b'}' => {
                let Some(block) = self.blocks.pop() else { return Err(reader.error("unexpected `}'")) };
                if has_address {
                    return Err(reader.error("} doesn't want any addresses"));
                }
                if let Some(open) = self.script.commands.get_mut(block.command) {
                    open.action = Action::Block { end: place };
                }
                Action::Nothing
            }
            b':' => {
                if has_address {
                    return Err(reader.error(": doesn't want any addresses"));
                }
                let label = reader.label();
                if label.is_empty() {
                    return Err(reader.error("\":\" lacks a label"));
                }
                self.labels.push((label, place));
                return Ok(None);
            }
            b'b' | b't' | b'T' => {
                let label = reader.label();
                self.jumps.push((label, place));
                let when = match name {
                    b'b' => When::Always,
                    b't' => When::Substituted,
                    _ => When::NotSubstituted,
                };
                return Ok(Some(Action::Branch { when, to: 0 }));
            }
            b'a' | b'i' | b'c' => return self.text_command(reader, name, place).map(|()| None),
            b'r' | b'R' | b'w' | b'W' | b'e' if self.reading.sandbox => {
                return Err(reader.error("e/r/w commands disabled in sandbox mode"));
            }
            b'e' => {
                let first = reader.next_after_blanks();
                reader.back(first);
                let mut command = Vec::new();
                reader.text(&mut command);
                command.pop();
                return Ok(Some(Action::Execute(command)));
            }
            b'r' => return reader.file_name().map(|name| Some(Action::ReadFile(name))),
            b'R' => return reader.file_name().map(|name| Some(Action::ReadLine(name))),
            b'w' => return self.output(reader).map(|output| Some(Action::Write(output))),
            b'W' => return self.output(reader).map(|output| Some(Action::WriteFirstLine(output))),
            b's' => return self.substitution(reader).map(Some),
            b'y' => self.transliteration(reader)?,
            b'l' | b'L' | b'q' | b'Q' => {
                let byte = reader.next_after_blanks();
                let number = match byte.filter(u8::is_ascii_digit) {
                    Some(_) => Some(reader.number(byte)),
                    None => {
                        reader.back(byte);
                        None
                    }
                };
                match name {
                    b'l' => Action::List(number),
                    b'L' => Action::Removed(name),
                    _ => Action::Quit { print: name == b'q', status: number.unwrap_or(0) as u8 },
                }
            }
            _ => match simple(name) {
                Some(action) => action,
                None => {
                    let message = [b"unknown command: `", &[name][..], b"'"].concat();
                    return Err(reader.error(&String::from_utf8_lossy(&message)));
                }
            },
        };
        reader.end_of_command()?;
        Ok(Some(action))
    }

    fn text_command(&mut self, reader: &mut Reader<'_>, name: u8, place: usize) -> Result<(), ScriptError> {
        if let Some(command) = self.script.commands.get_mut(place) {
            command.action = match name {
                b'a' => Action::Append(Vec::new()),
                b'i' => Action::Insert(Vec::new()),
                _ => Action::Change(Vec::new()),
            };
        }
        let first = reader.next_after_blanks();
        match first {
            None => return Err(reader.error("expected \\ after `a', `c' or `i'")),
            Some(b'\\') => match reader.next() {
                None => {
                    self.unfinished = Some((place, Vec::new()));
                    return Ok(());
                }
                // The text starts on the next line, or right here with all of its blanks.
                Some(b'\n') => {}
                Some(byte) => reader.back(Some(byte)),
            },
            byte => reader.back(byte),
        }
        self.read_text(reader, place, Vec::new());
        Ok(())
    }

    fn read_text(&mut self, reader: &mut Reader<'_>, command: usize, mut text: Vec<u8>) {
        if reader.text(&mut text) {
            self.set_text(command, &text);
        } else {
            self.unfinished = Some((command, text));
        }
    }

    fn set_text(&mut self, command: usize, raw: &[u8]) {
        if let Some(SedCommand { action: Action::Append(text) | Action::Insert(text) | Action::Change(text), .. }) =
            self.script.commands.get_mut(command)
        {
            *text = escape::text(raw);
        }
    }

    fn output(&mut self, reader: &mut Reader<'_>) -> Result<usize, ScriptError> {
        let name = reader.file_name()?;
        let outputs = &mut self.script.outputs;
        Ok(outputs.iter().position(|other| *other == name).unwrap_or_else(|| {
            outputs.push(name);
            outputs.len() - 1
        }))
    }

    fn address(&mut self, reader: &mut Reader<'_>, byte: Option<u8>) -> Result<Option<Address>, ScriptError> {
        let address = match byte {
            Some(b'/' | b'\\') => {
                let delimiter = if byte == Some(b'\\') { reader.next() } else { byte };
                let raw = delimiter.and_then(|delimiter| reader.delimited(delimiter, true));
                let Some(raw) = raw else { return Err(reader.error("unterminated address regex")) };
                let (mut ignore_case, mut multiline) = (false, false);
                loop {
                    match reader.next_after_blanks() {
                        Some(b'I') => ignore_case = true,
                        Some(b'M') => multiline = true,
                        other => {
                            reader.back(other);
                            break;
                        }
                    }
                }
                Address::Regex(self.pattern(reader, &raw, ignore_case, multiline)?.map(Box::new))
            }
            Some(b'$') => Address::Last,
            Some(b'+' | b'~') => {
                let digit = reader.next_after_blanks();
                let number = reader.number(digit);
                if byte == Some(b'+') { Address::After(number) } else { Address::Multiple(number) }
            }
            Some(digit) if digit.is_ascii_digit() => {
                let first = reader.number(byte);
                match reader.next_after_blanks() {
                    Some(b'~') => {
                        let digit = reader.next_after_blanks();
                        match reader.number(digit) {
                            0 => Address::Line(first),
                            step => Address::Step { first, step },
                        }
                    }
                    other => {
                        reader.back(other);
                        Address::Line(first)
                    }
                }
            }
            _ => return Ok(None),
        };
        Ok(Some(address))
    }

    /// A pattern, `None` for the empty one.
    fn pattern(
        &self,
        reader: &Reader<'_>,
        raw: &[u8],
        ignore_case: bool,
        multiline: bool,
    ) -> Result<Option<Pattern>, ScriptError> {
        if raw.is_empty() {
            if ignore_case || multiline {
                return Err(reader.error("cannot specify modifiers on empty regexp"));
            }
            return Ok(None);
        }
        let syntax = if self.reading.extended { Syntax::SedExtended } else { Syntax::SedBasic };
        let options = Options { ignore_case, multiline, ..Options::default() };
        match Pattern::compile(&escape::regex(raw), syntax, options) {
            Ok(pattern) => Ok(Some(pattern)),
            Err(error) => Err(reader.error(error.text())),
        }
    }

    fn delimiter(&self, reader: &mut Reader<'_>, command: char) -> Result<u8, ScriptError> {
        match reader.next() {
            Some(byte) if byte >= 0x80 => Err(reader.error("delimiter character is not a single-byte character")),
            Some(byte) if byte != b'\n' && byte != b'\\' => Ok(byte),
            other => {
                reader.back(other);
                Err(reader.error(&format!("unterminated `{command}' command")))
            }
        }
    }

    fn substitution(&mut self, reader: &mut Reader<'_>) -> Result<Action, ScriptError> {
        let delimiter = self.delimiter(reader, 's')?;
        let raw = reader.delimited(delimiter, true);
        let replacement = raw.as_ref().and_then(|_| reader.delimited(delimiter, false));
        let (Some(raw), Some(replacement)) = (raw, replacement) else {
            return Err(reader.error("unterminated `s' command"));
        };
        let (replacement, highest) = replacement::parse(&replacement);
        let mut substitution = Substitution {
            pattern: None,
            replacement,
            global: false,
            from_match: 1,
            print: false,
            execute: false,
            write: None,
        };
        let (mut ignore_case, mut multiline, mut has_number) = (false, false, false);
        loop {
            let byte = reader.next();
            match byte {
                Some(b'i' | b'I') => ignore_case = true,
                Some(b'm' | b'M') => multiline = true,
                Some(b'e') if self.reading.sandbox => {
                    return Err(reader.error("e/r/w commands disabled in sandbox mode"));
                }
                Some(b'e') => substitution.execute = true,
                Some(b'p') if substitution.print => {
                    return Err(reader.error("multiple `p' options to `s' command"));
                }
                Some(b'p') => substitution.print = true,
                Some(b'g') if substitution.global => {
                    return Err(reader.error("multiple `g' options to `s' command"));
                }
                Some(b'g') => substitution.global = true,
                Some(b'w') if self.reading.sandbox => {
                    return Err(reader.error("e/r/w commands disabled in sandbox mode"));
                }
                Some(b'w') => {
                    substitution.write = Some(self.output(reader)?);
                    break;
                }
                Some(b'0'..=b'9') => {
                    if has_number {
                        return Err(reader.error("multiple number options to `s' command"));
                    }
                    has_number = true;
                    substitution.from_match = reader.number(byte);
                    if substitution.from_match == 0 {
                        return Err(reader.error("number option to `s' command may not be zero"));
                    }
                }
                Some(b'}' | b'#') => {
                    reader.back(byte);
                    break;
                }
                None | Some(b'\n' | b';') => break,
                Some(b'\r') if reader.next() == Some(b'\n') => break,
                Some(b' ' | b'\t') => {}
                Some(_) => return Err(reader.error("unknown option to `s'")),
            }
        }
        substitution.pattern = self.pattern(reader, &raw, ignore_case, multiline)?;
        if substitution.pattern.as_ref().is_some_and(|pattern| pattern.groups() < highest) {
            let message = format!("invalid reference \\{highest} on `s' command's RHS");
            return Err(reader.error(&message));
        }
        Ok(Action::Substitute(Box::new(substitution)))
    }

    fn transliteration(&mut self, reader: &mut Reader<'_>) -> Result<Action, ScriptError> {
        let delimiter = self.delimiter(reader, 'y')?;
        let from = reader.delimited(delimiter, false);
        let to = from.as_ref().and_then(|_| reader.delimited(delimiter, false));
        let (Some(from), Some(to)) = (from, to) else {
            return Err(reader.error("unterminated `y' command"));
        };
        let (from, to) = (characters(&escape::text(&from)), characters(&escape::text(&to)));
        if from.len() != to.len() {
            return Err(reader.error("strings for `y' command are different lengths"));
        }
        Ok(Action::Transliterate(from.into_iter().zip(to).collect()))
    }
}

fn simple(name: u8) -> Option<Action> {
    Some(match name {
        b'=' => Action::LineNumber,
        b'd' => Action::Delete,
        b'D' => Action::DeleteFirstLine,
        b'F' => Action::FileName,
        b'g' => Action::Get,
        b'G' => Action::GetAppend,
        b'h' => Action::Hold,
        b'H' => Action::HoldAppend,
        b'x' => Action::Exchange,
        b'n' => Action::Next,
        b'N' => Action::NextAppend,
        b'p' => Action::Print,
        b'P' => Action::PrintFirstLine,
        b'z' => Action::Zap,
        _ => return None,
    })
}

fn characters(text: &[u8]) -> Vec<Vec<u8>> {
    let mut characters = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (one, after) = rest.split_at(escape::character_length(rest));
        characters.push(one.to_vec());
        rest = after;
    }
    characters
}
