//! Calls as no scaffold expects them: broken JSON, wrong types, missing, extra and doubled keys,
//! depth bombs, huge texts, unknown tools.

use serde_json::json;

use crate::{Call, Choices, Vocabulary, hostile, surface, trace};

/// What the answer must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// `bad_call`, with the session as it was.
    BadCall,
    /// `limit`: the text is longer than a call may be.
    Limit,
    /// Any status: the call can be read, and its content is what is wrong.
    Typed,
}

/// A malformed call of a profile and what must come of it.
pub fn call(choices: &mut Choices<'_>, vocabulary: &Vocabulary, profile: &str) -> (Call, Expected) {
    let valid = trace::call(choices, vocabulary, profile);
    let is_openhands = profile == "openhands";
    let is_strict = is_openhands || matches!(profile, "bash" | "plain");
    let raw = |arguments: String| Call { tool: valid.tool.clone(), arguments };
    match choices.below(24) {
        // A proper start of an object is never a whole one.
        0..3 => (raw(cut(choices, &valid.arguments)), Expected::BadCall),
        3..5 => (raw(not_an_object(choices)), Expected::BadCall),
        5..7 => (raw(broken(choices)), Expected::BadCall),
        7 => (raw(format!("\u{feff}{}", valid.arguments)), Expected::BadCall),
        8 => (raw(format!("{} {}", valid.arguments, choices.pick(&["x", "{}", ",", "\0", "]"]))), Expected::BadCall),
        9 => (raw(depth_bomb(choices)), Expected::BadCall),
        10 => (doubled(profile), Expected::BadCall),
        11 => (surrogate(choices, profile), Expected::BadCall),
        12..14 => (unknown_tool(choices, &valid), Expected::BadCall),
        14 => (missing(choices, profile), Expected::BadCall),
        // Other scaffolds write whatever value they get into a command line.
        15..17 => (wrong_type(choices, profile), if is_strict { Expected::BadCall } else { Expected::Typed }),
        17 => {
            let extra = raw(valid.arguments.replacen('{', "{\"surplus\": 1, ", 1));
            // mini-swe-agent ignores what it does not know; OpenHands refuses it.
            (extra, if is_openhands { Expected::BadCall } else { Expected::Typed })
        }
        18 if choices.percent(3) => {
            let text = "x".repeat((1 << 20) + choices.below(1 << 20));
            (Call::shell(profile, &text), Expected::Limit)
        }
        18 => (Call::shell(profile, &"echo long; ".repeat(choices.between(1, 400))), Expected::Typed),
        19 => (raw(flipped(choices, &valid.arguments)), Expected::Typed),
        20 if is_openhands => (hostile::editor_call(choices), Expected::Typed),
        20 | 21 => (Call::shell(profile, &hostile::path_command(choices)), Expected::Typed),
        22 => (Call::shell(profile, &hostile::pattern_command(choices)), Expected::Typed),
        _ => (Call::shell(profile, &hostile::garbage_script(choices, vocabulary)), Expected::Typed),
    }
}

