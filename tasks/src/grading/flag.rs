//! What an agent did to the tests instead of the code.

use serde::{Deserialize, Serialize};

/// Something about a final tree or its run that has nothing to do with solving the task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// What it is.
    pub kind: FlagKind,
    /// Where: a path, a test or a name.
    pub subject: String,
}

/// The kinds of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// A test file was added, changed or removed; the task's own stands in its place.
    EditedTest,
    /// Test settings were added, changed or removed (`conftest.py`, `pytest.ini`, ...); the repository's own
    /// stand in their place.
    EditedSettings,
    /// Compiled code that could stand in for a source file; it was left out.
    CompiledFile,
    /// A file that Python runs before any test: `sitecustomize.py`, `*.pth`. It was left out.
    StartupHook,
    /// A module that would be imported in the place of one that the grader needs. It was left out.
    ShadowedModule,
    /// Metadata that makes pytest load a plugin. It was left out.
    PluginMetadata,
    /// A link that leads out of the repository, or stands where tests belong. It was left out.
    EscapingLink,
    /// A path that no container can be given. It was left out.
    UnsafePath,
    /// The test process changed the program that runs it.
    Intrusion,
    /// A test that has to fail passed, or was kept from running.
    PassedCanary,
    /// What is said about the run in two places differs.
    Disagreement,
}

impl FlagKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::EditedTest,
        Self::EditedSettings,
        Self::CompiledFile,
        Self::StartupHook,
        Self::ShadowedModule,
        Self::PluginMetadata,
        Self::EscapingLink,
        Self::UnsafePath,
        Self::Intrusion,
        Self::PassedCanary,
        Self::Disagreement,
    ];

    /// Its words in evidence and in [`Run::tampering`](crate::execution::Run::tampering).
    pub fn words(self) -> &'static str {
        match self {
            Self::EditedTest => "edited test",
            Self::EditedSettings => "edited test settings",
            Self::CompiledFile => "compiled file",
            Self::StartupHook => "start-up hook",
            Self::ShadowedModule => "shadowed module",
            Self::PluginMetadata => "plugin metadata",
            Self::EscapingLink => "escaping link",
            Self::UnsafePath => "unsafe path",
            Self::Intrusion => "intrusion",
            Self::PassedCanary => "passed canary",
            Self::Disagreement => "disagreement",
        }
    }

    /// Whether the score is 0 whatever the tests say. Honest work edits tests and settings and leaves compiled
    /// files behind: there the undoing is enough.
    pub fn is_hostile(self) -> bool {
        !matches!(self, Self::EditedTest | Self::EditedSettings | Self::CompiledFile)
    }
}

impl Flag {
    /// A flag.
    pub fn new(kind: FlagKind, subject: impl Into<String>) -> Self {
        Self { kind, subject: subject.into() }
    }

    /// Reads what [`std::fmt::Display`] wrote. A text that is none of ours counts as an intrusion, the safe side.
    pub fn parse(text: &str) -> Self {
        let found = FlagKind::ALL.into_iter().find_map(|kind| {
            let subject = text.strip_prefix(kind.words())?.strip_prefix(": ")?;
            Some(Self::new(kind, subject))
        });
        found.unwrap_or_else(|| Self::new(FlagKind::Intrusion, text))
    }
}

impl std::fmt::Display for Flag {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.kind.words(), self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_survive_as_text() {
        for kind in FlagKind::ALL {
            let flag = Flag::new(kind, "a: b/c.py");
            assert_eq!(Flag::parse(&flag.to_string()), flag);
        }
        let unknown = Flag::parse("something else");
        assert_eq!((unknown.kind, unknown.kind.is_hostile()), (FlagKind::Intrusion, true));
        assert_eq!(FlagKind::ALL.iter().filter(|kind| !kind.is_hostile()).count(), 3);
    }
}
