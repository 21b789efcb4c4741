//! `cd`, `pwd`, `pushd`, `popd`, `dirs`.

use super::parse_number;
use crate::shell::Shell;
use crate::shell::eval::Run;
use crate::workspace::FileError;
use sparring_tree::Kind;

impl Shell<'_, '_> {
    /// Changes the directory; `text` is what was typed. The error is the file system's.
    fn change_directory(&mut self, text: &[u8], physical: bool) -> Run<Result<(), FileError>> {
        let logical =
            if text.starts_with(b"/") { text.to_vec() } else { [&self.process.logical[..], b"/", text].concat() };
        let lexical = crate::workspace::VirtualPath::lexical(&logical).display();
        let asked: &[u8] = if physical { text } else { &lexical };
        let found = match self.machine.workspace.stat(&self.process.directory, asked) {
            Ok((path, node)) if node.kind() == Kind::Directory => Ok((path, lexical)),
            Ok(_) => Err(FileError::NotADirectory),
            // The words alone may lead astray where `..` follows a link.
            Err(error) => match self.machine.workspace.stat(&self.process.directory, text) {
                Ok((path, node)) if node.kind() == Kind::Directory => {
                    let display = path.display();
                    Ok((path, display))
                }
                _ => Err(error),
            },
        };
        let (path, lexical) = match found {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let old = std::mem::replace(&mut self.process.logical, if physical { path.display() } else { lexical });
        self.process.directory = path;
        self.set_exported(b"OLDPWD", old);
        let new = self.process.logical.clone();
        self.set_exported(b"PWD", new);
        Ok(Ok(()))
    }

    fn set_exported(&mut self, name: &[u8], value: Vec<u8>) {
        let variable = self.process.variables.entry(name);
        variable.value = Some(crate::shell::Value::Scalar(value));
    }

    /// `~` in place of the home directory, as `dirs` shows paths.
    fn shortened(&self, path: &[u8]) -> Vec<u8> {
        let home = self.scalar(b"HOME").unwrap_or_default();
        match path.strip_prefix(home.as_slice()) {
            Some(rest) if home.len() > 1 && (rest.is_empty() || rest.starts_with(b"/")) => [b"~", rest].concat(),
            _ => path.to_vec(),
        }
    }

    fn print_stack(&mut self) -> Run<()> {
        let mut shown = vec![self.shortened(&self.process.logical)];
        shown.extend(self.process.directory_stack.iter().map(|path| self.shortened(path)));
        let line = [&shown.join(&b' ')[..], b"\n"].concat();
        self.out(&line)
    }
}

/// `cd`
pub(super) fn cd(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "LPe@")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if given.operands.len() > 1 {
        shell.complain_as(&words[0], b"too many arguments")?;
        return Ok(1);
    }
    let mut prints = false;
    let target = match given.operands.first() {
        None => match shell.scalar(b"HOME") {
            Some(home) => home,
            None => {
                shell.complain_as(&words[0], b"HOME not set")?;
                return Ok(1);
            }
        },
        Some(text) if text == b"-" => match shell.scalar(b"OLDPWD") {
            Some(old) => {
                prints = true;
                old
            }
            None => {
                shell.complain_as(&words[0], b"OLDPWD not set")?;
                return Ok(1);
            }
        },
        Some(text) => text.clone(),
    };
    if target.is_empty() {
        return Ok(0);
    }
    let physical = given.has(b'P') || shell.process.options.is("physical");
    if let Some(path) = from_cdpath(shell, &target)
        && shell.change_directory(&path, physical)?.is_ok()
    {
        let line = [&shell.process.logical[..], b"\n"].concat();
        shell.out(&line)?;
        return Ok(0);
    }
    match shell.change_directory(&target, physical)? {
        Ok(()) => {
            if prints {
                let line = [&shell.process.logical[..], b"\n"].concat();
                shell.out(&line)?;
            }
            Ok(0)
        }
        Err(error) => {
            if shell.kind == crate::shell::ShellKind::Dash {
                shell.complain_as(&words[0], &[b"can't cd to ", &target[..]].concat())?;
                return Ok(2);
            }
            let shown = crate::shell::syntax::printable(&target);
            shell.complain_as(&words[0], &[&shown[..], b": ", error.message().as_bytes()].concat())?;
            Ok(1)
        }
    }
}

