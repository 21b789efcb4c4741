//! What a name means: `type`, `command -v`, `hash`, `alias`, `enable`.

use super::{all_names, find};
use crate::commands::{self, Program};
use crate::shell::Shell;
use crate::shell::eval::Run;
use crate::shell::print;
use crate::shell::syntax::single_quoted;
use sparring_tree::Kind;

/// What a command name leads to.
pub(crate) enum Described {
    Alias(Vec<u8>),
    Keyword,
    Function,
    Builtin,
    /// A program at this path.
    File(Vec<u8>),
}

const KEYWORDS: &[&str] = &[
    "!", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
    "select", "then", "time", "until", "while", "{", "}",
];

/// Programs that a `python:slim` image has in `/usr/local/bin`.
const LOCAL_PROGRAMS: &[&[u8]] =
    &[b"pip", b"pip3", b"python", b"python3", b"pytest", b"py.test", b"tox", b"mypy", b"pylint", b"ipython"];

impl Shell<'_, '_> {
    /// What `name` means as a command; with `files_only`, what a program of that name is.
    pub(crate) fn describe(&self, name: &[u8], files_only: bool) -> Option<Described> {
        if !files_only {
            if let Some(value) = self.process.aliases.get(name).filter(|_| self.process.options.is("expand_aliases")) {
                return Some(Described::Alias(value.clone()));
            }
            if KEYWORDS.iter().any(|keyword| keyword.as_bytes() == name) {
                return Some(Described::Keyword);
            }
            if self.process.functions.contains_key(name) {
                return Some(Described::Function);
            }
            if find(name).is_some() {
                return Some(Described::Builtin);
            }
        }
        if name.contains(&b'/') {
            let found = self.machine.workspace.stat(&self.process.directory, name);
            let runs = found.is_ok_and(|(_, node)| node.kind() == Kind::File && node.mode().0 & 0o111 != 0);
            let known = !matches!(commands::lookup(self.machine, name), Program::Missing);
            return (runs || known).then(|| Described::File(name.to_vec()));
        }
        self.program_path(name).map(Described::File)
    }

    /// The path of the program that a bare name leads to.
    pub(super) fn program_path(&self, name: &[u8]) -> Option<Vec<u8>> {
        let is_bare = !name.contains(&b'/') && !matches!(commands::lookup(self.machine, name), Program::Missing);
        let directory: &[u8] = if LOCAL_PROGRAMS.contains(&name) { b"/usr/local/bin/" } else { b"/usr/bin/" };
        is_bare.then(|| [directory, name].concat())
    }

    /// `command -v` and `command -V`; false when the name means nothing.
    pub(crate) fn print_description(&mut self, command: &[u8], name: &[u8], verbose: bool) -> Run<bool> {
        let Some(described) = self.describe(name, false) else {
            if verbose {
                self.complain_as(command, &[name, b": not found"].concat())?;
            }
            return Ok(false);
        };
        if verbose {
            let text = self.sentence(name, &described);
            self.out(&text)?;
            return Ok(true);
        }
        let text = match described {
            Described::Alias(value) => [b"alias ", name, b"=", &single_quoted(&value)].concat(),
            Described::File(path) => path,
            _ => name.to_vec(),
        };
        self.out(&[&text[..], b"\n"].concat())?;
        Ok(true)
    }

    /// The sentence of `type`.
    fn sentence(&self, name: &[u8], described: &Described) -> Vec<u8> {
        match described {
            Described::Alias(value) => [name, b" is aliased to `", value, b"'\n"].concat(),
            Described::Keyword => [name, b" is a shell keyword\n"].concat(),
            Described::Builtin => [name, b" is a shell builtin\n"].concat(),
            Described::File(path) => [name, b" is ", path, b"\n"].concat(),
            Described::Function => {
                let text =
                    self.process.functions.get(name).map(|function| print::function(function)).unwrap_or_default();
                [name, b" is a function\n", &text, b"\n"].concat()
            }
        }
    }
}

