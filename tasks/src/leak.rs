//! Looks for the answer in what a solver can see: the base tree, and the prompt.
//!
//! Sources are full of copies: `build/lib`, vendored trees, documentation that quotes whole functions, compiled files.
//! A task whose gold stands somewhere else in the same words is one that search solves. [`Scanner`] indexes a tree once
//! and looks at thousands of tasks; [`of_row`] looks at a row of SWE-bench and its relatives.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use sparring_tree::{Node, Tree};

use crate::change;
use crate::format::instance::Instance;
use crate::patch;
use crate::task::{Kind, Task};
use crate::validate::{self, Problem};

/// The lines that have to agree for a text to be a copy.
const RUN: usize = 3;
/// The characters that they have to have in all.
const CHARACTERS: usize = 40;

/// What kind of leak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeakKind {
    /// Lines of the gold, together with what stands around them, are in another place of the tree.
    GoldInTree,
    /// Lines of the gold are in the prompt.
    GoldInPrompt,
    /// A compiled form of a file that the task changes.
    Compiled,
    /// A version control system's folder.
    History,
    /// What a merge or patch leaves behind: `.orig`, `.rej`.
    Leftover,
    /// A comment that came with a planted bug.
    BugComment,
    /// The name of a test that judges, where it should not be known yet.
    TestName,
}

/// A place where the answer can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Leak {
    /// What kind.
    pub kind: LeakKind,
    /// The file; empty for the prompt.
    pub path: String,
    /// The first line of it, counted from 1; 0 where lines make no sense.
    pub line: usize,
    /// What is to be seen there.
    pub text: String,
}

/// A tree, prepared for looking for many tasks' golds.
#[derive(Debug)]
pub struct Scanner<'tree> {
    tree: &'tree Tree,
    files: Vec<File<'tree>>,
    compiled: Vec<&'tree str>,
    /// Where each line stands that is long enough: file and position among its lines.
    places: HashMap<&'tree str, Vec<(u32, u32)>>,
}

#[derive(Debug)]
struct File<'tree> {
    path: &'tree [u8],
    /// Lines that are not blank, without the white space around them, and their numbers.
    lines: Vec<(usize, &'tree str)>,
}

/// The lines of a text that are not blank, trimmed, with their numbers from 1.
fn lines(text: &str) -> Vec<(usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty()).collect()
}

/// Shorter lines are too common to begin a search with.
fn is_rare(line: &str) -> bool {
    line.len() >= 8
}

impl<'tree> Scanner<'tree> {
    /// Indexes the text files of a tree.
    pub fn new(tree: &'tree Tree) -> Self {
        let mut scanner = Self { tree, files: Vec::new(), compiled: Vec::new(), places: HashMap::new() };
        for entry in tree.entries() {
            let Node::File { content, .. } = &entry.node else { continue };
            scanner.compiled.extend(std::str::from_utf8(&entry.path).ok().filter(|path| path.ends_with(".pyc")));
            let Ok(text) = std::str::from_utf8(content) else { continue };
            let file = File { path: &entry.path, lines: lines(text) };
            let number = scanner.files.len() as u32;
            for (at, (_, line)) in file.lines.iter().enumerate().filter(|(_, (_, line))| is_rare(line)) {
                scanner.places.entry(line).or_default().push((number, at as u32));
            }
            scanner.files.push(file);
        }
        scanner
    }

    /// What the tree gives away about any task: history, leftovers.
    pub fn of_tree(&self) -> Vec<Leak> {
        let mut leaks = BTreeSet::new();
        for entry in self.tree.entries() {
            let path = String::from_utf8_lossy(&entry.path);
            let leak =
                |kind, text: &str| Leak { kind, path: path.clone().into_owned(), line: 0, text: text.to_owned() };
            let is_folder = |name: &str| matches!(name, ".git" | ".hg" | ".svn" | ".bzr");
            if path.split('/').any(is_folder) {
                leaks.insert(leak(LeakKind::History, "a version control system's folder"));
            }
            if path.ends_with(".orig") || path.ends_with(".rej") {
                leaks.insert(leak(LeakKind::Leftover, "left behind by a merge or patch"));
            }
        }
        leaks.into_iter().collect()
    }

