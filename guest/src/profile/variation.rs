//! What a user changes of a profile without writing Rust: data that the host reads from TOML and
//! hands to every step.
//!
//! The base profile answers the call; a variation changes the names under which it is called and
//! the text that comes back. What ends a session, its submission, is handed over as it is.

use std::borrow::Cow;

use super::{Profile, text};
use crate::step::{Observation, RawCall, Status};

/// See the module. The empty variation changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Variation {
    /// Tools whose names differ, or that are left out.
    pub tools: Vec<ToolName>,
    /// Texts of the scaffold and what stands in their place, tried in order.
    pub texts: Vec<(String, String)>,
    /// The cut of long observations, after that of the base profile.
    pub truncation: Option<Truncation>,
    /// What stands around an observation: `{observation}`, `{status}` and `{exit_code}` are
    /// replaced.
    pub template: Option<String>,
}

/// A tool of the base profile and its name in the variation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ToolName {
    /// Its name in the base profile.
    pub tool: String,
    /// Its name in the variation; `None` when it is left out.
    pub name: Option<String>,
}

/// A cut of long observations.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Truncation {
    /// Longer observations are cut to so many characters.
    pub characters: u32,
    /// Which part is shown.
    pub keep: Keep,
    /// What stands where something is left out; `{elided}` is the number of characters.
    pub notice: String,
}

/// Which part of a long observation is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Its start.
    Head,
    /// Its end.
    Tail,
    /// Both, the middle is left out.
    Ends,
}

impl Variation {
    /// The name of the base profile's tool that a call means; the error is what the model reads of
    /// a tool that there is not.
    pub fn base_tool<'c>(&'c self, called: &'c str) -> Result<&'c str, String> {
        if let Some(renamed) = self.tools.iter().find(|tool| tool.name.as_deref() == Some(called)) {
            return Ok(&renamed.tool);
        }
        // The base's own name is taken away.
        match self.tools.iter().any(|tool| tool.tool == called) {
            true => Err(format!("There is no tool `{called}`.")),
            false => Ok(called),
        }
    }

    /// The tools as the model is told of them: the base profile's schemas under their new names.
    pub fn schemas(&self, profile: &dyn Profile) -> String {
        let Ok(mut tools) = serde_json::from_str::<Vec<serde_json::Value>>(profile.tools()) else {
            return profile.tools().to_owned();
        };
        tools.retain_mut(|schema| {
            let Some(name) = schema.pointer_mut("/function/name") else { return true };
            let Some(varied) = self.tools.iter().find(|tool| name.as_str() == Some(&tool.tool)) else { return true };
            match &varied.name {
                Some(new) => {
                    *name = new.as_str().into();
                    true
                }
                None => false,
            }
        });
        serde_json::Value::Array(tools).to_string()
    }

    /// The observation of the base profile as the variation shows it.
    pub fn shown(&self, mut observation: Observation) -> Observation {
        if observation.status == Status::Finished {
            return observation;
        }
        for (from, to) in self.texts.iter().filter(|(from, _)| !from.is_empty()) {
            if observation.text.contains(from.as_str()) {
                observation.text = observation.text.replace(from.as_str(), to);
            }
        }
        if let Some(truncation) = &self.truncation {
            observation.text = truncation.cut(&observation.text).into_owned();
        }
        if let Some(template) = &self.template {
            let code = observation.exit_code.map(|code| code.to_string()).unwrap_or_default();
            let frame = template.replace("{status}", observation.status.name()).replace("{exit_code}", &code);
            observation.text = frame.replace("{observation}", &observation.text);
        }
        observation
    }
}

impl Truncation {
    fn cut<'t>(&self, whole: &'t str) -> Cow<'t, str> {
        let (length, kept) = (text::length(whole), self.characters as usize);
        if length <= kept {
            return Cow::Borrowed(whole);
        }
        let notice = self.notice.replace("{elided}", &(length - kept).to_string());
        Cow::Owned(match self.keep {
            Keep::Head => [text::head(whole, kept), &notice].concat(),
            Keep::Tail => [&notice, text::tail(whole, kept)].concat(),
            Keep::Ends => {
                let head = kept / 2;
                [text::head(whole, head), &notice, text::tail(whole, kept - head)].concat()
            }
        })
    }
}

/// The call that the base profile gets.
pub(crate) fn base_call<'c>(variation: &'c Variation, call: &RawCall<'c>) -> Result<RawCall<'c>, String> {
    variation.base_tool(call.tool).map(|tool| RawCall { tool, arguments: call.arguments })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(tool: &str, name: Option<&str>) -> ToolName {
        ToolName { tool: tool.into(), name: name.map(str::to_owned) }
    }

    #[test]
    fn tools_have_their_new_names_and_lose_their_old_ones() {
        let variation =
            Variation { tools: vec![named("execute_bash", Some("run")), named("think", None)], ..Variation::default() };
        assert_eq!(variation.base_tool("run"), Ok("execute_bash"));
        assert_eq!(variation.base_tool("finish"), Ok("finish"));
        assert!(variation.base_tool("execute_bash").is_err() && variation.base_tool("think").is_err());
        let schemas = variation.schemas(crate::profile::find("openhands").unwrap());
        assert!(schemas.contains("\"name\":\"run\"") && !schemas.contains("execute_bash\""), "{schemas}");
        assert!(!schemas.contains("\"think\""));
    }

    #[test]
    fn texts_are_cut_and_framed() {
        let cut = |keep| Truncation { characters: 4, keep, notice: "[{elided}]".into() }.cut("äbcdefg").into_owned();
        assert_eq!(
            (cut(Keep::Head), cut(Keep::Tail), cut(Keep::Ends)),
            ("äbcd[3]".into(), "[3]defg".into(), "äb[3]fg".into())
        );
        let variation = Variation {
            texts: vec![("one".into(), "two".into())],
            template: Some("{status} {exit_code}: {observation}".into()),
            ..Variation::default()
        };
        let shown = |status| variation.shown(Observation::new("one {status}", status).with_exit_code(3)).text;
        assert_eq!((shown(Status::Ok), shown(Status::Finished)), ("ok 3: two {status}".into(), "one {status}".into()));
    }
}
