//! Calls in Python's own syntax, with literals as arguments: the tools that Kimi-Dev's authors
//! describe (appendix A of their paper). The texts of edits follow on lines of their own, unquoted,
//! after `old_str=` and `new_str=`. Any other Python is refused.

use serde_json::{Map, Value};

use super::ParsedCall;

const REFUSED: &str = "The reply has no tool call that can be read. Write exactly one call with literal arguments, such \
as open_file(path=\"a.py\", line_number=10), between <execute> and </execute>.";
/// The names of positional arguments, for the tools that are called so.
const POSITIONS: [(&str, &[&str]); 9] = [
    ("find_file", &["name", "dir"]),
    ("goto_class_or_func", &["name"]),
    ("goto_line", &["n"]),
    ("insert", &["path", "insert_line", "new_str"]),
    ("open_file", &["path", "is_all", "line_number", "context_lines"]),
    ("scroll_down", &[]),
    ("search_dir", &["term", "dir"]),
    ("search_file", &["term", "file"]),
    ("str_replace", &["path", "old_str", "new_str"]),
];

pub(super) fn call(reply: &str) -> Result<ParsedCall, String> {
    let inside = match reply.split_once("<execute>") {
        Some((_, after)) => after.split_once("</execute>").map_or(after, |(inside, _)| inside),
        None => return Err(REFUSED.into()),
    };
    read(inside.trim()).ok_or_else(|| REFUSED.into())
}

fn read(text: &str) -> Option<ParsedCall> {
    let (name, after) = text.split_once('(')?;
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name(name) {
        return None;
    }
    let positions = POSITIONS.iter().find(|(tool, _)| *tool == name).map_or(&[][..], |(_, positions)| positions);
    let mut arguments = Map::new();
    let mut rest = after.trim_start();
    while let Some(next) = rest.strip_prefix(')').map_or(Some(rest), |_| None) {
        let (key, value) = match next.split_once('=') {
            Some((key, value)) if is_name(key.trim()) => (key.trim(), value.trim_start()),
            _ => (*positions.get(arguments.len())?, next),
        };
        let (value, after) = literal(value)?;
        arguments.insert(key.to_owned(), value);
        let after = after.trim_start();
        rest = match after.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if after.starts_with(')') => after,
            None => return None,
        };
    }
    let below = rest.strip_prefix(')')?;
    read_texts(below, &mut arguments)?;
    Some(ParsedCall::new(name, arguments))
}

/// `old_str=` and `new_str=` on lines of their own, each up to the next.
fn read_texts(below: &str, arguments: &mut Map<String, Value>) -> Option<()> {
    let mut key: Option<&str> = None;
    let mut lines: Vec<&str> = Vec::new();
    let mut close = |key: Option<&str>, lines: &mut Vec<&str>| match key {
        Some(key) => {
            arguments.insert(key.to_owned(), Value::from(lines.join("\n")));
            lines.clear();
            Some(())
        }
        // Nothing but blanks may stand before the first text.
        None => lines.drain(..).all(|line| line.trim().is_empty()).then_some(()),
    };
    for line in below.split('\n') {
        let start = ["old_str", "new_str"]
            .into_iter()
            .find_map(|name| Some((name, line.strip_prefix(name)?.strip_prefix('=')?)));
        match start {
            Some((name, first)) => {
                close(key, &mut lines)?;
                key = Some(name);
                if !first.is_empty() {
                    lines.push(first);
                }
            }
            None => lines.push(line),
        }
    }
    close(key, &mut lines)
}

/// A literal at the start of a text, and what follows it.
fn literal(text: &str) -> Option<(Value, &str)> {
    for (word, value) in [("True", Value::Bool(true)), ("False", Value::Bool(false)), ("None", Value::Null)] {
        if let Some(rest) = text.strip_prefix(word) {
            return Some((value, rest));
        }
    }
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        return string(text, quote);
    }
    let end = text.char_indices().find(|(at, c)| !c.is_ascii_digit() && (*at > 0 || *c != '-'));
    let end = end.map_or(text.len(), |(at, _)| at);
    let (number, rest) = text.split_at(end);
    Some((Value::from(number.parse::<i64>().ok()?), rest))
}

fn string(text: &str, quote: char) -> Option<(Value, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            c if c == quote => return Some((Value::from(value), text.get(at + 1..)?)),
            '\n' => return None,
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                c @ ('\\' | '\'' | '"') => value.push(c),
                other => {
                    value.push('\\');
                    value.push(other);
                }
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(inside: &str) -> String {
        let call = call(&format!("I look.\n<execute>\n{inside}\n</execute>")).unwrap();
        format!("{} {}", call.tool, call.arguments)
    }

    #[test]
    fn calls_with_literals_are_read() {
        assert_eq!(json("scroll_down()"), "scroll_down {}");
        assert_eq!(
            json("open_file(\"a.py\", line_number=-3, is_all=True)"),
            r#"open_file {"path":"a.py","line_number":-3,"is_all":true}"#
        );
        assert_eq!(json("search_dir(term='it\\'s')"), r#"search_dir {"term":"it's"}"#);
        assert_eq!(
            json("str_replace(path=\"a.py\")\nold_str=\n    x = 1\nnew_str=\n    x = 2\n    y"),
            r#"str_replace {"path":"a.py","old_str":"    x = 1","new_str":"    x = 2\n    y"}"#
        );
    }

    #[test]
    fn other_python_is_refused() {
        for text in ["import os", "f(g())", "open_file(1 + 1)", "goto_line(1", "a.b()", "f(x=)", "goto_line(1) + 2", ""]
        {
            assert!(call(&format!("<execute>{text}</execute>")).is_err(), "{text}");
        }
        assert!(call("scroll_down()").is_err());
    }
}
