//! sed beside GNU sed 4.9.

use crate::support::generate::tree;
use crate::support::{Differential, File, Generator, cases, files, insert, words};

/// Script pieces; `@` stands for an address or nothing, `~` for a pattern.
const COMMANDS: &[&str] = &[
    "@p",
    "@p",
    "@d",
    "@d",
    "@s/~/X/",
    "@s/~/[&]/g",
    "@s/~/X/2",
    "@s/~/X/gp",
    "@s/~//I",
    "@s/~/a\\nb/",
    "@s|~|/|2g",
    "@s/\\(~\\)/<\\1>/",
    "@s/~/\\U&/g",
    "@s/~/\\u&\\l&/",
    "@a X",
    "@i\\\nX Y",
    "@c\\\nnew",
    "@a\\  two",
    "@=",
    "@q",
    "@Q",
    "@q3",
    "@n;d",
    "@N;P;D",
    "@N",
    "@G",
    "@H;x",
    "@h;G",
    "@x;p;x",
    "@g",
    "@y/abf/xyz/",
    "@l",
    "@l 20",
    "@{p;d}",
    "@{s/~/Z/;t;p}",
    "@{=;n}",
    "@r a.py",
    "@w out",
    "@R foo.txt",
    "@W out2",
    "@z",
    "@F",
    "@b",
    "@!p",
    "@!d",
    "@!s/^/> /",
    ":a;s/foo/Q/;ta",
    "$!N;l",
    "@D",
    "@P",
    "@s/~/X/w out",
    "@s//Y/",
    "@{\np\n}",
    "@i Z\\nT",
    "@s/$/!/",
    "@s/^/    /",
    "@s/x*/-/g",
    "@T;p",
    "n",
    "@k",
];

const PATTERNS: &[&str] = &[
    "foo",
    "bar",
    "^",
    "$",
    "fo*",
    "o\\+",
    "[a-f]",
    "b.r",
    ".*",
    "self",
    "x",
    "é",
    "foo\\|bar",
    "a\\{1,2\\}",
    "\\bfoo",
    " ",
    "^ *",
    "\\w\\+",
    "[[:upper:]]",
    "\\.",
    "=",
    "\\(o\\)\\1",
    "zzz",
    "FOO",
    "\\t",
    "[^ ]*$",
];

const ADDRESSES: &[&str] = &[
    "", "", "", "1", "2", "3", "$", "1,3", "2,4", "2,1", "/~/", "/~/", "/~/,/~/", "/~/,+1", "2,~2", "1~2", "0~3",
    "0,/~/", "1,/~/", "/~/I", "/~/,3", "2,$", "$!", "2!", "5,7", "1,2", "\\,~,", "/~/,$", "//",
];

const OPTIONS: &[&str] = &[
    "-n",
    "-n",
    "-n",
    "-E",
    "-r",
    "-s",
    "-i",
    "-i.bak",
    "-z",
    "-u",
    "--quiet",
    "-l 10",
    "--in-place",
    "-i_*",
    "-ibak/*",
    "--expression=p",
    "-e p",
    "-nE",
    "--separate",
    "-k",
    "--line-length=5",
];

fn script(generator: &mut Generator) -> String {
    let mut pieces = Vec::new();
    for _ in 0..=generator.below(3) {
        let address = generator.pick(ADDRESSES);
        let mut piece = generator.pick(COMMANDS).replace('@', address);
        while let Some(at) = piece.find('~') {
            let is_pattern = !piece[..at].ends_with(|before: char| before.is_ascii_digit() || before == ',');
            let pattern = if is_pattern { generator.pick(PATTERNS) } else { "\u{1}" };
            piece.replace_range(at..=at, pattern);
        }
        pieces.push(piece.replace('\u{1}', "~"));
    }
    pieces.join(if generator.one_in(3) { ";" } else { "\n" })
}

#[test]
fn random_scripts() {
    let mut generator = Generator::new(4);
    let mut run = Differential::new("sed");
    for case in 0..cases(500) {
        if case % 10 == 0 {
            let mut files = generator.draw(&tree());
            insert(&mut files, b"bak", File::Directory);
            run.enter(&files);
        }
        let mut line = vec!["sed".to_owned()];
        for _ in 0..generator.below(3) {
            line.extend(generator.pick(OPTIONS).split(' ').map(str::to_owned));
        }
        let has_script = line.iter().any(|word| word == "-e" || word.starts_with("--exp"));
        if has_script || generator.one_in(4) {
            line.push("-e".to_owned());
        }
        line.push(script(&mut generator));
        for _ in 0..generator.below(3) {
            line.push(
                generator
                    .pick(&["a.py", "b.py", "foo.txt", "src/a.py", "README.md", "x", "missing", "-", "foo.py"])
                    .to_owned(),
            );
        }
        let line: Vec<Vec<u8>> = line.into_iter().map(String::into_bytes).collect();
        run.check(&line, b"foo in\nbar baz\nnothing\nfoo bar foo\nlast");
    }
    run.finish();
}

