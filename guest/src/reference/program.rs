//! `str_replace_editor` as a program of SWE-agent's shell, with its options as `argparse` reads
//! them.

use super::{Editor, Flavor, History, Request};
use crate::budget::Stoppable;
use crate::commands::{Buffering, Command, Context};

/// The program.
pub(crate) const COMMAND: Command = Command {
    name: "str_replace_editor",
    summary: "view and edit files, as SWE-agent 1.x does",
    buffering: Buffering::Direct,
    run,
};

const USAGE: &str = "usage: str_replace_editor [-h] [--file_text FILE_TEXT]
                          [--view_range VIEW_RANGE VIEW_RANGE]
                          [--old_str OLD_STR] [--new_str NEW_STR]
                          [--insert_line INSERT_LINE]
                          command path
";
/// The options and how many values each takes.
const OPTIONS: [(&str, usize); 5] =
    [("--file_text", 1), ("--view_range", 2), ("--old_str", 1), ("--new_str", 1), ("--insert_line", 1)];

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let arguments: Vec<String> =
        context.arguments.iter().skip(1).map(|argument| crate::profile::plain::readable(argument)).collect();
    let request = match read(&arguments) {
        Ok(request) => request,
        Err(problem) => {
            context.error(format!("{USAGE}str_replace_editor: error: {problem}\n").as_bytes())?;
            return Ok(2);
        }
    };
    let directory = context.directory;
    let mut editor = Editor {
        flavor: Flavor::SweAgent,
        workspace: &mut context.machine.workspace,
        directory,
        history: &mut History::default(),
    };
    let answer = editor.run(&request)?;
    let status = u8::from(answer.is_err());
    let text = answer.unwrap_or_else(|complaint| complaint);
    context.out(text.as_bytes())?;
    context.out(b"\n")?;
    Ok(status)
}

/// Reads the command line; the error is `argparse`'s.
fn read(arguments: &[String]) -> Result<Request, String> {
    let mut positional: Vec<&str> = Vec::new();
    let mut given: Vec<(&str, &[String])> = Vec::new();
    let mut at = 0;
    let mut only_positional = false;
    while let Some(argument) = arguments.get(at) {
        at += 1;
        if only_positional || !looks_like_option(argument) {
            positional.push(argument);
            continue;
        }
        if argument == "--" {
            only_positional = true;
            continue;
        }
        let Some((name, count)) = OPTIONS.iter().find(|(name, _)| name == argument) else {
            return Err(format!("unrecognized arguments: {argument}"));
        };
        let values = arguments.get(at..at + count).unwrap_or_default();
        if values.len() < *count || values.iter().any(|value| looks_like_option(value)) {
            let expected = if *count == 1 { "one argument".into() } else { format!("{count} arguments") };
            return Err(format!("argument {name}: expected {expected}"));
        }
        given.push((name, values));
        at += count;
    }
    let (command, path) = match positional.as_slice() {
        [] => return Err("the following arguments are required: command, path".into()),
        [_] => return Err("the following arguments are required: path".into()),
        [command, path] => ((*command).to_owned(), (*path).to_owned()),
        [_, _, extra @ ..] => return Err(format!("unrecognized arguments: {}", extra.join(" "))),
    };
    // The last of a repeated option counts.
    let values = |name: &str| given.iter().rev().find(|(other, _)| *other == name).map(|(_, values)| *values);
    let text = |name: &str| values(name).and_then(|values| values.first()).cloned();
    let integers = |name: &str| -> Result<Option<Vec<i64>>, String> {
        let Some(values) = values(name) else { return Ok(None) };
        let read = |value: &String| {
            crate::window::python_integer(value.as_bytes())
                .ok_or_else(|| format!("argument {name}: invalid int value: '{value}'"))
        };
        values.iter().map(read).collect::<Result<Vec<_>, _>>().map(Some)
    };
    Ok(Request {
        command,
        path,
        file_text: text("--file_text"),
        view_range: integers("--view_range")?,
        old_str: text("--old_str"),
        new_str: text("--new_str"),
        insert_line: integers("--insert_line")?.and_then(|values| values.first().copied()),
    })
}

/// Whether `argparse` takes a word for an option: it begins with `-`, is no negative number, and
/// has no blank in it.
fn looks_like_option(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('-') else { return false };
    let is_number = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    !rest.is_empty() && !is_number && !word.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Request, String> {
        read(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read_as_argparse_reads_them() {
        let request = parse(&["view", "/a", "--view_range", "3", "-1"]).unwrap();
        assert_eq!((request.command.as_str(), request.view_range), ("view", Some(vec![3, -1])));
        assert_eq!(parse(&["create", "/a", "--file_text", "- x"]).unwrap().file_text.unwrap(), "- x");
        assert_eq!(parse(&["view"]).unwrap_err(), "the following arguments are required: path");
        assert_eq!(parse(&["a", "/b", "--old_str", "--x"]).unwrap_err(), "argument --old_str: expected one argument");
        assert_eq!(parse(&["a", "/b", "c"]).unwrap_err(), "unrecognized arguments: c");
        assert!(parse(&["a", "/b", "--insert_line", "x"]).unwrap_err().contains("invalid int value: 'x'"));
    }
}
