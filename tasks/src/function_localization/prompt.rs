//! What the model is asked.

use super::candidate::Candidate;
use super::describe::HIDDEN;
use super::generate::{Detail, Options};
use crate::python::Signature;

/// The longest list of calls that is told, as in the original.
const MOST_CALLS: usize = 10;

pub(super) fn prompt(targets: &[&Candidate], options: &Options) -> String {
    let mut text = format!("The repository in {} is a Python project. ", options.root);
    text.push_str(match targets.len() {
        1 => "One definition in it has lost its docstring. Find it and write a new one.\n\n",
        _ => "Some definitions in it have lost their docstrings. Find each of them and write a new one.\n\n",
    });
    for (at, target) in targets.iter().enumerate() {
        if targets.len() > 1 {
            text.push_str(&format!("Definition {}\n", at + 1));
        }
        describe(&mut text, target, options);
        text.push('\n');
    }
    text.push_str(
        "How to go about it:\n\
         1. Explore the repository and look for candidates.\n\
         2. Read the code and make sure that it does what the description says; similar definitions may exist.\n\
         3. Use the editor to insert a docstring in triple quotes as the first statement of the body.\n\
         4. Look at the result once more.\n\n\
         Change nothing else: no code, no comments, no other file.\n",
    );
    text
}

fn describe(text: &mut String, target: &Candidate, options: &Options) {
    let mut line = |label: &str, value: &str| text.push_str(&format!("{label}: {value}\n"));
    line("Kind", target.kind.word());
    if options.masked {
        line("Name", &format!("hidden ({HIDDEN} below)"));
    } else {
        line("Name", &target.name);
    }
    line("Description", &target.description);
    let Signature { parameters, returns, calls } = &target.signature;
    for detail in &options.details {
        match detail {
            Detail::Parameters if !parameters.is_empty() => line("Parameters", &parameters.join(", ")),
            Detail::Returns => returns.iter().for_each(|returns| line("Returns", returns)),
            Detail::Calls if !calls.is_empty() => line("Calls", &calls[..calls.len().min(MOST_CALLS)].join(", ")),
            Detail::Parameters | Detail::Calls => {}
        }
    }
}
