//! The definitions of one file that can be targets.

use super::describe::describe;
use super::generate::{Options, Skipped};
use crate::python::{Definition, DefinitionKind, Docstring, Module, Signature, clean, parse};

/// A definition whose docstring can go.
pub(super) struct Candidate {
    pub(super) path: String,
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) qualified_name: String,
    pub(super) kind: DefinitionKind,
    pub(super) line: usize,
    pub(super) last_line: usize,
    pub(super) description: String,
    pub(super) docstring: String,
    pub(super) signature: Signature,
    /// The bytes that go, and what comes instead.
    pub(super) removal: (std::ops::Range<usize>, String),
    pub(super) placeholder: bool,
}

/// The candidates of a file in source order, and what was left out and why.
pub(super) fn candidates(path: &str, content: &[u8], options: &Options) -> (Vec<Candidate>, Vec<Skipped>) {
    let skip = |reason: String| (Vec::new(), vec![Skipped { path: path.to_owned(), name: None, reason }]);
    let Ok(text) = std::str::from_utf8(content) else { return skip("is not UTF-8".to_owned()) };
    let module = match parse(text) {
        Ok(module) => module,
        Err(failure) => return skip(format!("does not parse: {failure}")),
    };
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    // Signatures cost a walk over every expression and are told only on request.
    let mut signatures = if options.details.is_empty() { Vec::new() } else { module.signatures() };
    for (index, definition) in module.definitions().into_iter().enumerate() {
        let Some(docstring) = &definition.docstring else { continue };
        if definition.last_line == definition.line {
            continue;
        }
        match candidate(&module, path, index, &definition, docstring, options) {
            Ok(mut candidate) => {
                candidate.signature = signatures.get_mut(index).map(std::mem::take).unwrap_or_default();
                found.push(candidate);
            }
            Err(reason) => skipped.push(Skipped {
                path: path.to_owned(),
                name: Some(definition.qualified_name),
                reason: reason.to_owned(),
            }),
        }
    }
    (found, skipped)
}

fn candidate(
    module: &Module<'_>,
    path: &str,
    index: usize,
    definition: &Definition,
    docstring: &Docstring,
    options: &Options,
) -> Result<Candidate, &'static str> {
    let text = module.text();
    let lines = module.line_start(docstring.range.start)..module.next_line_start(docstring.range.end);
    let shares_a_line = !text[lines.start..docstring.range.start].trim().is_empty()
        || !text[docstring.range.end..lines.end].trim().is_empty();
    if shares_a_line {
        return Err("its docstring shares a line with something else");
    }
    if docstring.followed_by_string {
        return Err("a second string would become the docstring");
    }
    let description =
        describe(&docstring.value, &definition.name, options.masked).ok_or("its docstring gives no description")?;
    let removal = if docstring.alone { (docstring.range.clone(), "pass".to_owned()) } else { (lines, String::new()) };
    Ok(Candidate {
        path: path.to_owned(),
        index,
        name: definition.name.clone(),
        qualified_name: definition.qualified_name.clone(),
        kind: definition.kind,
        line: definition.line,
        last_line: definition.last_line,
        description,
        docstring: clean(&docstring.value),
        signature: Signature::default(),
        removal,
        placeholder: docstring.alone,
    })
}
