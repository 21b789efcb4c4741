//! `git config`: the repository's settings; files of the user and the system do not exist.

use super::{Attempt, find_repository, put_repository};
use crate::commands::Context;
use crate::workspace::VirtualPath;

/// What every repository has.
const BUILT_IN: &[(&[u8], &[u8])] = &[
    (b"core.repositoryformatversion", b"0"),
    (b"core.filemode", b"true"),
    (b"core.bare", b"false"),
    (b"core.logallrefupdates", b"true"),
];

/// Reads or changes a setting.
pub(super) fn config(
    context: &mut Context<'_, '_>,
    directory: &VirtualPath,
    given: Vec<(Vec<u8>, Vec<u8>)>,
    arguments: &[&[u8]],
) -> Attempt<u8> {
    let (mut words, mut action, mut global, mut default) = (Vec::new(), None, false, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match *argument {
            b"--global" | b"--system" => global = true,
            b"--local" | b"--worktree" | b"--bool" | b"--int" | b"--path" | b"--null" | b"-z" => {}
            b"--default" => default = rest.next().copied(),
            b"--get" | b"--get-all" | b"--unset" | b"--unset-all" | b"--list" | b"-l" | b"--add" | b"--replace-all" => {
                action = Some(*argument);
            }
            _ => words.push(*argument),
        }
    }
    let found = find_repository(context, directory);
    let stored = found.as_ref().map(|(repository, _)| repository.config.clone()).unwrap_or_default();
    let mut settings: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    if found.is_some() && !global {
        settings.extend(BUILT_IN.iter().map(|(name, value)| (name.to_vec(), value.to_vec())));
    }
    settings.extend(stored);
    settings.extend(given);
    if let Some(b"--list" | b"-l") = action {
        for (name, value) in &settings {
            context.out(&[&lower(name)[..], b"=", value, b"\n"].concat())?;
        }
        return Ok(0);
    }
    let Some((&name, values)) = words.split_first() else {
        context.error(b"usage: git config [<options>]\n")?;
        return Ok(129);
    };
    if !name.contains(&b'.') {
        context.error(&[b"error: key does not contain a section: ", name, b"\n"].concat())?;
        return Ok(1);
    }
    let matches = |other: &[u8]| lower(other) == lower(name);
    match (action, values) {
        (None, []) | (Some(b"--get" | b"--get-all"), _) => {
            let mut values: Vec<Vec<u8>> =
                settings.into_iter().filter(|(other, _)| matches(other)).map(|(_, value)| value).collect();
            if action != Some(b"--get-all") {
                values = values.pop().or_else(|| default.map(<[u8]>::to_vec)).into_iter().collect();
            }
            for value in &values {
                context.out(&[value, &b"\n"[..]].concat())?;
            }
            Ok(u8::from(values.is_empty()))
        }
        (Some(b"--unset" | b"--unset-all"), _) => {
            let Some((mut repository, _)) = found else { return Ok(5) };
            let before = repository.config.len();
            repository.config.retain(|(other, _)| !matches(other));
            let removed = before != repository.config.len();
            put_repository(context, repository);
            Ok(if removed { 0 } else { 5 })
        }
        (_, [value, ..]) => {
            let Some((mut repository, _)) = found else {
                // A setting of the user's own, which only repositories look up.
                return Ok(0);
            };
            if action != Some(b"--add") {
                repository.config.retain(|(other, _)| !matches(other));
            }
            repository.config.push((name.to_vec(), value.to_vec()));
            put_repository(context, repository);
            Ok(0)
        }
        (_, []) => Ok(1),
    }
}

/// Section and key in lower case; what stands between them keeps its case.
fn lower(name: &[u8]) -> Vec<u8> {
    let first = memchr::memchr(b'.', name).unwrap_or(name.len());
    let last = memchr::memrchr(b'.', name).unwrap_or(0);
    name.iter()
        .enumerate()
        .map(|(at, byte)| if at < first || at > last { byte.to_ascii_lowercase() } else { *byte })
        .collect()
}
