//! Actions of `find` that change files or start programs.

use super::evaluate::{Visit, test};
use super::expression::{Action, Execute, Expression};
use super::{Settings, format};
use crate::budget::Stoppable;
use crate::commands::{Context, Program, launch, lookup, quote};
use crate::workspace::{FileError, VirtualPath};

/// Where a walk goes after an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Prune,
    Quit,
}

/// Bytes of arguments after which a batch of `-exec .. +` is run, as findutils has it.
const BATCH_BYTES: usize = 128 << 10;

/// A batch of `-exec .. +`.
struct Batch<'r> {
    execute: Option<&'r Execute>,
    directory: VirtualPath,
    names: Vec<Vec<u8>>,
    bytes: usize,
}

/// A walk under way.
pub(super) struct Run<'r, 'c, 'a> {
    pub(super) context: &'r mut Context<'c, 'a>,
    pub(super) settings: &'r Settings,
    pub(super) expression: &'r Expression,
    batches: Vec<Batch<'r>>,
    status: u8,
}

/// An entry's place, its node still to be looked up.
struct Place<'v> {
    start: &'v [u8],
    text: &'v [u8],
    path: &'v VirtualPath,
    /// The path of what is tested: behind a link under `-L`.
    seen: &'v VirtualPath,
    depth: usize,
}

impl<'r, 'c, 'a> Run<'r, 'c, 'a> {
    pub(super) fn new(
        context: &'r mut Context<'c, 'a>,
        settings: &'r Settings,
        expression: &'r Expression,
        batches: usize,
    ) -> Self {
        let empty = || Batch { execute: None, directory: VirtualPath::ROOT, names: Vec::new(), bytes: 0 };
        Self { context, settings, expression, batches: (0..batches).map(|_| empty()).collect(), status: 0 }
    }

    pub(super) fn complain(&mut self, name: &[u8], error: FileError) -> Stoppable<()> {
        self.complain_plainly(&[&quote::curly(name)[..], b": ", error.message().as_bytes()].concat())
    }

    pub(super) fn complain_plainly(&mut self, message: &[u8]) -> Stoppable<()> {
        self.status = 1;
        self.context.complain(message)
    }

    /// Runs what is left in batches; the exit status.
    pub(super) fn finish(mut self) -> Stoppable<u8> {
        for slot in 0..self.batches.len() {
            self.run_batch(slot)?;
        }
        Ok(self.status)
    }

    /// Evaluates the expression on an entry.
    pub(super) fn visit(
        &mut self,
        start: &[u8],
        text: &[u8],
        path: &VirtualPath,
        seen: &VirtualPath,
        depth: usize,
    ) -> Stoppable<Flow> {
        let mut flow = Flow::On;
        let place = Place { start, text, path, seen, depth };
        self.evaluate(self.expression, &place, &mut flow)?;
        Ok(flow)
    }

    fn evaluate(&mut self, expression: &'r Expression, place: &Place<'_>, flow: &mut Flow) -> Stoppable<bool> {
        if *flow == Flow::Quit {
            return Ok(false);
        }
        match expression {
            Expression::And(a, b) => Ok(self.evaluate(a, place, flow)? && self.evaluate(b, place, flow)?),
            Expression::Or(a, b) => Ok(self.evaluate(a, place, flow)? || self.evaluate(b, place, flow)?),
            Expression::List(a, b) => {
                self.evaluate(a, place, flow)?;
                self.evaluate(b, place, flow)
            }
            Expression::Not(inner) => Ok(!self.evaluate(inner, place, flow)?),
            Expression::Test(one) => {
                self.with_visit(place, |visit, run| test(one, visit, &run.context.machine.workspace, run.settings))
            }
            Expression::Action(action) => self.act(action, place, flow),
        }
    }

    /// Looks the entry up; one that is gone fails every test.
    fn with_visit(
        &self,
        place: &Place<'_>,
        look: impl FnOnce(&Visit<'_, 'a>, &Self) -> Stoppable<bool>,
    ) -> Stoppable<bool> {
        let workspace = &self.context.machine.workspace;
        let Some(node) = workspace.node(place.seen).or_else(|| workspace.node(place.path)) else { return Ok(false) };
        let visit = Visit { text: place.text, start: place.start, depth: place.depth, path: place.path, node };
        look(&visit, self)
    }

