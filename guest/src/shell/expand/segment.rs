//! Walks a word's source text and expands what it finds into segments.

use super::super::Shell;
use super::super::eval::{Interrupt, Run};
use super::super::syntax::{Parser, end_of_matched, end_of_parameter};

/// A piece of an expanded word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Typed without quotes: not split, but a pattern.
    Literal(Vec<u8>),
    /// Quoted: neither split nor a pattern; makes a field even when empty.
    Quoted(Vec<u8>),
    /// From an unquoted expansion: split, and a pattern.
    Expanded(Vec<u8>),
    /// Where one element of `$@` ends and the next begins.
    Break,
}

/// Where the text stands: it decides about quotes and tildes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An argument of a command.
    Word,
    /// A single string: `case` subject, here-string, pattern.
    Text,
    /// The right side of an assignment.
    Assignment,
    /// Inside double quotes.
    Quoted,
    /// A here-document.
    Document,
}

impl Place {
    pub(crate) const fn quotes_everything(self) -> bool {
        matches!(self, Self::Quoted | Self::Document)
    }
}

impl Shell<'_, '_> {
    /// Expands everything but braces, splitting and patterns.
    pub(crate) fn segments(&mut self, text: &[u8], place: Place) -> Run<Vec<Segment>> {
        let mut segments = Vec::new();
        let mut literal = Vec::new();
        let mut at = 0;
        let quoted = place.quotes_everything();
        let mut tilde_allowed = !quoted;
        while let Some(&byte) = text.get(at) {
            let tilde_here = std::mem::replace(&mut tilde_allowed, false);
            at += 1;
            match byte {
                b'~' if tilde_here => match self.tilde(&text[at - 1..], place) {
                    Some((value, used)) => {
                        flush(&mut literal, &mut segments, quoted);
                        segments.push(Segment::Quoted(value));
                        at += used - 1;
                    }
                    None => literal.push(byte),
                },
                b':' if place == Place::Assignment => {
                    literal.push(byte);
                    tilde_allowed = true;
                }
                b'=' if place == Place::Word
                    && !literal.is_empty()
                    && segments.is_empty()
                    && super::super::syntax::is_identifier(&literal) =>
                {
                    literal.push(byte);
                    tilde_allowed = true;
                }
                b'\\' => at += self.backslash(&text[at..], place, &mut literal, &mut segments),
                b'\'' if !quoted => {
                    flush(&mut literal, &mut segments, quoted);
                    let end = memchr::memchr(b'\'', &text[at..]).map_or(text.len(), |end| at + end);
                    segments.push(Segment::Quoted(text[at..end].to_vec()));
                    at = (end + 1).min(text.len());
                }
                b'"' if !quoted => {
                    flush(&mut literal, &mut segments, quoted);
                    let options = self.parse_options();
                    let end = end_of_matched(text, at, b'"', b'"', options).unwrap_or(text.len() + 1);
                    let inner = &text[at..(end - 1).min(text.len())];
                    self.double_quoted(inner, &mut segments)?;
                    at = end.min(text.len());
                }
                // Only quotes inside `"${x-...}"` reach this place.
                b'"' if place == Place::Quoted => {}
                b'`' => {
                    flush(&mut literal, &mut segments, quoted);
                    at = self.backquoted(text, at, quoted, &mut segments)?;
                }
                b'$' => at = self.dollar(text, at, place, &mut literal, &mut segments)?,
                b'<' | b'>' if !quoted && text.get(at) == Some(&b'(') => {
                    let end = Parser::end_of_substitution(text, at + 1, self.parse_options()).unwrap_or(text.len() + 1);
                    let body = text[at + 1..(end - 1).min(text.len())].to_vec();
                    flush(&mut literal, &mut segments, quoted);
                    let name = self.process_substitution(byte == b'<', &body)?;
                    segments.push(Segment::Quoted(name));
                    at = end.min(text.len());
                }
                _ => literal.push(byte),
            }
        }
        flush(&mut literal, &mut segments, quoted);
        Ok(segments)
    }

    /// What stands between double quotes, always at least one segment unless it was only an
    /// empty `$@`.
    fn double_quoted(&mut self, inner: &[u8], segments: &mut Vec<Segment>) -> Run<()> {
        if inner.is_empty() {
            segments.push(Segment::Quoted(Vec::new()));
            return Ok(());
        }
        let found = self.segments(inner, Place::Quoted)?;
        segments.extend(found);
        Ok(())
    }

    /// Behind a backslash; returns how many bytes it took.
    fn backslash(&mut self, rest: &[u8], place: Place, literal: &mut Vec<u8>, segments: &mut Vec<Segment>) -> usize {
        let Some(&next) = rest.first() else {
            literal.push(b'\\');
            return 0;
        };
        if next == b'\n' {
            return 1;
        }
        if place.quotes_everything() {
            let special = matches!(next, b'$' | b'`' | b'\\') || (next == b'"' && place == Place::Quoted);
            if !special {
                literal.push(b'\\');
            }
            literal.push(next);
            return 1;
        }
        flush(literal, segments, false);
        segments.push(Segment::Quoted(vec![next]));
        1
    }

