//! Syntax errors in bash's words.

/// Why the text could not be parsed. The caller adds the prefix (`bash: -c: line 1: `).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The messages in order, each with its line from 1.
    pub messages: Vec<(u32, Vec<u8>)>,
    /// The source line that a non-interactive shell prints after them.
    pub offending_line: Option<Vec<u8>>,
    /// What the shell does about it.
    pub kind: SyntaxErrorKind,
}

/// The consequence of a [`SyntaxError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// Status 2.
    Plain,
    /// A quote or bracket that never closes: status 2, unless a failure came before it.
    Unclosed,
    /// In a `[[ ]]` that the text's end cuts off: the same statuses.
    CutCondition,
    /// Inside a command substitution: status 127.
    Substitution,
    /// Inside `name=( ... )`: status 1.
    CompoundAssignment,
    /// Inside `[[ ... ]]`: the status stays what it was.
    Condition,
    /// Nested deeper than the limit, or too much work: a limit of the step, not an error of bash.
    Nesting,
}

impl SyntaxError {
    /// An error of one message.
    pub(crate) fn new(line: u32, message: impl Into<Vec<u8>>) -> Box<Self> {
        Box::new(Self { messages: vec![(line, message.into())], offending_line: None, kind: SyntaxErrorKind::Plain })
    }

    /// The nesting limit was reached.
    pub(crate) fn nesting() -> Box<Self> {
        Box::new(Self { messages: Vec::new(), offending_line: None, kind: SyntaxErrorKind::Nesting })
    }

    /// The same error with another consequence; the nesting limit stays what it is.
    pub(crate) fn of_kind(mut self: Box<Self>, kind: SyntaxErrorKind) -> Box<Self> {
        if self.kind != SyntaxErrorKind::Nesting {
            self.kind = kind;
        }
        self
    }

    /// The text on standard error: every message behind what `prefix` makes of its line.
    pub fn render(&self, show_line: bool, prefix: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
        let mut text = Vec::new();
        for (line, message) in &self.messages {
            text.extend(prefix(*line));
            text.extend_from_slice(message);
            text.push(b'\n');
        }
        if let (true, Some(source), Some((line, _))) = (show_line, &self.offending_line, self.messages.last()) {
            text.extend(prefix(*line));
            text.push(b'`');
            text.extend_from_slice(source);
            text.extend_from_slice(b"'\n");
        }
        text
    }

    /// Whether a prompt would wait for the rest: a quote or a command is still open.
    pub fn is_incomplete(&self) -> bool {
        self.offending_line.is_none()
            && self.messages.last().is_some_and(|(_, text)| {
                text.starts_with(b"unexpected EOF") || text.ends_with(b"unexpected end of file")
            })
    }

    /// The exit status that it leaves behind; `last` is the one before.
    pub fn status(&self, last: i32) -> i32 {
        match self.kind {
            SyntaxErrorKind::Unclosed | SyntaxErrorKind::CutCondition if last != 0 => last,
            SyntaxErrorKind::Plain
            | SyntaxErrorKind::Unclosed
            | SyntaxErrorKind::CutCondition
            | SyntaxErrorKind::Nesting => 2,
            SyntaxErrorKind::Substitution => 127,
            SyntaxErrorKind::CompoundAssignment => 1,
            SyntaxErrorKind::Condition => last,
        }
    }
}

/// "unexpected EOF while looking for matching `x'".
pub(crate) fn unmatched(line: u32, close: u8) -> Box<SyntaxError> {
    let mut message = b"unexpected EOF while looking for matching `".to_vec();
    message.push(close);
    message.push(b'\'');
    SyntaxError::new(line, message).of_kind(SyntaxErrorKind::Unclosed)
}

/// A warning that does not stop the parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The line on which it is given.
    pub line: u32,
    /// Its text without prefix.
    pub message: Vec<u8>,
}