    /// What tree and prompt give away about one task.
    pub fn of_task(&self, task: &Task) -> Result<Vec<Leak>, Problem> {
        let mut leaks = BTreeSet::new();
        let gold = validate::gold_changes(task, self.tree)?;
        let base = change::of_edits(&task.edits, |path| self.tree.get(path)).map_err(Problem::Edits)?;
        let edited: BTreeSet<&[u8]> = base.iter().map(|change| change.path.as_slice()).collect();
        for change in &gold {
            let text = |node: &Option<Node>| {
                node.as_ref().and_then(|node| std::str::from_utf8(node.bytes()).ok().map(str::to_owned))
            };
            let (Some(before), Some(after)) = (text(&change.before), text(&change.after)) else { continue };
            let Some(run) = Run::of(&before, &after) else { continue };
            self.copies(&run, &edited, &mut leaks);
            // What the task itself edits is not as the index has it.
            for change in &base {
                if let Some(text) = text(&change.after) {
                    copies_in(&run, &change.path, &text, &mut leaks);
                }
            }
            // A docstring's first sentence is what function localization tells.
            let told = if task.kind == Kind::FunctionLocalization { RUN } else { 2 };
            if run.gold.len() >= told && is_in(&run.gold, &lines(&task.prompt)) {
                let text = run.gold[0].clone();
                leaks.insert(Leak { kind: LeakKind::GoldInPrompt, path: String::new(), line: 0, text });
            }
            leaks.extend(self.compiled(&change.path));
        }
        if task.kind == Kind::Mutant {
            leaks.extend(bug_comments(task, self.tree));
        }
        Ok(leaks.into_iter().collect())
    }

    fn copies(&self, run: &Run, edited: &BTreeSet<&[u8]>, leaks: &mut BTreeSet<Leak>) {
        // The longest line is the rarest.
        let Some((anchor, line)) = run.window.iter().enumerate().max_by_key(|(_, line)| line.len()) else { return };
        for &(file, at) in self.places.get(line.as_str()).map(Vec::as_slice).unwrap_or_default() {
            let file = &self.files[file as usize];
            let Some(start) = (at as usize).checked_sub(anchor) else { continue };
            let Some(there) = file.lines.get(start..start + run.window.len()) else { continue };
            if !edited.contains(file.path) && there.iter().map(|(_, line)| *line).eq(run.window.iter()) {
                leaks.insert(found(file.path, there[run.gold_at].0, run));
            }
        }
    }

    /// Compiled forms of a Python file that lie beside it.
    fn compiled(&self, path: &[u8]) -> Vec<Leak> {
        let Some(path) = std::str::from_utf8(path).ok().and_then(|path| path.strip_suffix(".py")) else {
            return Vec::new();
        };
        let (folder, stem) = path.rsplit_once('/').map_or(("", path), |(folder, stem)| (folder, stem));
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let cached = format!("{prefix}__pycache__/{stem}.");
        let beside = format!("{path}.pyc");
        let compiled = self.compiled.iter().filter(|path| path.starts_with(&cached) || **path == beside);
        let leak = |path: &&str| Leak {
            kind: LeakKind::Compiled,
            path: (*path).to_owned(),
            line: 0,
            text: "compiled from the source".to_owned(),
        };
        compiled.map(leak).collect()
    }
}

/// What the gold says, and as much around it as makes it recognisable.
struct Run {
    gold: Vec<String>,
    window: Vec<String>,
    /// Where the gold begins in the window.
    gold_at: usize,
}

impl Run {
    /// The lines that lead from the one text to the other. `None` when they only take something away, or say too little
    /// even with what stands around them.
    fn of(before: &str, after: &str) -> Option<Self> {
        let (old, new) = (lines(before), lines(after));
        let same = old.iter().zip(&new).take_while(|(a, b)| a.1 == b.1).count();
        let rest = old.len().min(new.len()) - same;
        let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a.1 == b.1).count();
        let end = new.len() - tail;
        let gold: Vec<String> = new[same..end].iter().map(|line| line.1.to_owned()).collect();
        if gold.is_empty() {
            return None;
        }
        let missing = RUN.saturating_sub(gold.len());
        let from = same.saturating_sub(missing.div_ceil(2));
        let to = (end + missing.div_ceil(2)).min(new.len());
        let window: Vec<String> = new[from..to].iter().map(|line| line.1.to_owned()).collect();
        let says: usize = window.iter().map(|line| line.chars().count()).sum();
        (window.len() >= RUN && says >= CHARACTERS).then_some(Self { gold, window, gold_at: same - from })
    }
}

