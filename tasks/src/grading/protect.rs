//! What of an agent's changes belongs to the solution, and what to the tests.
//!
//! Test files and everything that decides how tests run are the task's: changes there are undone, and named. The rules
//! know files by their names, so that they hold for every repository; [`Rules`] has the exceptions a task needs.

use std::collections::{BTreeMap, BTreeSet};

use sparring_tree::{Node, Tree};

use super::flag::{Flag, FlagKind};
use super::names;
use crate::change::Change;
use crate::execution::{Files, JobFile};

/// What a task says about its own files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The task's tests: whole files that the run has, and files that it must not have. They are the last word.
    pub tests: Files,
    /// Test ids that are expected; the files that they name are tests as well.
    pub expected: Vec<String>,
    /// Paths that a solution may change although their names speak against it; those that the known solution
    /// changes belong here.
    pub allowed: BTreeSet<String>,
    /// Paths, or folders ending in `/`, that belong to the tests although their names do not say so: a runner that
    /// the repository brings along.
    pub protected: BTreeSet<String>,
}

/// An agent's changes, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Protected {
    /// The part of the changes that is judged: [`Job::final_tree`](crate::execution::Job::final_tree).
    pub final_tree: Files,
    /// What is laid on top: the task's tests, and the repository's own files where the agent changed what it must
    /// not. [`Job::pristine`](crate::execution::Job::pristine).
    pub pristine: Files,
    /// What was undone and why, sorted. Goes into [`Run::tampering`](crate::execution::Run::tampering).
    pub flags: Vec<Flag>,
}

/// Sorts the changes that a session made to `base`, the tree which the container's image holds.
pub fn protect(base: &Tree, changes: &[Change], rules: &Rules) -> Protected {
    let ground = Ground::of(base, rules);
    let mut sorted = Protected { pristine: rules.tests.clone(), ..Protected::default() };
    for change in changes {
        let Some(path) = safe_path(&change.path) else {
            sorted.flags.push(Flag::new(FlagKind::UnsafePath, String::from_utf8_lossy(&change.path)));
            continue;
        };
        // Git's folder is no part of a tree that anyone judges.
        if path == ".git" || path.starts_with(".git/") {
            continue;
        }
        match ground.verdict(path, change) {
            None => lay(&mut sorted.final_tree, path, change.after.as_ref()),
            Some(kind) => {
                sorted.flags.push(Flag::new(kind, path));
                if !sorted.pristine.written.contains_key(path) && !sorted.pristine.deleted.iter().any(|it| it == path) {
                    lay(&mut sorted.pristine, path, change.before.as_ref());
                }
            }
        }
    }
    sorted.flags.sort();
    sorted.flags.dedup();
    sorted
}

fn safe_path(path: &[u8]) -> Option<&str> {
    let path = std::str::from_utf8(path).ok()?;
    let files = Files { deleted: vec![path.to_owned()], ..Files::default() };
    files.unsafe_path().is_none().then_some(path)
}

/// Puts a node into files: what is not there is deleted; an empty directory has no form there and is left out.
fn lay(files: &mut Files, path: &str, node: Option<&Node>) {
    match node {
        None => files.deleted.push(path.to_owned()),
        Some(Node::Directory) => {}
        Some(node) => {
            let link = matches!(node, Node::Link { .. });
            let mode = u32::from(node.mode().0) & 0o777;
            files.written.insert(path.to_owned(), JobFile { mode, link, bytes: node.bytes().to_vec() });
        }
    }
}

/// What the base tree and the rules say about paths.
struct Ground<'a> {
    base: &'a Tree,
    rules: &'a Rules,
    /// Folders that hold test files.
    test_folders: BTreeSet<String>,
    /// Files that expected ids name.
    expected_files: BTreeSet<&'a str>,
    /// Paths with all their parents that a link must not stand for.
    guarded: BTreeSet<String>,
}