/// The directory of `CDPATH` that has the target.
fn from_cdpath(shell: &Shell<'_, '_>, target: &[u8]) -> Option<Vec<u8>> {
    let path = shell.scalar(b"CDPATH").filter(|path| !path.is_empty())?;
    if target.starts_with(b"/")
        || target.starts_with(b"./")
        || target.starts_with(b"../")
        || target == b"."
        || target == b".."
    {
        return None;
    }
    path.split(|byte| *byte == b':').filter(|directory| !directory.is_empty()).find_map(|directory| {
        let candidate = [directory, b"/", target].concat();
        let (_, node) = shell.machine.workspace.stat(&shell.process.directory, &candidate).ok()?;
        (node.kind() == Kind::Directory).then_some(candidate)
    })
}

/// `pwd`
pub(super) fn pwd(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "LP")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let path = if given.has(b'P') { shell.process.directory.display() } else { shell.process.logical.clone() };
    shell.print(&words[0], &[&path[..], b"\n"].concat())
}

/// `dirs`
pub(super) fn dirs(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "clpv")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if given.has(b'c') {
        shell.process.directory_stack.clear();
        return Ok(0);
    }
    if !(given.has(b'p') || given.has(b'v') || given.has(b'l')) {
        shell.print_stack()?;
        return Ok(0);
    }
    let mut paths = vec![shell.process.logical.clone()];
    paths.extend(shell.process.directory_stack.iter().cloned());
    let mut text = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        let shown = if given.has(b'l') { path.clone() } else { shell.shortened(path) };
        if given.has(b'v') {
            text.extend(format!("{index:2}  ").into_bytes());
        }
        text.extend(shown);
        let last = index + 1 == paths.len();
        text.push(if given.has(b'p') || given.has(b'v') || last { b'\n' } else { b' ' });
    }
    shell.out(&text)?;
    Ok(0)
}

/// `pushd`
pub(super) fn pushd(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let operands = words.get(1..).unwrap_or_default();
    let old = shell.process.logical.clone();
    let target = match operands.first() {
        None => {
            if shell.process.directory_stack.is_empty() {
                shell.complain_as(&words[0], b"no other directory")?;
                return Ok(1);
            }
            shell.process.directory_stack.remove(0)
        }
        Some(text) if text.len() > 1 && text.starts_with(b"+") => {
            let index = parse_number(&text[1..]).and_then(|number| usize::try_from(number).ok());
            let mut all = vec![old.clone()];
            all.append(&mut shell.process.directory_stack.clone());
            let Some(index) = index.filter(|index| *index < all.len()) else {
                shell.complain_as(&words[0], &[&text[..], b": directory stack index out of range"].concat())?;
                return Ok(1);
            };
            all.rotate_left(index);
            let target = all.remove(0);
            shell.process.directory_stack = all;
            shell.change_directory(&target, false)?.ok();
            shell.print_stack()?;
            return Ok(0);
        }
        Some(text) => text.clone(),
    };
    if let Err(error) = shell.change_directory(&target, false)? {
        shell.complain_as(&words[0], &[&target[..], b": ", error.message().as_bytes()].concat())?;
        return Ok(1);
    }
    shell.process.directory_stack.insert(0, old);
    shell.print_stack()?;
    Ok(0)
}

/// `popd`
pub(super) fn popd(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    if shell.process.directory_stack.is_empty() {
        shell.complain_as(&words[0], b"directory stack empty")?;
        return Ok(1);
    }
    let target = shell.process.directory_stack.remove(0);
    if let Err(error) = shell.change_directory(&target, false)? {
        shell.complain_as(&words[0], &[&target[..], b": ", error.message().as_bytes()].concat())?;
        return Ok(1);
    }
    shell.print_stack()?;
    Ok(0)
}
