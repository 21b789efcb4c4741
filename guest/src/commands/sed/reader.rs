//! Reads a script character by character, and what the commands share: delimited strings, labels,
//! numbers, text.

/// Where a piece of script comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The n-th `-e`, or the first operand.
    Expression(usize),
    /// A file of `-f`.
    File(Vec<u8>),
}

/// What is wrong with a script, and where: the text after `sed: `.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ScriptError {
    pub(super) message: Vec<u8>,
    /// The exit status.
    pub(super) status: u8,
}

/// A piece of script that is being read.
#[derive(Debug)]
pub(super) struct Reader<'s> {
    text: &'s [u8],
    at: usize,
    line: usize,
    origin: Origin,
}

impl<'s> Reader<'s> {
    pub(super) fn new(text: &'s [u8], origin: Origin) -> Self {
        Self { text, at: 0, line: 1, origin }
    }

    /// How many bytes were read.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// The error at this place.
    pub(super) fn error(&self, message: &str) -> ScriptError {
        self.error_at(message.as_bytes(), self.at, self.line)
    }

    /// The error at the line where something began; in an expression sed gives no place then.
    pub(super) fn error_from(&self, message: &str, line: usize) -> ScriptError {
        self.error_at(message.as_bytes(), 0, line)
    }

    fn error_at(&self, message: &[u8], at: usize, line: usize) -> ScriptError {
        let place = match &self.origin {
            Origin::Expression(number) => format!("-e expression #{number}, char {at}: ").into_bytes(),
            Origin::File(name) => [b"file ", name.as_slice(), format!(" line {line}: ").as_bytes()].concat(),
        };
        ScriptError { message: [&place, message].concat(), status: 1 }
    }

    pub(super) fn line(&self) -> usize {
        self.line
    }

    pub(super) fn next(&mut self) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        self.at += 1;
        if byte == b'\n' {
            self.line += 1;
        }
        Some(byte)
    }

    /// Puts the byte that was read last back.
    pub(super) fn back(&mut self, byte: Option<u8>) {
        if let Some(byte) = byte {
            self.at -= 1;
            if byte == b'\n' {
                self.line -= 1;
            }
        }
    }

    /// The next byte that is no blank.
    pub(super) fn next_after_blanks(&mut self) -> Option<u8> {
        loop {
            match self.next() {
                Some(b' ' | b'\t') => {}
                other => return other,
            }
        }
    }

    /// The next byte that separates no commands.
    pub(super) fn next_command(&mut self) -> Option<u8> {
        loop {
            match self.next() {
                Some(b';') => {}
                Some(byte) if is_space(byte) => {}
                other => return other,
            }
        }
    }

    /// A number that begins with `first`; 0 when that is no digit.
    pub(super) fn number(&mut self, first: Option<u8>) -> u64 {
        let mut value = 0_u64;
        let mut byte = first;
        while let Some(digit) = byte.filter(u8::is_ascii_digit) {
            value = value.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
            byte = self.next();
        }
        self.back(byte);
        value
    }

    /// Checks that nothing else stands after a command.
    pub(super) fn end_of_command(&mut self) -> Result<(), ScriptError> {
        match self.next_after_blanks() {
            None | Some(b'\n' | b';') => Ok(()),
            byte @ Some(b'}' | b'#') => {
                self.back(byte);
                Ok(())
            }
            Some(_) => Err(self.error("extra characters after command")),
        }
    }

    /// A label.
    pub(super) fn label(&mut self) -> Vec<u8> {
        let mut label = Vec::new();
        let mut byte = self.next_after_blanks();
        while let Some(one) = byte {
            if is_space(one) || one == b';' || one == b'}' {
                break;
            }
            label.push(one);
            byte = self.next();
        }
        self.back(byte);
        label
    }

    /// A file name: all up to the end of the line.
    pub(super) fn file_name(&mut self) -> Result<Vec<u8>, ScriptError> {
        let mut name = Vec::new();
        let mut byte = self.next_after_blanks();
        while let Some(one) = byte.filter(|one| *one != b'\n') {
            name.push(one);
            byte = self.next();
        }
        if name.is_empty() {
            return Err(self.error("missing filename in r/R/w/W commands"));
        }
        Ok(name)
    }

    /// The string up to the next `delimiter`; `None` when it does not end on its line. Of the
    /// escapes only those of the delimiter and of newlines are resolved. In a regular expression a
    /// delimiter inside of brackets is a member.
    pub(super) fn delimited(&mut self, delimiter: u8, is_regex: bool) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            match self.next()? {
                byte if byte == delimiter => return Some(text),
                b'\n' => {
                    self.back(Some(b'\n'));
                    return None;
                }
                b'[' if is_regex => self.bracket(&mut text)?,
                b'\\' => match self.next()? {
                    b'n' if is_regex && delimiter != b'n' => text.push(b'\n'),
                    b'\n' => text.push(b'\n'),
                    byte if byte == delimiter && (is_regex || byte != b'&') => text.push(byte),
                    byte => text.extend_from_slice(&[b'\\', byte]),
                },
                byte => text.push(byte),
            }
        }
    }

    /// A bracket expression whose `[` was read.
    fn bracket(&mut self, text: &mut Vec<u8>) -> Option<()> {
        text.push(b'[');
        let mut byte = self.next()?;
        if byte == b'^' {
            text.push(byte);
            byte = self.next()?;
        }
        let mut is_first = true;
        loop {
            match byte {
                b']' if !is_first => break,
                b'\n' => {
                    self.back(Some(b'\n'));
                    return None;
                }
                b'[' => {
                    text.push(byte);
                    let kind = self.next()?;
                    if !matches!(kind, b':' | b'.' | b'=') {
                        is_first = false;
                        byte = kind;
                        continue;
                    }
                    self.class(kind, text)?;
                }
                b'\\' => match self.next()? {
                    b'n' => text.push(b'\n'),
                    other => {
                        text.push(b'\\');
                        is_first = false;
                        byte = other;
                        continue;
                    }
                },
                byte => text.push(byte),
            }
            is_first = false;
            byte = self.next()?;
        }
        text.push(b']');
        Some(())
    }

    /// The rest of `[:class:]` and its like, whose first two bytes were read.
    fn class(&mut self, kind: u8, text: &mut Vec<u8>) -> Option<()> {
        text.push(kind);
        loop {
            let byte = self.next()?;
            if byte == b'\n' {
                self.back(Some(byte));
                return None;
            }
            text.push(byte);
            if byte == b']' && text.get(text.len().wrapping_sub(2)) == Some(&kind) {
                return Some(());
            }
        }
    }

    /// Text of `a`, `i` and `c` up to an unescaped newline, its escapes untouched. False when the
    /// script ended within it, so that the next piece of script continues it.
    pub(super) fn text(&mut self, text: &mut Vec<u8>) -> bool {
        loop {
            match self.next() {
                None | Some(b'\n') => {
                    text.push(b'\n');
                    return true;
                }
                Some(b'\\') => match self.next() {
                    None => {
                        text.push(b'\n');
                        return false;
                    }
                    Some(byte) => text.extend_from_slice(&[b'\\', byte]),
                },
                Some(byte) => text.push(byte),
            }
        }
    }
}

/// Whether C's `isspace` says so.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}
