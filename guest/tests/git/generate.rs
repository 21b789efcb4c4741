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
const REVISIONS: &[&str] = &["HEAD", "HEAD~1", "HEAD^", "master", "topic", "v1", "nope", "HEAD~5", "@"];

impl Generator {
    pub(crate) fn new(seed: u8) -> Self {
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self { runner: TestRunner::new_with_rng(Config::default(), random) }
    }

    fn draw<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }

    fn below(&mut self, end: usize) -> usize {
        self.draw(0..end)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<'t>(&mut self, list: &[&'t str]) -> &'t str {
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

    fn path(&mut self) -> String {
        let odd = [".", "src", "src/", "missing.py", "*.py", "docs", "src/*.py", "link", "pkg", "moved0"];
        if self.one_in(3) { self.pick(&odd).to_owned() } else { self.pick(PATHS).to_owned() }
    }

    fn command(&mut self) -> Step {
        let path = self.path();
        let path = path.as_str();
        let other = self.path();
        let other = other.as_str();
        let revision = self.pick(REVISIONS);
        let branch = self.pick(&["topic", "fix", "master"]);
        let message = self.pick(&["one", "Fix it\n\nWith a body\nof two lines", "wip", "  spaces  "]);
        let word = self.pick(&["value", "def", "x", "TODO", "^import", "r[ea]", "a*b", "foo\\|end"]);
        let templates: &[&[&str]] = &[
            &["status"],
            &["status"],
            &["status", "-s"],
            &["status", "--porcelain"],
            &["status", "-sb"],
            &["status", "-uno"],
            &["status", "--short", "--ignored"],
            &["status", "--ignored"],
            &["status", "-uall"],
            &["status", path],
            &["diff"],
            &["diff"],
            &["diff"],
            &["diff", path],
            &["diff", "--", path],
            &["diff", "--cached"],
            &["diff", "--staged", "--", path],
            &["diff", "HEAD"],
            &["diff", "HEAD", "--", path],
            &["diff", revision],
            &["diff", "--stat"],
            &["diff", "--stat", "HEAD"],
            &["diff", "--name-only"],
            &["diff", "--name-status", "HEAD"],
            &["diff", "-U1"],
            &["diff", "-U0", "HEAD"],
            &["diff", "--numstat", "HEAD"],
            &["diff", "--shortstat"],
            &["diff", "HEAD~1", "HEAD"],
            &["diff", "HEAD~1..HEAD", "--stat"],
            &["diff", "--summary", "HEAD"],
            &["diff", "--stat", "-p", "HEAD"],
            &["diff", "--raw", "HEAD"],
            &["diff", "-w"],
            &["diff", "-R"],
            &["diff", "--exit-code"],
            &["diff", "--quiet", "HEAD"],
            &["diff", "--", ".", ":!src"],
            &["add", ".", ":!docs"],
            &["diff", "--no-renames", "HEAD"],
            &["diff", "--diff-filter=AM", "HEAD"],
            &["diff", "master", "topic"],
            &["diff", "master...topic"],
            &["add", "-A"],
            &["add", "."],
            &["add", "-u"],
            &["add", path],
            &["add", path, other],
            &["add", "-N", "."],
            &["add", "-v", "."],
            &["add", "-n", path],
            &["add"],
            &["add", "-f", path],
            &["commit", "-m", message],
            &["commit", "-am", message],
            &["commit", "-q", "-m", message],
            &["commit", "--amend", "-m", message],
            &["commit", "--amend", "--no-edit"],
            &["commit", "--allow-empty", "-m", message],
            &["commit"],
            &["commit", "-a", "-m", message, "-m", "more"],
            &["commit", "-m", message, path],
            &["checkout", "--", path],
            &["checkout", path],
            &["checkout", "."],
            &["checkout", branch],
            &["checkout", "-b", branch],
            &["checkout", "HEAD", "--", path],
            &["checkout", revision],
            &["checkout", revision, "--", path],
            &["checkout", "-"],
            &["checkout", "-f"],
            &["checkout"],
            &["checkout", "-q", revision],
            &["switch", branch],
            &["switch", "-c", branch],
            &["switch", "-"],
            &["restore", path],
            &["restore", "--staged", path],
            &["restore", "."],
            &["restore", "--staged", "--worktree", path],
            &["restore", "--source", revision, path],
            &["restore"],
            &["reset"],
            &["reset", "--hard"],
            &["reset", "HEAD", path],
            &["reset", path],
            &["reset", "--soft", "HEAD~1"],
            &["reset", "--hard", revision],
            &["reset", "-q"],
            &["reset", revision],
            &["reset", "--", path],
            &["stash"],
            &["stash"],
            &["stash", "pop"],
            &["stash", "pop"],
            &["stash", "list"],
            &["stash", "show"],
            &["stash", "show", "-p"],
            &["stash", "apply"],
            &["stash", "drop"],
            &["stash", "push", "-m", "words"],
            &["stash", "-u"],
            &["stash", "push", "--", path],
            &["stash", "-k"],
            &["stash", "save", "old way"],
            &["stash", "pop", "stash@{1}"],
            &["log"],
            &["log", "--oneline"],
            &["log", "-1"],
            &["log", "-n", "2", "--stat"],
            &["log", "-p"],
            &["log", "--oneline", "--", path],
            &["log", "--format=%h %an %s%n%b"],
            &["log", "--pretty=format:%H|%ad|%cn|%D", "--date=iso"],
            &["log", "--oneline", "--name-only"],
            &["log", "--name-status", "-1"],
            &["log", "--oneline", "-p", "-1"],
            &["log", "--stat", "-p", "-1"],
            &["log", "--graph", "--oneline"],
            &["log", "--oneline", "--decorate"],
            &["log", "HEAD~1..HEAD"],
            &["log", revision, "-1"],
            &["log", "--grep=fix", "-i", "--oneline"],
            &["log", "--format=%h", "--name-only"],
            &["log", "--reverse", "--format=%s"],
            &["log", "--pretty=fuller", "-1"],
            &["log", "-S", "value", "--oneline"],
            &["log", "--all", "--oneline"],
            &["log", "--pretty=raw", "-1"],
            &["show"],
            &["show", revision],
            &["show", "--stat"],
            &["show", "--name-only", "HEAD"],
            &["show", "-s", "--format=%an <%ae>"],
            &["show", "HEAD:a.py"],
            &["show", "HEAD:src"],
            &["show", "HEAD:nope"],
            &["show", "HEAD", "--", path],
            &["show", "--oneline", "HEAD"],
            &["show", ":a.py"],
            &["blame", "a.py"],
            &["blame", "-L", "1,3", "b.txt"],
            &["blame", "-s", "src/main.py"],
            &["blame", "HEAD", "--", "a.py"],
            &["ls-files"],
            &["ls-files", "-m"],
            &["ls-files", "-o", "--exclude-standard"],
            &["ls-files", "-d"],
            &["ls-files", "--others"],
            &["ls-files", path],
            &["ls-files", "-s"],
            &["ls-files", "-mo"],
            &["rev-parse", "HEAD"],
            &["rev-parse", "--short", "HEAD"],
            &["rev-parse", "--abbrev-ref", "HEAD"],
            &["rev-parse", "--show-toplevel"],
            &["rev-parse", "--git-dir"],
            &["rev-parse", "--is-inside-work-tree"],
            &["rev-parse", revision],
            &["rev-parse", "--verify", revision],
            &["rev-parse", "HEAD^{tree}"],
            &["rev-parse", "HEAD:a.py"],
            &["branch"],
            &["branch", "-a"],
            &["branch", "-v"],
            &["branch", branch],
            &["branch", "-D", branch],
            &["branch", "--show-current"],
            &["branch", "-m", "renamed"],
            &["branch", "x..y"],
            &["tag"],
            &["tag", "v1"],
            &["tag", "-a", "v2", "-m", "Second"],
            &["tag", "-d", "v1"],
            &["show", "v2"],
            &["grep", word],
            &["grep", "-n", word],
            &["grep", "-i", "-n", word],
            &["grep", "-l", word],
            &["grep", "-c", word],
            &["grep", "-n", "-E", "x|y"],
            &["grep", "-w", "x"],
            &["grep", word, "--", path],
            &["grep", "-n", word, "HEAD"],
            &["grep", "-A1", "-n", word],
            &["grep", "-v", "-c", "x"],
            &["grep", "-F", "x ="],
            &["grep", "-e", "def", "-e", "class"],
            &["grep", "-o", "re[a-z]*"],
            &["grep", "-L", word],
            &["grep", "-h", word],
            &["rm", path],
            &["rm", "-r", path],
            &["rm", "--cached", path],
            &["rm", "-f", path],
            &["rm", "-rf", path],
            &["mv", path, other],
            &["mv", path, "moved9"],
            &["clean", "-n"],
            &["clean", "-fd"],
            &["clean", "-nd"],
            &["clean"],
            &["clean", "-fdx"],
            &["clean", "-ndX"],
            &["ls-tree", "HEAD"],
            &["ls-tree", "-r", "--name-only", "HEAD"],
            &["cat-file", "-t", "HEAD"],
            &["cat-file", "-p", "HEAD"],
            &["cat-file", "-p", "HEAD:a.py"],
            &["rev-list", "--count", "HEAD"],
            &["rev-list", "HEAD"],
            &["remote"],
            &["remote", "-v"],
            &["fetch"],
            &["push"],
            &["config", "--get", "user.name"],
            &["config", "core.bare"],
            &["frobnicate"],
            &["stauts"],
            &["init"],
        ];
        let words = templates[self.below(templates.len())].iter().map(|word| (*word).to_owned()).collect();
        Step::Git(words, Vec::new())
    }
}

fn path_of(existing: &[String]) -> Vec<u8> {
    existing[0].clone().into_bytes()
}