    fn act(&mut self, action: &'r Action, place: &Place<'_>, flow: &mut Flow) -> Stoppable<bool> {
        let mut out = Vec::new();
        match action {
            Action::Print(end) => {
                out.extend_from_slice(place.text);
                out.push(*end);
            }
            Action::Format(format) => {
                self.with_visit(place, |visit, run| {
                    format.print(visit, &run.context.machine.workspace, run.settings, &mut out);
                    Ok(true)
                })?;
            }
            Action::List => {
                self.with_visit(place, |visit, run| {
                    out = format::list_line(visit, &run.context.machine.workspace);
                    Ok(true)
                })?;
            }
            Action::Prune => {
                if !self.settings.is_depth_first {
                    *flow = Flow::Prune;
                }
            }
            Action::Quit => *flow = Flow::Quit,
            Action::Delete => return self.delete(place),
            Action::Execute(execute) => return self.execute(execute, place),
        }
        self.context.out(&out)?;
        Ok(true)
    }

    fn delete(&mut self, place: &Place<'_>) -> Stoppable<bool> {
        if place.text == b"." {
            return Ok(true);
        }
        let workspace = &mut self.context.machine.workspace;
        let is_filled = workspace.list(place.path).is_ok_and(|entries| !entries.is_empty());
        let is_dot = matches!(place.text, b"./") || place.text.ends_with(b"/.");
        let result = if is_dot {
            Err(FileError::Invalid)
        } else if is_filled {
            Err(FileError::NotEmpty)
        } else {
            workspace.remove(place.path)?
        };
        match result {
            Ok(()) => Ok(true),
            Err(error) => {
                let message =
                    [b"cannot delete ", &quote::curly(place.text)[..], b": ", error.message().as_bytes()].concat();
                self.complain_plainly(&message)?;
                Ok(false)
            }
        }
    }

    fn execute(&mut self, execute: &'r Execute, place: &Place<'_>) -> Stoppable<bool> {
        let (name, directory) = if execute.is_in_directory {
            let name = place.text.rsplit(|byte| *byte == b'/').find(|part| !part.is_empty()).unwrap_or(b".");
            let directory = if place.text == b"." { place.path.clone() } else { place.path.parent() };
            let slash: &[u8] = if place.text.ends_with(b"/") { b"/" } else { b"" };
            ([b"./", name, slash].concat(), directory)
        } else {
            (place.text.to_vec(), self.context.directory.clone())
        };
        if execute.is_batch {
            let is_full = self.batches.get(execute.slot).is_some_and(|batch| {
                batch.bytes + name.len() > BATCH_BYTES || (!batch.names.is_empty() && batch.directory != directory)
            });
            if is_full {
                self.run_batch(execute.slot)?;
            }
            if let Some(batch) = self.batches.get_mut(execute.slot) {
                batch.execute = Some(execute);
                batch.directory = directory;
                batch.bytes += name.len() + 1;
                batch.names.push(name);
            }
            return Ok(true);
        }
        let words: Vec<Vec<u8>> = execute.words.iter().map(|word| substitute(word, &name)).collect();
        Ok(self.start(&words, &directory)? == 0)
    }

    fn run_batch(&mut self, slot: usize) -> Stoppable<()> {
        let Some(batch) = self.batches.get_mut(slot) else { return Ok(()) };
        let (Some(execute), false) = (batch.execute, batch.names.is_empty()) else { return Ok(()) };
        let names = std::mem::take(&mut batch.names);
        batch.bytes = 0;
        let directory = batch.directory.clone();
        let fixed = execute.words.len().saturating_sub(1);
        let words: Vec<Vec<u8>> = execute.words.iter().take(fixed).cloned().chain(names).collect();
        if self.start(&words, &directory)? != 0 {
            self.status = 1;
        }
        Ok(())
    }

    fn start(&mut self, words: &[Vec<u8>], directory: &VirtualPath) -> Stoppable<u8> {
        let Some(name) = words.first() else { return Ok(1) };
        if matches!(lookup(self.context.machine, name), Program::Missing) {
            self.context.complain(&[&quote::curly(name)[..], b": No such file or directory"].concat())?;
            return Ok(1);
        }
        self.context.flush()?;
        let (environment, descriptors) = (self.context.environment, self.context.descriptors);
        let status = launch(self.context.machine, words, directory, environment, descriptors)?;
        if self.context.machine.was_killed {
            let message = [&quote::curly(name)[..], b" terminated by signal 13"].concat();
            self.context.complain(&message)?;
        }
        Ok(status)
    }
}

/// A word with every `{}` replaced.
fn substitute(word: &[u8], name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len() + name.len());
    let mut rest = word;
    while let Some(at) = memchr::memmem::find(rest, b"{}") {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        out.extend_from_slice(name);
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out
}
