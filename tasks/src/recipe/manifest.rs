//! What a data set was made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sparring_tree::{Node, Tree};

use super::{Part, Piece, Recipe};
use crate::leak::LeakKind;
use crate::task::Task;

/// The version of [`Manifest`].
pub const MANIFEST_VERSION: u32 = 1;

/// What a data set was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub version: u32,
    /// The version of Sparring.
    pub sparring: String,
    /// The recipe.
    pub recipe: Recipe,
    /// The digest of the file of tasks.
    pub tasks_digest: String,
    /// How many tasks there are.
    pub tasks: usize,
    /// The sources, in the recipe's order.
    pub sources: Vec<SourceReport>,
    /// The parts, in the recipe's order.
    pub parts: Vec<PartReport>,
}

/// What a source was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReport {
    /// Its name in the recipe.
    pub name: String,
    /// The digest of its tree.
    pub tree: String,
    /// Files in it.
    pub files: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// The package and its version, as its metadata says; nothing without any.
    pub package: Option<String>,
    /// Its licences: what the recipe says, else what its metadata says, else the first line of its licence's text.
    pub licences: Vec<String>,
    /// History and leftovers that a solver could see, by path.
    pub leaks: Vec<String>,
    /// Its tasks in the data set.
    pub tasks: usize,
}

/// What came of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartReport {
    /// The part's kind.
    pub kind: crate::task::Kind,
    /// Tasks asked for.
    pub asked: usize,
    /// Tasks made.
    pub tasks: usize,
    /// By the name of the source.
    pub by_source: BTreeMap<String, usize>,
    /// By the value of the key that is balanced, as JSON; empty without balance.
    pub by_difficulty: BTreeMap<String, usize>,
    /// Tasks left out because their answer can be read somewhere, by kind of leak.
    pub leaks: BTreeMap<LeakKind, usize>,
    /// What else was left out, by reason without its details.
    pub left_out: BTreeMap<String, usize>,
}

impl PartReport {
    /// Describes what [`super::mix`] made. `names` are the sources of the pieces.
    pub fn of(part: &Part, names: &[&str], pieces: &[Piece], tasks: &[Task]) -> Self {
        let mut report = Self {
            kind: part.kind,
            asked: part.count,
            tasks: tasks.len(),
            by_source: BTreeMap::new(),
            by_difficulty: BTreeMap::new(),
            leaks: BTreeMap::new(),
            left_out: BTreeMap::new(),
        };
        for (name, piece) in names.iter().zip(pieces) {
            let trees: Vec<&str> = piece.tasks.first().map(|task| task.source.tree.as_str()).into_iter().collect();
            let count = tasks.iter().filter(|task| trees.contains(&task.source.tree.as_str())).count();
            report.by_source.insert((*name).to_owned(), count);
            for (_, kind) in &piece.leaks {
                *report.leaks.entry(*kind).or_default() += 1;
            }
            for skipped in &piece.skipped {
                let reason = skipped.reason.split(": ").next().unwrap_or_default();
                *report.left_out.entry(reason.to_owned()).or_default() += 1;
            }
        }
        if let Some(key) = &part.balance {
            for value in tasks.iter().filter_map(|task| task.difficulty.get(key)) {
                *report.by_difficulty.entry(value.to_string()).or_default() += 1;
            }
        }
        report
    }
}

/// The name and version of the Python package in a tree, and its licences. The metadata that lies highest counts.
pub fn package_of(tree: &Tree) -> (Option<String>, Vec<String>) {
    let file = |fits: &dyn Fn(&str) -> bool| {
        let entries = tree.entries().iter().filter(|entry| matches!(entry.node, Node::File { .. }));
        let named = entries.filter_map(|entry| Some((std::str::from_utf8(&entry.path).ok()?, &entry.node)));
        let found = named.filter(|(path, _)| fits(path.rsplit('/').next().unwrap_or(path)));
        let highest = found.min_by_key(|(path, _)| (path.matches('/').count(), path.len()));
        highest.map(|(_, node)| String::from_utf8_lossy(node.bytes()).into_owned())
    };
    let metadata = file(&|name| matches!(name, "PKG-INFO" | "METADATA")).unwrap_or_default();
    // The description follows after a blank line.
    let fields: Vec<(&str, &str)> =
        metadata.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": ")).collect();
    let field = |name: &str| fields.iter().find(|field| field.0 == name).map(|field| field.1.trim());
    let package = field("Name").map(|name| match field("Version") {
        Some(version) => format!("{name} {version}"),
        None => name.to_owned(),
    });
    let mut licences: Vec<String> = Vec::new();
    licences.extend(field("License-Expression").map(str::to_owned));
    if licences.is_empty() {
        let classifiers = fields.iter().filter(|field| field.0 == "Classifier");
        let of_licence = classifiers.filter_map(|field| field.1.strip_prefix("License :: "));
        licences.extend(of_licence.map(|text| text.rsplit(" :: ").next().unwrap_or(text).to_owned()));
    }
    if licences.is_empty() {
        licences.extend(field("License").filter(|text| !text.is_empty() && *text != "UNKNOWN").map(str::to_owned));
    }
    if licences.is_empty() {
        let is_licence = |name: &str| {
            let name = name.to_ascii_lowercase();
            name.starts_with("license") || name.starts_with("licence") || name.starts_with("copying")
        };
        let text = file(&is_licence).unwrap_or_default();
        licences.extend(text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned));
    }
    (package, licences)
}
