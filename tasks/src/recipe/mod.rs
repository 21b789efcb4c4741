//! Mixtures: a recipe names sources, kinds, counts and balance; what it makes is a data set with a manifest.
//!
//! ```
//! use sparring_tasks::recipe::Recipe;
//!
//! let recipe = Recipe::parse(r#"
//!     version = 1
//!     seed = 7
//!
//!     [[source]]
//!     name = "requests"
//!     repo = "requests-2.31.0.tar.gz"
//!
//!     [[part]]
//!     kind = "function_localization"
//!     count = 1000
//!     masked = true
//!     balance = "targets"
//! "#)?;
//! assert_eq!(recipe.parts[0].count, 1000);
//! # Ok::<(), sparring_tasks::recipe::RecipeError>(())
//! ```
//!
//! The work falls into [`Piece`]s, one for each part and source, that can be made in any order and kept; [`mix`] takes
//! the part's share of each.

mod manifest;
mod mix;

use serde::{Deserialize, Serialize};
use sparring_tree::{Digest, Tree};

use crate::function_localization::{Detail, Skipped};
use crate::generate::{self, Request};
use crate::leak::{LeakKind, Scanner};
use crate::task::{DEFAULT_ROOT, Kind, Source, Task};

pub use manifest::{MANIFEST_VERSION, Manifest, PartReport, SourceReport, package_of};
pub use mix::mix;

/// The version of the written form; a reader refuses others.
pub const RECIPE_VERSION: u32 = 1;

/// What a data set is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// [`RECIPE_VERSION`].
    pub version: u32,
    /// Chooses among what the sources offer. Default 42.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// Where sessions show the repositories. Default [`DEFAULT_ROOT`].
    #[serde(default = "default_root")]
    pub root: String,
    /// Whether a task is left out whose answer can be read somewhere ([`crate::leak`]). Default yes.
    #[serde(default = "yes")]
    pub leak_free: bool,
    /// The repositories.
    #[serde(rename = "source")]
    pub sources: Vec<RecipeSource>,
    /// What is made of them.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
}

/// One repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeSource {
    /// Its name in the recipe and the manifest; distinct.
    pub name: String,
    /// A directory, git repository or archive; a relative path counts from the recipe's folder.
    pub repo: String,
    /// The commit, where there is a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Its licence; default what its package metadata says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Rows of issues at this commit, for issue localization: a JSONL file, relative as `repo`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
}

/// Tasks of one kind and one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The kind, by its name.
    pub kind: Kind,
    /// How many tasks, over all sources.
    pub count: usize,
    /// As [`Request::masked`].
    #[serde(default)]
    pub masked: bool,
    /// As [`Request::targets`]. Default 1.
    #[serde(default = "one")]
    pub targets: usize,
    /// As [`Request::details`].
    #[serde(default)]
    pub details: Vec<Detail>,
    /// The sources, by name; default all.
    #[serde(default)]
    pub sources: Vec<String>,
    /// The most tasks of one source. Default no limit but `count`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_per_source: Option<usize>,
    /// A key of the tasks' `difficulty`: its values are taken in turn, so that each has the same share as far as there
    /// are tasks; numbers of more than eight values make four ranges of equal size. Default no balance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<String>,
}

fn default_seed() -> u64 {
    42
}

fn default_root() -> String {
    DEFAULT_ROOT.to_owned()
}

fn yes() -> bool {
    true
}

fn one() -> usize {
    1
}

/// Why a recipe is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// It is no TOML, or has other fields.
    #[error("{0}")]
    Text(String),
    /// It has a version that this build does not read.
    #[error("version {0}, this build reads version {RECIPE_VERSION}")]
    Version(u32),
    /// Two sources have one name, or a name is no plain one.
    #[error("the source name `{0}` stands twice or has other letters than a-z, A-Z, 0-9, `.`, `_`, `-`")]
    Name(String),
    /// A part names a source that the recipe lacks.
    #[error("no source `{0}`")]
    UnknownSource(String),
    /// There is nothing to make.
    #[error("no source or no part")]
    Empty,
}