/// `type`
pub(super) fn type_(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "afptP")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let mut status = 0;
    for name in given.operands {
        let Some(described) = shell.describe(name, given.has(b'P')) else {
            if !(given.has(b't') || given.has(b'p') || given.has(b'P')) {
                shell.complain_as(&words[0], &[&name[..], b": not found"].concat())?;
            }
            status = 1;
            continue;
        };
        let text = if given.has(b't') {
            let word = match described {
                Described::Alias(_) => "alias\n",
                Described::Keyword => "keyword\n",
                Described::Function => "function\n",
                Described::Builtin => "builtin\n",
                Described::File(_) => "file\n",
            };
            word.as_bytes().to_vec()
        } else if given.has(b'p') || given.has(b'P') {
            match described {
                Described::File(path) => [&path[..], b"\n"].concat(),
                _ => Vec::new(),
            }
        } else {
            shell.sentence(name, &described)
        };
        shell.out(&text)?;
        let also_file = given.has(b'a') && !matches!(described_kind(shell, name), Some(Described::File(_)) | None);
        if also_file && let Some(file) = shell.describe(name, true) {
            let text = if given.has(b't') { b"file\n".to_vec() } else { shell.sentence(name, &file) };
            shell.out(&text)?;
        }
    }
    Ok(status)
}

fn described_kind(shell: &Shell<'_, '_>, name: &[u8]) -> Option<Described> {
    shell.describe(name, false)
}

/// `hash`: nothing is remembered, names are only checked.
pub(super) fn hash(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "lrp:dt")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if given.operands.is_empty() {
        if given.options.is_empty() {
            shell.out(b"hash: hash table empty\n")?;
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in given.operands {
        if shell.describe(name, true).is_none() && find(name).is_none() {
            shell.complain_as(&words[0], &[&name[..], b": not found"].concat())?;
            status = 1;
        }
    }
    Ok(status)
}

/// `alias`
pub(super) fn alias(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "p")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let show = |name: &[u8], value: &[u8]| [b"alias ", name, b"=", &single_quoted(value), b"\n"].concat();
    if given.operands.is_empty() || given.has(b'p') {
        for (name, value) in shell.process.aliases.clone() {
            shell.out(&show(&name, &value))?;
        }
    }
    let mut status = 0;
    for word in given.operands {
        match word.iter().position(|byte| *byte == b'=').filter(|at| *at > 0) {
            Some(at) if word[..at].iter().any(|byte| NOT_IN_ALIASES.contains(byte)) => {
                shell.complain_as(&words[0], &[b"`", &word[..at], b"': invalid alias name"].concat())?;
                status = 1;
            }
            Some(at) => _ = shell.process.aliases.insert(word[..at].to_vec(), word[at + 1..].to_vec()),
            None => match shell.process.aliases.get(word).cloned() {
                Some(value) => shell.out(&show(word, &value))?,
                None => {
                    shell.complain_as(&words[0], &[&word[..], b": not found"].concat())?;
                    status = 1;
                }
            },
        }
    }
    Ok(status)
}

/// What ends a word or starts an expansion or a quotation, and the slash.
const NOT_IN_ALIASES: &[u8] = b" \t\n()<>;&|\"'\\`$/";

/// `unalias`
pub(super) fn unalias(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "a")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if given.has(b'a') {
        shell.process.aliases.clear();
        return Ok(0);
    }
    if given.operands.is_empty() {
        return shell.usage(&words[0]);
    }
    let mut status = 0;
    for name in given.operands {
        if shell.process.aliases.remove(name).is_none() {
            shell.complain_as(&words[0], &[&name[..], b": not found"].concat())?;
            status = 1;
        }
    }
    Ok(status)
}

/// `enable`: builtins cannot be turned off here.
pub(super) fn enable(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "adnpsf:")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if given.operands.is_empty() && !given.has(b'n') {
        let text: String = all_names().map(|name| format!("enable {name}\n")).collect();
        shell.out(text.as_bytes())?;
        return Ok(0);
    }
    let mut status = 0;
    for name in given.operands {
        if find(name).is_none() {
            shell.complain_as(&words[0], &[&name[..], b": not a shell builtin"].concat())?;
            status = 1;
        }
    }
    Ok(status)
}
