//! Bracket expressions of mawk's patterns, as sets of bytes.

use super::regex::{BAD_CLASS, RegexError, Writer, push_byte};

impl Writer<'_> {
    /// A bracket expression.
    pub(super) fn bracket(&mut self) -> Result<(), RegexError> {
        let end = self.bracket_end()?;
        self.at += 1;
        let negated = self.byte(0) == Some(b'^');
        self.at += usize::from(negated);
        let mut members = [false; 256];
        let mut previous: Option<u8> = None;
        while self.at < end {
            match self.byte(0).unwrap_or_default() {
                b'[' if self.byte(1) == Some(b':') => {
                    let rest = self.pattern.get(self.at + 2..end).unwrap_or_default();
                    let length = memchr::memchr(b':', rest).ok_or(BAD_CLASS)?;
                    let holds = class(rest.get(..length).unwrap_or_default()).ok_or(BAD_CLASS)?;
                    if rest.get(length + 1) != Some(&b']') {
                        return Err(BAD_CLASS);
                    }
                    self.at += 2 + length + 2;
                    for (byte, member) in (0..=u8::MAX).zip(&mut members) {
                        *member |= holds(&byte);
                    }
                }
                b'-' if previous.is_some() && self.at + 1 < end => {
                    self.at += 1;
                    let back = self.at;
                    let last = self.member();
                    let first = previous.take().unwrap_or_default();
                    if first <= last {
                        (first..=last).for_each(|byte| include(&mut members, byte));
                    } else {
                        self.at = back;
                        include(&mut members, b'-');
                        previous = Some(b'-');
                    }
                }
                _ => {
                    let byte = self.member();
                    include(&mut members, byte);
                    previous = Some(byte);
                }
            }
        }
        self.at = end + 1;
        if negated {
            members.iter_mut().for_each(|member| *member = !*member);
        }
        self.write_set(&members)
    }

    /// One member, perhaps escaped.
    fn member(&mut self) -> u8 {
        let byte = self.byte(0).unwrap_or_default();
        self.at += 1;
        if byte == b'\\' { self.escape() } else { byte }
    }

    /// Where the bracket expression ends: at its `]`.
    fn bracket_end(&self) -> Result<usize, RegexError> {
        let is_class = |at: usize| self.pattern.get(at + 1) == Some(&b':');
        let mut at = self.at + 1;
        if self.pattern.get(at) == Some(&b'^') && matches!(self.pattern.get(at + 1), Some(b']' | b'[')) {
            at += 1;
        }
        if self.pattern.get(at) == Some(&b']') || (self.pattern.get(at) == Some(&b'[') && !is_class(at)) {
            at += 1;
        }
        let mut inside_class = false;
        loop {
            match self.pattern.get(at).ok_or(BAD_CLASS)? {
                b'[' if is_class(at) => {
                    if inside_class {
                        return Err(BAD_CLASS);
                    }
                    inside_class = true;
                }
                b']' if !inside_class => return Ok(at),
                b']' => {
                    if self.pattern.get(at - 1) != Some(&b':') {
                        return Err(BAD_CLASS);
                    }
                    inside_class = false;
                }
                b'\\' => at += 1,
                _ => {}
            }
            at += 1;
        }
    }

    /// Writes a set of bytes as a bracket expression.
    fn write_set(&mut self, members: &[bool; 256]) -> Result<(), RegexError> {
        let (low, high) = members.split_at(128);
        // Inside of a negated expression all bytes above ASCII are members unless they are named.
        let negated = high.iter().filter(|member| **member).count() > 64;
        let listed: Vec<u8> = (0..=u8::MAX)
            .zip(low.iter().chain(high))
            .filter(|(_, member)| **member != negated)
            .map(|(byte, _)| byte)
            .collect();
        if listed.is_empty() && negated {
            self.out.push(b'.');
            return Ok(());
        }
        if listed.is_empty() {
            return Err(BAD_CLASS);
        }
        self.out.extend_from_slice(if negated { &b"[^"[..] } else { b"[" });
        for byte in listed {
            if b"\\]^-[".contains(&byte) {
                self.out.push(b'\\');
            }
            push_byte(&mut self.out, byte);
        }
        self.out.push(b']');
        Ok(())
    }
}

fn include(members: &mut [bool; 256], byte: u8) {
    if let Some(member) = members.get_mut(usize::from(byte)) {
        *member = true;
    }
}

/// The test of a named class.
fn class(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| super::number::is_space(*byte),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}
