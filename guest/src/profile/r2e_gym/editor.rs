//! The tool `file_editor` (`tools/r2egym/file_editor.py`).

use sparring_tree::Kind;

use super::memory::{self, display, kind, numbered, place, read_text};
use crate::budget::Stoppable;
use crate::machine::Machine;
use crate::profile::{Memory, head};
use crate::reference::expand_tabs;
use crate::step::{Arguments, Value};
use crate::workspace::VirtualPath;

/// Longer texts are cut; characters.
const SHOWN: usize = 10_000;
const CLIPPED: &str = "<response clipped><NOTE>To save on context only part of this file has been shown to you. You \
should retry this tool after you have searched inside the file with `grep -n` in order to find the line numbers of what \
you are looking for.</NOTE>";
/// Python files of more lines are shown in short form.
const SHOWN_WHOLE: usize = 110;
/// Lines shown around an edit.
const CONTEXT: usize = 4;

/// What the tool prints; the error with all its lines.
type Outcome = Stoppable<Result<String, String>>;

/// An error that an edit raises.
fn raised(message: String) -> Outcome {
    Ok(Err(format!("ERROR: {message}\n")))
}

/// An error that a view returns beside an empty output, which is printed as well.
fn returned(message: String) -> Outcome {
    Ok(Err(format!("\nERROR: {message}\n")))
}

pub(super) fn run(arguments: &Arguments, memory: &mut Memory, machine: &mut Machine<'_>) -> Outcome {
    // On a command line every value is text.
    let value = |name: &str| arguments.get(name).map(Value::python);
    let command = value("command").unwrap_or_default();
    let path = crate::editor::python_path(&value("path").unwrap_or_default());
    let mount = machine.workspace.mount().clone();
    let found = kind(&machine.workspace, &mount, &path);
    match (&*command, found) {
        ("create", Some(_)) => {
            return raised(format!("File already exists at: {path}. Cannot overwrite with 'create'."));
        }
        (other, None) if other != "create" => return raised(format!("The path '{path}' does not exist.")),
        (other, Some(Kind::Directory)) if other != "view" => {
            return raised(format!("The path '{path}' is a directory. Only 'view' can be used on directories."));
        }
        _ => {}
    }
    let file = match place(&machine.workspace, &mount, &path) {
        Ok(file) => file,
        Err(error) => {
            let error = format!("[Errno {}] {error}: '{path}'", memory::errno(error));
            return raised(format!("Error creating file at {path}: {error}"));
        }
    };
    let file = File { path, file };
    match &*command {
        "view" => {
            let range = match view_range(arguments.get("view_range")) {
                Ok(range) => range,
                Err(problem) => return Ok(Err(format!("file_editor: error: argument --view_range: {problem}\n"))),
            };
            let is_concise = value("concise").is_some_and(|text| text.eq_ignore_ascii_case("true"));
            match found {
                Some(Kind::Directory) => view_directory(&file, machine),
                _ => view(&file, range, is_concise, machine),
            }
        }
        "create" => match value("file_text") {
            None => raised("Cannot create file without 'file_text' parameter.".into()),
            Some(text) => file.create(&text, memory, machine),
        },
        "str_replace" => match value("old_str") {
            None => raised("Missing required parameter 'old_str' for 'str_replace'.".into()),
            Some(old) => file.replace(&old, &value("new_str").unwrap_or_default(), memory, machine),
        },
        "insert" => match (value("new_str"), arguments.get("insert_line").map(Value::as_integer)) {
            (None, _) => raised("Missing required parameter 'new_str' for 'insert'.".into()),
            (Some(new), Some(Some(line))) => file.insert(line, &new, memory, machine),
            (Some(_), Some(None)) => {
                let text = value("insert_line").unwrap_or_default();
                Ok(Err(format!("file_editor: error: argument --insert_line: invalid int value: '{text}'\n")))
            }
            (Some(_), None) => {
                raised("Unhandled exception: '<' not supported between instances of 'NoneType' and 'int'".into())
            }
        },
        "undo_edit" => file.undo(memory, machine),
        other => raised(format!(
            "Unrecognized command '{other}'. Allowed commands: view, create, str_replace, insert, undo_edit."
        )),
    }
}

/// `--view_range`: a list, or numbers in a text as models write them.
fn view_range(value: Option<&Value>) -> Result<Option<(i64, i64)>, String> {
    let Some(value) = value else { return Ok(None) };
    let text = value.python();
    let bare = text.trim().trim_matches(['[', ']', '(', ')']).replace(',', " ");
    let parts: Vec<&str> = bare.split_whitespace().collect();
    let [first, last] = parts.as_slice() else { return Err(format!("Expected two numbers, got: {bare}")) };
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) => Ok(Some((first, last))),
        _ => Err(format!("Could not convert ['{first}', '{last}'] to integers.")),
    }
}

fn truncated(text: &str) -> String {
    let shown = head(text, SHOWN);
    if shown.len() == text.len() { text.to_owned() } else { [shown, CLIPPED].concat() }
}

