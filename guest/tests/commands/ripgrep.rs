//! rg beside ripgrep 13.0.0, in the order of `--sort path`.

use crate::support::generate::tree;
use crate::support::{Differential, File, Generator, cases, files, insert};

const OPTIONS: &[&str] = &[
    "-i",
    "-n",
    "-n",
    "-l",
    "-c",
    "-w",
    "-v",
    "-F",
    "-q",
    "-N",
    "-H",
    "-I",
    "-x",
    "-S",
    "-s",
    "-a",
    "-A 1",
    "-B1",
    "-C 1",
    "-m 1",
    "-m2",
    "-g *.py",
    "-g !*.py",
    "-g src/**",
    "-g *.{txt,md}",
    "-t py",
    "-tpy",
    "-T py",
    "-tmd",
    "-e bar",
    "-e foo",
    "--no-heading",
    "--heading",
    "--hidden",
    "-.",
    "--no-ignore",
    "-u",
    "-uu",
    "--files-without-match",
    "--files-with-matches",
    "--ignore-case",
    "--glob=*.txt",
    "--type=py",
    "--max-depth 1",
    "--line-number",
    "-t nope",
    "-0",
];

const PATTERNS: &[&str] = &[
    "foo",
    "bar",
    "^foo",
    "foo$",
    "fo+",
    "[a-f]+",
    "b.r",
    "def [a-z]+",
    "\\bfoo\\b",
    "(foo|bar)",
    "x\\d*",
    "import os",
    "",
    "zzz",
    "FOO",
    "self",
    "\\.",
    "foo.bar",
    "foo(",
    "[",
    "*a",
    "a{2",
    "(?i)FOO",
    "^$",
    "\\s+$",
    "\\(",
    "=",
];

/// A repository, for otherwise ripgrep does not look at `.gitignore`.
fn repository(generator: &mut Generator) -> crate::support::Files {
    let mut files = generator.draw(&tree());
    insert(&mut files, b".git/HEAD", File::text("ref: refs/heads/main\n"));
    let rules = ["*.txt\n", "src/\n", "/a.py\n!b.py\n", "# none\n\n", "docs/*\n!docs/a.py\n", "**/pkg/\n", "x\n", ""];
    insert(&mut files, b".gitignore", File::text(generator.pick(&rules)));
    files
}

#[test]
fn random_searches() {
    let mut generator = Generator::new(33);
    let mut run = Differential::new("rg");
    for case in 0..cases(500) {
        if case % 10 == 0 {
            let files = repository(&mut generator);
            run.enter(&files);
        }
        let mut line = vec!["rg".to_owned(), "--sort=path".to_owned()];
        // Some options may be given once only.
        let mut options: Vec<&str> = (0..generator.below(4)).map(|_| generator.pick(OPTIONS)).collect();
        options.sort_unstable();
        options.dedup_by_key(|option| option.get(..3).map(str::to_owned));
        line.extend(options.iter().flat_map(|option| option.split(' ')).map(str::to_owned));
        line.push(generator.pick(PATTERNS).to_owned());
        // Without a path, ripgrep would search standard input, which is a pipe here.
        for _ in 0..=generator.below(2) {
            line.push(generator.pick(&[".", ".", "./", "a.py", "foo.txt", "src", "docs", "missing", "-"]).to_owned());
        }
        let line: Vec<Vec<u8>> = line.into_iter().map(String::into_bytes).collect();
        run.check(&line, b"foo in\nbar baz\nnothing\nfoo bar foo\nlast");
    }
    run.finish();
}

#[test]
fn searches_as_agents_write_them_and_errors() {
    let mut tree = files(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".gitignore", "*.log\nbuild/\n"),
        (".hidden", "foo\n"),
        ("build/out.py", "foo\n"),
        ("src/a.py", "import os\ndef foo(self):\n    return 1\n\n\nclass A:\n    foo = 2\n"),
        ("src/sub/b.py", "def bar():\n    pass\n"),
        ("src-x/c.md", "foo\n"),
        ("t.txt", "foo bar\nbaz\nfoo foo\n"),
        ("x.log", "foo\n"),
    ]);
    insert(&mut tree, b"bin", File::text("a\0foo\n"));
    let mut run = Differential::new("rg lines");
    run.enter(&tree);
    for line in LINES {
        let words: Vec<Vec<u8>> = line.split(' ').map(|word| word.replace('~', " ").into_bytes()).collect();
        run.check(&words, b"foo input\n");
    }
    run.finish();
}

/// Whole command lines; `~` stands for a space inside a word.
const LINES: &[&str] = &[
    "rg",
    "rg -n",
    "rg -e",
    "rg --zzz foo",
    "rg -V",
    "rg foo",
    "rg -n foo",
    "rg -c foo",
    "rg foo -",
    "rg foo t.txt",
    "rg foo src --sort path",
    "rg --sort path foo .",
    "rg --sort path -n foo ./",
    "rg --sort path -n foo src t.txt",
    "rg --sort path -l foo .",
    "rg --sort path -c foo .",
    "rg --sort path -i FOO .",
    "rg --sort path -A1 -B1 return .",
    "rg --sort path -C1 foo .",
    "rg --sort path --heading -n foo .",
    "rg --sort path --heading -A1 foo .",
    "rg --sort path --files .",
    "rg --sort path --files",
    "rg --sort path --files --hidden .",
    "rg --sort path --files -t py .",
    "rg --files nope",
    "rg --files t.txt",
    "rg --sort path -u foo .",
    "rg --sort path -uu foo .",
    "rg --sort path -uuu foo .",
    "rg --sort path --hidden foo .",
    "rg foo bin",
    "rg -a foo bin",
    "rg -l foo bin",
    "rg -c foo bin",
    "rg --sort path foo bin t.txt",
    "rg --sort path -t py foo .",
    "rg --sort path -T py foo .",
    "rg --sort path -g *.py foo .",
    "rg --sort path -g !*.py foo .",
    "rg --sort path -g src/** foo .",
    "rg -t nope foo .",
    "rg foo nope",
    "rg foo t.txt nope",
    "rg -q foo t.txt",
    "rg -q zzz t.txt",
    "rg zzz t.txt",
    "rg -e foo -e baz t.txt",
    "rg -o fo+ t.txt",
    "rg -on fo+ t.txt",
    "rg -m1 foo t.txt",
    "rg -w foo t.txt",
    "rg -x baz t.txt",
    "rg -v foo t.txt",
    "rg -vn foo t.txt",
    "rg -vc foo t.txt",
    "rg -F foo( src",
    "rg foo( src",
    "rg [ src",
    "rg *a src",
    "rg a{2 src",
    "rg \\1 src",
    "rg foo\\ src",
    "rg -S Foo t.txt",
    "rg -S foo t.txt",
    "rg -s Foo t.txt",
    "rg -H foo t.txt",
    "rg -I foo src",
    "rg --count-matches foo t.txt",
    "rg -A x foo",
    "rg -A",
    "rg -g",
    "rg  t.txt",
    "rg --sort path --files-without-match foo .",
    "rg --sort path -0 -l foo .",
    "rg --no-heading -n foo t.txt",
    "rg foo -- t.txt",
    "rg -- -foo t.txt",
    "rg -B1 -m1 baz t.txt",
    "rg --sort path --no-ignore foo .",
    "rg --sort path foo x.log build",
    "rg --max-depth 1 --sort path foo .",
    "rg -n def~\\w+ src --sort path",
    "rg --color never foo t.txt",
    "rg -j1 foo t.txt",
];
