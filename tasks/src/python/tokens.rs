//! Two modules compared token by token.

use std::ops::Range;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

use super::parse::Module;

impl Module<'_> {
    /// Whether both modules hold the same tokens when the statements at the given ranges are left
    /// out of each. Comments count; blank lines and the white space between tokens do not, apart
    /// from indentation.
    pub(crate) fn same_tokens(
        &self,
        leave_out: &[Range<usize>],
        other: &Module<'_>,
        other_leave_out: &[Range<usize>],
    ) -> bool {
        self.spelled(leave_out).eq(other.spelled(other_leave_out))
    }

    fn spelled<'a>(&'a self, leave_out: &'a [Range<usize>]) -> impl Iterator<Item = (TokenKind, &'a str)> {
        // A statement's own line ending is left out with it.
        let mut inside = false;
        self.parsed().tokens().iter().filter_map(move |token| {
            let start = token.start().to_usize();
            if !matches!(token.kind(), TokenKind::Indent | TokenKind::Dedent)
                && leave_out.iter().any(|range| range.contains(&start))
            {
                inside = true;
                return None;
            }
            let ends = std::mem::take(&mut inside) && token.kind() == TokenKind::Newline;
            if ends || token.kind() == TokenKind::NonLogicalNewline { None } else { Some(self.spell(token)) }
        })
    }

    fn spell(&self, token: &Token) -> (TokenKind, &str) {
        let text = match token.kind() {
            TokenKind::Newline | TokenKind::Dedent => "",
            _ => self.text_of(token),
        };
        (token.kind(), text)
    }

    /// Whether nothing but strings, brackets and line ends stands in a range: no comment hides
    /// between the parts of a string.
    pub(crate) fn holds_only_strings(&self, range: &Range<usize>) -> bool {
        self.parsed().tokens().iter().filter(|token| range.contains(&token.start().to_usize())).all(|token| {
            matches!(
                token.kind(),
                TokenKind::String
                    | TokenKind::Lpar
                    | TokenKind::Rpar
                    | TokenKind::NonLogicalNewline
                    | TokenKind::Indent
                    | TokenKind::Dedent
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::python::parse;

    #[test]
    fn only_what_is_left_out_may_differ() {
        let without = parse("def f():\n    return 1 # one\n").unwrap();
        let same = |text: &str| {
            let module = parse(text).unwrap();
            let range = module.definitions()[0].docstring.clone().unwrap().range;
            module.same_tokens(&[range], &without, &[])
        };
        assert!(same("def f():\n    '''Doc'''\n    return 1 # one\n"));
        assert!(same("def f():\n\n    ('Doc'\n  'a')\n\n    return 1 # one\n"));
        assert!(!same("def f():\n    '''Doc'''\n    return 2 # one\n"));
        assert!(!same("def f():\n    '''Doc'''\n    return 1 # two\n"));
        assert!(!same("def f():\n  '''Doc'''\n  return 1 # one\n"));
        assert!(!same("def f():\n    '''Doc'''; x\n    return 1 # one\n"));
    }
}