impl<'a> Ground<'a> {
    fn of(base: &'a Tree, rules: &'a Rules) -> Self {
        let expected_files: BTreeSet<&str> =
            rules.expected.iter().filter_map(|id| id.split("::").next()).filter(|path| path.contains('.')).collect();
        let in_base = base.entries().iter().filter(|entry| matches!(entry.node, Node::File { .. }));
        let files: Vec<&str> = in_base.filter_map(|entry| std::str::from_utf8(&entry.path).ok()).collect();
        let tests = rules.tests.written.keys().map(String::as_str).chain(expected_files.iter().copied());
        let test_folders = files
            .iter()
            .copied()
            .chain(tests.clone())
            .filter(|path| is_test_file(path) || expected_files.contains(path))
            .filter_map(|path| path.rsplit_once('/'))
            // A test beside the code it tests makes no test folder of the code's.
            .filter(|(folder, _)| is_test_folder_name(last(folder)))
            .map(|(folder, _)| folder.to_owned())
            .collect();
        let guarded = tests.chain(files.into_iter().filter(|path| is_settings(path))).flat_map(parents).collect();
        Self { base, rules, test_folders, expected_files, guarded }
    }

    /// Why a change is undone; `None` for a change that is judged.
    fn verdict(&self, path: &str, change: &Change) -> Option<FlagKind> {
        let is_new = change.before.is_none();
        if let Some(Node::Link { target }) = &change.after
            && (self.guarded.contains(path) || leads_out(path, target))
        {
            return Some(FlagKind::EscapingLink);
        }
        if self.rules.allowed.contains(path) {
            return None;
        }
        if self.rules.tests.written.contains_key(path) || self.rules.tests.deleted.iter().any(|it| it == path) {
            return Some(FlagKind::EditedTest);
        }
        if self.is_protected(path) {
            return Some(FlagKind::EditedSettings);
        }
        if let Some(kind) = of_name(path) {
            return Some(kind);
        }
        if is_new && self.shadows(path) {
            return Some(FlagKind::ShadowedModule);
        }
        if is_settings(path) {
            return settings_differ(path, change).then_some(FlagKind::EditedSettings);
        }
        let in_test_folder = parents(path).any(|folder| self.test_folders.contains(&folder));
        let is_test = is_test_file(path) || in_test_folder || self.expected_files.contains(path);
        is_test.then_some(FlagKind::EditedTest)
    }

    fn is_protected(&self, path: &str) -> bool {
        self.rules.protected.iter().any(|rule| match rule.ends_with('/') {
            true => path.starts_with(rule.as_str()),
            false => path == rule,
        })
    }

    /// Whether a new file makes a module at an import path's root that bears a name which is taken, in a place where
    /// the base has none of that name.
    fn shadows(&self, path: &str) -> bool {
        let mut rest = path;
        for root in ["", "src/", "lib/"].into_iter().chain(self.test_folders.iter().map(String::as_str)) {
            let root = if root.is_empty() || root.ends_with('/') { root.to_owned() } else { format!("{root}/") };
            let Some(below) = path.strip_prefix(root.as_str()) else { continue };
            rest = below;
            let first = rest.split('/').next().unwrap_or(rest);
            let name = first.split('.').next().unwrap_or(first);
            let importable = first != rest || is_importable(first);
            if importable && names::is_taken(name) && !self.base_has_module(&root, name) {
                return true;
            }
        }
        // Anywhere else a module is a part of a package, unless its name means a plug-in of pytest.
        rest.rsplit('/').next().is_some_and(|name| name == "pytest_plugins.py")
    }

    fn base_has_module(&self, root: &str, name: &str) -> bool {
        let has = |path: String| self.base.get(path.as_bytes()).is_some();
        has(format!("{root}{name}")) || has(format!("{root}{name}.py"))
    }
}

/// What a path's name alone says.
fn of_name(path: &str) -> Option<FlagKind> {
    let name = last(path);
    let stem = name.split('.').next().unwrap_or(name);
    if name.ends_with(".pth") || names::AT_START.contains(&stem) {
        return Some(FlagKind::StartupHook);
    }
    // A package of that name is a start-up hook as well.
    if path.split('/').any(|part| names::AT_START.contains(&part)) {
        return Some(FlagKind::StartupHook);
    }
    if [".pyc", ".pyo"].iter().any(|end| name.ends_with(end)) || path.split('/').any(|part| part == "__pycache__") {
        return Some(FlagKind::CompiledFile);
    }
    if [".so", ".pyd", ".dll", ".dylib"].iter().any(|end| name.ends_with(end)) || name.contains(".so.") {
        return Some(FlagKind::CompiledFile);
    }
    let in_metadata = path.split('/').any(|part| part.ends_with(".egg-info") || part.ends_with(".dist-info"));
    if in_metadata || name.ends_with(".egg-link") {
        return Some(FlagKind::PluginMetadata);
    }
    None
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Every folder above a path, and the path.
fn parents(path: &str) -> impl Iterator<Item = String> + '_ {
    path.match_indices('/').map(|(at, _)| path[..at].to_owned()).chain([path.to_owned()])
}

