//! How SWE-agent writes a function call as a command line.

use crate::step::{Arguments, RawCall, Value};

/// One tool: how its arguments become a command line.
pub(super) struct Tool {
    /// Its name.
    pub(super) name: &'static str,
    /// The command line; `{name}` stands for an argument.
    pub(super) line: &'static str,
    /// The arguments in order.
    pub(super) arguments: &'static [Argument],
    /// For a tool whose last argument is lines of text: the line that ends them. Its arguments
    /// are not quoted.
    pub(super) end: Option<&'static str>,
}

/// An argument of a tool.
pub(super) struct Argument {
    pub(super) name: &'static str,
    pub(super) required: bool,
    /// What is written before the value, when it is given.
    pub(super) prefix: &'static str,
}

impl Argument {
    pub(super) const fn required(name: &'static str) -> Self {
        Self { name, required: true, prefix: "" }
    }

    pub(super) const fn optional(name: &'static str) -> Self {
        Self { name, required: false, prefix: "" }
    }

    pub(super) const fn option(name: &'static str, prefix: &'static str) -> Self {
        Self { name, required: false, prefix }
    }
}

/// `bash` takes its command as it stands.
pub(super) const BASH: Tool =
    Tool { name: "bash", line: "{command}", arguments: &[Argument::required("command")], end: None };

/// Writes a call as a command line, or says what is wrong with it, in the scaffold's words.
pub(super) fn command_line(call: &RawCall<'_>, tools: &[&Tool]) -> Result<String, String> {
    read(call, tools).map_err(|(problem, is_extra)| {
        let text = format!("Your action could not be parsed properly: {problem}.\n");
        if !is_extra {
            return text;
        }
        text + "Make sure your function call doesn't include any extra arguments that are not in the allowed \
                arguments, and only use the allowed commands."
    })
}

/// The command line, or the problem and whether it is an argument too many.
fn read(call: &RawCall<'_>, tools: &[&Tool]) -> Result<String, (String, bool)> {
    let Some(tool) = tools.iter().find(|tool| tool.name == call.tool) else {
        return Err((format!("Command '{}' not found in list of available commands.", call.tool), false));
    };
    let Ok(arguments) = Arguments::parse(call.arguments) else {
        return Err(("Tool call arguments are not valid JSON.".into(), false));
    };
    let given: Vec<&str> = arguments.names().collect();
    let missing: Vec<&str> = tool
        .arguments
        .iter()
        .filter(|argument| argument.required && !given.contains(&argument.name))
        .map(|argument| argument.name)
        .collect();
    if !missing.is_empty() {
        return Err((format!("Required argument(s) missing: {}", missing.join(", ")), false));
    }
    let is_known =
        |name: &&str| tool.arguments.iter().any(|argument| argument.name == *name) || tool.end == Some(*name);
    let extra: Vec<&str> = given.iter().copied().filter(|name| !is_known(name)).collect();
    if !extra.is_empty() {
        return Err((format!("Unexpected argument(s): {}", extra.join(", ")), true));
    }

    let is_quoted = tool.name != "bash" && tool.end.is_none();
    let mut line = String::new();
    let mut rest = tool.line;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        line.push_str(before);
        if given.contains(&name) {
            let prefix = tool.arguments.iter().find(|argument| argument.name == name).map_or("", |found| found.prefix);
            line.push_str(prefix);
            line.push_str(&rendered(arguments.get(name), is_quoted));
        }
        rest = after;
    }
    line.push_str(rest);
    Ok(line.trim().to_owned())
}

fn rendered(value: Option<&Value>, is_quoted: bool) -> String {
    match value {
        None => String::new(),
        Some(Value::Text(text)) if is_quoted => shell_quoted(text),
        Some(Value::List(items)) => items.iter().map(Value::python).collect::<Vec<_>>().join(" "),
        Some(value) => value.python(),
    }
}

/// As Python's `shlex.quote`.
fn shell_quoted(text: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "@%_-+=:,./".contains(c);
    if !text.is_empty() && text.chars().all(is_safe) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\"'\"'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Tool = Tool {
        name: "open",
        line: "open \"{path}\" {line_number}",
        arguments: &[Argument::required("path"), Argument::optional("line_number")],
        end: None,
    };

    fn line(tool: &str, arguments: &str) -> Result<String, String> {
        command_line(&RawCall { tool, arguments }, &[&BASH, &OPEN])
    }

    #[test]
    fn calls_become_command_lines() {
        assert_eq!(line("bash", r#"{"command": " ls -l | head "}"#).unwrap(), "ls -l | head");
        assert_eq!(line("open", r#"{"path": "a.py", "line_number": 3}"#).unwrap(), "open \"a.py\" 3");
        assert_eq!(line("open", r#"{"path": "a b"}"#).unwrap(), "open \"'a b'\"");
        assert_eq!(line("open", r#"{"path": "a", "line_number": null}"#).unwrap(), "open \"a\"");
        assert_eq!(shell_quoted("it's"), "'it'\"'\"'s'");
    }

    #[test]
    fn what_is_wrong_is_said_in_the_scaffolds_words() {
        assert_eq!(
            line("vi", "{}").unwrap_err(),
            "Your action could not be parsed properly: Command 'vi' not found in list of available commands..\n"
        );
        assert!(line("open", "{}").unwrap_err().contains("Required argument(s) missing: path."));
        assert!(line("open", "[").unwrap_err().contains("are not valid JSON"));
        let extra = line("open", r#"{"path": "a", "lines": 3}"#).unwrap_err();
        assert!(extra.contains("Unexpected argument(s): lines.\nMake sure"));
    }
}
