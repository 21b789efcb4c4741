//! `find`: random expressions.

use crate::menu::odd_names;
use crate::support::{Differential, Generator, cases, generate, words};

/// Sizes only of files: a directory's is the file system's business (a tmpfs counts entries).
const TESTS: &[&str] = &[
    "-name *.py",
    "-name foo*",
    "-name [!a]*",
    "-name *",
    "-iname FOO*",
    "-iname readme.MD",
    "-name .*",
    "-path ./src/*",
    "-path *pkg*",
    "-wholename *a.py",
    "-ipath *SRC*",
    "-regex .*\\.py",
    "-regex .*/[ab]\\.py",
    "-iregex .*FOO.*",
    "-regextype posix-extended -regex .*(foo|bar)\\.(py|txt)",
    "-regextype egrep -regex ./src.*",
    "-type f",
    "-type d",
    "-type l",
    "-type f,l",
    "-xtype f",
    "-xtype l",
    "-empty",
    "( -type f -size 0 )",
    "( -type f -size -2 )",
    "( -type f -size +20c )",
    "( -type f -size -1k )",
    "( -type f -size 1k )",
    "-perm 644",
    "-perm -100",
    "-perm /111",
    "-perm -u+x",
    "-perm u=rw,go=r",
    "-executable",
    "-readable",
    "-links 1",
    "-links +2",
    "-lname a*",
    "-maxdepth 1",
    "-maxdepth 2",
    "-mindepth 1",
    "-mindepth 2",
    "-maxdepth 0",
    "-user root",
    "-uid 0",
    "-group root",
    "-true",
    "-false",
    "-depth",
    "-name [a",
    "-name a\\.py",
    "-samefile a.py",
    "-nouser",
    "-name README*",
    "-not -name *.py",
    "! -type d",
    "-name __pycache__ -prune",
    "-path ./.git -prune -o",
    "-name src -prune -o",
];
const ACTIONS: &[&str] = &[
    "-print",
    "-print0",
    "-prune",
    "-quit",
    "-exec echo {} ;",
    "-exec echo x{}y {} ;",
    "-exec echo {} +",
    "-exec cat {} ;",
    "-exec grep -l foo {} ;",
    "-exec grep -n foo {} +",
    "-exec head -n 1 {} ;",
    "-execdir echo {} ;",
    "-exec wc -l {} +",
    "-exec nosuch {} ;",
    "-exec false ;",
    "-printf %p|%f|%h|%P|%H|%d|%m|%M|%y|%l|%u|%g|%U\\n",
    "-printf %-10f|%5d|%.3p\\n",
    "-printf %Y\\n",
    "-printf %q\\x%%\\101\\n",
    "-printf %p\\c",
];
const WRONG: &[&str] = &[
    "-o",
    "-a",
    "!",
    "(",
    ")",
    ",",
    "-foo",
    "x",
    "a.py",
    "-name",
    "-type q",
    "-type",
    "-maxdepth x",
    "-size 1q",
    "-size x",
    "-perm x",
    "-exec",
    "-exec ;",
    "-exec echo",
    "-newer missing",
    "-newer a.py",
    "-user nobodyx",
    "-printf %",
    "-printf",
    "-links x",
    "-regextype foo",
    "-type f,",
    "-type ff",
    "-path ./src/",
    "-regex \\(",
    "-newermt bad",
    "-mtime x",
    "-exec echo {} {} +",
    "-name a/b",
];

fn expression(generator: &mut Generator, depth: usize, line: &mut Vec<Vec<u8>>) {
    let add = |line: &mut Vec<Vec<u8>>, text: &str| line.extend(words(&text.split(' ').collect::<Vec<_>>()));
    for at in 0..1 + generator.below(3) {
        if at > 0 {
            match generator.below(5) {
                0 => add(line, "-o"),
                1 => add(line, "-a"),
                2 if depth == 0 && generator.one_in(4) => add(line, ","),
                _ => {}
            }
        }
        if generator.one_in(6) {
            add(line, "!");
        }
        match generator.below(12) {
            0 if depth < 2 => {
                add(line, "(");
                expression(generator, depth + 1, line);
                add(line, ")");
            }
            1..=3 => add(line, generator.pick(ACTIONS)),
            _ => add(line, generator.pick(TESTS)),
        }
    }
}

#[test]
fn expressions() {
    let mut generator = Generator::new(30);
    let mut suite = Differential::new("find");
    for case in 0..cases(500) {
        if case % 12 == 0 {
            let files = if generator.one_in(12) { odd_names() } else { generator.draw(&generate::tree()) };
            suite.enter(&files);
        }
        let mut line = words(&["find"]);
        if generator.one_in(8) {
            line.extend(words(&[generator.pick(&["-L", "-H", "-P"])]));
        }
        for _ in 0..generator.below(3) {
            let start =
                generator.pick(&[".", "src", "src/", "./src/pkg", "missing", "a.py", "tests", "./", "x", "src//"]);
            line.extend(words(&[start]));
        }
        expression(&mut generator, 0, &mut line);
        if generator.one_in(8) {
            line.extend(words(&["-delete"]));
        }
        if generator.one_in(6) {
            line.extend(words(&generator.pick(WRONG).split(' ').collect::<Vec<_>>()));
        }
        suite.check(&line, b"");
    }
    suite.finish();
}
