//! What needs a network or another repository, and what git does not know.

use super::options::Takes;
use super::{Attempt, Git};
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::machine::Provenance;

/// What `git` alone prints.
pub(super) const USAGE: &str = "usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]
           [--exec-path[=<path>]] [--html-path] [--man-path] [--info-path]
           [-p | --paginate | -P | --no-pager] [--no-replace-objects] [--bare]
           [--git-dir=<path>] [--work-tree=<path>] [--namespace=<name>]
           [--super-prefix=<path>] [--config-env=<name>=<envvar>]
           <command> [<args>]
";

/// Subcommands of git that are not simulated, for the nearest name of a mistyped one.
const OTHERS: &[&str] = &[
    "archive",
    "bisect",
    "bundle",
    "check-ignore",
    "cherry",
    "cherry-pick",
    "clone",
    "config",
    "describe",
    "difftool",
    "format-patch",
    "gc",
    "hash-object",
    "help",
    "init",
    "maintenance",
    "merge",
    "mergetool",
    "notes",
    "range-diff",
    "rebase",
    "reflog",
    "revert",
    "shortlog",
    "show-ref",
    "sparse-checkout",
    "submodule",
    "symbolic-ref",
    "update-index",
    "version",
    "worktree",
    "write-tree",
];

/// A name that is no subcommand.
pub(super) fn unknown(context: &mut Context<'_, '_>, name: &[u8]) -> Attempt<u8> {
    let shown = String::from_utf8_lossy(name);
    if OTHERS.iter().any(|other| other.as_bytes() == name) {
        context.error(format!("fatal: cannot run {shown}: not available in this environment\n").as_bytes())?;
        return Ok(128);
    }
    context.error(&[b"git: '", name, b"' is not a git command. See 'git --help'.\n"].concat())?;
    let known = super::SUBCOMMANDS.iter().map(|(other, _)| *other).chain(OTHERS.iter().copied());
    let mut near: Vec<(usize, &str)> = known.map(|other| (distance(name, other.as_bytes()), other)).collect();
    near.sort_unstable();
    // Git's own limit for what still looks alike.
    const MOST: usize = 6;
    let best = near.first().map_or(usize::MAX, |(distance, _)| *distance);
    if best <= MOST {
        let names: Vec<&str> =
            near.iter().take_while(|(distance, _)| *distance == best).map(|(_, name)| *name).collect();
        let head = if names.len() == 1 { "The most similar command is" } else { "The most similar commands are" };
        context.error(format!("\n{head}\n").as_bytes())?;
        for name in names {
            context.error(format!("\t{name}\n").as_bytes())?;
        }
    }
    Ok(1)
}

