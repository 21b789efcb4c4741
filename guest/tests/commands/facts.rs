//! `tree` and `which` beside Debian 12's, and what a machine says of itself where every container says the same.

use crate::menu::Menu;
use crate::support::generate;

/// What a directory takes differs between file systems: on a tmpfs 20 bytes an entry, in a session 4096. Sizes that
/// may be a directory's are not compared.
fn without_directory_sizes(output: Vec<u8>) -> Vec<u8> {
    let lines = output.split(|byte| *byte == b'\n').map(|line| {
        let Some(end) = line.windows(3).position(|bytes| bytes == b"]  ") else { return line.to_vec() };
        let start = line[..end].iter().rposition(|byte| matches!(byte, b' ' | b'[')).map_or(0, |at| at + 1);
        let size = String::from_utf8_lossy(&line[start..end]);
        let may_be_directory =
            size == "4096" || size == "4.0K" || size.parse().is_ok_and(|size: u64| size.is_multiple_of(20));
        // With the blanks in front: the columns are wider where the number is shorter.
        let before = line[..start].trim_ascii_end();
        if may_be_directory { [before, b" SIZE", &line[end..]].concat() } else { line.to_vec() }
    });
    lines.collect::<Vec<_>>().join(&b'\n')
}

#[test]
fn tree() {
    let options = &[
        "-L 1",
        "-L 2",
        "-a",
        "-d",
        "-f",
        "-i",
        "-F",
        "--noreport",
        "-I *.py",
        "-P *.py",
        "--dirsfirst",
        "-r",
        "-s",
        "-h",
        "-p",
        "-Q",
        "--prune",
        "--filesfirst",
        "-N",
        "-L x",
        "-Z",
        "--no-such",
    ];
    Menu { command: "tree", options, operands: &["missing", ".", "./"], count: (0, 2), paths: 7, seed: 175 }
        .run_masked(|generator| generator.draw(&generate::tree()), &without_directory_sizes);
}

#[test]
fn which() {
    let operands = &["ls", "grep", "nothing-of-this-name", "tests/b.py", "", "./missing", "sed", "--", "-x", "ls/"];
    Menu { command: "which", options: &["-a", "-aa"], operands, count: (0, 3), paths: 1, seed: 176 }.run();
}

#[test]
fn identity() {
    let options = &["-u", "-un", "-g", "-G", "-gn", "-n", "-r", "-x"];
    Menu { command: "id", options, operands: &["root", "nobody-by-this-name"], count: (0, 2), paths: 0, seed: 177 }
        .run();
}

#[test]
fn system() {
    let options = &["-s", "-m", "-o", "-sm", "-so", "-x"];
    Menu { command: "uname", options, operands: &["-s", "extra"], count: (1, 1), paths: 0, seed: 178 }.run();
}

/// The file system of a session has a size of its own: headings, rows and what cannot be found are compared.
#[test]
fn file_systems() {
    let options = &["-h", "-k", "-T", "-H", "-m", "-i", "-P", "-B 4096", "-BM", "-B x", "--block-size=1000", "-l"];
    let suite = Menu { command: "df", options, operands: &["missing", "no/such"], count: (1, 3), paths: 7, seed: 179 };
    suite.run_masked(|generator| generator.draw(&generate::tree()), &|output| {
        let lines = output.split(|byte| *byte == b'\n').map(|line| {
            let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).collect();
            match words.first() {
                Some(first) if first.starts_with(b"df") || *first == b"Filesystem" || *first == b"Try" => {
                    words.join(&b' ')
                }
                Some(_) => format!("a row of {} columns", words.len()).into_bytes(),
                None => Vec::new(),
            }
        });
        lines.collect::<Vec<_>>().join(&b'\n')
    });
}
