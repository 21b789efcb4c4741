//! Calls between tags.

use serde_json::{Map, Value};

use super::ParsedCall;

const MISSING: &str = "Your last output did not use any tool calls!
Please make sure your output includes exactly _ONE_ function call!
If you think you have already resolved the issue, please submit your changes by running the `submit` command.
If you think you cannot solve the problem, please run `submit`.
Else, please continue with a new tool call!";

/// The first function of a reply; SWE-agent's parser `xml_function_calling`, which reads the names
/// of SWE-Gym's tools as its own.
pub(super) fn xml_function(reply: &str) -> Result<ParsedCall, String> {
    let (name, body) = function(reply).ok_or_else(|| MISSING.to_owned())?;
    let name = match name {
        "execute_bash" => "bash",
        "finish" => "submit",
        other => other,
    };
    let mut arguments = Map::new();
    let mut rest = body;
    while let Some((_, after)) = rest.split_once("<parameter=") {
        let Some((key, after)) = after.split_once('>') else { break };
        let Some((value, after)) = after.split_once("</parameter>") else { break };
        // The newlines that set a value off from its tags are not part of it.
        let value = value.strip_prefix('\n').unwrap_or(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        let value = match key {
            "view_range" => range(value)?,
            _ => Value::from(value),
        };
        arguments.insert(key.to_owned(), value);
        rest = after;
    }
    Ok(ParsedCall::new(name, arguments))
}

/// The words by which R2E-Gym tells a model that its reply has no call.
const FORGOTTEN: &str = "\
You forgot to use a function call in your response.
YOU MUST USE A FUNCTION CALL IN EACH RESPONSE.

IMPORTANT: YOU SHOULD NEVER ASK FOR HUMAN HELP.";

/// The first function of a reply, its values trimmed; R2E-Gym.
pub(super) fn trimmed_function(reply: &str) -> Result<ParsedCall, String> {
    let (_, after) = reply.split_once("<function=").ok_or_else(|| FORGOTTEN.to_owned())?;
    let (name, body) = after.split_once('>').ok_or_else(|| FORGOTTEN.to_owned())?;
    let body = body.split_once("</function>").map_or(body, |(body, _)| body);
    if name.trim().is_empty() {
        return Err(FORGOTTEN.to_owned());
    }
    let mut arguments = Map::new();
    let mut rest = body;
    while let Some((_, after)) = rest.split_once("<parameter=") {
        let Some((key, after)) = after.split_once('>') else { break };
        let Some((value, after)) = after.split_once("</parameter>") else { break };
        arguments.insert(key.trim().to_owned(), Value::from(value.trim()));
        rest = after;
    }
    Ok(ParsedCall::new(name.trim(), arguments))
}

/// Name and body of the first `<function=NAME>`, which a newline follows.
fn function(reply: &str) -> Option<(&str, &str)> {
    let mut rest = reply;
    loop {
        let (_, after) = rest.split_once("<function=")?;
        let (name, body) = after.split_once('>')?;
        if let Some((body, _)) = body.strip_prefix('\n').and_then(|body| body.split_once("</function>"))
            && !name.is_empty()
        {
            return Some((name.trim(), body));
        }
        rest = after;
    }
}

/// `[first, last]`
fn range(text: &str) -> Result<Value, String> {
    let numbers = text
        .trim()
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map(|inner| inner.split(',').map(|number| number.trim().parse::<i64>()).collect::<Result<Vec<_>, _>>());
    match numbers {
        Some(Ok(numbers)) if numbers.len() == 2 => Ok(Value::from(numbers)),
        _ => Err(format!(
            "Your action could not be parsed properly: view_range must be in the format [<start>, <end>], got {text}..\n"
        )),
    }
}

/// All calls of a reply that are JSON objects with `name` and `arguments`.
pub(super) fn tool_calls(reply: &str) -> Result<Vec<ParsedCall>, String> {
    let mut calls = Vec::new();
    let mut rest = reply;
    while let Some((_, after)) = rest.split_once("<tool_call>") {
        // A call that the reply's end cut off still counts when it is whole.
        let (text, after) = after.split_once("</tool_call>").unwrap_or((after, ""));
        calls.push(tool_call(text.trim())?);
        rest = after;
    }
    if calls.is_empty() {
        return Err(
            "No <tool_call> block was found in the reply. Write {\"name\": ..., \"arguments\": {...}} between \
                    <tool_call> and </tool_call>."
                .into(),
        );
    }
    Ok(calls)
}

fn tool_call(text: &str) -> Result<ParsedCall, String> {
    let arguments = super::super::Arguments::parse(text)
        .map_err(|error| format!("The text of <tool_call> is not valid JSON: {error}"))?;
    let Some(name) = arguments.text("name") else {
        return Err("The object of <tool_call> has no \"name\".".into());
    };
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    match value.get("arguments") {
        None | Some(Value::Null) => Ok(ParsedCall::new(name, Map::new())),
        Some(Value::Object(object)) => Ok(ParsedCall::new(name, object.clone())),
        // Some models write the arguments as a string of JSON.
        Some(Value::String(inner)) if super::super::Arguments::parse(inner).is_ok() => {
            Ok(ParsedCall { tool: name.to_owned(), arguments: inner.clone() })
        }
        Some(_) => Err("The \"arguments\" of <tool_call> are not an object.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_read() {
        let reply = "I look.\n<function=execute_bash>\n<parameter=command>\nls\n</parameter>\n</function>\n";
        let call = xml_function(reply).unwrap();
        assert_eq!((call.tool.as_str(), call.arguments.as_str()), ("bash", r#"{"command":"ls"}"#));
        let reply = "<function=e>\n<parameter=view_range>[1, 2]</parameter>\n</function>";
        assert_eq!(xml_function(reply).unwrap().arguments, r#"{"view_range":[1,2]}"#);
        assert_eq!(xml_function("nothing").unwrap_err(), MISSING);
        assert!(xml_function(&reply.replace("[1, 2]", "1-2")).unwrap_err().contains("got 1-2."));
    }

    #[test]
    fn values_are_trimmed_where_the_scaffold_trims_them() {
        let reply = "<function=file_editor>\n <parameter=command> view </parameter><parameter=path>\n/a\n</parameter>";
        let call = trimmed_function(reply).unwrap();
        assert_eq!((&*call.tool, &*call.arguments), ("file_editor", r#"{"command":"view","path":"/a"}"#));
        assert_eq!(trimmed_function("<function").unwrap_err(), FORGOTTEN);
    }

    #[test]
    fn tagged_json_is_read() {
        let reply =
            "<tool_call>{\"name\": \"a\", \"arguments\": {\"x\": 1}}</tool_call> <tool_call>\n{\"name\": \"b\"}";
        let calls = tool_calls(reply).unwrap();
        assert_eq!(calls.iter().map(|call| call.tool.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(calls[0].arguments, r#"{"x":1}"#);
        assert!(tool_calls("<tool_call>{</tool_call>").unwrap_err().contains("not valid JSON"));
        assert!(tool_calls("text").is_err());
    }
}