/// Weighted edit distance, as git weighs it: swaps are free, deletions dear.
fn distance(from: &[u8], to: &[u8]) -> usize {
    let (swap, substitute, insert, delete) = (0, 2, 1, 3);
    if from.len() > 64 {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).map(|count| count * insert).collect();
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![(i + 1) * delete];
        for (j, b) in to.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let mut cost = at(&last, j) + if a == b { 0 } else { substitute };
            if i > 0 && j > 0 && from.get(i - 1) == Some(b) && to.get(j - 1) == Some(a) {
                cost = cost.min(at(&before, j - 1) + swap);
            }
            cost = cost.min(at(&last, j + 1) + delete).min(at(&row, j) + insert);
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

/// `git clone`.
pub(super) fn clone(context: &mut Context<'_, '_>, arguments: &[&[u8]]) -> Attempt<u8> {
    let mut operands = arguments.iter().filter(|argument| !argument.starts_with(b"-"));
    let Some(source) = operands.next() else {
        context.error(
            b"fatal: You must specify a repository to clone.\n\nusage: git clone [<options>] [--] <repo> [<dir>]\n",
        )?;
        return Ok(129);
    };
    let name = source.strip_suffix(b"/").unwrap_or(source);
    let name = name.rsplit(|byte| matches!(byte, b'/' | b':')).next().unwrap_or(name);
    let name = name.strip_suffix(b".git").unwrap_or(name);
    let target = operands.next().copied().unwrap_or(name);
    match host(source) {
        Some(host) => {
            context.error(&[b"Cloning into '", target, b"'...\n"].concat())?;
            unreachable_host(context, source, host)?;
        }
        None => context.error(&[b"fatal: repository '", *source, b"' does not exist\n"].concat())?,
    }
    Ok(128)
}

/// The host of an address; `None` for a path.
fn host(address: &[u8]) -> Option<&[u8]> {
    if let Some(at) = memchr::memmem::find(address, b"://") {
        let rest = address.get(at + 3..)?;
        let host = rest.split(|byte| matches!(byte, b'/' | b':')).next()?;
        return Some(host.rsplit(|&byte| byte == b'@').next().unwrap_or(host));
    }
    let (user_and_host, _) = address.split_at(memchr::memchr(b':', address)?);
    (!user_and_host.contains(&b'/')).then(|| user_and_host.rsplit(|&byte| byte == b'@').next().unwrap_or(user_and_host))
}

fn unreachable_host(context: &mut Context<'_, '_>, address: &[u8], host: &[u8]) -> Stoppable<()> {
    context.machine.effects.note(Provenance::Refused);
    if address.starts_with(b"http") {
        let slash: &[u8] = if address.ends_with(b"/") { b"" } else { b"/" };
        return context.error(
            &[b"fatal: unable to access '", address, slash, b"': Could not resolve host: ", host, b"\n"].concat(),
        );
    }
    context.error(
        &[
            b"ssh: Could not resolve hostname ",
            host,
            b": Temporary failure in name resolution\nfatal: Could not read from remote repository.\n\n",
            b"Please make sure you have the correct access rights\nand the repository exists.\n",
        ]
        .concat(),
    )
}

impl Git<'_, '_, '_> {
    /// The address of a remote, by name or as it is.
    fn address(&self, name: &[u8]) -> Option<Vec<u8>> {
        let setting = [b"remote.", name, b".url"].concat();
        self.setting(&setting).map(<[u8]>::to_vec).or_else(|| host(name).map(|_| name.to_vec()))
    }

    fn reach(&mut self, name: &[u8]) -> Attempt<u8> {
        if let Some(address) = self.address(name) {
            let host = host(&address).unwrap_or_default().to_vec();
            unreachable_host(self.context, &address, &host)?;
            return Ok(128);
        }
        self.note_bytes(&[b"fatal: '", name, b"' does not appear to be a git repository"])?;
        self.note("fatal: Could not read from remote repository.\n")?;
        self.note("Please make sure you have the correct access rights")?;
        self.note("and the repository exists.")?;
        Ok(128)
    }

    /// `git fetch`.
    pub(super) fn fetch(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        match arguments.iter().find(|argument| !argument.starts_with(b"-")) {
            Some(name) => self.reach(name),
            None if self.address(b"origin").is_some() => {
                let status = self.reach(b"origin")?;
                Ok(status)
            }
            None => Ok(0),
        }
    }

    /// `git pull`.
    pub(super) fn pull(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        if let Some(name) = arguments.iter().find(|argument| !argument.starts_with(b"-")) {
            return self.reach(name).map(|_| 1);
        }
        self.note("There is no tracking information for the current branch.")?;
        self.note("Please specify which branch you want to merge with.")?;
        self.note("See git-pull(1) for details.\n\n    git pull <remote> <branch>\n")?;
        let branch = match &self.repository.head {
            super::state::Head::Branch(name) => name.clone(),
            super::state::Head::Detached(..) => b"HEAD".to_vec(),
        };
        self.note("If you wish to set tracking information for this branch you can do so with:\n")?;
        self.note_bytes(&[b"    git branch --set-upstream-to=<remote>/<branch> ", &branch, b"\n"])?;
        Ok(1)
    }

    /// `git push`.
    pub(super) fn push(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        match arguments.iter().find(|argument| !argument.starts_with(b"-")) {
            Some(name) => self.reach(name),
            None if self.address(b"origin").is_some() => self.reach(b"origin"),
            None => {
                self.note("fatal: No configured push destination.")?;
                self.note("Either specify the URL from the command-line or configure a remote repository using\n")?;
                self.note("    git remote add <name> <url>\n\nand then push using the remote name\n")?;
                self.note("    git push <name>\n")?;
                Ok(128)
            }
        }
    }

    /// `git remote`.
    pub(super) fn remote(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [(b'v', "verbose", Takes::Nothing)];
        let parsed = self.parse("remote [-v | --verbose]", &specs, arguments)?;
        let mut remotes: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for (name, value) in &self.repository.config {
            if let Some(remote) = name.strip_prefix(b"remote.").and_then(|name| name.strip_suffix(b".url")) {
                remotes.push((remote.to_vec(), value.clone()));
            }
        }
        remotes.sort();
        match parsed.operands[..] {
            [] | [b"show"] => {
                for (name, address) in remotes {
                    if parsed.has("verbose") {
                        self.line(&[&name, b"\t", &address, b" (fetch)"])?;
                        self.line(&[&name, b"\t", &address, b" (push)"])?;
                    } else {
                        self.line(&[&name])?;
                    }
                }
                Ok(0)
            }
            [b"add", name, address] => {
                if remotes.iter().any(|(other, _)| other == name) {
                    return self.fail(3, b"error: ", &[b"remote ", name, b" already exists."]);
                }
                self.repository.config.push(([b"remote.", name, b".url"].concat(), address.to_vec()));
                let fetch = [b"+refs/heads/*:refs/remotes/", name, b"/*"].concat();
                self.repository.config.push(([b"remote.", name, b".fetch"].concat(), fetch));
                Ok(0)
            }
            [b"remove" | b"rm", name] => {
                if !remotes.iter().any(|(other, _)| other == name) {
                    return self.fail(2, b"error: ", &[b"No such remote: '", name, b"'"]);
                }
                let prefix = [b"remote.", name, b"."].concat();
                self.repository.config.retain(|(other, _)| !other.starts_with(&prefix));
                Ok(0)
            }
            [b"get-url", name] => match remotes.iter().find(|(other, _)| other == name) {
                Some((_, address)) => {
                    let address = address.clone();
                    self.line(&[&address])?;
                    Ok(0)
                }
                None => self.fail(2, b"error: ", &[b"No such remote '", name, b"'"]),
            },
            [first, ..] => {
                let text = [b"error: Unknown subcommand: ", first, b"\nusage: git remote [-v | --verbose]\n"].concat();
                self.context.error(&text)?;
                Ok(129)
            }
        }
    }
}
