//! Calls as blocks of plain text: CWM's tools.

use serde_json::{Map, Value};

use super::ParsedCall;

const START: &str = "<tool: ";
const END: &str = "</tool>";

/// The one block of a reply: `<tool:\s([a-zA-Z_]+)>\n(.*?)\n</tool>`, and as many starts as ends.
pub(super) fn tool_block(reply: &str) -> Result<ParsedCall, String> {
    let (starts, ends) = (reply.matches(START).count(), reply.matches(END).count());
    if starts != ends {
        return Err(refusal("The tags of the reply are not balanced."));
    }
    let mut found = Vec::new();
    let mut rest = reply;
    while let Some((_, after)) = rest.split_once(START) {
        rest = after;
        let Some((name, body)) = after.split_once(">\n") else { continue };
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        if let Some((input, after)) = body.split_once("\n</tool>").filter(|_| is_name) {
            found.push((name, input));
            rest = after;
        }
    }
    match found.as_slice() {
        [] => Err(refusal("The reply has no tool call.")),
        [(_, "")] => Err(refusal("The input of the tool call is empty.")),
        [(name, input)] => {
            let argument = match *name {
                "bash" => "command",
                "submit" => "path",
                _ => "block",
            };
            let arguments: Map<String, Value> = [(argument.to_owned(), Value::from(*input))].into_iter().collect();
            Ok(ParsedCall::new(name, arguments))
        }
        more => Err(refusal(&format!("Only one tool call a turn is allowed. Got: {}.", more.len()))),
    }
}

fn refusal(problem: &str) -> String {
    format!("<output>\n{problem} Write exactly one call:\n<tool: NAME>\nINPUT\n</tool>\n</output>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_block_is_one_call() {
        let call = tool_block("I look.\n<tool: bash>\nls\ncat a\n</tool>\n").unwrap();
        assert_eq!((&*call.tool, &*call.arguments), ("bash", r#"{"command":"ls\ncat a"}"#));
        let edit = tool_block("<tool: edit>\na.py\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n</tool>").unwrap();
        assert!(edit.arguments.starts_with(r#"{"block":"a.py\n<<<"#));
        for (reply, problem) in [
            ("ls", "no tool call"),
            ("<tool: bash>\nls", "not balanced"),
            ("<tool: bash>\n\n</tool>", "empty"),
            (&"<tool: bash>\nls\n</tool>\n".repeat(2), "Got: 2."),
        ] {
            assert!(tool_block(reply).unwrap_err().contains(problem), "{reply}");
        }
    }
}
