//! Random repositories, edits and command lines from a fixed seed.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use sparring_tree::diff::{self, FileDiff, PatchOptions, Side};

use crate::edit::Edit;
use crate::{Files, Step};

/// Draws cases, the same ones in every run.
pub(crate) struct Generator {
    runner: TestRunner,
}

const PATHS: &[&str] = &[
    "a.py",
    "b.txt",
    "README.md",
    "src/main.py",
    "src/util.py",
    "src/deep/er/x.py",
    "tests/test_a.py",
    "docs/i n.md",
    "run.sh",
    "caf\u{e9}.txt",
    "build/out.o",
    "debug.log",
    "src/debug.log",
    "new.py",
    "pkg/__init__.py",
    "pkg/mod.py",
];
const LINES: &[&str] = &[
    "import os",
    "",
    "",
    "def main():",
    "    return 1",
    "    x = 2",
    "class A:",
    "    pass",
    "# comment",
    "    if x:",
    "        y()",
    "value = 3",
    "print(value)",
    "}",
    "end",
    "foo bar",
    "    def method(self):",
    "TODO: fix",
];
pub(crate) const REVISIONS: &[&str] = &["HEAD", "HEAD~1", "HEAD^", "master", "topic", "v1", "nope", "HEAD~5", "@"];

impl Generator {
    pub(crate) fn new(seed: u8) -> Self {
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self { runner: TestRunner::new_with_rng(Config::default(), random) }
    }

    fn draw<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.draw(0..end)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }

    /// Files and what is done to them.
    pub(crate) fn case(&mut self) -> (Files, Vec<Step>) {
        let mut files = Files::new();
        for _ in 0..1 + self.below(8) {
            let path = self.pick(PATHS).to_owned();
            if path.ends_with(".log") || path.starts_with("build") {
                continue;
            }
            let text = self.text(30);
            let executable = path.ends_with(".sh");
            files.insert(path, ('f', executable, text));
        }
        // Git words its answers for a first commit without files in ways of their own.
        files.insert("LICENSE".to_owned(), ('f', false, b"Do as you like.\n".to_vec()));
        if self.one_in(2) {
            let rules =
                self.pick(&["*.log\nbuild/\n", "*.log\n", "/debug.log\n", "build\n!keep\n", "src/*.log\n*.o\n"]);
            files.insert(".gitignore".to_owned(), ('f', false, rules.as_bytes().to_vec()));
        }
        if self.one_in(4) {
            files.insert("link".to_owned(), ('l', false, b"a.py".to_vec()));
        }
        let mut now: Files = files.clone();
        let mut steps = Vec::new();
        for _ in 0..3 + self.below(8) {
            for _ in 0..self.below(3) {
                if let Some(edit) = self.edit(&mut now) {
                    steps.push(Step::Edit(edit));
                }
            }
            let step = if self.one_in(8) { self.patch(&now) } else { self.command() };
            steps.push(step);
        }
        (files, steps)
    }

    fn text(&mut self, most: usize) -> Vec<u8> {
        let count = self.below(most);
        let mut lines: Vec<&str> = (0..count).map(|_| self.pick(LINES)).collect();
        if !self.one_in(8) {
            lines.push("");
        }
        lines.join("\n").into_bytes()
    }

    fn edited(&mut self, bytes: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        for _ in 0..1 + self.below(3) {
            let at = self.below(lines.len());
            match self.below(3) {
                0 => lines.insert(at, self.pick(LINES).to_owned()),
                1 => lines[at] = self.pick(LINES).to_owned(),
                _ if lines.len() > 1 => drop(lines.remove(at)),
                _ => {}
            }
        }
        lines.join("\n").into_bytes()
    }

    fn edit(&mut self, now: &mut Files) -> Option<Edit> {
        let existing: Vec<String> =
            now.iter().filter(|(_, (kind, ..))| *kind == 'f').map(|(path, _)| path.clone()).collect();
        let kind = if existing.is_empty() { 0 } else { self.below(11) };
        if kind == 10 && !now.contains_key("link2") {
            now.insert("link2".to_owned(), ('l', false, path_of(&existing)));
            return Some(Edit::Link("link2".to_owned(), existing[0].clone()));
        }
        if kind < 2 {
            let path = self.pick(PATHS).to_owned();
            let bytes = if self.one_in(20) { b"bin\0ary".to_vec() } else { self.text(15) };
            now.insert(path.clone(), ('f', false, bytes.clone()));
            return Some(Edit::Write(path, bytes));
        }
        let path = existing[self.below(existing.len())].clone();
        let entry = now.get(&path)?.clone();
        match kind {
            2 => {
                now.remove(&path);
                Some(Edit::Remove(path))
            }
            3 => {
                now.insert(path.clone(), ('f', !entry.1, entry.2));
                Some(Edit::Mode(path, !entry.1))
            }
            4 => {
                let to = format!("moved{}", self.below(3));
                if now.contains_key(&to) {
                    return None;
                }
                now.remove(&path);
                now.insert(to.clone(), entry);
                Some(Edit::Rename(path, to))
            }
            _ => {
                let bytes = self.edited(&entry.2);
                now.insert(path.clone(), ('f', entry.1, bytes.clone()));
                Some(Edit::Write(path, bytes))
            }
        }
    }

    /// `git apply` of a patch that mostly fits: between an edit of a file and another.
    fn patch(&mut self, now: &Files) -> Step {
        let names: Vec<&String> = now.iter().filter(|(_, (kind, ..))| *kind == 'f').map(|(path, _)| path).collect();
        let mut patch = Vec::new();
        for _ in 0..1 + self.below(2) {
            let Some(path) = names.get(self.below(names.len().max(1))) else { break };
            let (_, _, bytes) = &now[*path];
            let stale = if self.one_in(4) { self.edited(bytes) } else { bytes.clone() };
            let new = self.edited(&stale);
            let (old, new) = match self.below(8) {
                0 => (None, Some(Side::file(&new))),
                1 => (Some(Side::file(&stale)), None),
                _ => (Some(Side::file(&stale)), Some(Side::file(&new))),
            };
            let name = if old.is_none() { "fresh.py" } else { path.as_str() };
            let options = PatchOptions { context: 1 + self.below(3), ..PatchOptions::default() };
            diff::write_patch(&mut patch, &FileDiff::at(name.as_bytes(), old, new), &options);
        }
        if self.one_in(10) {
            patch.truncate(patch.len() * 2 / 3);
        }
        let options: &[&[&str]] = &[
            &[],
            &[],
            &[],
            &["--check"],
            &["-R"],
            &["--index"],
            &["--stat"],
            &["-v"],
            &["--cached"],
            &["-p0"],
            &["--numstat"],
            &["-"],
            &["--whitespace=nowarn"],
            &["--summary"],
        ];
        let words = std::iter::once("apply").chain(options[self.below(options.len())].iter().copied());
        Step::Git(words.map(str::to_owned).collect(), patch)
    }

    pub(crate) fn path(&mut self) -> String {
        let odd = [".", "src", "src/", "missing.py", "*.py", "docs", "src/*.py", "link", "pkg", "moved0"];
        if self.one_in(3) { self.pick(&odd).to_owned() } else { self.pick(PATHS).to_owned() }
    }
}

fn path_of(existing: &[String]) -> Vec<u8> {
    existing[0].clone().into_bytes()
}
