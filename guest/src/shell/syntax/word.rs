//! Words: reading one from the source, and what can be said about its text.

use super::ast::Word;
use super::error::SyntaxErrorKind;
use super::matched::{Dollar, Flags};
use super::parser::{Parse, Parser};
use super::token::{Kind, Operator, Reserved};

impl Parser<'_> {
    /// Reads the word that starts with `first` and decides what it is.
    pub(super) fn read_word(&mut self, first: u8) -> Parse<(Kind, Vec<u8>)> {
        let mut text = Vec::new();
        // Quotes and `$` keep a word from being a number or a reserved word.
        let mut literal = true;
        let mut next = Some(first);
        while let Some(byte) = next {
            let before = text.len();
            if !self.word_byte(byte, &mut text)? {
                self.position.offset -= 1;
                self.position.line_ended = false;
                break;
            }
            if text.len() != before + 1 || matches!(byte, b'\\' | b'$') {
                literal = false;
            }
            next = self.get(true)?;
        }
        let kind = self.classify(&text, literal)?;
        Ok((kind, text))
    }

    /// Adds `byte` and what belongs to it; false when the word ends before it.
    fn word_byte(&mut self, byte: u8, text: &mut Vec<u8>) -> Parse<bool> {
        match byte {
            b'\\' => {
                text.push(byte);
                if self.position.offset < self.source.len()
                    && let Some(escaped) = self.get(false)?
                {
                    text.push(escaped);
                }
            }
            b'\'' | b'"' | b'`' => {
                let flags = Flags { double_quoted: byte == b'"', ..Flags::default() };
                text.push(byte);
                text.extend(self.matched(byte, byte, flags)?);
            }
            b'(' | b'|' if self.state.regex => {
                text.push(byte);
                if byte == b'(' {
                    text.extend(self.matched(b'(', b')', Flags::default())?);
                }
            }
            b'?' | b'*' | b'+' | b'@' | b'!'
                if (self.options.extglob || self.state.pattern) && self.look(true)? == Some(b'(') =>
            {
                self.get(true)?;
                text.extend([byte, b'(']);
                text.extend(self.matched(b'(', b')', Flags::default())?);
            }
            b'$' => self.dollar(text)?,
            b'<' | b'>' if self.look(true)? == Some(b'(') => {
                self.get(true)?;
                text.extend([byte, b'(']);
                text.extend(self.command_substitution()?);
            }
            b'[' if self.subscript_allowed(text) => {
                text.push(byte);
                text.extend(self.matched(b'[', b']', Flags { dollar: Dollar::All, ..Flags::default() })?);
            }
            b'=' => {
                text.push(byte);
                let place = self.last_kind().allows_reserved()
                    || self.last_kind() == Kind::Assignment
                    || self.state.redirections
                    || self.state.assignment_argument;
                if place
                    && !self.state.case_pattern
                    && assignment_length(text) == Some(text.len())
                    && self.look(true)? == Some(b'(')
                {
                    self.get(true)?;
                    text.push(b'(');
                    text.extend(self.compound_assignment()?);
                }
            }
            b' ' | b'\t' | b'\n' | b';' | b'&' | b'(' | b')' | b'<' | b'>' | b'|' => {
                return Ok(false);
            }
            _ => text.push(byte),
        }
        Ok(true)
    }

    fn dollar(&mut self, text: &mut Vec<u8>) -> Parse<()> {
        let next = self.look(true)?;
        match next {
            Some(open @ (b'(' | b'{' | b'[')) => {
                self.get(true)?;
                text.extend([b'$', open]);
                text.extend(self.after_dollar(open, false)?);
            }
            Some(b'\'') => {
                self.get(true)?;
                let mut body = self.matched(b'\'', b'\'', Flags { escapes: true, ..Flags::default() })?;
                body.pop();
                text.extend(single_quoted(&ansi_c(&body)));
            }
            Some(b'"') => {
                self.get(true)?;
                text.push(b'"');
                text.extend(self.matched(b'"', b'"', Flags { double_quoted: true, ..Flags::default() })?);
            }
            Some(b'$') => {
                self.get(true)?;
                text.extend(b"$$");
            }
            _ => text.push(b'$'),
        }
        Ok(())
    }

    fn subscript_allowed(&self, text: &[u8]) -> bool {
        if text.is_empty() {
            return self.state.compound_assignment;
        }
        let place = self.last_kind().allows_reserved()
            || self.last_kind() == Kind::Assignment
            || self.state.redirections
            || self.state.assignment_argument;
        place && !self.state.case_pattern && is_identifier(text)
    }

    /// From behind `name=(` to behind its `)`, checked: only words and newlines may stand there.
    fn compound_assignment(&mut self) -> Parse<Vec<u8>> {
        let start = self.position.offset;
        let outer = std::mem::take(&mut self.state);
        self.state.pending = Vec::new();
        let result = self.nested(|parser| parser.compound_assignment_words(true));
        self.state = outer;
        result?;
        Ok(self.source.get(start..self.offset()).unwrap_or_default().to_vec())
    }

    /// The words of a compound assignment, up to `)` when `closed`, else to the end of the text.
    pub(super) fn compound_assignment_words(&mut self, closed: bool) -> Parse<Vec<Word>> {
        self.state.compound_assignment = true;
        let start_line = self.position.line;
        let mut words = Vec::new();
        loop {
            // Every element stands where a word does, never where a command's name does.
            self.state.last = Some(Kind::Word);
            let token = self.read_token().map_err(|mut error| {
                if error.kind == SyntaxErrorKind::Unclosed {
                    error.messages.push((self.position.line, b"syntax error: unexpected end of file".to_vec()));
                }
                error
            })?;
            match token.kind {
                Kind::Word | Kind::Assignment | Kind::Number => words.push(Word::new(token.text)),
                Kind::Newline => {}
                Kind::Operator(Operator::CloseParen) if closed => return Ok(words),
                Kind::End if closed => {
                    return Err(super::error::unmatched(start_line, b')').of_kind(SyntaxErrorKind::CompoundAssignment));
                }
                Kind::End => return Ok(words),
                _ => {
                    return Err(self.unexpected(&token).of_kind(SyntaxErrorKind::CompoundAssignment));
                }
            }
        }
    }

    fn classify(&mut self, text: &[u8], literal: bool) -> Parse<Kind> {
        let last = self.last_kind();
        let next = self.byte_at(self.position.offset);
        let redirects = matches!(next, Some(b'<' | b'>'));
        if literal
            && !text.is_empty()
            && text.iter().all(u8::is_ascii_digit)
            && text.len() <= 10
            && (redirects || matches!(last, Kind::Operator(Operator::LessAnd | Operator::GreaterAnd)))
        {
            return Ok(Kind::Number);
        }
        if self.state.condition && text == b"]]" {
            return Ok(Kind::Reserved(Reserved::CloseCondition));
        }
        if literal
            && !self.state.condition
            && !self.state.compound_assignment
            && let Some(reserved) = self.reserved_word(text, last)
        {
            return Ok(Kind::Reserved(reserved));
        }
        self.state.open_brace = false;
        if redirects
            && let [b'{', name @ .., b'}'] = text
            && is_identifier(name)
        {
            return Ok(Kind::DescriptorName);
        }
        let assignable = (last.allows_reserved() || last == Kind::Assignment || self.state.redirections)
            && !self.state.case_pattern
            && !matches!(last, Kind::Operator(Operator::SemiSemi | Operator::SemiAnd | Operator::SemiSemiAnd));
        if assignable && assignment_length(text).is_some() {
            return Ok(Kind::Assignment);
        }
        if assignable
            && matches!(
                text,
                b"declare" | b"typeset" | b"local" | b"export" | b"readonly" | b"alias" | b"eval" | b"let"
            )
        {
            self.state.assignment_argument = true;
        }
        if last == Kind::Reserved(Reserved::Function) {
            self.state.open_brace = true;
        }
        Ok(Kind::Word)
    }

    /// The reserved word that `text` is at this place.
    fn reserved_word(&mut self, text: &[u8], last: Kind) -> Option<Reserved> {
        let before = self.state.before_last;
        let after_name = last == Kind::Word;
        let is_loop = matches!(before, Some(Kind::Reserved(Reserved::For | Reserved::Select)));
        let is_case = before == Some(Kind::Reserved(Reserved::Case));
        match text {
            b"in" if after_name && (is_loop || is_case) => {
                self.state.case_pattern = is_case;
                return Some(Reserved::In);
            }
            b"do" if (after_name && is_loop) || last == Kind::ArithmeticFor => return Some(Reserved::Do),
            b"esac" if last == Kind::Reserved(Reserved::In) && self.state.case_pattern => {
                self.state.case_pattern = false;
                return Some(Reserved::Esac);
            }
            b"{" if self.state.open_brace || last == Kind::ArithmeticFor => {
                self.state.open_brace = false;
                return Some(Reserved::OpenBrace);
            }
            b"-p" if last == Kind::Reserved(Reserved::Time) => return Some(Reserved::TimeOption),
            b"--" if matches!(last, Kind::Reserved(Reserved::Time | Reserved::TimeOption)) => {
                return Some(Reserved::TimeIgnore);
            }
            _ => {}
        }
        let after_function = after_name && before == Some(Kind::Reserved(Reserved::Function));
        let after_coproc = after_name && before == Some(Kind::Reserved(Reserved::Coproc));
        if !(last.allows_reserved() || after_function || after_coproc) {
            return None;
        }
        let reserved = Reserved::parse(text)?;
        if self.state.case_pattern {
            let pattern_operator = matches!(last, Kind::Operator(Operator::Bar | Operator::OpenParen));
            if reserved != Reserved::Esac || pattern_operator {
                return None;
            }
        }
        if reserved == Reserved::Esac {
            self.state.case_pattern = false;
        }
        Some(reserved)
    }
}

