//! Text in, syntax tree or typed failure out.

use ruff_python_ast::{ModModule, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::Ranged;

use super::definitions::{self, Definition};
use super::nesting::{self, NestingError, NestingLimits};

/// The largest file that is parsed, in bytes. Default 16 MiB; a larger one is
/// [`ParseFailure::TooLarge`].
pub const SOURCE_BYTES: usize = 16 << 20;

/// A module that parses, with the text that it was parsed from.
#[derive(Debug)]
pub struct Module<'text> {
    text: &'text str,
    parsed: Parsed<ModModule>,
    lines: Lines,
}

/// One thing that the parser found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong, in the parser's words.
    pub message: String,
    /// Where it starts, in bytes.
    pub offset: usize,
    /// Its line, counted from 1.
    pub line: usize,
}

/// Why a text is no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseFailure {
    /// The text is larger than [`SOURCE_BYTES`].
    #[error("larger than {SOURCE_BYTES} bytes")]
    TooLarge,
    /// The text nests too deep to be parsed on a thread's stack.
    #[error(transparent)]
    TooDeep(#[from] NestingError),
    /// The text has syntax errors; there is at least one.
    #[error("{}", describe(.0))]
    Syntax(Vec<SyntaxError>),
}

fn describe(errors: &[SyntaxError]) -> String {
    match errors {
        [] => "syntax error".to_owned(),
        [first] => format!("line {}: {}", first.line, first.message),
        [first, rest @ ..] => format!("line {}: {} (and {} more)", first.line, first.message, rest.len()),
    }
}

/// Parses a module as Python 3.14 would.
pub fn parse(text: &str) -> Result<Module<'_>, ParseFailure> {
    if text.len() > SOURCE_BYTES {
        return Err(ParseFailure::TooLarge);
    }
    nesting::check(text, &NestingLimits::default())?;
    let lines = Lines::of(text);
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY314);
    let parsed = parse_unchecked(text, options);
    let mut errors: Vec<SyntaxError> = Vec::new();
    let mut add = |message: String, offset: usize| {
        errors.push(SyntaxError { message, offset, line: lines.line_of(offset) });
    };
    for error in parsed.errors() {
        add(error.error.to_string(), error.location.start().to_usize());
    }
    for error in parsed.unsupported_syntax_errors() {
        add(error.to_string(), error.range.start().to_usize());
    }
    match parsed.try_into_module() {
        Some(parsed) if errors.is_empty() => Ok(Module { text, parsed, lines }),
        _ => {
            errors.sort_by_key(|error| error.offset);
            Err(ParseFailure::Syntax(errors))
        }
    }
}

impl<'text> Module<'text> {
    /// The text.
    pub fn text(&self) -> &'text str {
        self.text
    }

    /// Every function and class in source order, outer ones before those inside them.
    pub fn definitions(&self) -> Vec<Definition> {
        definitions::of(self)
    }

    /// The statements of [`Module::definitions`], in the same order.
    pub(crate) fn definition_statements(&self) -> Vec<&ruff_python_ast::Stmt> {
        definitions::statements(self)
    }

    /// The line of a byte offset, counted from 1. Lines end at `\n`.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.line_of(offset)
    }

    /// Where a line starts that holds this byte offset.
    pub fn line_start(&self, offset: usize) -> usize {
        self.lines.start_of(self.line_of(offset))
    }

    /// Where the line after this byte offset starts, or the end of the text.
    pub fn next_line_start(&self, offset: usize) -> usize {
        self.text.as_bytes()[offset..]
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(self.text.len(), |at| offset + at + 1)
    }

    pub(crate) fn parsed(&self) -> &Parsed<ModModule> {
        &self.parsed
    }

    /// The text of a node.
    pub(crate) fn text_of(&self, node: &impl Ranged) -> &'text str {
        &self.text[node.range().to_std_range()]
    }
}

/// Where lines start.
#[derive(Debug)]
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let starts = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    fn line_of(&self, offset: usize) -> usize {
        self.0.partition_point(|&start| start <= offset)
    }

    fn start_of(&self, line: usize) -> usize {
        self.0[line - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_listed_with_their_lines() {
        let Err(ParseFailure::Syntax(errors)) = parse("x = 1\ny = (\nprint 'a'\nz = = 2\n") else {
            panic!("it parsed");
        };
        assert!(errors.len() > 1, "{errors:?}");
        assert!(errors.is_sorted_by_key(|error| error.offset));
        assert_eq!(errors[0].line, 3);
        let Err(failure) = parse("def f(:\n  pass\n") else { panic!("it parsed") };
        assert!(failure.to_string().starts_with("line 1: "), "{failure}");
    }

    #[test]
    fn new_syntax_is_known_and_old_syntax_is_not() {
        for text in ["match x:\n    case [1, *_]: pass\n", "type A[T] = list[T]\n", "x = t'{a}'\n", "f'{f'{1}'}'\n"] {
            parse(text).unwrap();
        }
        for text in ["print 'a'\n", "exec 'a'\n", "raise E, 'a'\n", "x = 0777\n", "\0"] {
            assert!(matches!(parse(text), Err(ParseFailure::Syntax(_))), "{text:?}");
        }
    }

    #[test]
    fn offsets_become_lines() {
        let module = parse("a = 1\n\nb = 2").unwrap();
        assert_eq!([0, 5, 6, 7, 12].map(|offset| module.line_of(offset)), [1, 1, 2, 3, 3]);
        assert_eq!(module.line_start(9), 7);
        assert_eq!((module.next_line_start(2), module.next_line_start(9)), (6, 12));
    }

    /// The deepest input that passes the check, run on the stack that a spawned thread has.
    #[test]
    fn the_deepest_accepted_input_fits_a_thread() {
        let blocks: String = (0..100).map(|depth| format!("{}def f():\n", " ".repeat(depth))).collect();
        let pad = " ".repeat(100);
        let texts = [
            format!("{blocks}{pad}x = {}1{}\n", "(-".repeat(199), ")".repeat(199)),
            format!("{blocks}{pad}x = {}1\n", "lambda: ".repeat(490)),
            format!("{blocks}{pad}x = {}1\n", "1 if 1 else ".repeat(240)),
            format!("{blocks}{pad}x = {}1\n", "1**".repeat(490)),
            format!("{blocks}{pad}x = {}1\n", "1+".repeat(490)),
            format!("{blocks}{pad}x = a{}\n", "()".repeat(490)),
            format!("{blocks}{pad}x = {}1\n", "-".repeat(490)),
            format!("{blocks}{pad}x = {}1{}\n", "f'{".repeat(99), "}'".repeat(99)),
        ];
        for text in texts {
            std::thread::Builder::new()
                .stack_size(2 << 20)
                .spawn(move || {
                    let module = parse(&text).unwrap();
                    assert_eq!(module.definitions().len(), 100);
                    // Visitors recurse into expressions as well.
                    assert_eq!(module.signatures().len(), 100);
                })
                .unwrap()
                .join()
                .unwrap();
        }
    }
}
