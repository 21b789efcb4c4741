//! grep beside GNU grep 3.8.

use crate::support::generate::tree;
use crate::support::{Differential, File, Generator, cases, files, insert, words};

/// Options by themselves; `#` stands for a small number, `*` for a pattern, `%` for a glob.
const OPTIONS: &[&str] = &[
    "-n",
    "-n",
    "-i",
    "-v",
    "-r",
    "-r",
    "-l",
    "-L",
    "-c",
    "-o",
    "-q",
    "-h",
    "-H",
    "-s",
    "-x",
    "-w",
    "-b",
    "-E",
    "-F",
    "-G",
    "-I",
    "-a",
    "-Z",
    "-T",
    "-R",
    "-U",
    "-m#",
    "-A#",
    "-B#",
    "-C#",
    "-#",
    "-A #",
    "-e *",
    "-e *",
    "--include=%",
    "--exclude=%",
    "--exclude-dir=%",
    "--include %",
    "--color=always",
    "--color=never",
    "--color",
    "--no-messages",
    "--line-number",
    "--ignore-case",
    "--no-ignore-case",
    "--label=in",
    "--binary-files=text",
    "--binary-files=without-match",
    "--no-group-separator",
    "--group-separator=**",
    "--max-count=#",
    "--context=#",
    "--after-context=#",
    "--context #",
    "-rn",
    "-rin",
    "-rnE",
    "-nH",
    "-il",
    "-d skip",
    "-d read",
    "--null",
    "--only-matching",
    "--count",
    "--recursive",
    "--files-with-matches",
    "--inv",
    "-f pats",
    "--initial-tab",
];

/// Patterns as agents write them, and odd ones.
const PATTERNS: &[&str] = &[
    "foo",
    "foo",
    "bar",
    "self",
    "def ",
    "^",
    "$",
    "",
    "^$",
    "fo*",
    "foo\\|bar",
    "foo|bar",
    "\\(foo\\)\\1",
    "(foo)\\1",
    "[a-f]o",
    "b.r",
    "^foo",
    "bar$",
    "\\bfoo\\b",
    "\\<x",
    "foo\\.bar",
    "é",
    ".",
    "[[:upper:]]",
    "[^a-z]",
    "a\\+",
    "o\\{2\\}",
    "o{2}",
    "x = ",
    "=",
    "1",
    "FOO",
    "import os",
    "no such thing",
    "*",
    "return.*",
    "\\w\\+",
    "(",
    "[0]",
    "\\s",
    "foo\nbar",
];

const GLOBS: &[&str] =
    &["*.py", "*.txt", "foo*", "*", "a.py", "src", "[ab].py", "pkg", "*.md", ".*", "src/*", "./a.py", "x/"];

const OPERANDS: &[&str] = &[
    "a.py",
    "b.py",
    "src",
    ".",
    "src/pkg",
    "foo.txt",
    "missing",
    "-",
    "./src",
    "src/",
    "README.md",
    "x",
    "tests",
    "*",
];

fn option(generator: &mut Generator) -> Vec<String> {
    let text = generator.pick(OPTIONS);
    let (number, pattern, glob) = (generator.below(4), generator.pick(PATTERNS), generator.pick(GLOBS));
    text.split(' ')
        .map(|word| word.replace('#', &number.to_string()).replace("**", "==").replace('*', pattern).replace('%', glob))
        .collect()
}

#[test]
fn random_command_lines() {
    let mut generator = Generator::new(3);
    let mut run = Differential::new("grep");
    for case in 0..cases(500) {
        if case % 10 == 0 {
            let mut files = generator.draw(&tree());
            insert(&mut files, b"pats", File::text("foo\nbar\n"));
            run.enter(&files);
        }
        let mut line = vec!["grep".to_owned()];
        for _ in 0..generator.below(4) {
            line.extend(option(&mut generator));
        }
        if !line.iter().any(|word| word.starts_with("-e") || word == "-f") {
            line.push(generator.pick(PATTERNS).to_owned());
        }
        for _ in 0..generator.below(4) {
            line.push(generator.pick(OPERANDS).to_owned());
        }
        if generator.one_in(3) {
            line.extend(option(&mut generator));
        }
        let line: Vec<Vec<u8>> = line.into_iter().map(String::into_bytes).collect();
        run.check(&line, b"foo in\nbar\nnothing\n");
    }
    run.finish();
}

#[test]
fn messages_and_odd_files() {
    let mut tree = files(&[
        ("t", "a\nfoo\n"),
        ("m", "foo 1\nx\nfoo 2\ny\nz\nfoo 3\nq\n"),
        ("nul", "foo\0foo\nbar\n"),
        ("d/t", "foo\n"),
        ("d/sub/u.py", "foo"),
        ("empty", ""),
        ("none", ""),
    ]);
    insert(&mut tree, b"enc", File::Regular(false, b"x\nfoo \xff\nfoo\nbar\nfoo\n".to_vec()));
    insert(&mut tree, b"l", File::Link(b"t".to_vec()));
    insert(&mut tree, b"d/up", File::Link(b"..".to_vec()));
    insert(&mut tree, b"d/broken", File::Link(b"nowhere".to_vec()));
    let mut late = b"foo 12345\n".repeat(20_000);
    late.insert(150_000, 0);
    insert(&mut tree, b"late", File::Regular(false, late));
    let mut run = Differential::new("grep messages");
    run.enter(&tree);
    for line in LINES {
        run.check(&words(&line.split(' ').map(|word| word.trim_matches('\'')).collect::<Vec<_>>()), b"foo\n");
    }
    run.finish();
}

