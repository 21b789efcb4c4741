//! What most scaffolds' tools share, so that a profile is one short file: a check of the call
//! against signatures, a memory, a shell, files as Python reads them.
//!
//! Whoever implements [`Toolset`] states schemas, texts, cut, terminal and call syntax, and answers
//! calls whose arguments are known to be there; [`Profile`] follows from it.

use super::{Memory, Profile, ProfileState};
use crate::budget::Stoppable;
use crate::machine::{Machine, Terminal};
use crate::step::{Arguments, CallSyntax, Observation, RawCall, Status};
use crate::workspace::VirtualPath;

/// A tool's name and the arguments that it cannot do without.
pub(super) struct Signature {
    pub(super) name: &'static str,
    pub(super) required: &'static [&'static str],
}

/// What is wrong with a call before any tool runs.
pub(super) enum Problem<'c> {
    /// There is no such tool.
    UnknownTool(&'c str),
    /// The arguments are no JSON object; why not.
    Unreadable { tool: &'c str, error: &'c str },
    /// A required argument is not there.
    Missing { tool: &'c str, argument: &'static str },
}

/// A scaffold's tools.
pub(super) trait Toolset: Sync {
    /// The profile's name.
    const NAME: &'static str;
    /// The schemas: a JSON array of OpenAI function tools.
    const TOOLS: &'static str;
    /// The tools' names and required arguments. Arguments that no schema names are ignored.
    const SIGNATURES: &'static [Signature];
    /// The most characters of an observation; `None` when the scaffold shows all.
    const SHOWN: Option<usize>;
    /// Where command output goes.
    const TERMINAL: Terminal = Terminal::Pipe;
    /// How its models write calls; `None` for native function calls.
    const SYNTAX: Option<CallSyntax> = None;
    /// Exported in its shells, on top of a container's own variables.
    const VARIABLES: &'static [(&'static str, &'static str)] = &[];

    /// What the scaffold says of a call that it cannot run.
    fn refuse(problem: &Problem<'_>) -> String;

    /// Answers a call of one of the tools, its required arguments all there.
    fn answer(
        tool: &str,
        arguments: &Arguments,
        memory: &mut Memory,
        machine: &mut Machine<'_>,
    ) -> Stoppable<Observation>;

    /// How the scaffold shows a message of the environment itself.
    fn frame_limit(message: &str) -> String {
        message.to_owned()
    }
}

impl<T: Toolset> Profile for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn tools(&self) -> &'static str {
        T::TOOLS
    }

    fn terminal(&self) -> Terminal {
        T::TERMINAL
    }

    fn shown(&self) -> Option<usize> {
        T::SHOWN
    }

    fn syntax(&self) -> Option<CallSyntax> {
        T::SYNTAX
    }

    fn initial_state(&self, root: &VirtualPath) -> ProfileState {
        let mut memory = Memory::new(root);
        T::VARIABLES.iter().for_each(|(name, value)| memory.shell.export(name.as_bytes(), value.as_bytes()));
        ProfileState::Memory(Box::new(memory))
    }

    fn step(&self, call: &RawCall<'_>, state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation> {
        let ProfileState::Memory(memory) = state else { return Ok(super::foreign_state()) };
        let refuse = |problem: &Problem<'_>| {
            let text = T::refuse(problem);
            // The text may repeat what the model wrote, of any length.
            let text = T::SHOWN.map_or(text.as_str(), |shown| super::head(&text, shown));
            Ok(Observation::new(text, Status::BadCall))
        };
        let Some(signature) = T::SIGNATURES.iter().find(|signature| signature.name == call.tool) else {
            return refuse(&Problem::UnknownTool(call.tool));
        };
        let arguments = match Arguments::parse(call.arguments) {
            Ok(arguments) => arguments,
            Err(error) => return refuse(&Problem::Unreadable { tool: call.tool, error: &error }),
        };
        if let Some(argument) = signature.required.iter().find(|name| arguments.get(name).is_none()) {
            return refuse(&Problem::Missing { tool: call.tool, argument });
        }
        T::answer(call.tool, &arguments, memory, machine)
    }

    fn frame_limit(&self, message: &str) -> String {
        T::frame_limit(message)
    }
}

#[cfg(test)]
mod tests {
    use crate::profile;

    #[test]
    fn schemas_are_json_with_names_types_and_descriptions() {
        for name in profile::NAMES {
            let tools = profile::find(name).unwrap().tools();
            let tools: Vec<serde_json::Value> = serde_json::from_str(tools).unwrap_or_else(|e| panic!("{name}: {e}"));
            for tool in &tools {
                let function = &tool["function"];
                assert!(function["name"].is_string() && function["description"].is_string(), "{name}: {tool}");
                let parameters = &function["parameters"];
                assert_eq!(parameters["type"], "object", "{name}: {tool}");
                for required in parameters["required"].as_array().into_iter().flatten() {
                    assert!(parameters["properties"].get(required.as_str().unwrap()).is_some(), "{name}: {required}");
                }
            }
        }
    }
}
