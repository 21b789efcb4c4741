//! How deep a file nests, bounded before it is parsed: parser, visitors and the release of a tree
//! recurse once a level, and the guest's stack is small.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// Open brackets and f-strings.
const BRACKETS: usize = 100;
/// Open indented blocks.
const BLOCKS: usize = 80;
/// Operators, calls, attributes and lambdas that can stand inside each other in one statement.
const CHAIN: usize = 300;

/// Whether a text nests deeper than the guest can follow.
pub(super) fn is_too_deep(text: &str) -> bool {
    has_deep_blocks(text) || has_deep_expressions(text)
}

/// By physical lines: after an open bracket a recovering parser sees blocks where the lexer sees
/// none.
fn has_deep_blocks(text: &str) -> bool {
    let mut open: Vec<usize> = Vec::new();
    for line in text.split(['\n', '\r']) {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '\x0c']).len();
        if indent == line.len() {
            continue;
        }
        while open.last().is_some_and(|outer| *outer >= indent) {
            open.pop();
        }
        if indent > 0 {
            open.push(indent);
        }
        if open.len() > BLOCKS {
            return true;
        }
    }
    false
}

fn has_deep_expressions(text: &str) -> bool {
    // For each open bracket, the tokens since its last comma that may each add a level.
    let mut open: Vec<usize> = vec![0];
    let mut chain = 0;
    let mut lambdas = 0_usize;
    let mut lexer = lexer::lex(text, Mode::Module);
    loop {
        let kind = lexer.next_token();
        let forget = |open: &mut Vec<usize>, chain: &mut usize| {
            if let Some(level) = open.last_mut() {
                *chain -= *level;
                *level = 0;
            }
        };
        match kind {
            TokenKind::EndOfFile => return false,
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => open.push(0),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                forget(&mut open, &mut chain);
                if open.len() > 1 {
                    open.pop();
                }
                // It may have been a call of what stood before it.
                if let Some(level) = open.last_mut() {
                    *level += 1;
                    chain += 1;
                }
            }
            // A lambda's commas separate parameters.
            TokenKind::Comma if lambdas == 0 => forget(&mut open, &mut chain),
            TokenKind::Semi if open.len() == 1 => forget(&mut open, &mut chain),
            TokenKind::Newline => {
                open = vec![0];
                (chain, lambdas) = (0, 0);
            }
            TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent => {}
            _ => {
                match kind {
                    TokenKind::Lambda => lambdas += 1,
                    TokenKind::Colon => lambdas = lambdas.saturating_sub(1),
                    _ => {}
                }
                if let Some(level) = open.last_mut() {
                    *level += 1;
                    chain += 1;
                }
            }
        }
        if open.len() > BRACKETS + 1 || chain > CHAIN {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_is_not_deep() {
        for text in ["x = 1 + 2\n", "if x: y = -1; z = not y\n", "f(a.b)[1].c\n"] {
            assert!(!is_too_deep(&text.repeat(3000)), "{text}");
        }
        assert!(!is_too_deep(&format!("x = [{}]\n", "lambda a, b: a + b, f(1)[2].three, ".repeat(3000))));
    }

    #[test]
    fn each_way_to_nest_is_seen() {
        for chain in ["(", "[", "f(", "f'{", "-", "not ", "1**", "a.", "1 if 1 else ", "lambda: ", "await ", "f()"] {
            assert!(is_too_deep(&format!("x = {}1\n", chain.repeat(400))), "{chain}");
        }
        let blocks: String = (0..90).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
        assert!(is_too_deep(&blocks) && is_too_deep(&format!("(\n{blocks}")));
    }
}
