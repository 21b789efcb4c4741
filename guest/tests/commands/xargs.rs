//! xargs beside GNU findutils 4.9.

use crate::support::generate::tree;
use crate::support::{Differential, Generator, cases, files};

const OPTIONS: &[&str] = &[
    "-n1",
    "-n2",
    "-n 3",
    "-L1",
    "-L 2",
    "-I{}",
    "-I %",
    "-0",
    "-r",
    "-t",
    "-d,",
    "-d \\n",
    "-x",
    "-s 60",
    "-E foo",
    "-P 1",
    "-a list",
    "-i",
    "-l",
    "--null",
    "--max-args=2",
    "--replace",
    "--replace=%",
    "--delimiter=o",
    "--no-run-if-empty",
    "--verbose",
    "-n0",
    "-k",
    "--max-lines",
    "-e",
    "-efoo",
];

const COMMANDS: &[&str] = &[
    "",
    "echo",
    "echo a",
    "echo {} x%",
    "cat",
    "cat a.py",
    "grep -l foo",
    "grep -n bar /dev/null",
    "head -n 1",
    "false",
    "true",
    "wc -l",
    "missing-program",
    "echo [{}]",
    "ls -d",
    "sed -n 1p",
    "test -f",
    "cat -n {}",
    "printf <%s>",
];

const INPUTS: &[&[u8]] = &[
    b"",
    b"a.py\nb.py\n",
    b"a.py b.py src/a.py\n",
    b"  a  \n\n\nb \nc\n",
    b"'a b' \"c d\" e\\ f\n",
    b"it's",
    b"a\0b c\0d",
    b"one,two,\n,three",
    b"foo\nbar\nfoo\nbaz\n",
    b"x",
    b"\n",
    b"a\\\nb\n",
    b"\"open\n",
    b"''\n",
    b"- -n --\n",
    b"a\tb\x0bc\n",
    b"missing a.py\n",
    b"\xc3\xa9 \xff\n",
];

#[test]
fn random_command_lines() {
    let mut generator = Generator::new(6);
    let mut run = Differential::new("xargs");
    for case in 0..cases(500) {
        if case % 20 == 0 {
            let mut tree = generator.draw(&tree());
            tree.extend(files(&[("list", "a.py\nfoo bar\n\"q r\"\n")]));
            run.enter(&tree);
        }
        let mut line = vec!["xargs"];
        for _ in 0..generator.below(3) {
            line.extend(generator.pick(OPTIONS).split(' '));
        }
        line.extend(generator.pick(COMMANDS).split(' ').filter(|word| !word.is_empty()));
        let line: Vec<Vec<u8>> = line.into_iter().map(|word| word.as_bytes().to_vec()).collect();
        let input = generator.pick(INPUTS);
        run.check(&line, input);
    }
    run.finish();
}

#[test]
fn long_input_is_cut_at_128_kib() {
    let mut run = Differential::new("xargs long");
    run.enter(&files(&[("a", "")]));
    let input: Vec<u8> = (100_000..130_000).flat_map(|number| format!("{number}\n").into_bytes()).collect();
    for line in [&["xargs"][..], &["xargs", "echo", "x"], &["xargs", "-n", "7000"], &["xargs", "-s", "1000"]] {
        run.check(&crate::support::words(line), &input);
    }
    run.finish();
}

#[test]
fn messages() {
    let mut run = Differential::new("xargs messages");
    run.enter(&files(&[("xi", "a b\n\"c d\" e\\ f\n\n  g\n"), ("d/x", "")]));
    for line in LINES {
        let words: Vec<Vec<u8>> = line.split(' ').map(|word| word.replace('_', " ").into_bytes()).collect();
        run.check(&words, b"a b\n\"c d\" e\\ f\n\n  g\n");
    }
    run.finish();
}

/// `_` stands for a space inside a word.
const LINES: &[&str] = &[
    "xargs -n x",
    "xargs -n 2x",
    "xargs -n 0",
    "xargs -L 0",
    "xargs -L x",
    "xargs -P x",
    "xargs -P -1 echo",
    "xargs -P 0 echo",
    "xargs -s x",
    "xargs -s 1 echo",
    "xargs -s 20 echo",
    "xargs -x -s 5 echo",
    "xargs -d ab",
    "xargs -d \\q",
    "xargs -d \\101x",
    "xargs -d \\x41",
    "xargs -a nope",
    "xargs -a xi",
    "xargs -a xi cat",
    "xargs -I{} -n1 echo {}",
    "xargs -n1 -I{} echo {}",
    "xargs -n2 -I{} echo {}",
    "xargs -I{} -n2 echo {}",
    "xargs -L2 -n1 echo",
    "xargs -n1 -L2 echo",
    "xargs -I{} -L2 echo {}",
    "xargs -L2 -I{} echo {}",
    "xargs -I{} -I[] echo {} []",
    "xargs -I{}",
    "xargs -IX echo XX aXb",
    "xargs -I% %",
    "xargs ./d",
    "xargs ./nope",
    "xargs nope",
    "xargs sh -c exit_255",
    "xargs -n1 sh -c exit_255",
    "xargs sh -c exit_3",
    "xargs -t -n1",
    "xargs -p echo",
    "xargs --foo",
    "xargs --max foo",
    "xargs -d , -t",
    "xargs -l2 echo",
    "xargs --max-lines=2 echo",
    "xargs -E g",
    "xargs -E '' echo",
    "xargs cat -",
    "xargs -r",
    "xargs -0 -t",
    "xargs -l -n1",
    "xargs -n1 -l",
    "xargs -i -l echo {}",
];
