//! Two modules compared token by token.

use std::ops::Range;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

use super::parse::Module;

impl Module<'_> {
    /// Whether both modules hold the same tokens when the statements at the given ranges are left
    /// out of each. Comments count, apart from where they stand among the tokens, because a block
    /// that begins with a comment is indented only after it; blank lines and the white space
    /// between tokens do not count, indentation does.
    pub(crate) fn same_tokens(
        &self,
        leave_out: &[Range<usize>],
        other: &Module<'_>,
        other_leave_out: &[Range<usize>],
    ) -> bool {
        [true, false].into_iter().all(|comments| {
            let chosen = |token: &(TokenKind, &str)| (token.0 == TokenKind::Comment) == comments;
            self.spelled(leave_out).filter(chosen).eq(other.spelled(other_leave_out).filter(chosen))
        })
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
        let without = parse("def f():\n    # one\n    return 1\n").unwrap();
        let with = parse("def f():\n    '''Doc'''\n    # one\n    return 1\n").unwrap();
        assert!(with.same_tokens(&[with.definitions()[0].docstring.clone().unwrap().range], &without, &[]));
        assert!(!same("def f():\n    '''Doc'''\n    return 1 # two\n"));
        assert!(!same("def f():\n  '''Doc'''\n  return 1 # one\n"));
        assert!(!same("def f():\n    '''Doc'''; x\n    return 1 # one\n"));
    }
}