#[test]
fn scripts_as_agents_write_them_and_errors() {
    let mut tree = files(&[
        ("t", "L1\nLx1\nabc foo\n\tdef bar(self):\n        return 1  \n\nend é\n"),
        ("u", "one\ntwo\n"),
        ("nonl", "a"),
        ("empty", ""),
        ("d/x", "1\n"),
        ("sc", "p\nk\n"),
        ("quiet", "#n\n/L/p\n"),
        ("open", "#!/bin/sed -f\np;{\n"),
        ("edit", "/abc/{\ns/a/b/\n# c\n}\n$a\\\nlast \\\nline\n"),
    ]);
    insert(&mut tree, b"l", File::Link(b"t".to_vec()));
    insert(&mut tree, b"run", File::Regular(true, b"x\n".to_vec()));
    let mut run = Differential::new("sed scripts");
    run.enter(&tree);
    for script in SCRIPTS {
        run.check(&[b"sed".to_vec(), script.as_bytes().to_vec(), b"t".to_vec()], b"");
        run.check(
            &[b"sed".to_vec(), b"-nE".to_vec(), script.as_bytes().to_vec(), b"u".to_vec(), b"nonl".to_vec()],
            b"",
        );
    }
    for line in LINES {
        let words: Vec<Vec<u8>> = line.split(' ').map(|word| word.replace('_', " ").into_bytes()).collect();
        run.check(&words, b"from input\nsecond\n");
    }
    run.finish();
}

/// Ranges of line numbers with `-n`, which are printed without going through the file.
#[test]
fn ranges_of_lines() {
    let long: String = (1..400).map(|line| format!("line {line}\n")).collect();
    let mut tree = files(&[("long", &long), ("nonl", "a\nb\nlast"), ("empty", ""), ("newline", "\n"), ("d/x", "1\n")]);
    insert(&mut tree, b"link", File::Link(b"long".to_vec()));
    insert(&mut tree, b"binary", File::Regular(false, b"\0\xff\n\r\n\n".to_vec()));
    let mut run = Differential::new("sed ranges of lines");
    run.enter(&tree);
    for first in ["0", "1", "2", "3", "64", "65", "129", "399", "400", "99999999999999999999", "$", "/line/", "1~2"] {
        for second in
            ["", ",0", ",1", ",2", ",3", ",128", ",400", ",5000000000", ",$", ",+0", ",+2", ",+9999999999", ",~4"]
        {
            for file in ["long", "nonl", "empty", "newline", "link", "binary", "missing", "d"] {
                if file == "long" || ["1", "2", "3", "400"].contains(&first) {
                    run.check(&words(&["sed", "-n", &format!("{first}{second}p"), file]), b"");
                }
            }
        }
    }
    for options in ["2,3p;5p", "2,3!p", "2,3P", "-u 2,3p", "-z 1,2p", "-s 2,3p", "-E 2,3p", "-e 2p -e 3p", "-i 2,3p"] {
        let line = [&["sed", "-n"][..], &options.split(' ').collect::<Vec<_>>(), &["long"]].concat();
        run.check(&words(&line), b"");
    }
    run.check(&words(&["sed", "2,3p", "long"]), b"");
    run.check(&words(&["sed", "-n", "2,3p", "-"]), b"1\n2\n3\n");
    run.check(&words(&["sed", "-n", "2,3p", "nonl", "nonl"]), b"");
    run.finish();
}

