//! Profiles that a user varies without writing Rust: a TOML file over a base profile.

use std::collections::BTreeMap;

use serde::Deserialize;
use sparring_guest::limits::Limits;
use sparring_guest::profile::{self, ToolName, Truncation, Variation};
use sparring_guest::step::{CallSyntax, Settings};

use super::SessionError;

/// A profile read from TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariedProfile {
    /// What sessions take: the base profile, limits and what differs.
    pub settings: Settings,
    /// How its models write calls; `None` for native function calls.
    pub syntax: Option<CallSyntax>,
    /// Texts for whoever builds prompts, by name.
    pub prompts: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    base: String,
    syntax: Option<Syntax>,
    #[serde(default)]
    tools: BTreeMap<String, Tool>,
    #[serde(default)]
    texts: BTreeMap<String, String>,
    truncation: Option<Truncation>,
    template: Option<String>,
    #[serde(default)]
    limits: BTreeMap<String, u64>,
    #[serde(default)]
    prompts: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Syntax {
    Native,
    #[serde(untagged)]
    Written(CallSyntax),
}

/// A tool's new name, or `false` for one that is left out.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tool {
    Name(String),
    Kept(bool),
}

impl VariedProfile {
    /// Reads a profile. Fails when the text is no TOML of this form, or names a base profile, a
    /// tool of it or a limit that does not exist.
    pub fn from_toml(text: &str) -> Result<Self, SessionError> {
        let fault = |what: String| SessionError::Varied(what);
        let file: File = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        let base = profile::find(&file.base).ok_or_else(|| SessionError::Profile { name: file.base.clone() })?;
        let known: Vec<serde_json::Value> = serde_json::from_str(base.tools()).unwrap_or_default();
        let mut tools = Vec::new();
        for (tool, new) in file.tools {
            if !known.iter().any(|schema| schema["function"]["name"] == tool.as_str()) {
                return Err(fault(format!("profile `{}` has no tool `{tool}`", file.base)));
            }
            match new {
                Tool::Kept(true) => {}
                Tool::Kept(false) => tools.push(ToolName { tool, name: None }),
                Tool::Name(name) => tools.push(ToolName { tool, name: Some(name) }),
            }
        }
        let variation = Variation {
            tools,
            texts: file.texts.into_iter().collect(),
            truncation: file.truncation,
            template: file.template,
        };
        let syntax = match file.syntax {
            None => base.syntax(),
            Some(Syntax::Native) => None,
            Some(Syntax::Written(syntax)) => Some(syntax),
        };
        let limits = limits(&file.limits).map_err(fault)?;
        let settings = Settings { profile: file.base, limits, variation, ..Settings::default() };
        Ok(Self { settings, syntax, prompts: file.prompts })
    }
}

/// The default limits, some of them changed.
fn limits(changed: &BTreeMap<String, u64>) -> Result<Limits, String> {
    let wrong = |error: serde_json::Error| error.to_string();
    let mut all = serde_json::to_value(Limits::default()).map_err(wrong)?;
    for (name, value) in changed {
        match all.get_mut(name) {
            Some(limit) => *limit = (*value).into(),
            None => return Err(format!("there is no limit `{name}`")),
        }
    }
    serde_json::from_value(all).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use sparring_guest::step::{RawCall, Status, StepOutput};
    use sparring_tree::{Node, TreeBuilder, TreeLimits};

    use super::*;
    use crate::image::Image;
    use crate::session::{Base, Session};

    /// The example of the page, as it is printed there.
    fn example() -> &'static str {
        let page = include_str!("../../../docs/varied_profiles.md");
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example")
    }

    /// Runs a call natively; what the model reads.
    fn answer(session: &Session, tool: &str, arguments: &str) -> (String, Status) {
        let input = session.step_input(&RawCall { tool, arguments }).unwrap();
        let output = sparring_guest::step(session.base().image().bytes(), &input);
        match postcard::from_bytes(&output).unwrap() {
            StepOutput::Done { observation, .. } => (observation.text, observation.status),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_example_of_the_page_works_as_printed() {
        let varied = VariedProfile::from_toml(example()).unwrap();
        assert_eq!(varied.syntax, Some(CallSyntax::XmlTrimmed));
        assert_eq!(varied.settings.limits.scan_bytes, 67_108_864);
        assert!(varied.prompts["system"].contains("`run`"));
        let mut builder = TreeBuilder::new(TreeLimits::default());
        let content = "line\n".repeat(1000);
        let node = Node::File { executable: false, content: content.as_bytes().into() };
        builder.insert(b"a.txt".to_vec(), node).unwrap();
        let image = Arc::new(Image::build(&builder.finish().unwrap()).unwrap());
        let session = Session::new(Base::new(image, varied.settings).unwrap());
        let (text, status) = answer(&session, "run", "{\"command\": \"head -1 a.txt\"}");
        assert_eq!(
            (&*text, status),
            ("OBSERVATION (ok, 0)\n<returncode>0</returncode>\n<output>\nline\n</output>", Status::Ok)
        );
        let (text, _) = answer(&session, "run", "{\"command\": \"cat a.txt\"}");
        assert!(text.contains("\n[... ") && text.contains(" characters left out ...]\n"), "{text}");
        assert!(text.chars().count() < 2_100);
        let (text, status) = answer(&session, "bash", "{\"command\": \"ls\"}");
        assert!(text.contains("There is no tool `bash`.") && status == Status::BadCall, "{text}");
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let error = |text: &str| VariedProfile::from_toml(text).unwrap_err().to_string();
        assert!(error("base = \"nothing\"").contains("unknown profile `nothing`"));
        assert!(error("base = \"bash\"\n[tools]\nls = \"list\"").contains("has no tool `ls`"));
        assert!(error("base = \"bash\"\n[limits]\ntime = 1").contains("no limit `time`"));
        assert!(error("base = \"bash\"\nfoo = 1").contains("foo"));
        let native = VariedProfile::from_toml("base = \"swe-smith\"\nsyntax = \"native\"").unwrap();
        assert_eq!(native.syntax, None);
    }
}