fn cut(choices: &mut Choices<'_>, text: &str) -> String {
    let mut end = choices.below(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

fn not_an_object(choices: &mut Choices<'_>) -> String {
    choices
        .pick(&[
            "",
            " ",
            "[]",
            "null",
            "true",
            "0",
            "-1",
            "1e999",
            "\"command\"",
            "[{\"command\": \"ls\"}]",
            "ls -la",
            "undefined",
            "None",
            "command=ls",
            "<command>ls</command>",
            "\n\n",
            "\0",
            "{",
            "}",
            "[",
            "\"",
            "{\"a\"",
        ])
        .to_owned()
}

fn broken(choices: &mut Choices<'_>) -> String {
    choices
        .pick(&[
            "{'command': 'ls'}",
            "{command: \"ls\"}",
            "{\"command\": ls}",
            "{\"command\": \"ls\",}",
            "{\"command\" \"ls\"}",
            "{\"command\": \"a\nb\"}",
            "{\"command\": \"a\tb\"}",
            "{\"command\": \"a\0b\"}",
            "{\"command\": \"\\x41\"}",
            "{\"command\": \"\\u12\"}",
            "{\"command\": NaN}",
            "{\"command\": Infinity}",
            "{\"command\": -Infinity}",
            "{\"command\": 1e999}",
            "{\"command\": 01}",
            "{\"command\": .5}",
            "{\"command\": +1}",
            "{\"command\": 0x10}",
            "{\"command\": \"ls\"} // list",
            "/* list */ {\"command\": \"ls\"}",
            "{\"command\": True}",
            "{,}",
            "{\"\\\": 1}",
            "{\"command\": \"ls\"",
            "{\"command\": [1, 2}",
            "{{\"command\": \"ls\"}}",
            "{\"command\": }",
            "{: \"ls\"}",
        ])
        .to_owned()
}

fn depth_bomb(choices: &mut Choices<'_>) -> String {
    let depth = [65, 128, 1_000, 100_000][choices.below(4)];
    let (open, close) = [("[", "]"), ("{\"a\":", "}")][choices.below(2)];
    let close = if choices.percent(50) { close } else { "" };
    format!("{{\"command\": {}1{}}}", open.repeat(depth), close.repeat(depth))
}

fn doubled(profile: &str) -> Call {
    let tool = trace::shell_tool(profile);
    Call { tool: tool.into(), arguments: "{\"command\": \"ls\", \"command\": \"pwd\"}".into() }
}

fn surrogate(choices: &mut Choices<'_>, profile: &str) -> Call {
    let text = choices.pick(&["\\ud800", "\\udc00", "\\ud800\\ud800", "\\udfff x", "a\\uD83D"]);
    Call { tool: trace::shell_tool(profile).into(), arguments: format!("{{\"command\": \"echo {text}\"}}") }
}

fn unknown_tool(choices: &mut Choices<'_>, valid: &Call) -> Call {
    let long = "tool".repeat(2_000);
    let tool = match choices.below(10) {
        0 => "".into(),
        1 => valid.tool.to_uppercase(),
        2 => format!("{}\0", valid.tool),
        3 => format!(" {}", valid.tool),
        4 => long,
        5 => "functions.bash".into(),
        6 => "ｂａｓｈ".into(),
        7 => "../bash".into(),
        8 => "{\"name\": \"bash\"}".into(),
        _ => "browser".into(),
    };
    Call { tool, arguments: valid.arguments.clone() }
}

fn missing(choices: &mut Choices<'_>, profile: &str) -> Call {
    if matches!(profile, "bash" | "plain") {
        let arguments = choices.pick(&["{}", "{\"cmd\": \"ls\"}", "{\"Command\": \"ls\"}", "{\"command\": null}"]);
        return Call { tool: "bash".into(), arguments: arguments.to_owned() };
    }
    if profile != "openhands" {
        let tools = &surface::of(profile).tools;
        let tool = tools.iter().find(|tool| !tool.required.is_empty());
        return Call { tool: tool.map_or_else(String::new, |tool| tool.name.clone()), arguments: "{}".into() };
    }
    let (tool, arguments) = [
        ("execute_bash", "{}"),
        ("execute_bash", "{\"command\": null}"),
        ("str_replace_editor", "{}"),
        ("str_replace_editor", "{\"command\": \"view\"}"),
        ("str_replace_editor", "{\"path\": \"/testbed\"}"),
        ("think", "{}"),
        ("think", "{\"thought\": null}"),
    ][choices.below(7)];
    Call { tool: tool.into(), arguments: arguments.into() }
}

fn wrong_type(choices: &mut Choices<'_>, profile: &str) -> Call {
    let value = [json!(1), json!(-0.5), json!(true), json!([]), json!(["ls"]), json!({}), json!({ "command": "ls" })]
        [choices.below(7)]
    .clone();
    if profile != "openhands" || choices.percent(40) {
        return Call::new(trace::shell_tool(profile), &json!({ "command": value }));
    }
    let arguments = match choices.below(3) {
        0 => json!({ "command": value, "path": "/testbed" }),
        1 => json!({ "command": "view", "path": value }),
        _ => json!({ "command": "str_replace", "path": "/testbed/README.md", "old_str": value, "new_str": "x" }),
    };
    Call::new("str_replace_editor", &arguments)
}

/// A few bytes of a text changed: sometimes still a call.
fn flipped(choices: &mut Choices<'_>, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..choices.between(1, 4) {
        let at = choices.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 << choices.below(8);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
