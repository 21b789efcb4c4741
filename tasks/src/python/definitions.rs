//! The functions and classes of a module.

use std::ops::Range;

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Decorator, Expr, Stmt};
use ruff_text_size::Ranged;

use super::parse::Module;

/// What a definition defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DefinitionKind {
    /// `def` or `async def` outside a class body.
    Function,
    /// `def` or `async def` directly in a class body.
    Method,
    /// `class`.
    Class,
}

impl DefinitionKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Method => "method",
            Self::Class => "class",
        }
    }
}

/// One function or class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its name below those of the definitions around it: `Outer.method`, `function.inner`.
    pub qualified_name: String,
    /// What it defines.
    pub kind: DefinitionKind,
    /// The definition around it, as an index into the module's definitions.
    pub parent: Option<usize>,
    /// Its bytes, decorators included.
    pub range: Range<usize>,
    /// The line of its first decorator, or of `def` or `class`; counted from 1.
    pub first_line: usize,
    /// The line of `def`, `async` or `class`.
    pub line: usize,
    /// The line of its last byte.
    pub last_line: usize,
    /// The bytes of its body's statements.
    pub body: Range<usize>,
    /// Its docstring.
    pub docstring: Option<Docstring>,
}

/// The string that Python takes for a definition's documentation: a plain string literal (raw,
/// `u`, parenthesised or implicitly concatenated ones included; bytes and f-strings not) that is
/// the first statement of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docstring {
    /// The statement's bytes.
    pub range: Range<usize>,
    /// The string's value, indentation and all.
    pub value: String,
    /// Whether the body holds nothing else.
    pub alone: bool,
    /// Whether the statement after it is a string too and would take its place.
    pub followed_by_string: bool,
}

pub(super) fn of(module: &Module<'_>) -> Vec<Definition> {
    let mut collector = Collector { module, scopes: Vec::new(), definitions: Vec::new() };
    collector.visit_body(&module.parsed().syntax().body);
    collector.definitions
}

/// The statements behind [`of`], in the same order.
pub(super) fn statements<'a>(module: &'a Module<'_>) -> Vec<&'a Stmt> {
    struct Statements<'a>(Vec<&'a Stmt>);
    impl<'a> StatementVisitor<'a> for Statements<'a> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                self.0.push(statement);
            }
            walk_stmt(self, statement);
        }
    }
    let mut statements = Statements(Vec::new());
    statements.visit_body(&module.parsed().syntax().body);
    statements.0
}

struct Collector<'module, 'text> {
    module: &'module Module<'text>,
    /// Indexes of the definitions around the current statement.
    scopes: Vec<usize>,
    definitions: Vec<Definition>,
}

impl<'a> StatementVisitor<'a> for Collector<'_, '_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let (name, decorators, body, is_class) = match statement {
            Stmt::FunctionDef(function) => (&function.name, &function.decorator_list, &function.body, false),
            Stmt::ClassDef(class) => (&class.name, &class.decorator_list, &class.body, true),
            _ => return walk_stmt(self, statement),
        };
        let parent = self.scopes.last().copied();
        let outer = parent.map(|parent| &self.definitions[parent]);
        let kind = match outer {
            _ if is_class => DefinitionKind::Class,
            Some(Definition { kind: DefinitionKind::Class, .. }) => DefinitionKind::Method,
            _ => DefinitionKind::Function,
        };
        let qualified_name = outer.map_or_else(|| name.to_string(), |outer| format!("{}.{name}", outer.qualified_name));
        let range = statement.range().to_std_range();
        let keyword = keyword_offset(self.module.text(), decorators, range.start);
        let body_range = body.first().map_or(range.end, |first| first.start().to_usize())..range.end;
        self.definitions.push(Definition {
            name: name.to_string(),
            qualified_name,
            kind,
            parent,
            first_line: self.module.line_of(range.start),
            line: self.module.line_of(keyword),
            last_line: self.module.line_of(range.end.saturating_sub(1)),
            range,
            body: body_range,
            docstring: docstring(body),
        });
        self.scopes.push(self.definitions.len() - 1);
        self.visit_body(body);
        self.scopes.pop();
    }
}

/// Where `def`, `async` or `class` stands: the first word after the decorators that is neither
/// white space nor a comment.
fn keyword_offset(text: &str, decorators: &[Decorator], start: usize) -> usize {
    let Some(last) = decorators.last() else { return start };
    let mut offset = last.end().to_usize();
    loop {
        let rest = text[offset..].trim_start_matches([' ', '\t', '\x0c', '\r', '\n', '\\']);
        offset = text.len() - rest.len();
        if !rest.starts_with('#') {
            return offset;
        }
        offset += rest.find('\n').unwrap_or(rest.len());
    }
}

fn docstring(body: &[Stmt]) -> Option<Docstring> {
    let string = |statement: &Stmt| match statement {
        Stmt::Expr(expression) => match &*expression.value {
            Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
            _ => None,
        },
        _ => None,
    };
    let first = body.first()?;
    Some(Docstring {
        value: string(first)?,
        range: first.range().to_std_range(),
        alone: body.len() == 1,
        followed_by_string: body.get(1).is_some_and(|next| string(next).is_some()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parse;

    fn definitions(text: &str) -> Vec<Definition> {
        parse(text).unwrap().definitions()
    }

    #[test]
    fn every_scope_is_entered_in_source_order() {
        let text = "\
@a
# why
@b(1,
   2)
# not yet
async def f(x):
    '''Doc.'''
    if x:
        class C(B):
            def m(self): return 1
            try:
                def n(self): ...
            finally:
                pass
    return lambda: 0
def f(): 'second'
";
        let found: Vec<_> = definitions(text)
            .into_iter()
            .map(|d| (d.qualified_name, d.kind.word(), d.parent, d.first_line, d.line, d.last_line))
            .collect();
        assert_eq!(
            found,
            [
                ("f".to_owned(), "function", None, 1, 6, 15),
                ("f.C".to_owned(), "class", Some(0), 9, 9, 14),
                ("f.C.m".to_owned(), "method", Some(1), 10, 10, 10),
                ("f.C.n".to_owned(), "method", Some(1), 12, 12, 12),
                ("f".to_owned(), "function", None, 16, 16, 16),
            ]
        );
    }

    #[test]
    fn a_docstring_is_what_python_takes_for_one() {
        let value = |body: &str| definitions(&format!("def f():\n    {body}\n"))[0].docstring.clone();
        for (body, expected) in [
            ("'''a'''", "a"),
            ("r'''\\a'''", "\\a"),
            ("u'a'", "a"),
            ("'a' \"b\"", "ab"),
            ("('a'\n  'b')", "ab"),
            ("'a'; x = 1", "a"),
            ("'\\x41'", "A"),
        ] {
            assert_eq!(value(body).map(|d| d.value).as_deref(), Some(expected), "{body}");
        }
        for body in ["b'a'", "f'a'", "'a' + 'b'", "'a' % x", "'a'.strip()", "x = 'a'", "1; 'a'", "'a',", "'a' f'b'"] {
            assert_eq!(value(body), None, "{body}");
        }
        assert!(value("'a'").unwrap().alone);
        let two = value("('a')\n    'b'").unwrap();
        assert!(two.followed_by_string && !two.alone);
        assert_eq!(two.range, 13..18);
    }
}