/// Whole command lines; `_` stands for a space inside a word.
const LINES: &[&str] = &[
    "sed",
    "sed -n",
    "sed -k",
    "sed --nope",
    "sed --e",
    "sed --s p",
    "sed -n 2,3p t",
    "sed -n 2,3p t u",
    "sed -ns $p t u",
    "sed -n $= t u",
    "sed -s -n $= t u",
    "sed -n $p t empty",
    "sed -n $p t nope",
    "sed -n $p nope t",
    "sed p d",
    "sed -n 1p d t",
    "sed -i p d t",
    "sed -i p t d",
    "sed -i p",
    "sed -i p nope",
    "sed -i s/L/M/ t nope u",
    "sed -i.bak s/L/M/ t",
    "sed -i s/x/y/ l",
    "sed --follow-symlinks -i s/x/y/ l",
    "sed -i s/x/y/ run",
    "sed -i 1q t",
    "sed -i 1Q t",
    "sed -in p t",
    "sed -n -i p t",
    "sed -i -n 2p t u",
    "sed -i w_/dev/stdout u",
    "sed -i 1w_out u",
    "sed -i $d u",
    "sed -i 2i\\new u",
    "sed -i 1a\\____new u",
    "sed -z s/\\n/,/g t",
    "sed -e /L/{p -e } t",
    "sed /L/{p -e } t",
    "sed -e p -e k t",
    "sed -e p -e s/a t",
    "sed -e a\\ -e __foo t",
    "sed -e a_foo\\ -e bar t",
    "sed -e i\\ -e x u",
    "sed -e a -e foo t",
    "sed -e #n -e p t",
    "sed -f nope t",
    "sed -f sc t",
    "sed -f quiet t",
    "sed -f open t",
    "sed -f edit t",
    "sed -n -f edit -e p t",
    "sed -f -",
    "sed p",
    "sed p -",
    "sed = -",
    "sed F - t",
    "sed -np t",
    "sed -ne p t",
    "sed --expression=p t",
    "sed --quiet -e p t",
    "sed -s F t u",
    "sed w_/dev/stdout u",
    "sed w_/nope/x u",
    "sed -n w_out u",
    "sed r_u t",
    "sed $r_nope t",
    "sed R_u t",
    "sed 1r_/dev/stdin u",
    "sed p nonl u",
    "sed $a_foo nonl",
    "sed i\\x nonl",
    "sed r_u nonl",
    "sed N;P nonl",
    "sed 1R_nonl u u",
    "sed = nonl",
    "sed -n x;p nonl",
    "sed w_out nonl u",
    "sed s/a/\\n/ nonl",
    "sed 1d nonl u",
    "sed -s p nonl u",
    "sed 1q nonl",
    "sed l nonl",
    "sed G nonl",
    "sed -z p nonl",
    "sed H;x nonl",
    "sed -i p nonl u",
    "sed -n H;${x;p} nonl",
    "sed -l 5 -n l t",
    "sed -l 1 -n l t",
    "sed --posix p u",
    "sed --posix N u nonl",
    "sed --sandbox w_x u",
    "sed --sandbox p u",
    "sed -n 5q t",
    "sed 2q;s/L/M/ t",
    "sed -n 2{p;q} t",
    "sed 2,3!d t",
    "sed -u 1p t",
    "sed -E s/(a)(b)?/[\\2]/ t",
    "sed -b p u",
];

