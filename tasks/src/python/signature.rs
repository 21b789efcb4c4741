//! What can be told about a definition besides its name: parameters, result, calls.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Stmt};

use super::parse::Module;

/// The parts of a definition's interface, as they are written. A class has those of its body's
/// calls only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// Each parameter with its annotation and default value; a method's first one is left out when
    /// it is called `self` or `cls`.
    pub parameters: Vec<String>,
    /// The annotation of the result.
    pub returns: Option<String>,
    /// What the body calls by a dotted name, in order, each once.
    pub calls: Vec<String>,
}

impl Module<'_> {
    /// The signatures of [`Module::definitions`], in the same order.
    pub fn signatures(&self) -> Vec<Signature> {
        self.definition_statements().into_iter().map(|statement| signature(self, statement)).collect()
    }
}

fn signature(module: &Module<'_>, statement: &Stmt) -> Signature {
    let mut calls = Calls { calls: Vec::new() };
    let body = match statement {
        Stmt::FunctionDef(function) => &function.body,
        Stmt::ClassDef(class) => &class.body,
        _ => return Signature::default(),
    };
    calls.visit_body(body);
    let mut signature = Signature { calls: calls.calls, ..Signature::default() };
    if let Stmt::FunctionDef(function) = statement {
        let written = function.parameters.iter_source_order().map(|parameter| module.text_of(&parameter).to_owned());
        signature.parameters = written.collect();
        if signature.parameters.first().is_some_and(|first| first == "self" || first == "cls") {
            signature.parameters.remove(0);
        }
        signature.returns = function.returns.as_deref().map(|returns| module.text_of(returns).to_owned());
    }
    signature
}

struct Calls {
    calls: Vec<String>,
}

impl<'a> Visitor<'a> for Calls {
    fn visit_expr(&mut self, expression: &'a Expr) {
        walk_expr(self, expression);
        if let Expr::Call(call) = expression
            && let Some(name) = dotted_name(&call.func)
            && !self.calls.contains(&name)
        {
            self.calls.push(name);
        }
    }
}

/// `a.b.c` as text; `None` for an expression that is no dotted name.
pub(crate) fn dotted_name(expression: &Expr) -> Option<String> {
    let mut parts = Vec::new();
    let mut rest = expression;
    loop {
        match rest {
            Expr::Name(name) => {
                parts.push(name.id.as_str());
                break;
            }
            Expr::Attribute(attribute) => {
                parts.push(attribute.attr.as_str());
                rest = &attribute.value;
            }
            _ => return None,
        }
    }
    parts.reverse();
    Some(parts.join("."))
}

#[cfg(test)]
mod tests {
    use crate::python::parse;

    #[test]
    fn what_is_written_is_told() {
        let text = "\
class C:
    async def m(self, a: int, /, b=[1, 2], *rest, key: str = 'x', **more) -> dict[str, int]:
        os.path.join(a, self.n(b)); self.n(); f()(); x[0]()
        return {g(): len(b) for b in h}
";
        let signatures = parse(text).unwrap().signatures();
        let method = &signatures[1];
        assert_eq!(method.parameters, ["a: int", "b=[1, 2]", "*rest", "key: str = 'x'", "**more"]);
        assert_eq!(method.returns.as_deref(), Some("dict[str, int]"));
        assert_eq!(method.calls, ["self.n", "os.path.join", "f", "g", "len"]);
        assert_eq!(signatures[0].calls, method.calls);
        assert!(signatures[0].parameters.is_empty());
    }
}
