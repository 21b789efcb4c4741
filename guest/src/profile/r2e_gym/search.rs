//! The tool `search`.

use sparring_tree::Kind;

use super::memory::{self, display, kind};
use crate::budget::Stoppable;
use crate::machine::Machine;
use crate::workspace::VirtualPath;

/// More matching files than this are refused.
const FILES: usize = 100;

/// What the tool prints.
pub(super) fn run(term: &str, path: &str, machine: &mut Machine<'_>) -> Stoppable<String> {
    let mount = machine.workspace.mount().clone();
    let place = machine.workspace.stat(&mount, path.as_bytes()).ok().map(|(place, _)| place);
    match (kind(&machine.workspace, &mount, path), place) {
        (Some(Kind::Directory), Some(place)) => in_directory(term, &place, machine),
        (Some(Kind::File), Some(place)) => in_file(term, &place, machine),
        _ => Ok(format!("Error: Path '{path}' not found.\n")),
    }
}

/// Lines of each Python file that contain the term, literally.
fn in_directory(term: &str, directory: &VirtualPath, machine: &Machine<'_>) -> Stoppable<String> {
    let shown = display(directory);
    let mut found: Vec<(String, usize)> = Vec::new();
    count(term.as_bytes(), directory, "", machine, &mut found)?;
    if found.is_empty() {
        return Ok(format!("No matches found for \"{term}\" in {shown}\n"));
    }
    if found.len() > FILES {
        let files = found.len();
        return Ok(format!("More than {files} files matched for \"{term}\" in {shown}. Please narrow your search.\n"));
    }
    let total: usize = found.iter().map(|(_, count)| count).sum();
    let mut text = format!("Found {total} matches for \"{term}\" in {shown}:\n");
    found.iter().for_each(|(path, count)| text.push_str(&format!("./{path} ({count} matches)\n")));
    text.push_str(&format!("End of matches for \"{term}\" in {shown}\n"));
    Ok(text)
}

/// As `os.walk` goes: the files of a directory before what is below.
fn count(
    term: &[u8],
    directory: &VirtualPath,
    prefix: &str,
    machine: &Machine<'_>,
    found: &mut Vec<(String, usize)>,
) -> Stoppable<()> {
    let entries = machine.workspace.list(directory).unwrap_or_default();
    let visible = || entries.iter().filter(|entry| !entry.name.starts_with(b"."));
    for entry in visible().filter(|entry| entry.kind != Kind::Directory && entry.name.ends_with(b".py")) {
        let Ok(content) = machine.workspace.read_at(directory, &entry.name)? else { continue };
        machine.budget.scan(content.len() as u64)?;
        let matching = match std::str::from_utf8(content) {
            Ok(_) => content.split(|byte| *byte == b'\n').filter(|line| memchr::memmem::find(line, term).is_some()),
            // Python gives up on a file that is no text.
            Err(_) => continue,
        };
        let lines = matching.count();
        if lines > 0 {
            found.push((format!("{prefix}{}", String::from_utf8_lossy(&entry.name)), lines));
        }
    }
    for entry in visible().filter(|entry| entry.kind == Kind::Directory) {
        let below = format!("{prefix}{}/", String::from_utf8_lossy(&entry.name));
        count(term, &directory.join(&entry.name), &below, machine, found)?;
    }
    Ok(())
}

/// `grep -n`, with its basic regular expressions.
fn in_file(term: &str, file: &VirtualPath, machine: &mut Machine<'_>) -> Stoppable<String> {
    let shown = display(file);
    let quote = |word: &str| format!("'{}'", word.replace('\'', "'\\''"));
    let mount = machine.workspace.mount().clone();
    let command = format!("grep -n -e {} -- {}", quote(term), quote(&shown));
    let output = memory::run_alone(machine, &mount, &command)?;
    Ok(match output.status {
        1 => format!("No matches found for \"{term}\" in {shown}\n"),
        0 => format!("Matches for \"{term}\" in {shown}:\n{}\n", String::from_utf8_lossy(&output.out).trim_end()),
        _ => String::from_utf8_lossy(&output.error).into_owned(),
    })
}
