//! Text between matching delimiters: quotes, `${...}`, `$(...)`, `((...))`, subscripts.

use super::error::{SyntaxErrorKind, unmatched};
use super::parser::{Parse, ParseOptions, Parser, State};
use super::token::{Kind, Operator};

/// How the text between two delimiters is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    /// Inside double quotes.
    pub(super) double_quoted: bool,
    /// `${...}`: the operator decides whether single quotes quote.
    pub(super) parameter: bool,
    /// The opening byte does not nest.
    pub(super) first_close: bool,
    /// A backslash escapes inside single quotes (`$'...'`).
    pub(super) escapes: bool,
    /// Which `$` forms nest; between equal delimiters other than backquotes all do.
    pub(super) dollar: Dollar,
}

/// Which `$` forms are read as a whole inside a grouping construct.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dollar {
    /// None: brackets are merely counted.
    #[default]
    Counted,
    /// `$(`
    Substitution,
    /// `$(`, `${`, `$[`
    All,
}

/// Where in `${name op word}` the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Name,
    Operator,
    Word,
    /// Behind an operator whose word is a pattern: single quotes quote.
    Pattern,
}

impl Parser<'_> {
    /// Reads up to the `close` that matches an `open` already read; the result ends in `close`.
    pub(super) fn matched(&mut self, open: u8, close: u8, flags: Flags) -> Parse<Vec<u8>> {
        self.nested(|parser| parser.matched_inner(open, close, flags))
    }

    fn matched_inner(&mut self, open: u8, close: u8, flags: Flags) -> Parse<Vec<u8>> {
        let start_line = self.position.line;
        let quotes_literally = close == b'\'';
        let inner = Flags { double_quoted: close == b'"' || flags.double_quoted, ..Flags::default() };
        let mut text = Vec::new();
        let mut count = 1u32;
        let mut escaped = false;
        let mut after_dollar = false;
        let mut place = Place::Name;
        while count > 0 {
            let Some(byte) = self.get(!quotes_literally && !escaped)? else {
                return Err(unmatched(start_line, close));
            };
            if escaped {
                escaped = false;
                if byte == b'\n' && !quotes_literally {
                    text.pop();
                } else {
                    text.push(byte);
                }
                continue;
            }
            if byte == close {
                count -= 1;
            } else if open != close && byte == open && (!flags.first_close || (after_dollar && open == b'{')) {
                count += 1;
            }
            text.push(byte);
            if count == 0 {
                break;
            }
            if open == b'\'' {
                escaped = flags.escapes && byte == b'\\';
                continue;
            }
            escaped = byte == b'\\';
            if flags.parameter {
                place = next_place(place, byte, text.len());
            }
            let was_dollar = after_dollar;
            after_dollar = byte == b'$' && !was_dollar;
            if open != close && matches!(byte, b'\'' | b'"' | b'`') {
                self.quoted_inside(byte, was_dollar, inner, place, &mut text)?;
            } else if open == b'"' && byte == b'`' {
                text.extend(self.matched(b'`', b'`', Flags::default())?);
            } else if open != b'`' && was_dollar && follows_dollar(open == close, flags.dollar, byte) {
                if open == byte {
                    count -= 1;
                }
                text.extend(self.after_dollar(byte, inner.double_quoted)?);
            }
        }
        Ok(text)
    }

    /// A quote inside `(...)` or `{...}`; `text` already holds it.
    fn quoted_inside(
        &mut self,
        quote: u8,
        was_dollar: bool,
        inner: Flags,
        place: Place,
        text: &mut Vec<u8>,
    ) -> Parse<()> {
        let ansi = was_dollar && quote == b'\'' && (!inner.double_quoted || place == Place::Pattern);
        let nested = self.matched(quote, quote, Flags { escapes: was_dollar && quote == b'\'', ..inner })?;
        if ansi {
            text.truncate(text.len().saturating_sub(2));
            let value = super::word::ansi_c(nested.get(..nested.len() - 1).unwrap_or_default());
            text.extend(super::word::single_quoted(&value));
        } else if was_dollar && quote == b'"' && !inner.double_quoted {
            text.truncate(text.len().saturating_sub(2));
            text.push(b'"');
            text.extend(nested);
        } else {
            text.extend(nested);
        }
        Ok(())
    }

    /// What follows `$`, its opening byte already read, up to and with the closing one.
    pub(super) fn after_dollar(&mut self, open: u8, double_quoted: bool) -> Parse<Vec<u8>> {
        match open {
            b'{' => self.matched(
                b'{',
                b'}',
                Flags { double_quoted, parameter: true, first_close: true, dollar: Dollar::All, ..Flags::default() },
            ),
            b'[' => self.matched(b'[', b']', Flags { double_quoted, dollar: Dollar::Substitution, ..Flags::default() }),
            _ => self.parenthesis_after_dollar(),
        }
    }

    /// From behind `$(` to behind its `)`.
    pub(super) fn parenthesis_after_dollar(&mut self) -> Parse<Vec<u8>> {
        if self.look(true)? == Some(b'(') {
            return self.matched(b'(', b')', Flags { dollar: Dollar::Substitution, ..Flags::default() });
        }
        self.command_substitution()
    }

    /// The commands of `$(...)`, checked by the grammar, as source text with the final `)`.
    pub(super) fn command_substitution(&mut self) -> Parse<Vec<u8>> {
        let start = self.position.offset;
        self.nested(Self::substitution_body)?;
        Ok(self.source.get(start..self.offset()).unwrap_or_default().to_vec())
    }

    /// Parses up to the `)` that ends a command substitution.
    pub(super) fn substitution_body(&mut self) -> Parse<()> {
        let outer = std::mem::replace(&mut self.state, State { in_substitution: true, ..State::default() });
        let result = self.substitution_lines();
        self.state = outer;
        result.map_err(|error| match error.kind {
            SyntaxErrorKind::Plain if error.offending_line.is_some() => error.of_kind(SyntaxErrorKind::Substitution),
            SyntaxErrorKind::Condition => error.of_kind(SyntaxErrorKind::Substitution),
            _ => error,
        })
    }

    fn substitution_lines(&mut self) -> Parse<()> {
        loop {
            let kind = self.peek()?.kind;
            match kind {
                Kind::Operator(Operator::CloseParen) => {
                    self.take()?;
                    return self.finish_here_documents();
                }
                Kind::Newline => {
                    self.take()?;
                }
                Kind::End => {
                    let token = self.take()?;
                    return Err(self.unexpected(&token));
                }
                _ => {
                    self.simple_list()?;
                    let token = self.peek()?;
                    if !matches!(token.kind, Kind::Newline | Kind::End | Kind::Operator(Operator::CloseParen)) {
                        let token = self.take()?;
                        return Err(self.unexpected(&token));
                    }
                }
            }
        }
    }
}

