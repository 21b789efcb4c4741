//! `edit START:END`: the lines that follow on standard input replace a range of the open file.

use super::file::{Text, digits, python_integer};
use super::{Dialect, lint, open, position};
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::workspace::VirtualPath;

const ACCEPTED_06: &str = "File updated. Please review the changes and make sure they are correct (correct indentation, \
no duplicate lines, etc). Edit the file again if necessary.";
const ACCEPTED_1: &str = "File updated. Please review the changes and make sure they are correct
(correct indentation, no duplicate lines, etc). Edit the file again if necessary.";
const USAGE_06: &str = "Usage: edit <start_line>:<end_line>";
const USAGE_1: &str = "Usage: edit <start_line>:<end_line>\n<replacement_text>\nend_of_edit";

pub(super) fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    match context.dialect() {
        Dialect::Middle => edit_06(context).map(|()| 0),
        Dialect::First => edit_1(context),
    }
}

fn edit_06(context: &mut Context<'_, '_>) -> Stoppable<()> {
    let Some((path, text)) = context.open_file()? else {
        return context.say(b"No file open. Use the `open` command first.");
    };
    let (start, end) = match range_06(context.arguments.get(1)) {
        Ok(range) => range,
        Err(complaint) => return context.say(complaint.as_bytes()),
    };
    if start == 0 {
        // What bash says of `${lines[@]:0:-1}`; it gives the rest of the function up.
        return context.error(b"bash: -1: substring expression < 0\n");
    }
    let input = context.input()?;
    // `read` drops a last line that has no newline.
    let added = input.iter().rposition(|byte| *byte == b'\n').map_or(&b""[..], |at| &input[..=at]);

    let lines: Vec<&[u8]> = match text.bytes() {
        b"" => Vec::new(),
        bytes => bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n').collect(),
    };
    let count = lines.len();
    let before = lines.get(..clip(start - 1, count)).unwrap_or_default();
    let after = lines.get(clip(end, count)..).unwrap_or_default();
    let mut edited = Vec::with_capacity(text.bytes().len() + added.len() + 1);
    let push_all = |edited: &mut Vec<u8>, lines: &[&[u8]]| {
        for line in lines {
            edited.extend_from_slice(line);
            edited.push(b'\n');
        }
    };
    push_all(&mut edited, before);
    edited.extend_from_slice(added);
    push_all(&mut edited, after);
    if edited.is_empty() {
        // `printf "%s\n"` without arguments prints an empty line.
        edited.push(b'\n');
    }
    let edited = Text::new(Dialect::Middle, edited.into());
    let problems = lint::problems(&path, &edited, context.machine.budget)?;
    if !problems.is_empty() {
        let count = added.iter().filter(|byte| **byte == b'\n').count() as i64;
        let refusal = lint::refusal_06(&path, &text, &edited, (start - 1, end, count), &problems);
        return context.out(&refusal);
    }
    if !write(context, &path, edited.bytes())? {
        return Ok(());
    }
    context.show(&path, &edited, start - 1)?;
    context.say(ACCEPTED_06.as_bytes())
}

/// The range of 0.6, as `cut` takes it out of the first word.
fn range_06(argument: Option<&Vec<u8>>) -> Result<(i64, i64), String> {
    let argument = argument.map_or(&b""[..], Vec::as_slice);
    let mut parts = argument.split(|byte| *byte == b':');
    let (start, end) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if start.is_empty() || end.is_empty() {
        return Err(USAGE_06.into());
    }
    match (digits(start), digits(end)) {
        (Some(start), Some(end)) => Ok((start, end)),
        (None, _) => Err(format!("{USAGE_06}\nError: start_line must be a number")),
        (_, None) => Err(format!("{USAGE_06}\nError: end_line must be a number")),
    }
}

