//! `find_file`, `search_dir`, `search_file`: what `find` and `grep` print, counted.

use sparring_tree::Kind;

use super::{Dialect, launch_captured};
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::matching::{Options, Pattern, Syntax};
use crate::workspace::VirtualPath;

/// More files with a match than this are not listed.
const MAX_FILES: usize = 100;

pub(super) fn find_file(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let Some((name, directory)) = name_and_directory(context, "find_file <file_name>")? else { return Ok(0) };
    let (found, _) = launch_captured(context, &[b"find", &directory, b"-type", b"f", b"-name", name])?;
    let found = trim_newlines(&found);
    if found.is_empty() {
        context.say(&[b"No matches found for \"", name, b"\" in ", directory.as_slice()].concat())?;
        return Ok(0);
    }
    let count = found.split(|byte| *byte == b'\n').count();
    context.say(&headline(count, name, &directory))?;
    context.say(found)?;
    Ok(0)
}

pub(super) fn search_dir(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let Some((term, directory)) = name_and_directory(context, "search_dir <search_term>")? else { return Ok(0) };
    // By definition `find DIR -type f ! -path '*/.*' -exec grep -nIH -- TERM {} +`. The second form
    // prints the same by way of the search index; but find starts no grep where there are no
    // files, so that grep's complaints about a pattern differ.
    let by_find: [&[u8]; 14] = [
        b"find", &directory, b"-type", b"f", b"!", b"-path", b"*/.*", b"-exec", b"grep", b"-nIH", b"--", term, b"{}",
        b"+",
    ];
    let by_grep: [&[u8]; 7] = [b"grep", b"-rnIH", b"--exclude=.*", b"--exclude-dir=.*", b"--", term, &directory];
    let pattern = Pattern::compile(term, Syntax::GrepBasic, Options::GREP);
    let is_quiet = pattern.is_ok_and(|pattern| pattern.warnings().is_empty());
    let (found, _) = launch_captured(context, if is_quiet { &by_grep } else { &by_find })?;
    // `cut -d: -f1 | sort | uniq -c`
    let mut paths: Vec<&[u8]> =
        lines(trim_newlines(&found)).map(|line| line.split(|byte| *byte == b':').next().unwrap_or_default()).collect();
    paths.sort_unstable();
    let groups: Vec<(&[u8], usize)> =
        paths.chunk_by(|a, b| a == b).map(|group| (group.first().copied().unwrap_or_default(), group.len())).collect();
    if groups.is_empty() {
        context.say(&[b"No matches found for \"", term, b"\" in ", directory.as_slice()].concat())?;
        return Ok(0);
    }
    if groups.len() > MAX_FILES {
        let start = format!("More than {} files matched for \"", groups.len());
        let end = b". Please narrow your search.";
        context.say(&[start.as_bytes(), term, b"\" in ", &directory, end].concat())?;
        return Ok(0);
    }
    context.say(&headline(paths.len(), term, &directory))?;
    for (path, count) in groups {
        // awk's second word: a path ends at its first blank.
        let path = path.split(u8::is_ascii_whitespace).find(|word| !word.is_empty()).unwrap_or_default();
        context.say(&[path, format!(" ({count} matches)").as_bytes()].concat())?;
    }
    context.say(&footline(term, &directory))?;
    Ok(0)
}

pub(super) fn search_file(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let arguments = context.arguments;
    let Some(term) = arguments.get(1).filter(|term| !term.is_empty()) else {
        context.say(b"Usage: search_file <search_term> [<file>]")?;
        return Ok(0);
    };
    let named = match context.dialect() {
        Dialect::Middle => arguments.get(2).filter(|file| !file.is_empty()),
        Dialect::First => arguments.get(2),
    };
    let file = match named {
        Some(file) => match context.machine.workspace.stat(context.directory, file) {
            Ok((resolved, node)) if node.kind() == Kind::File => resolved.display(),
            _ => {
                context.say(b"Usage: search_file <search_term> [<file>]")?;
                let start = b"Error: File name ";
                context.say(&[start, file.as_slice(), b" not found. Please provide a valid file name."].concat())?;
                return Ok(0);
            }
        },
        None => match context.machine.window.file.clone() {
            Some(file) => file,
            None => {
                context.say(b"No file open. Use the open command first.")?;
                return Ok(0);
            }
        },
    };
    let (found, _) = launch_captured(context, &[b"grep", b"-nH", b"--", term, &file])?;
    let found = trim_newlines(&found);
    if found.is_empty() {
        context.say(&[b"No matches found for \"", term.as_slice(), b"\" in ", &file].concat())?;
        return Ok(0);
    }
    context.say(&headline(lines(found).count(), term, &file))?;
    let content = context.machine.workspace.read_at(&VirtualPath::ROOT, &file)?.unwrap_or_default();
    let mut file_lines = content.split(|byte| *byte == b'\n');
    let mut next = 1;
    for line in lines(found) {
        // `path:number:text`, or a notice about a binary file, which has no number there.
        let number = line.split(|byte| *byte == b':').nth(1).and_then(super::file::digits);
        let Some(number) = number.and_then(|number| usize::try_from(number).ok()) else { continue };
        let text = number.checked_sub(next).and_then(|skip| file_lines.nth(skip)).unwrap_or_default();
        next = number + 1;
        context.say(&[format!("Line {number}:").as_bytes(), text].concat())?;
    }
    context.say(&footline(term, &file))?;
    Ok(0)
}

/// The first argument, and the directory of the second; or the complaint was printed.
fn name_and_directory<'c>(context: &mut Context<'c, '_>, usage: &str) -> Stoppable<Option<(&'c [u8], Vec<u8>)>> {
    let (name, directory) = match context.arguments.get(1..).unwrap_or_default() {
        [name] => (name, &b"./"[..]),
        [name, directory] => (name, directory.as_slice()),
        _ => {
            context.say(format!("Usage: {usage} [<dir>]").as_bytes())?;
            return Ok(None);
        }
    };
    match context.machine.workspace.stat(context.directory, directory) {
        Ok((resolved, node)) if node.kind() == Kind::Directory => Ok(Some((name, resolved.display()))),
        _ => {
            context.say(&[b"Directory ", directory, b" not found"].concat())?;
            Ok(None)
        }
    }
}

fn headline(count: usize, what: &[u8], place: &[u8]) -> Vec<u8> {
    [format!("Found {count} matches for \"").as_bytes(), what, b"\" in ", place, b":"].concat()
}

fn footline(what: &[u8], place: &[u8]) -> Vec<u8> {
    [b"End of matches for \"", what, b"\" in ", place].concat()
}

/// As `$(...)` leaves it.
fn trim_newlines(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| *byte != b'\n').map_or(0, |at| at + 1);
    text.get(..end).unwrap_or_default()
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}
