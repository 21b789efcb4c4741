//! The tools of a profile as its schemas tell of them, and calls made from the schemas alone: a new
//! profile is fuzzed without a line here.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};
use sparring_guest::profile;

use crate::{Call, Choices, Vocabulary};

/// What a profile offers.
pub(crate) struct Surface {
    /// The tool that runs shell commands, and the argument that it takes them in.
    pub(crate) shell: (String, String),
    /// All tools.
    pub(crate) tools: Vec<Tool>,
}

/// One tool.
pub(crate) struct Tool {
    pub(crate) name: String,
    parameters: Vec<(String, Value)>,
    pub(crate) required: Vec<String>,
}

/// Names of the argument that a shell tool takes its command in.
const COMMAND_ARGUMENTS: [&str; 2] = ["command", "cmd"];

/// The surface of a profile; of one that does not exist, an empty one.
pub(crate) fn of(profile: &str) -> &'static Surface {
    static SURFACES: OnceLock<BTreeMap<&'static str, Surface>> = OnceLock::new();
    static NONE: Surface = Surface { shell: (String::new(), String::new()), tools: Vec::new() };
    let surfaces = SURFACES.get_or_init(|| profile::NAMES.into_iter().map(|name| (name, read(name))).collect());
    surfaces.get(profile).unwrap_or(&NONE)
}

fn read(profile: &str) -> Surface {
    let schemas = profile::find(profile).map_or("[]", |profile| profile.tools());
    let schemas: Vec<Value> = serde_json::from_str(schemas).expect("the schemas of a profile are a JSON array");
    let tools: Vec<Tool> = schemas
        .iter()
        .map(|schema| {
            let function = &schema["function"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let properties = function["parameters"]["properties"].as_object().cloned().unwrap_or_default();
            let required = function["parameters"]["required"].as_array().cloned().unwrap_or_default();
            Tool {
                name: text(&function["name"]),
                parameters: properties.into_iter().collect(),
                required: required.iter().map(text).collect(),
            }
        })
        .collect();
    // A shell takes one command line and chooses among nothing.
    let shell = tools.iter().find_map(|tool| {
        let argument = tool.required.first().filter(|name| COMMAND_ARGUMENTS.contains(&name.as_str()))?;
        let is_choice = tool.parameters.iter().any(|(name, schema)| name == argument && schema.get("enum").is_some());
        (!is_choice).then(|| (tool.name.clone(), argument.clone()))
    });
    Surface { shell: shell.unwrap_or_else(|| ("bash".into(), "command".into())), tools }
}

/// A call of some tool, with arguments of the right types.
pub(crate) fn call(choices: &mut Choices<'_>, vocabulary: &Vocabulary, profile: &str) -> Call {
    let surface = of(profile);
    let Some(tool) = surface.tools.get(choices.below(surface.tools.len())) else {
        return Call::shell(profile, "ls");
    };
    let mut arguments = Map::new();
    for (name, schema) in &tool.parameters {
        if tool.required.contains(name) || choices.percent(40) {
            arguments.insert(name.clone(), value(choices, vocabulary, name, schema));
        }
    }
    Call::new(&tool.name, &Value::Object(arguments))
}

fn value(choices: &mut Choices<'_>, vocabulary: &Vocabulary, name: &str, schema: &Value) -> Value {
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.is_empty()) {
        return words[choices.below(words.len())].clone();
    }
    match schema["type"].as_str() {
        Some("integer" | "number") => json!(choices.below(120) as i64 - 3),
        Some("boolean") => json!(choices.percent(50)),
        Some("array") => {
            let count = if name.contains("range") { 2 } else { choices.between(0, 3) };
            json!((0..count).map(|_| value(choices, vocabulary, name, &schema["items"])).collect::<Vec<_>>())
        }
        Some("object") => {
            let properties = schema["properties"].as_object().cloned().unwrap_or_default();
            let inner =
                properties.iter().map(|(name, schema)| (name.clone(), value(choices, vocabulary, name, schema)));
            Value::Object(inner.collect())
        }
        _ => Value::String(text(choices, vocabulary, name)),
    }
}

/// A text that suits an argument of this name.
fn text(choices: &mut Choices<'_>, vocabulary: &Vocabulary, name: &str) -> String {
    let name = name.to_lowercase();
    let is = |part: &str| name.contains(part);
    if COMMAND_ARGUMENTS.contains(&name.as_str()) {
        return crate::command_line(choices, vocabulary);
    }
    if is("text") || is("content") || is("new") || is("patch") || is("replace") {
        return crate::trace::text(choices, vocabulary);
    }
    if is("old") {
        let line = vocabulary.file(choices).map(|file| file.lines.get(choices.below(file.lines.len())));
        return line.flatten().map_or_else(String::new, |(_, line)| line.clone());
    }
    if is("path") || is("file") || is("dir") {
        let path = match choices.below(6) {
            0 => format!("made_{}.py", choices.below(6)),
            1 => vocabulary.directory(choices),
            _ => vocabulary.path(choices),
        };
        return if choices.percent(50) { format!("{}/{path}", vocabulary.root()) } else { path };
    }
    if is("pattern") || is("glob") || is("name") {
        return choices.pick(&["*.py", "**/*.py", "*", "merge_*", "[", "def .*", "README.md", "{a,b}"]).to_owned();
    }
    vocabulary.word(choices).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_tools_and_gets_calls_of_them() {
        let image = crate::sample::image();
        let vocabulary = Vocabulary::of(crate::sample::view(&image), "/testbed");
        for profile in profile::NAMES {
            let surface = of(profile);
            assert!(!surface.tools.is_empty(), "{profile}");
            let mut choices = Choices::seeded(7);
            let called: std::collections::BTreeSet<String> =
                (0..300).map(|_| call(&mut choices, &vocabulary, profile).tool).collect();
            assert_eq!(called.len(), surface.tools.len(), "{profile}: {called:?}");
        }
    }
}