const LINES: &[&str] = &[
    "grep",
    "grep -E",
    "grep -k",
    "grep -e",
    "grep -r",
    "grep --nope foo",
    "grep --no foo t",
    "grep --files foo t",
    "grep --line-number=3 foo t",
    "grep -A x foo t",
    "grep -A -1 foo t",
    "grep --context=x foo",
    "grep -m x foo",
    "grep -A '' foo t",
    "grep -A 99999999999999999999 foo m",
    "grep -f nope t",
    "grep [ t",
    "grep [a t",
    "grep -E a{1 t",
    "grep -E ( t",
    "grep -E ) t",
    "grep \\( t",
    "grep a\\{1 t",
    "grep a\\{2,1\\} t",
    "grep [z-a] t",
    "grep [:space:] t",
    "grep [[:foo:]] t",
    "grep \\(a\\)\\2 t",
    "grep \\ t",
    "grep -E *a t",
    "grep -E +a t",
    "grep -E a** t",
    "grep -E -F foo t",
    "grep -P -E foo t",
    "grep -E -E foo t",
    "grep -G -E foo t",
    "grep -X foo",
    "grep -X egrep o+ t",
    "grep -d x foo t",
    "grep -d '' foo t",
    "grep -d re foo d",
    "grep -D x foo t",
    "grep -D skip foo t",
    "grep --binary-files=x foo t",
    "grep --exclude-from=nope foo t",
    "grep -u foo t",
    "grep -y FOO t",
    "egrep fo+ t",
    "fgrep -c foo t m",
    "egrep -k",
    "grep foo d",
    "grep foo d t",
    "grep -s foo d nope",
    "grep -q foo nope t",
    "grep -q foo t nope",
    "grep -c foo nul t",
    "grep -c ^foo nul",
    "grep -vc foo nul",
    "grep -v foo nul",
    "grep -n foo enc",
    "grep -nA1 x enc",
    "grep -nC1 bar enc",
    "grep -In foo enc",
    "grep -I foo nul",
    "grep -c foo enc",
    "grep -o foo enc",
    "grep -o foo. enc",
    "grep -a foo enc nul",
    "grep -v bar enc",
    "grep -l foo enc nul empty none",
    "grep -L foo enc nul empty none",
    "grep -c foo late",
    "grep -m3 foo late",
    "grep -n foo late",
    "grep -I foo late",
    "grep -l foo late",
    "grep -vn foo late",
    "grep -m1 -A4 foo m",
    "grep -m 0 foo m",
    "grep -c -m 0 foo m",
    "grep -L -m 0 foo m",
    "grep -m -1 foo m",
    "grep -m1 -c foo m t",
    "grep -n --color=always foo m",
    "grep -nv -C1 --color=always foo m",
    "grep -c --color=always foo m t",
    "grep -l --color=always foo m t",
    "grep -bHA1 --color=always foo m",
    "grep -o --color=always -n foo m",
    "grep --color=always -i FOO m",
    "grep --color=always ^ t",
    "grep --color=always -T -n foo t m",
    "grep -A1 -o foo m",
    "grep -5 foo m",
    "grep -1 -0 foo m",
    "grep -10 foo m",
    "grep -1n0 foo m",
    "grep -C1 -A0 foo m",
    "grep --null -c foo m t",
    "grep -lZ foo m t",
    "grep -e foo -f none m",
    "grep -f none m",
    "grep -vf none t",
    "grep -f - m",
    "grep -w '' m",
    "grep -H foo",
    "grep -c foo - t -",
    "grep --label=zz -H foo -",
    "grep -r foo d",
    "grep -R foo d",
    "grep -r foo d//",
    "grep -r foo ./d/",
    "grep -R foo d/up/d/t",
    "grep -r foo d/broken",
    "grep -r foo l",
    "grep -rh foo d",
    "grep -rH foo t",
    "grep -rn foo d/t d",
    "grep foo t/",
    "grep foo t/x",
    "grep foo ''",
    "grep -rc foo d",
    "grep -rL foo d",
    "grep -rL nope",
    "grep --exclude-dir=sub -r foo .",
    "grep --exclude-dir=d -r foo d",
    "grep --exclude-dir=d/ -r foo .",
    "grep --exclude-dir=. -r foo .",
    "grep -r --include=t foo",
    "grep -r --include=*.py --include=t foo d",
    "grep -r --include=* --exclude=t foo",
    "grep -r --exclude=t --include=t foo",
    "grep --exclude=t foo t m",
    "grep --include=*.py foo t",
    "grep foo t -- -n",
    "grep -- -n t",
    "grep -z -o foo nul",
    "grep -zc foo nul",
    "grep -P fo(?=o) t",
    "grep -P \\d m",
    "grep -P -e a -e b t",
    "grep -nP ^foo\\s+2$ m",
    "grep -o -b o t",
    "grep -ob oo m",
    "grep -x -e fo -e foo t",
    "grep -wo fo t",
    "grep -c '' t empty none",
    "grep -3 -n foo m",
    "grep -n3 foo m",
    "grep -rI foo .",
    "grep -rlI foo .",
    "grep -rn foo . --include=*.py -A2",
    "grep -sr foo nope d",
];
