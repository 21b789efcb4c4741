//! The tools `grep` and `glob`: ripgrep, and a hundred files of what it finds.

use sparring_tree::Kind;

use crate::budget::Stoppable;
use crate::machine::Machine;
use crate::profile::memory::{display, run_alone};

/// Files that are shown.
const SHOWN: usize = 100;

/// What a search says.
type Answer = Stoppable<Result<String, String>>;

pub(super) fn grep(pattern: &str, path: Option<&str>, include: Option<&str>, machine: &mut Machine<'_>) -> Answer {
    let place = match directory(path, machine) {
        Ok(place) => place,
        Err(_) => {
            return Ok(Err(format!("Search path '{}' is not a valid directory", path.unwrap_or_default())));
        }
    };
    let filter = include.map(|include| format!(" -g {}", quoted(include))).unwrap_or_default();
    let found = ripgrep(&format!("rg -l -i -e {} {}{filter}", quoted(pattern), quoted(&place)), machine)?;
    let found = match found {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    let filtered = include.map(|include| format!(" (filtered by '{include}')")).unwrap_or_default();
    Ok(Ok(match found.len() {
        0 => format!("No files found containing pattern '{pattern}' in directory '{place}'{filtered}"),
        count => format!(
            "Found {} file(s) containing pattern '{pattern}' in '{place}'{filtered}:\n{}",
            count.min(SHOWN),
            listed(&found, count > SHOWN)
        ),
    }))
}

pub(super) fn glob(pattern: &str, path: Option<&str>, machine: &mut Machine<'_>) -> Answer {
    let (start, inner) = match path {
        Some(path) => (Some(path.to_owned()), pattern.to_owned()),
        None => split(pattern),
    };
    let place = match directory(start.as_deref(), machine) {
        Ok(place) => place,
        Err(place) => return Ok(Err(format!("Search path '{place}' is not a valid directory"))),
    };
    let found = match ripgrep(&format!("rg --files {} -g {}", quoted(&place), quoted(&inner)), machine)? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(match found.len() {
        0 => format!("No files found matching pattern '{pattern}' in directory '{place}'"),
        count => format!(
            "Found {} file(s) matching pattern '{pattern}' in '{place}':\n{}",
            count.min(SHOWN),
            listed(&found, count >= SHOWN)
        ),
    }))
}

/// The directory of an absolute pattern, and the rest of it.
fn split(pattern: &str) -> (Option<String>, String) {
    if pattern.is_empty() {
        return (None, "**/*".to_owned());
    }
    if !pattern.starts_with('/') {
        return (None, pattern.to_owned());
    }
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty()).collect();
    let fixed = parts.iter().take_while(|part| !part.contains(['*', '?', '['])).count();
    let (start, rest) = parts.split_at(fixed);
    let rest = if rest.is_empty() { "**/*".to_owned() } else { rest.join("/") };
    (Some(format!("/{}", start.join("/"))), rest)
}

/// The directory to search; the error is the path that is none.
fn directory(path: Option<&str>, machine: &Machine<'_>) -> Result<String, String> {
    let mount = machine.workspace.mount();
    let path = path.filter(|path| !path.is_empty()).unwrap_or(".");
    match machine.workspace.stat(mount, path.as_bytes()) {
        Ok((found, node)) if node.kind() == Kind::Directory => Ok(display(&found)),
        _ => Err(path.to_owned()),
    }
}

/// The files that ripgrep names; the error is what it complains of when it names none.
fn ripgrep(command: &str, machine: &mut Machine<'_>) -> Stoppable<Result<Vec<String>, String>> {
    let mount = machine.workspace.mount().clone();
    let output = run_alone(machine, &mount, command)?;
    if output.status > 1 && output.out.is_empty() && !output.error.is_empty() {
        return Ok(Err(format!("Invalid regex pattern: {}", String::from_utf8_lossy(&output.error).trim_end())));
    }
    let mut found: Vec<String> = String::from_utf8_lossy(&output.out).lines().map(str::to_owned).collect();
    found.sort_unstable();
    Ok(Ok(found))
}

fn listed(found: &[String], is_cut: bool) -> String {
    let mut text = found.get(..SHOWN.min(found.len())).unwrap_or_default().join("\n");
    if is_cut {
        text.push_str("\n\n[Results truncated to first 100 files. Consider using a more specific pattern.]");
    }
    text
}

pub(in crate::profile) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_patterns_say_where_to_search() {
        let parts = |pattern| split(pattern);
        assert_eq!(parts("/a/b/**/*.py"), (Some("/a/b".into()), "**/*.py".into()));
        assert_eq!(parts("/a/b"), (Some("/a/b".into()), "**/*".into()));
        assert_eq!(parts("*.py"), (None, "*.py".into()));
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
