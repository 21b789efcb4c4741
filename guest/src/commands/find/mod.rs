//! `find` as in GNU findutils 4.9. Directories are walked in byte-wise order of names.
//!
//! ```text
//! parse -> Settings, starting points, Expression -> walk -> evaluate, format, act
//! ```
//!
//! An expression that only tests and prints runs on the image's own walk. One that changes files,
//! starts programs or follows links takes a walk that looks every entry up again.

mod act;
mod evaluate;
mod expression;
mod format;
mod order;
mod parse;
mod structure;
mod values;
mod walk;

use expression::{Action, Expression};

use super::{Buffering, Command, Context};
use crate::budget::Stoppable;

pub(crate) use values::date;

/// `find`.
pub(super) const FIND: Command = Command {
    name: "find",
    summary: "Find files, as GNU findutils 4.9 does; -ok is refused, all files have one of two times.",
    buffering: Buffering::Blocks,
    run,
};

/// What holds for the whole walk.
struct Settings {
    follows_links: bool,
    follows_starts: bool,
    is_depth_first: bool,
    most: usize,
    least: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { follows_links: false, follows_starts: false, is_depth_first: false, most: usize::MAX, least: 0 }
    }
}

/// A command line, read.
struct Find {
    settings: Settings,
    starts: Vec<Vec<u8>>,
    expression: Option<Expression>,
    batches: usize,
    warnings: Vec<Vec<u8>>,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    match context.arguments.get(1).map(Vec::as_slice) {
        Some(b"--version" | b"-version") => {
            context.out(b"find (GNU findutils) 4.9.0\n")?;
            return Ok(0);
        }
        Some(b"--help" | b"-help") => {
            context.out(b"Usage: find [-H] [-L] [-P] [-Olevel] [-D debugopts] [path...] [expression]\n")?;
            return Ok(0);
        }
        _ => {}
    }
    let find = match parse::parse(context) {
        Ok(find) => find,
        Err((warnings, message)) => {
            for warning in warnings {
                context.complain(&warning)?;
            }
            context.complain(&message)?;
            return Ok(1);
        }
    };
    for warning in &find.warnings {
        context.complain(warning)?;
    }
    // Without an action that prints or acts, what is found is printed.
    let acts = |action: &Action| !matches!(action, Action::Prune | Action::Quit);
    let print = Expression::Action(Action::Print(b'\n'));
    let expression = match find.expression {
        None => print,
        Some(expression) if expression.any_action(&acts) => expression,
        Some(expression) => expression.and(print),
    };
    walk::walk(context, &find.settings, &find.starts, &expression, find.batches)
}
