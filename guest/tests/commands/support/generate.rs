//! Random files and command lines from fixed seeds.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{File, Files, insert};

/// How many cases a suite runs: `SPARRING_CASES`, or `default`.
pub fn cases(default: usize) -> usize {
    std::env::var("SPARRING_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Draws values from strategies, the same ones in every run.
pub struct Generator {
    runner: TestRunner,
}

impl Generator {
    /// A generator of its own sequence per `seed`.
    pub fn new(seed: u8) -> Self {
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self { runner: TestRunner::new_with_rng(Config::default(), random) }
    }

    /// The next value.
    pub fn draw<S: Strategy>(&mut self, strategy: &S) -> S::Value {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }

    /// One of these.
    pub fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.draw(&(0..end))
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A line such as a Python repository has; few words, so that patterns hit.
pub fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::collection::vec(word(), 0..6).prop_map(|words| words.join(" ")),
        3 => (0..3_usize, prop::collection::vec(word(), 1..5))
            .prop_map(|(depth, words)| format!("{}{}", "    ".repeat(depth), words.join(" "))),
        1 => prop::sample::select(vec![
            "", "", "def foo(self):", "import os", "class Foo(Bar):", "    return x[0] + 1", "\tfoo = 'bar'",
            "# TODO: Foo", "foo.bar(baz, *args)", "éà foo ß", "a\\b/c", "x = {1: 2}", "foofoo foo_foo foo",
            "  trailing  ", "FOO BAR", "$HOME ^x", "--", "a|b", "line with\rreturn", "naïve ÉCOLE",
        ]).prop_map(str::to_owned),
    ]
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "foo", "bar", "baz", "Foo", "BAR", "self", "def", "x", "1", "42", "foo.bar", "foobar", "a_b", "=", "(", ")",
        "[0]", "*", "return", "é", "None",
    ])
}

/// A text of some lines, mostly with a newline at its end, sometimes with bytes that are no text.
pub fn text() -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(line(), 0..14), 0..40_u8).prop_map(|(lines, kind)| {
        let mut text = lines.join("\n").into_bytes();
        if kind % 8 != 0 && !lines.is_empty() {
            text.push(b'\n');
        }
        let place = text.len() * usize::from(kind) / 40;
        match kind {
            1 => text.insert(place, 0),
            2 => text.insert(place, 0xff),
            3 => text = String::from_utf8_lossy(&text).replace('\n', "\r\n").into_bytes(),
            4 => text.extend_from_slice(b"\xe9 foo latin\nfoo\n"),
            _ => {}
        }
        text
    })
}

/// A small tree: two or three levels, Python and other files, now and then a link or an
/// executable.
pub fn tree() -> impl Strategy<Value = Files> {
    let directory = prop::sample::select(vec!["", "", "src/", "src/pkg/", "tests/", "docs/", ".git/", "a b/"]);
    let name = prop::sample::select(vec![
        "a.py",
        "b.py",
        "foo.py",
        "foo.txt",
        "README.md",
        "setup.cfg",
        ".hidden",
        "data.bin",
        "x",
        "empty",
        "-dash",
        "main.c",
    ]);
    let kind = prop_oneof![
        12 => text().prop_map(|bytes| File::Regular(false, bytes)),
        1 => text().prop_map(|bytes| File::Regular(true, bytes)),
        1 => Just(File::Regular(false, Vec::new())),
        1 => prop::sample::select(vec!["a.py", "../a.py", "missing", "src", "."])
            .prop_map(|target| File::Link(target.as_bytes().to_vec())),
    ];
    prop::collection::vec((directory, name, kind), 1..12).prop_map(|list| {
        let mut files = Files::new();
        for (directory, name, file) in list {
            insert(&mut files, format!("{directory}{name}").as_bytes(), file);
        }
        files
    })
}