fn edit_1(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (range, replacement) = match context.arguments.get(1..).unwrap_or_default() {
        [range] => (range, None),
        [range, text] => (range, Some(text)),
        other => {
            let problem = match other.get(2..) {
                Some(extra) => {
                    let extra: Vec<_> = extra.iter().map(|word| String::from_utf8_lossy(word)).collect();
                    format!("unrecognized arguments: {}", extra.join(" "))
                }
                None => "the following arguments are required: line_range".into(),
            };
            let text = format!("usage: edit [-h] line_range [replacement_text]\nedit: error: {problem}\n");
            context.error(text.as_bytes())?;
            return Ok(2);
        }
    };
    if context.machine.window.file.is_none() {
        context.say(b"No file opened. Use the `open` command first.")?;
        return Ok(1);
    }
    let Some((path, text)) = context.open_file()? else { return open::no_file(context) };
    let bounds: Option<Vec<i64>> = range.split(|byte| *byte == b':').map(python_integer).collect();
    let Some(&[start, end]) = bounds.as_deref() else {
        context.say(USAGE_1.as_bytes())?;
        return Ok(1);
    };
    let added = match replacement {
        Some(text) => text.strip_suffix(b"\n").unwrap_or(text).to_vec(),
        None => standard_input(&context.input()?),
    };

    let mut lines: Vec<&[u8]> = text.bytes().split(|byte| *byte == b'\n').collect();
    let (from, to) = python_slice(start - 1, end, lines.len());
    let new = if added.is_empty() { Vec::new() } else { added.split(|byte| *byte == b'\n').collect() };
    lines.splice(from..to, new);
    let edited = lines.join(&b'\n');
    let edited = Text::new(Dialect::First, edited.into());
    let before = lint::problems(&path, &text, context.machine.budget)?;
    let after = lint::problems(&path, &edited, context.machine.budget)?;
    let count = crate::window::split_lines(&String::from_utf8_lossy(&added));
    let problems = lint::new_problems(before, after, (start - 1, end - 1), count);
    if !problems.is_empty() {
        // The edit was made, shown and taken back, which is how the window may have moved.
        let position = position::clamp(Dialect::First, context.machine.window.position, text.total, super::WINDOW);
        context.machine.window.position = position;
        let refusal = lint::refusal_1(&path, &text, &edited, position, &problems);
        context.out(&refusal)?;
        return Ok(1);
    }
    if !write(context, &path, edited.bytes())? {
        return Ok(1);
    }
    context.say(ACCEPTED_1.as_bytes())?;
    context.show(&path, &edited, position::at_line(Dialect::First, start))?;
    Ok(0)
}

/// Lines up to `end_of_edit`, joined, as `input()` reads them.
fn standard_input(input: &[u8]) -> Vec<u8> {
    let input = input.strip_suffix(b"\n").unwrap_or(input);
    let lines: Vec<&[u8]> = match input {
        b"" => Vec::new(),
        _ => input.split(|byte| *byte == b'\n').take_while(|line| *line != b"end_of_edit").collect(),
    };
    lines.join(&b'\n')
}

/// The positions that `list[start:stop] = ...` of Python replaces.
fn python_slice(start: i64, stop: i64, length: usize) -> (usize, usize) {
    let place = |index: i64| {
        let index = if index < 0 { index + length as i64 } else { index };
        clip(index, length)
    };
    let start = place(start);
    (start, place(stop).max(start))
}

fn clip(index: i64, length: usize) -> usize {
    usize::try_from(index.max(0)).unwrap_or(usize::MAX).min(length)
}

/// Writes the edited file; `false` after a complaint.
fn write(context: &mut Context<'_, '_>, path: &[u8], edited: &[u8]) -> Stoppable<bool> {
    let written = match context.machine.workspace.resolve(&VirtualPath::ROOT, path) {
        Ok(resolved) => context.machine.workspace.write(&resolved, edited.to_vec())?,
        Err(error) => Err(error),
    };
    match written {
        Ok(()) => Ok(true),
        Err(error) => {
            context.say(&[path, b": ", error.message().as_bytes()].concat())?;
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_each_generation_reads_them() {
        let range = |text: &str| range_06(Some(&text.as_bytes().to_vec()));
        assert_eq!(range("3:12"), Ok((3, 12)));
        assert_eq!(range("3"), Err(USAGE_06.to_owned()));
        assert!(range("a:2").unwrap_err().ends_with("start_line must be a number"));
        assert!(range("2:b").unwrap_err().ends_with("end_line must be a number"));
        assert_eq!((python_slice(0, 2, 5), python_slice(-1, 9, 5), python_slice(4, 2, 5)), ((0, 2), (4, 5), (4, 4)));
    }

    #[test]
    fn the_text_ends_at_its_marker() {
        assert_eq!(standard_input(b"a\n\nb\nend_of_edit\nc\n"), b"a\n\nb");
        assert_eq!(standard_input(b"\n"), b"");
    }
}