fn is_importable(name: &str) -> bool {
    name.ends_with(".py") || name.ends_with(".pyw") || !name.contains('.')
}

fn is_test_folder_name(name: &str) -> bool {
    matches!(name, "test" | "tests" | "testing" | "__tests__" | "spec" | "t" | "unit" | "integration" | "functional")
        || name.starts_with("test_")
        || name.ends_with("_tests")
        || name.ends_with("_test")
}

/// Whether a file is one that a test runner collects, by its name.
pub fn is_test_file(path: &str) -> bool {
    let name = last(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let python = name.ends_with(".py") && (stem.starts_with("test_") || stem.ends_with("_test") || stem == "tests");
    let go = name.ends_with("_test.go");
    let script = [".test.", ".spec."].iter().any(|part| name.contains(part));
    let jvm = [".java", ".kt"].iter().any(|end| name.ends_with(end))
        && (stem.ends_with("Test") || stem.ends_with("Tests") || stem.ends_with("IT"));
    let ruby = name.ends_with("_spec.rb") || name.ends_with("_test.rb");
    let php = name.ends_with("Test.php");
    python || go || script || jvm || ruby || php
}

/// Whether a file decides how tests run.
fn is_settings(path: &str) -> bool {
    matches!(
        last(path),
        "conftest.py"
            | "pytest.ini"
            | ".pytest.ini"
            | "pytest.toml"
            | ".pytest.toml"
            | "tox.ini"
            | "setup.cfg"
            | "pyproject.toml"
            | "noxfile.py"
            | ".coveragerc"
            | "runtests.py"
            | "run_tests.py"
            | "pytest_plugins.py"
            | "jest.config.js"
            | "jest.config.ts"
            | "vitest.config.ts"
            | "vitest.config.js"
            | ".mocharc.js"
            | ".mocharc.json"
            | ".mocharc.yml"
            | "karma.conf.js"
            | "phpunit.xml"
            | "phpunit.xml.dist"
            | ".rspec"
    )
}

/// Whether a change of a settings file touches what is about tests: a package's other settings are the solution's.
fn settings_differ(path: &str, change: &Change) -> bool {
    let name = last(path);
    if !matches!(name, "pyproject.toml" | "setup.cfg" | "tox.ini") {
        return true;
    }
    let part = |node: &Option<Node>| -> Option<String> {
        match node {
            None => Some(String::new()),
            Some(Node::File { content, .. }) => {
                let text = std::str::from_utf8(content).ok()?;
                if name == "pyproject.toml" { toml_settings(text) } else { Some(ini_settings(text)) }
            }
            Some(_) => None,
        }
    };
    match (part(&change.before), part(&change.after)) {
        (Some(before), Some(after)) => before != after,
        _ => true,
    }
}

/// `[tool.pytest...]` and `[tool.coverage...]` in a form that can be compared; `None` for a broken file.
fn toml_settings(text: &str) -> Option<String> {
    let table: toml::Table = text.parse().ok()?;
    let tool = table.get("tool").and_then(|tool| tool.as_table());
    let parts: BTreeMap<&str, Option<&toml::Value>> =
        ["pytest", "coverage"].into_iter().map(|name| (name, tool.and_then(|tool| tool.get(name)))).collect();
    Some(format!("{parts:?}"))
}

/// The sections of an INI file that pytest, tox and coverage read, as text.
fn ini_settings(text: &str) -> String {
    let (mut kept, mut inside) = (String::new(), false);
    for line in text.lines() {
        if let Some(section) = line.trim_start().strip_prefix('[') {
            let section = section.split(']').next().unwrap_or(section).trim();
            inside = matches!(section, "pytest" | "tool:pytest" | "testenv" | "tox" | "nosetests")
                || section.starts_with("coverage:")
                || section.starts_with("testenv:");
        }
        if inside {
            kept.push_str(line.trim_end());
            kept.push('\n');
        }
    }
    kept
}

/// Whether a link's text leads out of the tree.
fn leads_out(path: &str, target: &[u8]) -> bool {
    if target.starts_with(b"/") {
        return true;
    }
    let mut depth = path.split('/').count() as i64 - 1;
    for part in target.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