impl Recipe {
    /// Reads a recipe and checks it.
    pub fn parse(text: &str) -> Result<Self, RecipeError> {
        let recipe: Self = toml::from_str(text).map_err(|error| RecipeError::Text(error.to_string()))?;
        if recipe.version != RECIPE_VERSION {
            return Err(RecipeError::Version(recipe.version));
        }
        if recipe.sources.is_empty() || recipe.parts.is_empty() {
            return Err(RecipeError::Empty);
        }
        for (at, source) in recipe.sources.iter().enumerate() {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
            let is_plain = !source.name.trim_matches('.').is_empty() && source.name.chars().all(plain);
            if !is_plain || recipe.sources[..at].iter().any(|other| other.name == source.name) {
                return Err(RecipeError::Name(source.name.clone()));
            }
        }
        let names = recipe.parts.iter().flat_map(|part| &part.sources);
        for name in names {
            if !recipe.sources.iter().any(|source| source.name == *name) {
                return Err(RecipeError::UnknownSource(name.clone()));
            }
        }
        Ok(recipe)
    }

    /// The sources of a part, by their place in the recipe.
    pub fn sources_of(&self, part: &Part) -> Vec<usize> {
        let wanted = |source: &RecipeSource| part.sources.is_empty() || part.sources.contains(&source.name);
        (0..self.sources.len()).filter(|&at| wanted(&self.sources[at])).collect()
    }

    /// What a part asks of one source.
    fn request(&self, part: &Part) -> Request {
        Request {
            count: part.most_per_source.unwrap_or(part.count).min(part.count),
            seed: self.seed,
            masked: part.masked,
            targets: part.targets,
            details: part.details.clone(),
            rows: Vec::new(),
            root: self.root.clone(),
        }
    }

    /// Makes one piece: what `part` may take of a source. `rows` are the source's, for kinds that need them.
    pub fn piece(
        &self,
        part: &Part,
        tree: &Tree,
        source: &Source,
        rows: &[crate::format::instance::Instance],
        scanner: &Scanner<'_>,
    ) -> Piece {
        let request = Request { rows: rows.to_vec(), ..self.request(part) };
        let wanted = request.count;
        // What balance may need beyond the first ones, and what leaks take away.
        let request = match part.balance {
            None => Request { count: wanted.saturating_add(wanted / 4), ..request },
            Some(_) => Request { count: wanted.saturating_mul(4), ..request },
        };
        let generated = generate::generate(part.kind, tree, source, &request);
        let mut piece = Piece { skipped: generated.skipped, ..Piece::default() };
        for task in generated.tasks {
            let leak = if self.leak_free {
                scanner.of_task(&task).ok().and_then(|leaks| leaks.into_iter().next())
            } else {
                None
            };
            match leak {
                None => piece.tasks.push(task),
                Some(leak) => piece.leaks.push((task.id, leak.kind)),
            }
        }
        piece
    }

    /// What has to be the same for a kept piece to be used again: the recipe's own settings, the part, the tree, the
    /// rows, and the version of Sparring.
    pub fn key(&self, part: &Part, tree: &str, rows: &[u8], sparring: &str) -> String {
        let settings = serde_json::json!({
            "version": self.version, "seed": self.seed, "root": self.root, "leak_free": self.leak_free, "part": part,
            "tree": tree, "rows": Digest::of("rows", rows).to_string(), "sparring": sparring,
        });
        Digest::of("recipe piece", settings.to_string().as_bytes()).to_string()
    }
}

/// What one part may take of one source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// The tasks in the order of their choice.
    pub tasks: Vec<Task>,
    /// The tasks that were left out because their answer can be read somewhere, by id.
    pub leaks: Vec<(String, LeakKind)>,
    /// What else was left out.
    pub skipped: Vec<Skipped>,
}

#[cfg(test)]
mod tests;
