//! `git init`.

use super::state::{FIRST_BRANCH, Repository};
use super::{Attempt, GitState};
use crate::commands::Context;
use crate::workspace::VirtualPath;

const CONFIG: &[u8] =
    b"[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n";
const DESCRIPTION: &[u8] = b"Unnamed repository; edit this file 'description' to name the repository.\n";
const HINTS: &str = "hint: Using 'master' as the name for the initial branch. This default branch name
hint: is subject to change. To configure the initial branch name to use in all
hint: of your new repositories, which will suppress this warning, call:
hint:
hint: \tgit config --global init.defaultBranch <name>
hint:
hint: Names commonly chosen instead of 'master' are 'main', 'trunk' and
hint: 'development'. The just-created branch can be renamed via this command:
hint:
hint: \tgit branch -m <name>
";

/// Makes a repository, with the files in `.git` that are there before the first commit.
pub(super) fn init(context: &mut Context<'_, '_>, directory: &VirtualPath, arguments: &[&[u8]]) -> Attempt<u8> {
    let (mut quiet, mut branch, mut target) = (false, None, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            b"-q" | b"--quiet" => quiet = true,
            b"-b" => branch = rest.next().map(|name| name.to_vec()),
            _ if argument.starts_with(b"--initial-branch=") => branch = argument.get(17..).map(<[u8]>::to_vec),
            _ if argument.starts_with(b"-") => {
                let name = argument.strip_prefix(b"--").unwrap_or(argument);
                context.error(
                    &[b"error: unknown option `", name, b"'\nusage: git init [-q | --quiet] [--bare]\n"].concat(),
                )?;
                return Ok(129);
            }
            _ => target = Some(*argument),
        }
    }
    let mut root = directory.clone();
    if let Some(target) = target {
        let workspace = &mut context.machine.workspace;
        let parts: Vec<&[u8]> = target.split(|&byte| byte == b'/').collect();
        for end in 1..=parts.len() {
            let text = parts.get(..end).unwrap_or_default().join(&b'/');
            if text.is_empty() {
                continue;
            }
            match workspace.resolve(directory, &text) {
                Ok(path) => {
                    if workspace.node(&path).is_none() {
                        let _made = workspace.make_directory(&path)?;
                    }
                    root = path;
                }
                Err(error) => {
                    let text = [b"fatal: cannot mkdir ", target, b": ", error.message().as_bytes(), b"\n"].concat();
                    context.error(&text)?;
                    return Ok(128);
                }
            }
        }
    }
    let shown = [&root.display()[..], if root.is_root() { b".git/\n" } else { b"/.git/\n" }].concat();
    let is_image = root == *context.machine.workspace.mount() && !context.machine.git.is_plain;
    if is_image || knows(&context.machine.git, &root) && context.machine.workspace.node(&root.join(b".git")).is_some() {
        if !quiet {
            context.out(&[b"Reinitialized existing Git repository in ", &shown[..]].concat())?;
        }
        return Ok(0);
    }
    let name = branch.clone().unwrap_or_else(|| FIRST_BRANCH.into());
    let folder = root.join(b".git");
    let workspace = &mut context.machine.workspace;
    for path in
        ["", "branches", "hooks", "info", "objects", "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags"]
    {
        let path = path
            .split('/')
            .filter(|name| !name.is_empty())
            .fold(folder.clone(), |path, name| path.join(name.as_bytes()));
        let _made = workspace.make_directory(&path)?;
    }
    for (file, text) in [
        (&b"HEAD"[..], [b"ref: refs/heads/", &name[..], b"\n"].concat()),
        (b"config", CONFIG.to_vec()),
        (b"description", DESCRIPTION.to_vec()),
    ] {
        let _written = workspace.write(&folder.join(file), text)?;
    }
    let mut repository = Repository::empty(root.as_bytes());
    repository.head = super::state::Head::Branch(name);
    super::put_repository(context, repository);
    if branch.is_none() && !quiet {
        context.error(HINTS.as_bytes())?;
    }
    if !quiet {
        context.out(&[b"Initialized empty Git repository in ", &shown[..]].concat())?;
    }
    Ok(0)
}

fn knows(state: &GitState, root: &VirtualPath) -> bool {
    state.repositories.iter().any(|repository| repository.root == root.as_bytes())
}
