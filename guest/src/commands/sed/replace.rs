//! `-i`: puts a new text in the place of a file.

use sparring_tree::Kind;

use super::input::{Fatal, OpenFile};
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::workspace::{FileError, VirtualPath};

/// Replaces a file. With a suffix the old one is kept under another name. Where the name was a
/// link, the new file takes the link's place unless links are followed.
pub(super) fn replace(
    context: &mut Context<'_, '_>,
    file: &OpenFile<'_>,
    suffix: &[u8],
    text: Vec<u8>,
    follow_links: bool,
) -> Stoppable<Result<(), Fatal>> {
    let Some(target) = &file.path else { return Ok(Ok(())) };
    let workspace = &mut context.machine.workspace;
    let path = match follow_links {
        true => target.clone(),
        false => workspace.resolve_link(context.directory, &file.name).unwrap_or_else(|_| target.clone()),
    };
    if !suffix.is_empty() {
        let backup = backup_path(&path, context.directory, suffix);
        if let Err(error) = workspace.copy(&path, &backup)? {
            let message = [b"cannot rename ", file.name.as_slice(), b": ", error.message().as_bytes()].concat();
            return Ok(Err(Fatal { message, status: 4 }));
        }
    }
    let is_link = workspace.node(&path).is_some_and(|node| node.kind() == Kind::Link);
    let result: Result<(), FileError> = if is_link {
        let mode = workspace.node(target).map(|node| node.mode());
        match workspace.remove(&path)? {
            Ok(()) => match (workspace.write(&path, text)?, mode) {
                (Ok(()), Some(mode)) => workspace.set_mode(&path, mode)?,
                (result, _) => result,
            },
            Err(error) => Err(error),
        }
    } else {
        workspace.write(&path, text)?
    };
    Ok(result.map_err(|error| Fatal {
        message: [b"couldn't edit ", file.name.as_slice(), b": ", error.message().as_bytes()].concat(),
        status: 4,
    }))
}

/// Where the old file goes: each `*` in the suffix stands for its name; without one the suffix is
/// added to the name. A `/` names another directory.
fn backup_path(path: &VirtualPath, directory: &VirtualPath, suffix: &[u8]) -> VirtualPath {
    let name = path.name();
    let mut backup = Vec::new();
    if suffix.contains(&b'*') {
        for &byte in suffix {
            match byte {
                b'*' => backup.extend_from_slice(name),
                _ => backup.push(byte),
            }
        }
    } else {
        backup.extend_from_slice(name);
        backup.extend_from_slice(suffix);
    }
    let base = if backup.contains(&b'/') { directory.clone() } else { path.parent() };
    if backup.starts_with(b"/") {
        return VirtualPath::lexical(&backup);
    }
    VirtualPath::lexical(&[&base.display()[..], b"/", &backup].concat())
}
