//! What CPython 3.11 says of a text that it cannot parse, from what the parser found.

use ruff_python_ast::ModModule;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{LexicalErrorType, ParseErrorType, Parsed};

use super::Lines;

/// Where the first error is, and its text as flake8 shows it.
///
/// Whether there is one is exact; the wording is CPython's for indentation, brackets, strings and
/// tokens, and `invalid syntax` for what CPython explains in more words.
pub(super) fn first_error(parsed: &Parsed<ModModule>, text: &str, lines: &Lines) -> Option<(usize, String)> {
    let errors = parsed.errors().iter().filter(|error| !is_later_check(&error.error));
    let Some(first) = errors.min_by_key(|error| error.location.start()) else {
        // Syntax newer than the version that the scaffold's container runs.
        let newer = parsed.unsupported_syntax_errors().iter().min_by_key(|error| error.range.start())?;
        return Some((newer.range.start().to_usize(), "SyntaxError: invalid syntax".into()));
    };
    let offset = first.location.start().to_usize();
    // A bracket that is never closed is found at the file's end.
    let is_at_end =
        matches!(first.error, ParseErrorType::Lexical(LexicalErrorType::Eof)) || offset >= text.trim_end().len();
    if is_at_end && let Some((at, bracket)) = unclosed_bracket(parsed) {
        return Some((at, format!("SyntaxError: '{bracket}' was never closed")));
    }
    if first.error == ParseErrorType::UnexpectedIndentation {
        // CPython points at the last blank of the indentation.
        let start = lines.start(lines.number(offset));
        let line = text.get(start..).unwrap_or_default();
        let indent = line.len() - line.trim_start_matches([' ', '\t', '\x0c']).len();
        return Some((start + indent.saturating_sub(1), "IndentationError: unexpected indent".into()));
    }
    let message = match &first.error {
        ParseErrorType::Lexical(LexicalErrorType::IndentationError) => {
            "IndentationError: unindent does not match any outer indentation level".into()
        }
        ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError) => {
            let start = text.get(offset..).unwrap_or_default().trim_start_matches(|c: char| c.is_ascii_alphabetic());
            let what = if start.starts_with("\"\"\"") || start.starts_with("'''") {
                format!("unterminated triple-quoted string literal (detected at line {})", last_line(text, lines))
            } else {
                format!("unterminated string literal (detected at line {})", lines.number(offset))
            };
            format!("SyntaxError: {what}")
        }
        ParseErrorType::OtherError(message) => match missing_block(message) {
            Some(what) => {
                let header = text.get(..offset).unwrap_or_default().trim_end().len();
                format!(
                    "IndentationError: expected an indented block after {what} on line {}",
                    lines.number(header.saturating_sub(1))
                )
            }
            None => "SyntaxError: invalid syntax".into(),
        },
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, .. } => "SyntaxError: expected ':'".into(),
        _ => "SyntaxError: invalid syntax".into(),
    };
    Some((offset, message))
}

/// Whether CPython leaves it to a later stage than parsing, which flake8 does not run.
fn is_later_check(error: &ParseErrorType) -> bool {
    matches!(error, ParseErrorType::OtherError(message) if message.starts_with("Duplicate parameter"))
}

/// What stands before a block that is missing, in CPython's words.
fn missing_block(message: &str) -> Option<String> {
    let rest = message.strip_prefix("Expected an indented block after ")?;
    let rest = rest.replace('`', "'");
    Some(match rest.as_str() {
        "function definition" | "class definition" => rest,
        other => other.to_owned(),
    })
}

fn last_line(text: &str, lines: &Lines) -> usize {
    lines.number(text.trim_end_matches('\n').len())
}

/// The innermost bracket that stays open.
fn unclosed_bracket(parsed: &Parsed<ModModule>) -> Option<(usize, char)> {
    use ruff_text_size::Ranged;
    let mut open = Vec::new();
    for token in parsed.tokens() {
        let bracket = match token.kind() {
            TokenKind::Lpar => '(',
            TokenKind::Lsqb => '[',
            TokenKind::Lbrace => '{',
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                open.pop();
                continue;
            }
            _ => continue,
        };
        open.push((token.start().to_usize(), bracket));
    }
    open.pop()
}
