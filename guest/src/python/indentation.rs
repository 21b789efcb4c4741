//! E111. In a file that parses, E112 and E113 find nothing, and E902 has no cause.

use ruff_python_ast::ModModule;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;

/// Offsets and texts of the findings.
pub(super) fn check(parsed: &Parsed<ModModule>, text: &str) -> Vec<(usize, String)> {
    let mut problems = Vec::new();
    let mut is_line_start = true;
    for token in parsed.tokens() {
        match token.kind() {
            TokenKind::Newline => is_line_start = true,
            TokenKind::NonLogicalNewline | TokenKind::Comment | TokenKind::Indent | TokenKind::Dedent => {}
            _ if is_line_start => {
                is_line_start = false;
                let offset = token.start().to_usize();
                let line_start = memchr::memrchr(b'\n', text.as_bytes().get(..offset).unwrap_or_default());
                let indent = text.get(line_start.map_or(0, |at| at + 1)..offset).unwrap_or_default();
                if indent.bytes().all(|byte| matches!(byte, b' ' | b'\t' | 0x0c)) && !width(indent).is_multiple_of(4) {
                    problems.push((offset, "E111 indentation is not a multiple of 4".to_owned()));
                }
            }
            _ => {}
        }
    }
    problems
}

/// Columns that an indentation takes up.
fn width(indent: &str) -> usize {
    indent.bytes().fold(0, |column, byte| match byte {
        b'\t' => column / 8 * 8 + 8,
        b' ' => column + 1,
        _ => column,
    })
}
