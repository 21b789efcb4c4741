//! Suites from a menu: a command, the options and operands to draw from, and random trees.

use crate::support::{Differential, File, Files, Generator, cases, generate, words};

/// What the command lines of a suite are drawn from.
pub(crate) struct Menu {
    /// The command's name.
    pub command: &'static str,
    /// Options; words after a space are options' values.
    pub options: &'static [&'static str],
    /// Operands besides the paths of the tree.
    pub operands: &'static [&'static str],
    /// Between how many and how many operands.
    pub count: (usize, usize),
    /// How often in ten an operand is a path of the tree.
    pub paths: usize,
    /// The seed, one per suite.
    pub seed: u8,
}

/// Trees are dear, so each serves some command lines.
const LINES_PER_TREE: usize = 12;

impl Menu {
    /// Runs 500 random cases, or `SPARRING_CASES`.
    pub(crate) fn run(&self) {
        self.run_on(|generator| generator.draw(&generate::tree()));
    }

    /// As [`Menu::run`], on other trees.
    pub(crate) fn run_on(&self, tree: impl FnMut(&mut Generator) -> Files) {
        self.run_masked(tree, &|output| output);
    }

    /// As [`Menu::run`], a few cases only.
    pub(crate) fn run_some(&self, count: usize) {
        self.run_cases(count.min(cases(500)), &[], |generator| generator.draw(&generate::tree()), &|output| output);
    }

    /// As [`Menu::run`], with one of these as the first word after the command.
    pub(crate) fn run_with_first(&self, first: &[&str]) {
        self.run_cases(cases(500), first, |generator| generator.draw(&generate::tree()), &|output| output);
    }

    /// As [`Menu::run_with_first`], on other trees.
    pub(crate) fn run_first_on(&self, first: &[&str], tree: impl FnMut(&mut Generator) -> Files) {
        self.run_cases(cases(500), first, tree, &|output| output);
    }

    /// As [`Menu::run_on`], with both outputs masked first.
    pub(crate) fn run_masked(&self, tree: impl FnMut(&mut Generator) -> Files, mask: &dyn Fn(Vec<u8>) -> Vec<u8>) {
        self.run_cases(cases(500), &[], tree, mask);
    }

    fn run_cases(
        &self,
        count: usize,
        first: &[&str],
        mut tree: impl FnMut(&mut Generator) -> Files,
        mask: &dyn Fn(Vec<u8>) -> Vec<u8>,
    ) {
        let mut generator = Generator::new(self.seed);
        let mut suite = Differential::new(self.command);
        let mut paths = Vec::new();
        for case in 0..count {
            if case % LINES_PER_TREE == 0 {
                let files = tree(&mut generator);
                paths = files.keys().cloned().collect::<Vec<_>>();
                suite.enter(&files);
            }
            let input = generator.draw(&generate::text());
            let mut line = self.line(&mut generator, &paths);
            if !first.is_empty() {
                line.insert(1, generator.pick(first).as_bytes().to_vec());
            }
            suite.check_masked(&line, &input, mask);
        }
        suite.finish();
    }

    fn line(&self, generator: &mut Generator, paths: &[Vec<u8>]) -> Vec<Vec<u8>> {
        let mut line = words(&[self.command]);
        if !self.options.is_empty() {
            for _ in 0..generator.below(4) {
                line.extend(generator.pick(self.options).split(' ').map(|word| word.as_bytes().to_vec()));
            }
        }
        let (least, most) = self.count;
        for _ in 0..least + generator.below(most - least + 1) {
            if !paths.is_empty() && (self.operands.is_empty() || generator.below(10) < self.paths) {
                line.push(generator.pick(paths));
            } else {
                line.push(generator.pick(self.operands).as_bytes().to_vec());
            }
        }
        line
    }
}

/// A tree of files with odd names.
pub(crate) fn odd_names() -> Files {
    let mut files = Files::new();
    for name in ["a b", "it's", "t\tab", "nl\nx", "é", "#x", "a=b", "plain", "$x", "back\\slash", "q\"q", "~", "x'y$"]
    {
        crate::support::insert(&mut files, name.as_bytes(), File::text("x\n"));
    }
    crate::support::insert(&mut files, b"bad\xff", File::text(""));
    crate::support::insert(&mut files, b"dir with space/x", File::text(""));
    files
}