/// What `find -L PATH -maxdepth 2` prints of directories and Python files, in sorted order.
fn view_directory(file: &File, machine: &Machine<'_>) -> Outcome {
    let mut rows = Vec::new();
    if !file.path.contains("/.") {
        rows.push(file.path.clone());
        list(&file.path, 2, machine, &mut rows);
    }
    let listing: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let path = &file.path;
    Ok(Ok(truncated(&format!(
        "Here's the files and directories up to 2 levels deep in {path}, excluding hidden:\n{listing}"
    ))))
}

fn list(path: &str, depth: usize, machine: &Machine<'_>, rows: &mut Vec<String>) {
    let mount = machine.workspace.mount();
    let Ok((directory, _)) = machine.workspace.stat(mount, path.as_bytes()) else { return };
    for entry in machine.workspace.list(&directory).unwrap_or_default() {
        let name = String::from_utf8_lossy(&entry.name);
        let row = if path == "/" { format!("/{name}") } else { format!("{path}/{name}") };
        let is_directory = kind(&machine.workspace, mount, &row) == Some(Kind::Directory);
        if name.starts_with('.') {
            continue;
        }
        if is_directory || name.ends_with(".py") {
            rows.push(row.clone());
        }
        if is_directory && depth > 1 {
            list(&row, depth - 1, machine, rows);
        }
    }
}

fn view(file: &File, range: Option<(i64, i64)>, is_concise: bool, machine: &Machine<'_>) -> Outcome {
    let path = &file.path;
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_python = name.len() > 3 && name.ends_with(".py");
    if !is_python {
        return returned(format!(
            "ERROR: Viewing non-Python files is disallowed for saving context. File '{name}' is not a .py file."
        ));
    }
    let text = match read_text(&machine.workspace, &file.file)? {
        Ok(text) => text,
        Err(error) => return raised(format!("Unhandled exception: {error}")),
    };
    let all = crate::editor::split_and_join(&text);
    let all: Vec<&str> = if text.is_empty() { Vec::new() } else { all.split('\n').collect() };
    let is_concise = is_concise || (range.is_none() && all.len() > SHOWN_WHOLE);
    let lines: Vec<(usize, String)> = if is_concise {
        machine.budget.scan(text.len() as u64)?;
        match crate::python::short_form(&text) {
            Ok(elided) => with_notes(&all, &elided),
            Err(problem) => return raised(format!("Syntax error for file {path}: {problem}")),
        }
    } else {
        all.iter().enumerate().map(|(index, line)| (index + 1, (*line).to_owned())).collect()
    };
    let total = lines.len() as i64;
    let shown: Vec<&(usize, String)> = match range {
        None => lines.iter().collect(),
        Some((first, last)) => {
            let written = format!("[{first}, {last}]");
            if !(1..=total).contains(&first) {
                return returned(format!("Invalid view_range {written}: start line must be in [1, {total}]"));
            }
            if last != -1 && (last < first || last > total) {
                return returned(format!(
                    "Invalid view_range {written}: end must be >= start and <= {total}, or -1 to view until end."
                ));
            }
            let is_inside = |number: i64| number >= first && (last == -1 || number <= last);
            lines.iter().filter(|(number, _)| is_inside(*number as i64)).collect()
        }
    };
    let mut output = match is_concise {
        true => format!(
            "Here is a condensed view for file: {path}; [Note: Useful for understanding file structure in a concise \
             manner. Please use specific view_range without concise cmd if you want to explore further into the \
             relevant parts.]\n"
        ),
        false => format!("Here's the result of running `cat -n` on the file: {path}:\n"),
    };
    let rows: Vec<String> = shown.iter().map(|(number, line)| format!("{number:6} {line}")).collect();
    output.push_str(&rows.join("\n"));
    Ok(Ok(truncated(&output)))
}

/// The lines that are kept and a note for each part that is left out, in order.
fn with_notes(lines: &[&str], elided: &[(usize, usize)]) -> Vec<(usize, String)> {
    let is_elided = |number: usize| elided.iter().any(|(first, last)| (*first..=*last).contains(&number));
    let notes = elided.iter().map(|(first, last)| (*first, format!("... eliding lines {first}-{last} ...")));
    let kept = lines.iter().zip(1..).filter(|(_, number)| !is_elided(*number));
    let mut rows: Vec<(usize, String)> = notes.chain(kept.map(|(line, number)| (number, (*line).to_owned()))).collect();
    rows.sort_by_key(|(number, _)| *number);
    rows
}

/// A file that a command works on.
struct File {
    /// As the tool names it.
    path: String,
    file: VirtualPath,
}

impl File {
    fn read(&self, machine: &Machine<'_>) -> Stoppable<Result<String, String>> {
        Ok(read_text(&machine.workspace, &self.file)?
            .map_err(|error| format!("ERROR: Failed to read file {}: {error}\n", self.path)))
    }

