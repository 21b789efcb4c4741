//! How deep a file nests, bounded before it is parsed.
//!
//! A parser, a visitor and the release of a syntax tree all recurse once per level. The bounds here
//! are upper bounds on that depth, worked out from tokens in one pass without recursion. Brackets
//! and indentation have CPython's own limits, so a file over them is no Python that CPython runs.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};

/// How deep a file may nest. A breach refuses the file with [`NestingError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NestingLimits {
    /// Open brackets and f-strings. Default 200, as CPython's tokenizer has it.
    pub brackets: usize,
    /// Open indented blocks. Default 100, as CPython's tokenizer has it.
    pub blocks: usize,
    /// Operators, calls, attributes and lambdas that can stand inside each other in one statement,
    /// over all open brackets. Default 500, which leaves half of a 2 MiB stack free in an
    /// unoptimised build; CPython's compiler gives up at about 3,000.
    pub chain: usize,
}

impl Default for NestingLimits {
    fn default() -> Self {
        Self { brackets: 200, blocks: 100, chain: 500 }
    }
}

/// Why a file is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NestingError {
    /// More open brackets than [`NestingLimits::brackets`].
    #[error("more than {0} brackets open at once")]
    Brackets(usize),
    /// More open blocks than [`NestingLimits::blocks`].
    #[error("more than {0} indented blocks open at once")]
    Blocks(usize),
    /// A longer chain than [`NestingLimits::chain`].
    #[error("an expression that nests more than {0} operators")]
    Chain(usize),
}

/// Checks a file against the limits.
pub fn check(text: &str, limits: &NestingLimits) -> Result<(), NestingError> {
    check_blocks(text, limits.blocks)?;
    let mut levels = Levels { open: vec![Level::default()], chain: 0 };
    let mut lexer = lexer::lex(text, Mode::Module);
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return Ok(());
        }
        levels.see(kind);
        if levels.open.len() > limits.brackets + 1 {
            return Err(NestingError::Brackets(limits.brackets));
        }
        if levels.chain > limits.chain {
            return Err(NestingError::Chain(limits.chain));
        }
    }
}

/// Counts blocks by the indentation of physical lines, whatever the tokens say: after a bracket
/// that never closes, a recovering parser takes lines for blocks that the lexer does not.
fn check_blocks(text: &str, limit: usize) -> Result<(), NestingError> {
    let mut open: Vec<usize> = Vec::new();
    for line in text.split(['\n', '\r']) {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '\x0c']).len();
        if indent == line.len() {
            continue;
        }
        while open.last().is_some_and(|&outer| outer >= indent) {
            open.pop();
        }
        if indent > 0 {
            open.push(indent);
        }
        if open.len() > limit {
            return Err(NestingError::Blocks(limit));
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Default)]
struct Level {
    /// Tokens since the last separator that may each add a level to the tree.
    operators: usize,
    /// Lambdas whose colon has not come: their commas separate parameters, not elements.
    lambdas: usize,
}

struct Levels {
    open: Vec<Level>,
    /// The operators of all open levels together.
    chain: usize,
}

impl Levels {
    fn see(&mut self, kind: TokenKind) {
        match kind {
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => self.open.push(Level::default()),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::FStringEnd | TokenKind::TStringEnd => {
                self.forget_top();
                if self.open.len() > 1 {
                    self.open.pop();
                }
                // It may have been a call or a subscript of what stood before it.
                if matches!(kind, TokenKind::Rpar | TokenKind::Rsqb) {
                    self.count();
                }
            }
            TokenKind::Comma => {
                if self.open.last().is_some_and(|level| level.lambdas == 0) {
                    self.forget_top();
                }
            }
            TokenKind::Semi if self.open.len() == 1 => self.forget_top(),
            TokenKind::Newline => {
                self.open.clear();
                self.open.push(Level::default());
                self.chain = 0;
            }
            TokenKind::Lambda => {
                self.count();
                if let Some(level) = self.open.last_mut() {
                    level.lambdas += 1;
                }
            }
            TokenKind::Colon => {
                if let Some(level) = self.open.last_mut() {
                    level.lambdas = level.lambdas.saturating_sub(1);
                }
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
            _ => self.count(),
        }
    }

    fn count(&mut self) {
        if let Some(level) = self.open.last_mut() {
            level.operators += 1;
            self.chain += 1;
        }
    }

    fn forget_top(&mut self) {
        if let Some(level) = self.open.last_mut() {
            self.chain -= level.operators;
            level.operators = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Result<(), NestingError> {
        check(text, &NestingLimits::default())
    }

    #[test]
    fn wide_files_are_no_deep_files() {
        verdict(&"x = 1 + 2\n".repeat(5000)).unwrap();
        verdict(&format!("x = [{}]\n", "lambda a, b: a + b, ".repeat(5000))).unwrap();
        verdict(&format!("x = {{{}}}\n", "'key': f(1)[2].three, ".repeat(5000))).unwrap();
        verdict(&format!("x = ({})\n", "'text' f'{x!r:>{width}}'\n".repeat(900))).unwrap();
        verdict(&"if x: y = -1; z = not y\n".repeat(5000)).unwrap();
    }

    #[test]
    fn each_way_to_nest_is_refused() {
        let blocks: String = (0..102).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect();
        assert_eq!(verdict(&blocks), Err(NestingError::Blocks(100)));
        // The bracket never closes, so that the lexer sees no block at all.
        assert_eq!(verdict(&format!("(\n{blocks}")), Err(NestingError::Blocks(100)));
        for bracket in ["(", "[", "{", "f(", "f'{", "1+("] {
            assert_eq!(verdict(&bracket.repeat(201)), Err(NestingError::Brackets(200)), "{bracket}");
        }
        for chain in ["-", "not ", "1**", "a.", "1 if 1 else ", "lambda: ", "lambda a, b: ", "async ", "await ", "f()"]
        {
            let text = format!("x = {}1\n", chain.repeat(600));
            assert_eq!(verdict(&text), Err(NestingError::Chain(500)), "{chain}");
        }
        // Chains that hide below brackets add up.
        let text = format!("x = {}", format!("{}(", "-".repeat(20)).repeat(60));
        assert_eq!(verdict(&text), Err(NestingError::Chain(500)));
    }
}
