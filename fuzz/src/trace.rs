//! Calls as agents make them: look around, search, edit, look again.

use serde_json::{Value, json};
use sparring_guest::step::RawCall;

use crate::vocabulary::TextFile;
use crate::{Choices, Vocabulary, command_line, surface};

/// A tool call that owns its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The tool's name.
    pub tool: String,
    /// The arguments, as a model wrote them.
    pub arguments: String,
}

impl Call {
    /// A call with arguments that are JSON.
    pub fn new(tool: &str, arguments: &Value) -> Self {
        Self { tool: tool.into(), arguments: arguments.to_string() }
    }

    /// A call of a profile's shell.
    pub fn shell(profile: &str, command: &str) -> Self {
        let (tool, argument) = &surface::of(profile).shell;
        let mut arguments = serde_json::Map::new();
        arguments.insert(argument.clone(), command.into());
        Self::new(tool, &Value::Object(arguments))
    }

    /// The call as a session takes it.
    pub fn raw(&self) -> RawCall<'_> {
        RawCall { tool: &self.tool, arguments: &self.arguments }
    }
}

/// The name of a profile's shell tool.
pub fn shell_tool(profile: &str) -> &'static str {
    &surface::of(profile).shell.0
}

/// A trace of up to `length` calls of this profile: shorter when a fuzzer's bytes run out.
pub fn realistic(choices: &mut Choices<'_>, vocabulary: &Vocabulary, profile: &str, length: usize) -> Vec<Call> {
    let mut calls = Vec::with_capacity(length);
    while calls.len() < length && !choices.is_exhausted() {
        calls.push(call(choices, vocabulary, profile));
    }
    calls
}

/// One call of this profile.
pub fn call(choices: &mut Choices<'_>, vocabulary: &Vocabulary, profile: &str) -> Call {
    match profile {
        "bash" | "plain" => return Call::shell(profile, &command_line(choices, vocabulary)),
        "openhands" => {}
        _ if choices.percent(30) => return Call::shell(profile, &command_line(choices, vocabulary)),
        _ => return surface::call(choices, vocabulary, profile),
    }
    match choices.below(100) {
        0..50 => Call::shell(profile, &command_line(choices, vocabulary)),
        50..97 => Call::new("str_replace_editor", &edit(choices, vocabulary)),
        97..99 => Call::new("think", &json!({ "thought": "where is it defined?" })),
        _ => Call::shell(profile, ""),
    }
}

fn edit(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> Value {
    let absolute = |path: &str| format!("{}/{path}", vocabulary.root());
    let path = absolute(&vocabulary.path(choices));
    match choices.below(8) {
        0 => json!({ "command": "view", "path": absolute(&vocabulary.directory(choices)) }),
        1 => json!({ "command": "view", "path": path }),
        2 => {
            let first = choices.between(1, 60);
            let last = if choices.percent(15) { -1 } else { (first + choices.below(60)) as i64 - 3 };
            json!({ "command": "view", "path": path, "view_range": [first, last] })
        }
        3 => {
            let name = absolute(&format!("made_{}.py", choices.below(6)));
            json!({ "command": "create", "path": name, "file_text": text(choices, vocabulary) })
        }
        4 => json!({ "command": "insert", "path": path, "insert_line": choices.below(40),
            "new_str": text(choices, vocabulary) }),
        5 => json!({ "command": "undo_edit", "path": path }),
        _ => match vocabulary.file(choices) {
            Some(file) => replace(choices, vocabulary, file, &absolute(&file.path)),
            None => json!({ "command": "view", "path": vocabulary.root() }),
        },
    }
}

fn replace(choices: &mut Choices<'_>, vocabulary: &Vocabulary, file: &TextFile, path: &str) -> Value {
    let line = file.lines.get(choices.below(file.lines.len())).map_or("", |(_, line)| line);
    let old = if choices.percent(10) { line.trim().to_owned() } else { format!("{line}\n") };
    let new = if choices.percent(20) { String::new() } else { text(choices, vocabulary) };
    json!({ "command": "str_replace", "path": path, "old_str": old, "new_str": new })
}

pub(crate) fn text(choices: &mut Choices<'_>, vocabulary: &Vocabulary) -> String {
    let mut text = String::new();
    for _ in 0..choices.between(1, 5) {
        let line = match choices.below(5) {
            0 => format!("def {}(value):\n    return value", vocabulary.word(choices)),
            1 => format!("# {} and {}", vocabulary.word(choices), vocabulary.word(choices)),
            2 => format!("\t{} = \"größe {}\"", vocabulary.word(choices), choices.below(100)),
            3 => String::new(),
            _ => format!("    return {}", vocabulary.word(choices)),
        };
        text.push_str(&line);
        text.push('\n');
    }
    if choices.percent(15) {
        text.pop();
    }
    text
}