    /// Writes a text, after keeping the version before.
    fn write(
        &self,
        before: &str,
        text: &str,
        memory: &mut Memory,
        machine: &mut Machine<'_>,
    ) -> Stoppable<Result<(), String>> {
        let kept = machine.workspace.make_blob(before.as_bytes().to_vec())?;
        match machine.workspace.write(&self.file, text.as_bytes().to_vec())? {
            Ok(()) => {
                memory.history.push(&display(&self.file), kept);
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(format!(
                "ERROR: Failed to write file {path}: [Errno {}] {error}: '{path}'\n",
                memory::errno(error),
                path = self.path
            ))),
        }
    }

    fn create(&self, text: &str, memory: &mut Memory, machine: &mut Machine<'_>) -> Outcome {
        if let Err(error) = self.write("", text, memory, machine)? {
            return Ok(Err(error));
        }
        Ok(Ok(format!(
            "File created at {}. {}Review the file and make sure that it is as expected. Edit the file if necessary.",
            self.path,
            snippet(text, &self.path, 1)
        )))
    }

    fn replace(&self, old: &str, new: &str, memory: &mut Memory, machine: &mut Machine<'_>) -> Outcome {
        let text = match self.read(machine)? {
            Ok(text) => text,
            Err(error) => return Ok(Err(error)),
        };
        let path = &self.path;
        let count = if old.is_empty() { text.chars().count() + 1 } else { text.matches(old).count() };
        match count {
            0 => return raised(format!("No occurrences of '{old}' found in {path} for replacement.")),
            1 => {}
            _ => {
                return raised(format!(
                    "Multiple occurrences of '{old}' found in {path}. Please ensure it is unique before using \
                     str_replace."
                ));
            }
        }
        let edited = text.replacen(old, new, 1);
        if let Err(error) = self.write(&text, &edited, memory, machine)? {
            return Ok(Err(error));
        }
        if old.is_empty() {
            // `split("")` raises after the file was written.
            return raised("Unhandled exception: empty separator".into());
        }
        let line = text.split(old).next().unwrap_or_default().matches('\n').count();
        let first = line.saturating_sub(CONTEXT);
        let end = line + CONTEXT + new.matches('\n').count() + 1;
        let shown: Vec<&str> = edited.split('\n').take(end).skip(first).collect();
        Ok(Ok(format!(
            "The file {path} has been edited. {}Review the changes and make sure they are as expected. Edit the file \
             again if necessary.",
            snippet(&shown.join("\n"), &format!("a snippet of {path}"), first as i64 + 1)
        )))
    }

    fn insert(&self, after: i64, new: &str, memory: &mut Memory, machine: &mut Machine<'_>) -> Outcome {
        let text = match self.read(machine)? {
            Ok(text) => text,
            Err(error) => return Ok(Err(error)),
        };
        let lines: Vec<&str> = text.split('\n').collect();
        let count = lines.len();
        let Some(at) = usize::try_from(after).ok().filter(|at| *at <= count) else {
            return raised(format!("Invalid insert_line {after}. Must be in [0, {count}]."));
        };
        let (before, rest) = lines.split_at(at);
        let edited = [before, &[new], rest].concat().join("\n");
        if let Err(error) = self.write(&text, &edited, memory, machine)? {
            return Ok(Err(error));
        }
        let above = before.get(at.saturating_sub(CONTEXT)..).unwrap_or_default();
        let below = rest.get(..CONTEXT.min(rest.len())).unwrap_or_default();
        let shown = [above, &[new], below].concat().join("\n");
        Ok(Ok(format!(
            "The file {} has been edited. {}Review the changes and make sure they are as expected (correct indentation, \
             no duplicate lines, etc). Edit the file again if necessary.",
            self.path,
            snippet(&shown, "a snippet of the edited file", (after - CONTEXT as i64 + 1).max(1))
        )))
    }

    fn undo(&self, memory: &mut Memory, machine: &mut Machine<'_>) -> Outcome {
        let path = &self.path;
        let Some(content) = memory.history.pop(&display(&self.file)) else {
            return raised(format!("No previous edits found for {path} to undo."));
        };
        let text = String::from_utf8_lossy(machine.workspace.read_content(&content)?).into_owned();
        if let Err(error) = machine.workspace.write(&self.file, text.as_bytes().to_vec())? {
            return raised(format!("Failed to write file {path}: [Errno {}] {error}: '{path}'", memory::errno(error)));
        }
        Ok(Ok(format!("Last edit to {path} undone successfully. {}", snippet(&text, path, 1))))
    }
}

/// A text with its line numbers under a headline, tabs expanded.
fn snippet(text: &str, description: &str, first: i64) -> String {
    let text = expand_tabs(&truncated(text));
    format!("Here's the result of running `cat -n` on {description}:\n{}\n", numbered(text.split('\n'), first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_models_write_them() {
        let text = |text: &str| view_range(Some(&Value::Text(text.into())));
        assert_eq!(text("[3, -1]"), Ok(Some((3, -1))));
        assert_eq!(text("(3 4)"), Ok(Some((3, 4))));
        assert!(text("3").is_err() && text("a b").is_err());
        assert_eq!(view_range(Some(&Value::List(vec![Value::Integer(1), Value::Integer(2)]))), Ok(Some((1, 2))));
    }
}
