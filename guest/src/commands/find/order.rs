//! The order of what stands around a comma. GNU find looks first at what costs less, even though
//! the value of `A , B` is that of `B`: when `B` is cheaper than `A` and neither does anything, it
//! gives the value of `A`.

use super::expression::{Expression, Test};

/// Swaps the sides of commas as GNU find 4.9 does.
pub(super) fn arrange(expression: Expression) -> Expression {
    match expression {
        Expression::And(a, b) => Expression::And(Box::new(arrange(*a)), Box::new(arrange(*b))),
        Expression::Or(a, b) => Expression::Or(Box::new(arrange(*a)), Box::new(arrange(*b))),
        Expression::Not(inner) => Expression::Not(Box::new(arrange(*inner))),
        Expression::List(a, b) => {
            let (left, right) = (cost(&a), cost(&b));
            let is_chain = matches!(*a, Expression::List(..));
            let acts = a.any_action(&|_| true) || b.any_action(&|_| true);
            // Of several commas, what was measured moves only what costs nothing.
            let is_cheaper = if is_chain { right == Cost::Nothing && left != Cost::Nothing } else { right < left };
            let (a, b) = (if is_chain { a } else { Box::new(arrange(*a)) }, Box::new(arrange(*b)));
            if is_cheaper && !acts { Expression::List(b, a) } else { Expression::List(a, b) }
        }
        Expression::Test(_) | Expression::Action(_) => expression,
    }
}

/// What a test must ask the file system for, from cheap to dear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cost {
    Nothing,
    Inode,
    Kind,
    Status,
    Target,
    Access,
}

/// The dearest part of an expression.
fn cost(expression: &Expression) -> Cost {
    match expression {
        Expression::And(a, b) | Expression::Or(a, b) | Expression::List(a, b) => cost(a).max(cost(b)),
        Expression::Not(inner) => cost(inner),
        Expression::Action(_) => Cost::Nothing,
        Expression::Test(test) => match test {
            Test::True | Test::False | Test::Name(_) | Test::Path(_) | Test::Regex(_) => Cost::Nothing,
            Test::Inode(_) => Cost::Inode,
            Test::Kind(_) => Cost::Kind,
            Test::OtherKind(_)
            | Test::Empty
            | Test::Size(..)
            | Test::Links(_)
            | Test::User(_)
            | Test::Permissions(..)
            | Test::NewerThan(_)
            | Test::Age(..)
            | Test::SameFile(_) => Cost::Status,
            Test::LinkTarget(_) => Cost::Target,
            Test::Accessible | Test::Executable => Cost::Access,
        },
    }
}
