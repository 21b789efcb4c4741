//! Calls as models write them into text: from a whole reply to the calls in it. Every text has an
//! answer: the calls, or what the scaffold tells the model to do better.
//!
//! Native function calls need none of this; they come as a name and JSON
//! ([`super::RawCall`]).

mod blocks;
mod fenced;
mod python;
mod tags;

use serde_json::{Map, Value};

/// How a scaffold has its models write calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallSyntax {
    /// `<function=name><parameter=key>value</parameter></function>`: SWE-smith, SWE-Gym, R2E-Gym.
    XmlFunction,
    /// The same with values trimmed and names as they stand: R2E-Gym, SkyRL-Agent.
    XmlTrimmed,
    /// `<tool: name>`, a newline, the input, a newline, `</tool>`, exactly one: CWM.
    ToolBlocks,
    /// `<tool_call>{"name": ..., "arguments": {...}}</tool_call>`, as often as the model likes:
    /// Hermes and Qwen.
    ToolCallTags,
    /// Exactly one fence of `bash`: mini-swe-agent 1.x.
    OneBashFence,
    /// A discussion and a fence, of which the last counts: SWE-agent 0.6 (thought_action).
    ThoughtAction,
    /// `name(key=value, ...)` on a line of its own in `<execute>` tags: Kimi-Dev's tools.
    PythonCall,
}

/// A call that owns its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedCall {
    /// The tool's name.
    pub tool: String,
    /// The arguments as JSON text, an object.
    pub arguments: String,
}

impl ParsedCall {
    fn new(tool: &str, arguments: Map<String, Value>) -> Self {
        Self { tool: tool.to_owned(), arguments: Value::Object(arguments).to_string() }
    }

    /// A command for the tool `bash`.
    fn command(command: &str) -> Self {
        let arguments = [("command".to_owned(), Value::from(command))];
        Self::new("bash", arguments.into_iter().collect())
    }

    /// The call as a session takes it.
    pub fn raw(&self) -> super::RawCall<'_> {
        super::RawCall { tool: &self.tool, arguments: &self.arguments }
    }
}

impl CallSyntax {
    /// The calls of a reply, at least one; or what the model is told about its format.
    pub fn parse(self, reply: &str) -> Result<Vec<ParsedCall>, String> {
        match self {
            Self::XmlFunction => tags::xml_function(reply).map(|call| vec![call]),
            Self::XmlTrimmed => tags::trimmed_function(reply).map(|call| vec![call]),
            Self::ToolBlocks => blocks::tool_block(reply).map(|call| vec![call]),
            Self::ToolCallTags => tags::tool_calls(reply),
            Self::OneBashFence => fenced::one_bash(reply).map(|call| vec![call]),
            Self::ThoughtAction => fenced::thought_action(reply).map(|call| vec![call]),
            Self::PythonCall => python::call(reply).map(|call| vec![call]),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [CallSyntax; 7] = [
        CallSyntax::XmlFunction,
        CallSyntax::XmlTrimmed,
        CallSyntax::ToolBlocks,
        CallSyntax::ToolCallTags,
        CallSyntax::OneBashFence,
        CallSyntax::ThoughtAction,
        CallSyntax::PythonCall,
    ];

    /// Pieces of which replies in all syntaxes are made.
    fn piece() -> impl Strategy<Value = String> {
        prop::sample::select(vec![
            "<function=",
            ">",
            "</function>",
            "<parameter=",
            "</parameter>",
            "<tool: bash>",
            "<tool: edit>\n",
            "</tool>",
            "<tool_call>",
            "</tool_call>",
            "```",
            "```bash",
            "\n",
            " ",
            "{\"name\": \"a\", \"arguments\": {}}",
            "{",
            "}",
            "\"",
            "'",
            "<execute>",
            "</execute>",
            "f(",
            ")",
            "x=",
            "1",
            ",",
            "\\",
            "é",
            "old_str=",
            "new_str=",
            "[",
            "]",
            "-",
            "True",
        ])
        .prop_map(str::to_owned)
    }

    proptest! {
        #[test]
        fn every_reply_has_an_answer(pieces in prop::collection::vec(prop_oneof![3 => piece(), 1 => ".{0,6}"], 0..40)) {
            let reply = pieces.concat();
            for syntax in ALL {
                match syntax.parse(&reply) {
                    Ok(calls) => {
                        prop_assert!(!calls.is_empty());
                        for call in calls {
                            prop_assert!(super::super::Arguments::parse(&call.arguments).is_ok(), "{call:?}");
                        }
                    }
                    Err(text) => prop_assert!(!text.is_empty()),
                }
            }
        }
    }
}
