//! From an agent's action to what the shell gets: blocked commands, and texts of several lines.

/// The commands that 1.x refuses when an action begins with them.
const BLOCKED_STARTS: [&str; 10] =
    ["vim", "vi", "emacs", "nano", "nohup", "gdb", "less", "tail -f", "python -m venv", "make"];
/// The commands that 1.x refuses when they are the whole action.
const BLOCKED_ALONE: [&str; 13] =
    ["python", "python3", "ipython", "bash", "sh", "/bin/bash", "/bin/sh", "nohup", "vi", "vim", "emacs", "nano", "su"];
/// The first words that 0.6 refuses.
const BLOCKED_WORDS_06: [&str; 6] = ["vim", "vi", "emacs", "nano", "nohup", "git"];
/// The whole actions that 0.6 refuses.
const BLOCKED_ALONE_06: [&str; 13] = [
    "python",
    "python3",
    "ipython",
    "bash",
    "sh",
    "exit",
    "/bin/bash",
    "/bin/sh",
    "nohup",
    "vi",
    "vim",
    "emacs",
    "nano",
];

/// What 1.x says to an action that it does not run.
pub(super) fn blocked(action: &str) -> Option<String> {
    let trimmed = action.trim();
    let first = trimmed.split_whitespace().next()?;
    // Debuggers of binaries need a script of commands; the pattern asks for `radare2 ... -c ...`.
    let lacks_commands =
        matches!(first, "radare2" | "r2") && !(trimmed.contains("radare2") && trimmed.contains(" -c "));
    let is_blocked = BLOCKED_STARTS.iter().any(|start| trimmed.starts_with(start))
        || BLOCKED_ALONE.contains(&trimmed)
        || lacks_commands;
    is_blocked.then(|| format!("Operation '{action}' is not supported by this environment."))
}

/// What 0.6 says to an action that it does not run.
pub(super) fn blocked_06(action: &str) -> Option<String> {
    let name = action.split_whitespace().next()?;
    let is_blocked = BLOCKED_WORDS_06.contains(&name) || (BLOCKED_ALONE_06.contains(&name) && name == action.trim());
    is_blocked.then(|| format!("Interactive operation '{name}' is not supported by this environment"))
}

/// Makes a here-document of the text between an `edit` and the line that ends it.
pub(super) fn guard_lines(action: &str, name: &str, end: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = action;
    while !rest.trim().is_empty() {
        let Some((start, stop)) = find_text(rest, name, end) else {
            parts.push(rest.to_owned());
            break;
        };
        let (before, found) = (&rest[..start], &rest[start..stop]);
        if !before.trim().is_empty() {
            parts.push(before.to_owned());
        }
        let first_line = found.split('\n').next().unwrap_or_default();
        let mark = format!("<< '{end}'");
        parts.push(if first_line.trim().ends_with(&mark) {
            found.to_owned()
        } else {
            found.replacen(first_line, &format!("{first_line} {mark}"), 1)
        });
        rest = &rest[stop..];
    }
    parts.join("\n")
}

/// Where a call of `name` begins, and where the line that ends its text does.
fn find_text(action: &str, name: &str, end: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    let mut start = None;
    for line in action.split_inclusive('\n') {
        if start.is_none() && line.trim_start().starts_with(name) {
            start = Some(at + line.len() - line.trim_start().len());
        } else if let Some(start) = start
            && line.strip_prefix(end).is_some_and(|rest| rest.trim().is_empty())
        {
            return Some((start, at + line.trim_end_matches('\n').len()));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_here_documents() {
        let guard = |action| guard_lines(action, "edit", "end_of_edit");
        assert_eq!(guard("edit 1:2\nx\nend_of_edit\n"), "edit 1:2 << 'end_of_edit'\nx\nend_of_edit");
        assert_eq!(guard("cd a\nedit 1:2\nend_of_edit\nls"), "cd a\n\nedit 1:2 << 'end_of_edit'\nend_of_edit\n\nls");
        assert_eq!(guard("edit 1:2 << 'end_of_edit'\nend_of_edit"), "edit 1:2 << 'end_of_edit'\nend_of_edit");
        assert_eq!(guard("edit 1:2\nx"), "edit 1:2\nx");
    }

    #[test]
    fn some_commands_are_not_run() {
        assert!(blocked("vim a.py").is_some() && blocked("python").is_some() && blocked("r2 x").is_some());
        assert!(blocked("python a.py").is_none() && blocked("").is_none());
        assert!(blocked_06("git log").is_some() && blocked_06("exit").is_some() && blocked_06("exit 1").is_none());
    }
}
