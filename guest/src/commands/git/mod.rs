//! `git` over the session's files, as git 2.39 behaves in a container without network.
//!
//! The image is one commit; commits, index, branches and stash made by the session are kept as
//! differences to it (see [`state`]). Every subcommand is one file.

mod add;
mod apply;
mod apply_report;
mod blame;
mod branch;
mod checkout;
mod clean;
mod commit;
mod compare;
mod config;
mod dates;
mod delta;
mod diff;
mod format;
mod grep;
mod ignore;
mod init;
mod log;
mod ls_files;
mod merge;
mod objects;
mod options;
mod patch;
mod pathspec;
mod pretty;
mod refused;
mod remove;
mod reset;
mod restore;
mod rev_parse;
mod revision;
mod show;
mod stash;
mod state;
mod status;
mod tag;
mod unstash;
mod untracked;
mod update;
mod wildmatch;

pub use state::{BASE_EMAIL, BASE_MESSAGE, BASE_NAME, BASE_SECONDS, FIRST_BRANCH, GitState, SESSION_SECONDS};

use self::state::Repository;
use super::{Buffering, Command, Context};
use crate::budget::{Stop, Stoppable};
use crate::workspace::VirtualPath;

/// The `git` command.
pub const COMMAND: Command = Command {
    name: "git",
    summary: "version control over the session's files, as git 2.39; no network",
    buffering: Buffering::Blocks,
    run,
};

/// The version that `git --version` prints.
pub const VERSION: &str = "2.39.5";

/// Why a subcommand ends before its last line.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The step stops.
    Stop(Stop),
    /// The message is out; this is the exit status.
    Exit(u8),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// What a part of a subcommand returns.
pub(crate) type Attempt<T> = Result<T, Failure>;

/// A running subcommand.
pub(crate) struct Git<'g, 'c, 'a> {
    context: &'g mut Context<'c, 'a>,
    /// The repository it works on.
    repository: Repository,
    /// Where it runs.
    directory: VirtualPath,
    /// Where it runs, within the repository.
    prefix: Vec<u8>,
    /// `-c` options.
    given_config: Vec<(Vec<u8>, Vec<u8>)>,
}

/// A subcommand: what it does with the arguments after its name.
type Subcommand = fn(&mut Git<'_, '_, '_>, &[&[u8]]) -> Attempt<u8>;

const SUBCOMMANDS: &[(&str, Subcommand)] = &[
    ("add", |git, rest| git.add(rest)),
    ("apply", |git, rest| git.apply(rest)),
    ("blame", |git, rest| git.blame(rest)),
    ("branch", |git, rest| git.branch_command(rest)),
    ("cat-file", |git, rest| git.cat_file(rest)),
    ("checkout", |git, rest| git.checkout(rest)),
    ("clean", |git, rest| git.clean(rest)),
    ("commit", |git, rest| git.commit_command(rest)),
    ("diff", |git, rest| git.diff(rest)),
    ("fetch", |git, rest| git.fetch(rest)),
    ("grep", |git, rest| git.grep(rest)),
    ("log", |git, rest| git.log(rest)),
    ("ls-files", |git, rest| git.ls_files(rest)),
    ("ls-tree", |git, rest| git.ls_tree(rest)),
    ("mv", |git, rest| git.mv(rest)),
    ("pull", |git, rest| git.pull(rest)),
    ("push", |git, rest| git.push(rest)),
    ("remote", |git, rest| git.remote(rest)),
    ("reset", |git, rest| git.reset(rest)),
    ("restore", |git, rest| git.restore(rest)),
    ("rev-list", |git, rest| git.rev_list(rest)),
    ("rev-parse", |git, rest| git.rev_parse(rest)),
    ("rm", |git, rest| git.rm(rest)),
    ("show", |git, rest| git.show(rest)),
    ("stash", |git, rest| git.stash(rest)),
    ("status", |git, rest| git.status(rest)),
    ("switch", |git, rest| git.switch(rest)),
    ("tag", |git, rest| git.tag(rest)),
];

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    match run_with_options(context) {
        Ok(status) | Err(Failure::Exit(status)) => Ok(status),
        Err(Failure::Stop(stop)) => Err(stop),
    }
}