    /// From behind `$`; returns where to go on.
    fn dollar(
        &mut self,
        text: &[u8],
        at: usize,
        place: Place,
        literal: &mut Vec<u8>,
        segments: &mut Vec<Segment>,
    ) -> Run<usize> {
        let quoted = place.quotes_everything();
        let options = self.parse_options();
        let Some(&next) = text.get(at) else {
            literal.push(b'$');
            return Ok(at);
        };
        let end = match next {
            b'{' => {
                let Some(end) = end_of_parameter(text, at + 1, quoted, options) else {
                    return Err(self.bad_substitution(&text[at - 1..]));
                };
                flush(literal, segments, quoted);
                self.nested(|shell| shell.parameter(&text[at + 1..end - 1], place, segments))?;
                end
            }
            b'(' if text.get(at + 1) == Some(&b'(')
                && let Some(end) = arithmetic_end(text, at, options.clone()) =>
            {
                flush(literal, segments, quoted);
                let expression = text[at + 2..end - 2].to_vec();
                let expanded = self.expand_arithmetic_text(&expression)?;
                let value = self.arithmetic(&expanded)?;
                push(value.to_string().into_bytes(), quoted, segments);
                end
            }
            b'(' => {
                let Some(end) = Parser::end_of_substitution(text, at + 1, options) else {
                    return Err(Interrupt::discard(self, 1));
                };
                flush(literal, segments, quoted);
                let body = text[at + 1..end - 1].to_vec();
                let output = self.command_substitution(&body, false)?;
                push(output, quoted, segments);
                end
            }
            b'[' => {
                let Some(end) = end_of_matched(text, at + 1, b'[', b']', options) else {
                    literal.push(b'$');
                    return Ok(at);
                };
                flush(literal, segments, quoted);
                let expanded = self.expand_arithmetic_text(&text[at + 1..end - 1])?;
                let value = self.arithmetic(&expanded)?;
                push(value.to_string().into_bytes(), quoted, segments);
                end
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let length =
                    text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                flush(literal, segments, quoted);
                self.simple_parameter(&text[at..at + length], place, segments)?;
                at + length
            }
            b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => {
                flush(literal, segments, quoted);
                self.simple_parameter(&text[at..=at], place, segments)?;
                at + 1
            }
            b'\'' if !quoted => {
                flush(literal, segments, quoted);
                let options = self.parse_options();
                let end = end_of_matched(text, at + 1, b'\'', b'\'', options).unwrap_or(text.len() + 1);
                let inner = &text[at + 1..(end - 1).min(text.len())];
                segments.push(Segment::Quoted(super::super::syntax::ansi_c(inner)));
                end.min(text.len())
            }
            b'"' if !quoted => at,
            _ => {
                literal.push(b'$');
                at
            }
        };
        Ok(end)
    }

    /// `` `...` ``: backslashes before `$`, `` ` `` and `\` go before the text is run.
    fn backquoted(&mut self, text: &[u8], start: usize, quoted: bool, segments: &mut Vec<Segment>) -> Run<usize> {
        let mut body = Vec::new();
        let mut at = start;
        while let Some(&byte) = text.get(at) {
            at += 1;
            match (byte, text.get(at)) {
                (b'`', _) => break,
                (b'\\', Some(&next)) if matches!(next, b'$' | b'`' | b'\\') || (quoted && next == b'"') => {
                    body.push(next);
                    at += 1;
                }
                _ => body.push(byte),
            }
        }
        let output = self.command_substitution(&body, true)?;
        push(output, quoted, segments);
        Ok(at)
    }

    /// `~`, `~+`, `~-`, `~user` at the start of `text`: its value and how much it takes.
    fn tilde(&self, text: &[u8], place: Place) -> Option<(Vec<u8>, usize)> {
        let ends = |byte: &u8| *byte == b'/' || (*byte == b':' && place == Place::Assignment);
        let length = text.iter().position(ends).unwrap_or(text.len());
        let value = match text.get(1..length)? {
            b"" => match self.scalar(b"HOME") {
                Some(home) => home,
                None => b"/root".to_vec(),
            },
            b"+" => self.scalar(b"PWD")?,
            b"-" => self.scalar(b"OLDPWD")?,
            b"root" => b"/root".to_vec(),
            _ => return None,
        };
        Some((value, length))
    }
}

/// The end of `$((...))` whose first `(` is at `at`; `None` when it is a command substitution
/// that starts with a subshell.
fn arithmetic_end(text: &[u8], at: usize, options: super::super::syntax::ParseOptions) -> Option<usize> {
    let end = end_of_matched(text, at + 1, b'(', b')', options.clone())?;
    if text.get(end.checked_sub(2)?) != Some(&b')') {
        return None;
    }
    // The inner parentheses must be one pair of their own.
    let inner = end_of_matched(text, at + 2, b'(', b')', options)?;
    (inner + 1 == end).then_some(end)
}

pub(super) fn push(text: Vec<u8>, quoted: bool, segments: &mut Vec<Segment>) {
    segments.push(if quoted { Segment::Quoted(text) } else { Segment::Expanded(text) });
}

fn flush(literal: &mut Vec<u8>, segments: &mut Vec<Segment>, quoted: bool) {
    if !literal.is_empty() {
        let text = std::mem::take(literal);
        segments.push(if quoted { Segment::Quoted(text) } else { Segment::Literal(text) });
    }
}