/// The end of `${...}` in `source`, from behind the `{` to behind the `}`.
pub(crate) fn end_of_parameter(
    source: &[u8],
    start: usize,
    double_quoted: bool,
    options: ParseOptions,
) -> Option<usize> {
    end_of(source, start, options, |parser| parser.after_dollar(b'{', double_quoted))
}

/// The end of `$((...))`, `$[...]` or a quoted string, from behind `open` to behind its match.
pub(crate) fn end_of_matched(source: &[u8], start: usize, open: u8, close: u8, options: ParseOptions) -> Option<usize> {
    end_of(source, start, options, |parser| parser.matched(open, close, Flags::default()))
}

fn end_of(
    source: &[u8],
    start: usize,
    options: ParseOptions,
    read: impl FnOnce(&mut Parser<'_>) -> Parse<Vec<u8>>,
) -> Option<usize> {
    let mut parser = Parser::new(source, options);
    parser.position.offset = start;
    read(&mut parser).ok()?;
    (parser.position.offset <= source.len()).then_some(parser.position.offset)
}

fn follows_dollar(same_delimiters: bool, dollar: Dollar, byte: u8) -> bool {
    match byte {
        b'(' => same_delimiters || dollar != Dollar::Counted,
        b'{' | b'[' => same_delimiters || dollar == Dollar::All,
        _ => false,
    }
}

fn next_place(place: Place, byte: u8, length: usize) -> Place {
    let operator = b"#%^,~:-=?+/".contains(&byte);
    match place {
        Place::Name if length > 1 && b"#%^,/".contains(&byte) => Place::Pattern,
        Place::Name if operator => Place::Operator,
        Place::Operator if !operator => Place::Word,
        other => other,
    }
}
