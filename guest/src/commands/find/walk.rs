//! The two walks of `find`.

use sparring_tree::Kind;

use super::act::{Flow, Run};
use super::evaluate::{Visit, test};
use super::expression::{Action, Expression};
use super::{Settings, format};
use crate::budget::Stoppable;
use crate::commands::{Context, quote};
use crate::workspace::{FileError, VirtualPath, Walked, Workspace};

/// Walks all starting points; returns the exit status.
pub(super) fn walk(
    context: &mut Context<'_, '_>,
    settings: &Settings,
    starts: &[Vec<u8>],
    expression: &Expression,
    batches: usize,
) -> Stoppable<u8> {
    let changes = |action: &Action| matches!(action, Action::Execute(_) | Action::Delete);
    let is_plain = !settings.follows_links && !settings.is_depth_first && !expression.any_action(&changes);
    let mut run = Run::new(context, settings, expression, batches);
    for start in starts {
        let workspace = &run.context.machine.workspace;
        let directory = run.context.directory;
        let mut found = if settings.follows_starts {
            workspace.stat(directory, start).map(|(path, _)| path)
        } else {
            workspace.stat_link(directory, start).map(|(path, _)| path)
        };
        if settings.follows_starts && found.is_err() {
            found = workspace.stat_link(directory, start).map(|(path, _)| path);
        }
        let path = match found {
            Ok(path) => path,
            Err(error) => {
                run.complain(start, error)?;
                continue;
            }
        };
        let flow = if is_plain { plain(&mut run, start, &path)? } else { step_by_step(&mut run, start, &path)? };
        if flow == Flow::Quit {
            break;
        }
    }
    run.finish()
}

/// Tests and prints on the workspace's own walk.
fn plain(run: &mut Run<'_, '_, '_>, start: &[u8], path: &VirtualPath) -> Stoppable<Flow> {
    let mut out = Vec::new();
    let settings = run.settings;
    let expression = run.expression;
    let workspace = &run.context.machine.workspace;
    let Some(node) = workspace.node(path) else { return Ok(Flow::On) };
    let top = Visit { text: start, start, depth: 0, path, node };
    let mut flow = Flow::On;
    if settings.least == 0 {
        evaluate_plainly(expression, &top, workspace, settings, &mut out, &mut flow)?;
    }
    if flow == Flow::On && settings.most > 0 && node.kind() == Kind::Directory {
        let skip = path.as_bytes().len() + usize::from(!path.is_root());
        let mut text = start.to_vec();
        if !text.ends_with(b"/") {
            text.push(b'/');
        }
        let prefix = text.len();
        let top_depth = if path.is_root() { 0 } else { path.as_bytes().split(|byte| *byte == b'/').count() };
        // A walk that goes down to some depth has to see the directories where it turns round.
        let end = if settings.most == usize::MAX { expression.required_end() } else { Vec::new() };
        workspace.walk_ending(path, &end, &mut |path, node| {
            text.truncate(prefix);
            text.extend_from_slice(path.as_bytes().get(skip..).unwrap_or_default());
            let depth = memchr::memchr_iter(b'/', path.as_bytes()).count() + 1 - top_depth;
            let visit = Visit { text: &text, start, depth, path, node: *node };
            let mut flow_here = Flow::On;
            if depth >= settings.least {
                evaluate_plainly(expression, &visit, workspace, settings, &mut out, &mut flow_here)?;
            }
            Ok(match flow_here {
                Flow::Quit => {
                    flow = Flow::Quit;
                    Walked::Stop
                }
                Flow::Prune => Walked::Prune,
                Flow::On if depth >= settings.most => Walked::Prune,
                Flow::On => Walked::On,
            })
        })?;
    }
    run.context.out(&out)?;
    Ok(if flow == Flow::Quit { Flow::Quit } else { Flow::On })
}