fn found(path: &[u8], line: usize, run: &Run) -> Leak {
    let path = String::from_utf8_lossy(path).into_owned();
    Leak { kind: LeakKind::GoldInTree, path, line, text: run.gold[0].clone() }
}

fn copies_in(run: &Run, path: &[u8], text: &str, leaks: &mut BTreeSet<Leak>) {
    let lines = lines(text);
    for there in lines.windows(run.window.len()) {
        if there.iter().map(|(_, line)| *line).eq(run.window.iter()) {
            leaks.insert(found(path, there[run.gold_at].0, run));
        }
    }
}

fn is_in(run: &[String], lines: &[(usize, &str)]) -> bool {
    lines.windows(run.len()).any(|there| there.iter().map(|(_, line)| *line).eq(run.iter()))
}

/// Comments that the bug's edits bring along: those that the file did not have. Lines that a bug moves keep theirs.
fn bug_comments(task: &Task, tree: &Tree) -> Vec<Leak> {
    let mut leaks = Vec::new();
    for edit in &task.edits {
        let old = tree.get(edit.path.as_bytes()).map(|node| String::from_utf8_lossy(node.bytes())).unwrap_or_default();
        for line in edit.replacement.lines().filter(|line| line.contains('#')) {
            let comment = line[line.find('#').unwrap_or_default()..].trim();
            if !old.contains(comment) {
                let path = edit.path.clone();
                leaks.push(Leak { kind: LeakKind::BugComment, path, line: 0, text: comment.to_owned() });
            }
        }
    }
    leaks
}

/// What a tree and a prompt give away about a row: lines that only its patch brings, and names of tests that only its
/// test patch brings. The tree is that of the row's commit.
pub fn of_row(row: &Instance, prompt: &str, tree: &Tree) -> Vec<Leak> {
    let mut leaks = BTreeSet::new();
    let prompt_lines = lines(prompt);
    for run in added_runs(&row.patch) {
        let says: usize = run.iter().map(|line| line.chars().count()).sum();
        if says >= CHARACTERS && is_in(&run, &prompt_lines) {
            let text = run[0].clone();
            leaks.insert(Leak { kind: LeakKind::GoldInPrompt, path: String::new(), line: 0, text });
        }
    }
    let tests = added_runs(row.test_patch.as_deref().unwrap_or_default());
    let defined = tests.iter().flatten().filter_map(|line| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        let name = line.strip_prefix("def ")?.split('(').next()?.trim();
        name.starts_with("test").then(|| name.to_owned())
    });
    for name in defined.collect::<BTreeSet<String>>() {
        let is_word = |text: &str| {
            let word = |letter: char| letter.is_alphanumeric() || letter == '_';
            text.match_indices(&name)
                .any(|(at, _)| !text[..at].ends_with(word) && !text[at + name.len()..].starts_with(word))
        };
        if is_word(prompt) {
            leaks.insert(Leak { kind: LeakKind::TestName, path: String::new(), line: 0, text: name.clone() });
        }
        for entry in tree.entries() {
            let Node::File { content, .. } = &entry.node else { continue };
            let Ok(text) = std::str::from_utf8(content) else { continue };
            if text.contains(&name) && is_word(text) {
                let line = text.lines().position(is_word).map_or(0, |at| at + 1);
                let path = String::from_utf8_lossy(&entry.path).into_owned();
                leaks.insert(Leak { kind: LeakKind::TestName, path, line, text: name.clone() });
            }
        }
    }
    leaks.into_iter().collect()
}

/// The runs of added lines of a patch, without blank ones.
fn added_runs(text: &str) -> Vec<Vec<String>> {
    let mut runs: Vec<Vec<String>> = vec![Vec::new()];
    for file in patch::parse(text.as_bytes()).unwrap_or_default() {
        for line in file.hunks.iter().flat_map(|hunk| &hunk.lines) {
            let text = String::from_utf8_lossy(&line.text).trim().to_owned();
            match line.sign {
                b'+' if !text.is_empty() => runs.last_mut().into_iter().for_each(|run| run.push(text.clone())),
                b'+' => {}
                _ => runs.push(Vec::new()),
            }
        }
        runs.push(Vec::new());
    }
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests;