const SCRIPTS: &[&str] = &[
    "s/a/b",
    "s/a/b/z",
    "s/a",
    "s",
    "y/abc/d/",
    "y/a",
    "k",
    "p;p x",
    "{p",
    "p}",
    "}",
    "1,p",
    "1,2,3p",
    "/a",
    "/a/,p",
    "a",
    "a\\",
    "i",
    "a foo\\",
    "$!",
    "3!!p",
    "1,2=",
    ":",
    ": a",
    "b nolabel",
    "b a;:a",
    ":a b",
    "t",
    "r",
    "w",
    "q5",
    "q x",
    "1,2q",
    "l 3",
    "l x",
    "s/a/b/gg",
    "s/a/b/pp",
    "s/a/b/0",
    "s/a/b/12g",
    "s/a/b/1 2",
    "s/\\(a/b/",
    "s/a/\\1/",
    "s/a\\{1/b/",
    "s/[a/b/",
    "0p",
    "0,5p",
    "0,/a/p",
    "1~2p",
    "2,~4p",
    "2,+1p",
    "\\,a,p",
    "\\n",
    "s//x/",
    "//p",
    "z",
    "v",
    "v 9.9",
    "W",
    "c",
    "1,2c\\",
    "n;n",
    "y/a/\\n/",
    "s/a/b/w",
    "s/a/b/m",
    "s,a\\,b,c,",
    "p;}",
    "{}",
    "{;p;;}",
    "1!p",
    "/a/I,/b/Ip",
    "/a/Xp",
    "#n",
    "#n\np",
    "#no\np",
    "r nope",
    "a\\ foo",
    "   p",
    "p # c",
    "=;=",
    "Q1",
    "D",
    "x;G",
    "l;l 1",
    "5,2p",
    "$p",
    "$,1p",
    "1,$p",
    "/x/,/y/{p}",
    "p;;p",
    "y/a-c/A-C/",
    "y/a\\/b/c\\/d/",
    "s/x/\\x41\\o102\\d067/",
    "s/x/a\\tb\\nc/",
    "1d;2d",
    "ap",
    "a  lead",
    "a\\  lead",
    "i\\\nmulti\\\nline",
    "a\\\n  keep",
    "a one\np",
    "$a end",
    "1{a x\n}",
    "1{a x}",
    "a x;p",
    "a foo\\nbar",
    "a foo\\tbar",
    "a\\foo",
    "a\\tfoo",
    "a \\tfoo",
    "a  foo\\  bar",
    "a\\\n  foo\\\n  bar",
    "a foo\\\nbar",
    "a\\\n",
    "a \\  foo",
    "a\\\\foo",
    "a foo\\\\bar",
    "a foo\\qbar",
    "a \\x41\\o102\\d067",
    "a foo}",
    "a\\\n\\tfoo",
    "a\\\n\\  foo",
    "a\\\n\\\nx",
    "c\\",
    "i\\   x",
    "a \\\nfoo",
    "a   \\\n   foo",
    "a\tfoo",
    "a é\\é",
    "a foo\\\n",
    "a\\x",
    "a text\\\n",
    "1i   text  ",
    "a\\;p",
    "a #c",
    "a foo\\x26&",
    "s/L/a\\\nb/",
    "s/L/\\n/",
    "s/L/\\&&\\\\/",
    "s/L/\\x26/",
    "s/L/[\\x5c]/",
    "s/L/\\cA/",
    "s/\\x4c/X/",
    "s/\\x5e/X/",
    "s/[\\n]/X/",
    "s/[\\x4c]/X/",
    "s/L\\x31/X/",
    "s/\\d76/X/",
    "s/\\o114/X/",
    "s/L/\\U&x\\Ey/",
    "s/\\(L\\)\\(1\\)/\\l\\1\\u\\2/",
    "s/.*/\\Lab\\uCD/",
    "s/.*/\\uabc\\Lx\\Ex/",
    "s/.*/\\l\\UABC/",
    "s/.*/\\u\\LABC/",
    "s/.*/\\U&\\n\\E&/",
    "s/x*/-/g",
    "s/x*/-/2",
    "s/b*/X/2",
    "s/$/X/g",
    "s/^/X/g",
    "s/1*$/X/g",
    "y/L/\\n/",
    "y/L1/\\t\\\\/",
    "y/\\L/x/",
    "y,L,\\,,",
    "s|L\\|1|x|g",
    "s+L\\+1+x+",
    "s.L\\.1.x.",
    "s(L\\(1(x(",
    "s/L/a/;s//b/",
    "/L/s//b/",
    "s//X/I",
    "s/a/b/ p",
    "s/a/b/ g",
    "a\nfoo",
    "/L/{p;b};p",
    "bx}",
    "{:a};p",
    "{ba}",
    "+1p",
    "~1p",
    "1,+p",
    "1 , 2 p",
    "1,2 !p",
    "1! p",
    "y/a/bc/",
    "y/a\\bc/def/",
    "y/é/e/",
    "yéaébé",
    "sééé",
    "1~3d",
    "2~0p",
    "0~0p",
    "0~1p",
    "2,1p",
    "2,/L/p",
    "/L/,1p",
    "/L/,+1d",
    "1,~2d",
    "0,/L/d",
    "1,/L/d",
    "$!{$!N}",
    "q5x",
    "dp",
    "d p",
    "",
    " ",
    "1",
    "1,2",
    "/a/",
    "s/a/b/;s",
    "h;x}",
    "N;P;D",
    "N;N;N",
    "$!N;s/\\n/-/",
    "1a X\nN",
    "2c\\\nX",
    "1,2c\\X",
    "$!c X",
    "1!G;h;$!d",
    "2,3{N;N;p}",
    "/[25]/,4{N;N;p}",
    "$!N;$!D",
    "1h;1!H;$!d;x;s/\\n/,/g",
    ":a;N;$!ba;s/\\n/ /g",
    "/^$/d",
    "s/[[:space:]]*$//",
    "s/^[ \\t]*//",
    "/def/,/return/p",
    "/def/,/return/d",
    "s/def \\(\\w*\\)/fn \\1/",
    "2,3s/^/# /",
    "$!N;P;D",
    "s/\\bfoo\\b/bar/g",
    "/abc/a\\    x = 1",
    "/abc/i\\    x = 1\\n    y = 2",
    "3c\\    changed",
    "1i import os",
    "/foo/!s/1/2/",
    "s/'/\"/g",
    "/self/{s/bar/baz/;s/self/cls/}",
    "10q",
    "s/a\\|b/X/g",
    "s/\\(a\\|b\\)\\+/<&>/",
    "s/./\\u&/",
    "s/\\w\\+/\\u&/g",
    "s/e$/&\\\n&/",
    "1s/.*/X/;t;p",
    "1s/L/X/;Te;p;:e",
    "$!{h;d};x;G",
    "n;d",
    "$!n;s/^/*/",
    "s/a/b/;ta;s/$/ no/;:a",
    "s/\\./\\\\./",
    "s/L/&\\\n\\tT/",
    "/L/w out",
    "s/L/M/w out",
];