fn run_with_options(context: &mut Context<'_, '_>) -> Attempt<u8> {
    let arguments: Vec<&[u8]> = context.arguments.iter().skip(1).map(Vec::as_slice).collect();
    let mut directory = context.directory.clone();
    let mut given_config = Vec::new();
    let mut rest = &arguments[..];
    while let [option, after @ ..] = rest
        && option.starts_with(b"-")
    {
        match (*option, after) {
            (b"-C", [path, after @ ..]) => {
                directory = match context.machine.workspace.resolve(&directory, path) {
                    Ok(found) if context.machine.workspace.list(&found).is_ok() => found,
                    found => {
                        let message = found.err().unwrap_or(crate::workspace::FileError::NotFound).message();
                        let text = [b"fatal: cannot change to '", *path, b"': ", message.as_bytes(), b"\n"].concat();
                        context.error(&text)?;
                        return Ok(128);
                    }
                };
                rest = after;
            }
            (b"-c", [setting, after @ ..]) => {
                let (name, value) = match memchr::memchr(b'=', setting) {
                    Some(at) => (&setting[..at], &setting[at + 1..]),
                    None => (*setting, &b"true"[..]),
                };
                given_config.push((name.to_vec(), value.to_vec()));
                rest = after;
            }
            (b"--version" | b"-v", _) => {
                context.out(format!("git version {VERSION}\n").as_bytes())?;
                return Ok(0);
            }
            (b"--no-pager" | b"-P" | b"-p" | b"--paginate" | b"--no-optional-locks" | b"--literal-pathspecs", _) => {
                rest = after;
            }
            _ => {
                context.error(&[b"unknown option: ", *option, b"\n", refused::USAGE.as_bytes()].concat())?;
                return Ok(129);
            }
        }
    }
    let Some((name, rest)) = rest.split_first() else {
        context.out(refused::USAGE.as_bytes())?;
        return Ok(1);
    };
    match *name {
        b"version" => {
            context.out(format!("git version {VERSION}\n").as_bytes())?;
            return Ok(0);
        }
        b"init" => return init::init(context, &directory, rest),
        b"clone" => return refused::clone(context, rest),
        b"config" => return config::config(context, &directory, given_config, rest),
        b"diff" if rest.contains(&&b"--no-index"[..]) => return diff::no_index(context, &directory, rest),
        _ => {}
    }
    let Ok(at) = SUBCOMMANDS.binary_search_by(|(other, _)| other.as_bytes().cmp(name)) else {
        return refused::unknown(context, name);
    };
    let Some((repository, prefix)) = find_repository(context, &directory) else {
        if *name == b"diff" {
            return diff::no_index(context, &directory, rest);
        }
        context.error(b"fatal: not a git repository (or any of the parent directories): .git\n")?;
        return Ok(128);
    };
    let before = repository.clone();
    let mut git = Git { context, repository, directory, prefix, given_config };
    let result = SUBCOMMANDS[at].1(&mut git, rest);
    let Git { context, repository, .. } = git;
    // A command that only looks leaves nothing to keep.
    if !matches!(result, Err(Failure::Stop(_))) && repository != before {
        put_repository(context, repository);
    }
    result
}

/// The repository that a directory lies in, and where within it.
fn find_repository(context: &Context<'_, '_>, directory: &VirtualPath) -> Option<(Repository, Vec<u8>)> {
    let workspace = &context.machine.workspace;
    let state = &context.machine.git;
    let mut root = directory.clone();
    loop {
        let prefix = directory.as_bytes().get(root.as_bytes().len()..).unwrap_or_default();
        let prefix = prefix.strip_prefix(b"/").unwrap_or(prefix).to_vec();
        let known = state.repositories.iter().find(|repository| repository.root == root.as_bytes());
        match known {
            Some(repository) if repository.is_base || workspace.node(&root.join(b".git")).is_some() => {
                return Some((repository.clone(), prefix));
            }
            None if root == *workspace.mount() && !state.is_plain => {
                return Some((Repository::of_image(root.as_bytes(), compare::base_delta(workspace)), prefix));
            }
            _ => {}
        }
        if root.is_root() {
            return None;
        }
        root = root.parent();
    }
}

/// Keeps a repository for the next command.
fn put_repository(context: &mut Context<'_, '_>, repository: Repository) {
    let state = &mut context.machine.git.repositories;
    match state.binary_search_by(|other| other.root.cmp(&repository.root)) {
        Ok(at) => state[at] = repository,
        Err(at) => state.insert(at, repository),
    }
}

impl<'a> Git<'_, '_, 'a> {
    fn out(&mut self, bytes: &[u8]) -> Attempt<()> {
        Ok(self.context.out(bytes)?)
    }

    fn line(&mut self, parts: &[&[u8]]) -> Attempt<()> {
        let mut text = parts.concat();
        text.push(b'\n');
        self.out(&text)
    }

    fn note(&mut self, text: &str) -> Attempt<()> {
        Ok(self.context.error(format!("{text}\n").as_bytes())?)
    }

    fn note_bytes(&mut self, parts: &[&[u8]]) -> Attempt<()> {
        let mut text = parts.concat();
        text.push(b'\n');
        Ok(self.context.error(&text)?)
    }

    /// Prints `fatal: ` and the parts; ends the subcommand with status 128.
    fn fatal<T>(&mut self, parts: &[&[u8]]) -> Attempt<T> {
        self.fail(128, b"fatal: ", parts)
    }

    /// Prints `error: ` and the parts; ends the subcommand with this status.
    fn error<T>(&mut self, status: u8, parts: &[&[u8]]) -> Attempt<T> {
        self.fail(status, b"error: ", parts)
    }

    fn fail<T>(&mut self, status: u8, kind: &[u8], parts: &[&[u8]]) -> Attempt<T> {
        let text = [kind, &parts.concat()[..], b"\n"].concat();
        self.context.error(&text)?;
        Err(Failure::Exit(status))
    }

    /// A configured value: from `-c`, or the repository's.
    fn setting(&self, name: &[u8]) -> Option<&[u8]> {
        let given = self.given_config.iter().rev().find(|(other, _)| other.eq_ignore_ascii_case(name));
        given.map(|(_, value)| value.as_slice()).or_else(|| self.repository.config(name))
    }

    /// A path of the repository as it is printed relative to where the command runs.
    fn relative(&self, path: &[u8]) -> Vec<u8> {
        relative_to(&self.prefix, path)
    }
}

/// A path of the repository, seen from a directory of it.
fn relative_to(prefix: &[u8], path: &[u8]) -> Vec<u8> {
    if prefix.is_empty() {
        return path.to_vec();
    }
    let from: Vec<&[u8]> = prefix.split(|&byte| byte == b'/').collect();
    let to: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
    let is_directory = path.ends_with(b"/");
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<&[u8]> = vec![b".."; from.len() - common];
    parts.extend(to.get(common..).unwrap_or_default());
    let text = parts.join(&b'/');
    match text.as_slice() {
        b"" if is_directory || common == from.len() => b"./".to_vec(),
        _ => text,
    }
}