/// Whether `text` is a variable's name.
pub(crate) fn is_identifier(text: &[u8]) -> bool {
    text.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// The length of `name=`, `name+=`, `name[subscript]=` at the start of `text`.
pub(crate) fn assignment_length(text: &[u8]) -> Option<usize> {
    let name = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    if !is_identifier(text.get(..name)?) {
        return None;
    }
    let mut at = name;
    if text.get(at) == Some(&b'[') {
        let mut depth = 0u32;
        loop {
            match text.get(at)? {
                b'[' => depth += 1,
                b']' => depth -= 1,
                b'\\' => at += 1,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
    }
    if text.get(at) == Some(&b'+') {
        at += 1;
    }
    (text.get(at) == Some(&b'=')).then_some(at + 1)
}

/// `text` without its quotes, and whether it had any.
pub(crate) fn remove_quotes(text: &[u8]) -> (Vec<u8>, bool) {
    let mut plain = Vec::with_capacity(text.len());
    let mut quoted = false;
    let mut quote = None;
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (None, b'\'' | b'"') => {
                quote = Some(byte);
                quoted = true;
            }
            (Some(open), _) if open == byte => quote = None,
            (None, b'\\') => {
                quoted = true;
                plain.extend(bytes.next());
            }
            (Some(b'"'), b'\\') if matches!(bytes.peek(), Some(b'"' | b'\\' | b'$' | b'`')) => {
                plain.extend(bytes.next())
            }
            _ => plain.push(byte),
        }
    }
    (plain, quoted)
}

/// `text` in single quotes, a quote inside as `'\''`.
pub(crate) fn single_quoted(text: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in text {
        if *byte == b'\'' {
            quoted.extend_from_slice(b"'\\''");
        } else {
            quoted.push(*byte);
        }
    }
    quoted.push(b'\'');
    quoted
}

/// `text` as messages show it: in `$'...'` when it holds bytes that do not print.
pub(crate) fn printable(text: &[u8]) -> Vec<u8> {
    let valid = std::str::from_utf8(text).is_ok();
    let prints = |byte: u8| (0x20..0x7f).contains(&byte) || (valid && byte >= 0x80);
    if text.iter().all(|byte| prints(*byte)) {
        return text.to_vec();
    }
    ansi_quoted(text)
}

/// `text` in the form `$'...'`.
pub(crate) fn ansi_quoted(text: &[u8]) -> Vec<u8> {
    let valid = std::str::from_utf8(text).is_ok();
    let mut quoted = b"$'".to_vec();
    for byte in text.iter().copied() {
        match byte {
            0x1b => quoted.extend_from_slice(b"\\E"),
            0x07 => quoted.extend_from_slice(b"\\a"),
            0x08 => quoted.extend_from_slice(b"\\b"),
            0x0b => quoted.extend_from_slice(b"\\v"),
            0x0c => quoted.extend_from_slice(b"\\f"),
            b'\n' => quoted.extend_from_slice(b"\\n"),
            b'\r' => quoted.extend_from_slice(b"\\r"),
            b'\t' => quoted.extend_from_slice(b"\\t"),
            b'\\' | b'\'' => quoted.extend([b'\\', byte]),
            0x20..0x7f => quoted.push(byte),
            _ if valid && byte >= 0x80 => quoted.push(byte),
            _ => quoted.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
        }
    }
    quoted.push(b'\'');
    quoted
}

/// The value of `$'body'`.
pub(crate) fn ansi_c(body: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(&byte) = body.get(at) {
        at += 1;
        if byte != b'\\' {
            value.push(byte);
            continue;
        }
        let Some(&escape) = body.get(at) else {
            value.push(b'\\');
            break;
        };
        at += 1;
        match escape {
            b'a' => value.push(0x07),
            b'b' => value.push(0x08),
            b'e' | b'E' => value.push(0x1b),
            b'f' => value.push(0x0c),
            b'n' => value.push(b'\n'),
            b'r' => value.push(b'\r'),
            b't' => value.push(b'\t'),
            b'v' => value.push(0x0b),
            b'\\' | b'\'' | b'"' | b'?' => value.push(escape),
            b'0'..=b'7' => {
                let (number, used) = digits(body.get(at - 1..).unwrap_or_default(), 8, 3);
                at += used - 1;
                if number & 0xff == 0 {
                    return value;
                }
                value.push((number & 0xff) as u8);
            }
            b'x' | b'u' | b'U' => {
                let most = match escape {
                    b'x' => 2,
                    b'u' => 4,
                    _ => 8,
                };
                let (number, used) = digits(body.get(at..).unwrap_or_default(), 16, most);
                at += used;
                if used == 0 {
                    value.extend([b'\\', escape]);
                } else if number == 0 {
                    return value;
                } else if escape == b'x' {
                    value.push((number & 0xff) as u8);
                } else {
                    push_code_point(number, &mut value);
                }
            }
            b'c' => {
                if let Some(&control) = body.get(at) {
                    at += 1;
                    value.push(if control == b'?' { 0x7f } else { control.to_ascii_uppercase() & 0x1f });
                } else {
                    value.extend_from_slice(b"\\c");
                }
            }
            other => value.extend([b'\\', other]),
        }
    }
    value
}

/// The number at the start of `text` and how many digits it has, at most `most`.
pub(crate) fn digits(text: &[u8], radix: u32, most: usize) -> (u32, usize) {
    let mut number = 0u32;
    let mut used = 0;
    for byte in text.iter().take(most) {
        let Some(digit) = char::from(*byte).to_digit(radix) else {
            break;
        };
        number = number.wrapping_mul(radix).wrapping_add(digit);
        used += 1;
    }
    (number, used)
}

/// Appends a code point in UTF-8, as bash does also for surrogates.
pub(crate) fn push_code_point(number: u32, value: &mut Vec<u8>) {
    let low = |shift: u32| 0x80 | ((number >> shift) & 0x3f) as u8;
    match number {
        0..0x80 => value.push(number as u8),
        0x80..0x800 => value.extend([0xc0 | (number >> 6) as u8, low(0)]),
        0x800..0x1_0000 => value.extend([0xe0 | (number >> 12) as u8, low(6), low(0)]),
        0x1_0000..0x20_0000 => value.extend([0xf0 | (number >> 18) as u8, low(12), low(6), low(0)]),
        0x20_0000..0x400_0000 => value.extend([0xf8 | (number >> 24) as u8, low(18), low(12), low(6), low(0)]),
        _ => value.extend([0xfc | ((number >> 30) & 1) as u8, low(24), low(18), low(12), low(6), low(0)]),
    }
}
