//! The tools that search.

use sparring_tree::Kind;

use super::{Answer, Call};
use crate::budget::Stoppable;
use crate::glob::{Glob, GlobOptions};
use crate::machine::Machine;
use crate::profile::{Memory, head};
use crate::python::{enclosing, symbols};
use crate::workspace::VirtualPath;

/// Hits and names that are shown.
const SHOWN: usize = 100;

/// `search_file`
pub(super) fn file(call: &Call<'_>, memory: &Memory, machine: &Machine<'_>) -> Stoppable<Answer> {
    let opened = match call.text("file") {
        Some(path) => call.load(&path, machine)?,
        None => call.current(memory, machine)?.map(|(opened, _)| opened),
    };
    let term = call.text("term").unwrap_or_default();
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(error)),
    };
    let mut rows = Vec::new();
    hits(&opened.shown, &opened.text, &term, machine, &mut rows)?;
    Ok(Ok(listed(&rows, &format!("hits of \"{term}\" in {}", opened.shown))))
}

/// `search_dir`
pub(super) fn directory(call: &Call<'_>, machine: &Machine<'_>) -> Stoppable<Answer> {
    let term = call.text("term").unwrap_or_default();
    let given = call.text("dir").unwrap_or_else(|| ".".into());
    let Some(directory) = resolve(call, &given, machine) else {
        return Ok(Err(format!("the directory {} does not exist.", head(&given, 500))));
    };
    let mut rows = Vec::new();
    let mut files = Vec::new();
    below(&directory, machine, &mut |path| files.push(path));
    for path in files.into_iter().filter(|path| path.name().ends_with(b".py")) {
        let Ok(bytes) = machine.workspace.read(&path)? else { continue };
        machine.budget.scan(bytes.len() as u64)?;
        if memchr::memmem::find(bytes, term.as_bytes()).is_none() {
            continue;
        }
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        hits(&call.shown(&path), text, &term, machine, &mut rows)?;
    }
    Ok(Ok(listed(&rows, &format!("hits of \"{term}\" in {given}"))))
}

/// `find_file`
pub(super) fn names(call: &Call<'_>, machine: &Machine<'_>) -> Answer {
    let name = call.text("name").unwrap_or_default();
    let given = call.text("dir").unwrap_or_else(|| ".".into());
    let Some(directory) = resolve(call, &given, machine) else {
        return Err(format!("the directory {} does not exist.", head(&given, 500)));
    };
    let pattern = Glob::new(name.as_bytes(), GlobOptions::default());
    let mut rows = Vec::new();
    below(&directory, machine, &mut |path| {
        if pattern.matches(path.name()) {
            rows.push(call.shown(&path));
        }
    });
    Ok(listed(&rows, &format!("files named \"{name}\" in {given}")))
}

fn resolve(call: &Call<'_>, text: &str, machine: &Machine<'_>) -> Option<VirtualPath> {
    let (path, node) = machine.workspace.stat(&call.mount, text.as_bytes()).ok()?;
    (node.kind() == Kind::Directory).then_some(path)
}

/// Files below a directory, hidden ones left out, a directory's own before those further down.
fn below(directory: &VirtualPath, machine: &Machine<'_>, visit: &mut dyn FnMut(VirtualPath)) {
    let entries = machine.workspace.list(directory).unwrap_or_default();
    let visible = || entries.iter().filter(|entry| !entry.name.starts_with(b"."));
    visible().filter(|entry| entry.kind == Kind::File).for_each(|entry| visit(directory.join(&entry.name)));
    visible()
        .filter(|entry| entry.kind == Kind::Directory)
        .for_each(|entry| below(&directory.join(&entry.name), machine, visit));
}

/// Adds a row for each line that has the term: file, line, what it stands in, text.
fn hits(shown: &str, text: &str, term: &str, machine: &Machine<'_>, rows: &mut Vec<String>) -> Stoppable<()> {
    machine.budget.scan(text.len() as u64)?;
    let symbols = symbols(text).unwrap_or_default();
    for (line, number) in text.split('\n').zip(1..).filter(|(line, _)| line.contains(term)) {
        let scope = enclosing(&symbols, number).map_or(String::new(), |symbol| format!(" [{}]", symbol.name));
        rows.push(format!("{shown}:{number}{scope}: {}", head(line.trim(), 200)));
    }
    Ok(())
}

fn listed(rows: &[String], what: &str) -> String {
    if rows.is_empty() {
        return format!("No {what}.");
    }
    let mut text =
        format!("{} {what}:\n{}", rows.len(), rows.get(..SHOWN.min(rows.len())).unwrap_or_default().join("\n"));
    if rows.len() > SHOWN {
        text.push_str(&format!("\n({} more; narrow the search.)", rows.len() - SHOWN));
    }
    text
}
