//! A task as data, and its line in `tasks.jsonl`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sparring_tree::{Digest, Tree};

use crate::dependency_search::Dependencies;
use crate::edit::Edit;
use crate::function_generation::Missing;
use crate::function_localization::Target;
use crate::issue_localization::Locations;
use crate::mutation::Mutant;

/// The version of the written form; a reader refuses others with [`Task::check_version`].
pub const TASK_VERSION: u32 = 1;
/// Where a session's repository stands when nothing else is asked for.
pub const DEFAULT_ROOT: &str = "/testbed";

/// One task: where a session starts, what it is asked, and how it is judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// [`TASK_VERSION`].
    pub version: u32,
    /// Distinct within a kind and a source; the same target with the same knobs has the same id
    /// whatever the seed.
    pub id: String,
    /// What kind of task it is.
    pub kind: Kind,
    /// The repository.
    pub source: Source,
    /// Where the session shows the repository. Default [`DEFAULT_ROOT`].
    pub root: String,
    /// What is changed in the source before the session begins. The source with these edits is the
    /// task's base tree: diffs, changes and gold are relative to it.
    pub edits: Vec<Edit>,
    /// The first message that the model reads.
    pub prompt: String,
    /// The generator's seed.
    pub seed: u64,
    /// What makes it easier or harder, by the kind's own names.
    pub difficulty: BTreeMap<String, serde_json::Value>,
    /// The answer. No policy that is to be measured may see it.
    pub gold: Gold,
}

/// The kinds of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Find a function or class by its description and write its docstring.
    FunctionLocalization,
    /// Write the body of a documented function.
    FunctionGeneration,
    /// Fix a planted bug.
    Mutant,
    /// Mark every definition of the repository that a function uses.
    DependencySearch,
    /// Mark every place that has to change for an issue.
    IssueLocalization,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::FunctionLocalization,
        Self::FunctionGeneration,
        Self::Mutant,
        Self::DependencySearch,
        Self::IssueLocalization,
    ];

    /// The kinds that are made from source alone; the others need rows of issues besides.
    pub const OF_SOURCE: [Self; 4] =
        [Self::FunctionLocalization, Self::FunctionGeneration, Self::Mutant, Self::DependencySearch];

    /// The kind of a name; `mutants` is understood as well.
    pub fn named(name: &str) -> Option<Self> {
        let name = if name == "mutants" { "mutant" } else { name };
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::FunctionLocalization => "function_localization",
            Self::FunctionGeneration => "function_generation",
            Self::Mutant => "mutant",
            Self::DependencySearch => "dependency_search",
            Self::IssueLocalization => "issue_localization",
        }
    }
}

/// Which repository a task was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The repository as it was given: a path or address.
    pub spec: String,
    /// The commit, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The digest of the whole tree, as 64 hexadecimal digits: a session on another tree is void.
    pub tree: String,
}

impl Source {
    /// Describes a tree. Works its digest out, which reads every byte.
    pub fn of(spec: &str, commit: Option<&str>, tree: &Tree) -> Self {
        Self { spec: spec.to_owned(), commit: commit.map(str::to_owned), tree: tree.digest().to_string() }
    }

    /// A short name for ids: the last part of the spec, with other letters than ASCII letters,
    /// digits, `.`, `_` and `-` made `-`.
    pub fn slug(&self) -> String {
        let name = self.spec.trim_end_matches('/').rsplit('/').next().unwrap_or("");
        let plain = |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '-' };
        let slug: String = name.chars().map(plain).collect();
        if slug.trim_matches(['.', '-']).is_empty() { "source".to_owned() } else { slug }
    }
}

/// The answer to a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gold {
    /// Edits of the base tree that solve the task.
    pub edits: Vec<Edit>,
    /// What a verifier compares with.
    pub answer: Answer,
}

/// What a verifier compares with, by kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The definitions that lost their docstrings.
    FunctionLocalization(Vec<Target>),
    /// The function that lost its body.
    FunctionGeneration(Missing),
    /// The bug that was planted.
    Mutant(Mutant),
    /// What the function uses.
    DependencySearch(Dependencies),
    /// Where the issue is to be fixed.
    IssueLocalization(Locations),
}

/// A task of a version that this build does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("task `{id}` has version {version}, this build reads version {TASK_VERSION}")]
pub struct UnknownVersion {
    /// The task's id.
    pub id: String,
    /// Its version.
    pub version: u32,
}

impl Task {
    /// Refuses other versions than [`TASK_VERSION`].
    pub fn check_version(&self) -> Result<(), UnknownVersion> {
        if self.version == TASK_VERSION {
            return Ok(());
        }
        Err(UnknownVersion { id: self.id.clone(), version: self.version })
    }

    /// The definitions that lost their docstrings; none for tasks of another kind.
    pub fn targets(&self) -> &[Target] {
        match &self.gold.answer {
            Answer::FunctionLocalization(targets) => targets,
            _ => &[],
        }
    }

    /// The source's tree digest; `None` when it is no digest.
    pub fn tree_digest(&self) -> Option<Digest> {
        Digest::from_hex(&self.source.tree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain_names() {
        let slug = |spec: &str| Source { spec: spec.to_owned(), commit: None, tree: String::new() }.slug();
        assert_eq!(slug("/a/b/toolz-1.0/"), "toolz-1.0");
        assert_eq!(slug("https://host/owner/my repo?.git"), "my-repo-.git");
        assert_eq!(slug("/"), "source");
        assert_eq!(slug(".."), "source");
    }

    /// The written form of version 1. A change here needs a new [`TASK_VERSION`].
    #[test]
    fn the_written_form_is_fixed() {
        let edit = Edit { path: "a.py".to_owned(), start: 9, end: 9, replacement: "    'Doc.'\n".to_owned() };
        let task = Task {
            version: TASK_VERSION,
            id: "a__function_localization__0".to_owned(),
            kind: Kind::FunctionLocalization,
            source: Source { spec: "a".to_owned(), commit: Some("c".to_owned()), tree: "t".to_owned() },
            root: DEFAULT_ROOT.to_owned(),
            edits: vec![edit.clone()],
            prompt: "p".to_owned(),
            seed: 7,
            difficulty: BTreeMap::from([("masked".to_owned(), true.into())]),
            gold: Gold { edits: vec![edit], answer: Answer::FunctionLocalization(Vec::new()) },
        };
        let text = concat!(
            r#"{"version":1,"id":"a__function_localization__0","kind":"function_localization","#,
            r#""source":{"spec":"a","commit":"c","tree":"t"},"root":"/testbed","#,
            r#""edits":[{"path":"a.py","start":9,"end":9,"replacement":"    'Doc.'\n"}],"prompt":"p","seed":7,"#,
            r#""difficulty":{"masked":true},"gold":{"edits":[{"path":"a.py","start":9,"end":9,"#,
            r#""replacement":"    'Doc.'\n"}],"answer":{"function_localization":[]}}}"#
        );
        assert_eq!(serde_json::to_string(&task).unwrap(), text);
        assert_eq!(serde_json::from_str::<Task>(text).unwrap(), task);
        assert_eq!(task.check_version(), Ok(()));
        assert!(Task { version: 2, ..task }.check_version().is_err());
    }
}