fn evaluate_plainly<'a>(
    expression: &Expression,
    visit: &Visit<'_, 'a>,
    workspace: &Workspace<'a>,
    settings: &Settings,
    out: &mut Vec<u8>,
    flow: &mut Flow,
) -> Stoppable<bool> {
    if *flow == Flow::Quit {
        return Ok(false);
    }
    match expression {
        Expression::And(a, b) => Ok(evaluate_plainly(a, visit, workspace, settings, out, flow)?
            && evaluate_plainly(b, visit, workspace, settings, out, flow)?),
        Expression::Or(a, b) => Ok(evaluate_plainly(a, visit, workspace, settings, out, flow)?
            || evaluate_plainly(b, visit, workspace, settings, out, flow)?),
        Expression::List(a, b) => {
            evaluate_plainly(a, visit, workspace, settings, out, flow)?;
            evaluate_plainly(b, visit, workspace, settings, out, flow)
        }
        Expression::Not(inner) => Ok(!evaluate_plainly(inner, visit, workspace, settings, out, flow)?),
        Expression::Test(one) => test(one, visit, workspace, settings),
        Expression::Action(action) => {
            match action {
                Action::Print(end) => {
                    out.extend_from_slice(visit.text);
                    out.push(*end);
                }
                Action::Format(format) => format.print(visit, workspace, settings, out),
                Action::List => out.extend_from_slice(&format::list_line(visit, workspace)),
                Action::Prune => *flow = Flow::Prune,
                Action::Quit => *flow = Flow::Quit,
                // Never on a plain walk.
                Action::Delete | Action::Execute(_) => return Ok(false),
            }
            Ok(true)
        }
    }
}

/// Looks every entry up when its turn comes, so that it may have changed by then.
fn step_by_step(run: &mut Run<'_, '_, '_>, start: &[u8], path: &VirtualPath) -> Stoppable<Flow> {
    let mut parents = Vec::new();
    level(run, start, start, path, 0, &mut parents)
}

fn level(
    run: &mut Run<'_, '_, '_>,
    start: &[u8],
    text: &[u8],
    path: &VirtualPath,
    depth: usize,
    parents: &mut Vec<(VirtualPath, Vec<u8>)>,
) -> Stoppable<Flow> {
    let follows = run.settings.follows_links;
    let workspace = &run.context.machine.workspace;
    let Some(node) = workspace.node(path) else {
        run.complain(text, FileError::NotFound)?;
        return Ok(Flow::On);
    };
    let mut inside = path.clone();
    let mut is_directory = node.kind() == Kind::Directory;
    if follows && node.kind() == Kind::Link {
        match workspace.stat(&VirtualPath::ROOT, path.as_bytes()) {
            Ok((target, node)) => (inside, is_directory) = (target, node.kind() == Kind::Directory),
            Err(FileError::LinkLoop) => {
                run.complain(text, FileError::LinkLoop)?;
                return Ok(Flow::On);
            }
            Err(_) => {}
        }
        if is_directory && let Some((_, earlier)) = parents.iter().find(|(parent, _)| *parent == inside) {
            let message = [
                b"File system loop detected; ",
                &quote::curly(text)[..],
                b" is part of the same file system loop as ",
                &quote::curly(earlier),
                b".",
            ]
            .concat();
            run.complain_plainly(&message)?;
            return Ok(Flow::On);
        }
    }
    let seen = if follows { inside.clone() } else { path.clone() };
    let mut flow = Flow::On;
    if !run.settings.is_depth_first && depth >= run.settings.least {
        flow = run.visit(start, text, path, &seen, depth)?;
    }
    if flow == Flow::Quit {
        return Ok(Flow::Quit);
    }
    if is_directory && flow == Flow::On && depth < run.settings.most {
        let entries = run.context.machine.workspace.list(&inside).unwrap_or_default();
        parents.push((inside.clone(), text.to_vec()));
        for entry in entries {
            run.context.machine.budget.shell_step()?;
            let mut child = text.to_vec();
            if !child.ends_with(b"/") {
                child.push(b'/');
            }
            child.extend_from_slice(&entry.name);
            if level(run, start, &child, &inside.join(&entry.name), depth + 1, parents)? == Flow::Quit {
                return Ok(Flow::Quit);
            }
        }
        parents.pop();
    }
    if run.settings.is_depth_first && depth >= run.settings.least {
        flow = run.visit(start, text, path, &seen, depth)?;
    }
    Ok(if flow == Flow::Quit { Flow::Quit } else { Flow::On })
}
