//! `ls`, `dir`.

use crate::menu::{Menu, odd_names};
use crate::support::{Files, Generator, generate};

const OPERANDS: &[&str] = &["missing", "src", ".", "no pe", "", "a.py/x", "./src/", "src/pkg/."];

/// Times are the machine's; sizes and blocks of directories are the file system's.
fn mask_details(output: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&output).into_owned();
    let mut masked = String::new();
    for line in text.split_inclusive('\n') {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| word.len() == 10 && "dl-".contains(&word[..1]) && word.is_ascii());
        match at {
            _ if line.starts_with("total ") => masked.push_str("total N\n"),
            Some(at) if words.last().is_some_and(|last| last.starts_with("..")) => {
                // What lies above the copy is not the copy.
                masked.push_str(&words[..at].join(" ").replace(|c: char| c.is_ascii_digit(), ""));
                masked.push_str("..\n");
            }
            Some(at) if words.len() > at + 4 => {
                let is_directory = words[at].starts_with('d');
                for (place, word) in words.iter().enumerate() {
                    let is_day = place > 0 && MONTHS.contains(&words[place - 1]);
                    let is_time = is_day || word.contains(':') || word.contains("2025") || word.contains("2026");
                    let is_size =
                        is_directory && place > at && word.bytes().all(|byte| b"0123456789.kK".contains(&byte));
                    let is_before = is_directory && place < at;
                    masked.push_str(if is_time || is_size || is_before || MONTHS.contains(word) { "N" } else { word });
                    masked.push(' ');
                }
                masked.push('\n');
            }
            _ => masked.push_str(line),
        }
    }
    masked.replace("N N N ", "N ").replace("N N ", "N ").into_bytes()
}

const MONTHS: &[&str] = &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Without a file that looks like options: `-dash` asks for the sizes of directories.
fn tree(generator: &mut Generator) -> Files {
    let mut files = generator.draw(&generate::tree());
    files.remove(&b"-dash"[..]);
    files
}

#[test]
fn names() {
    let options = &[
        "-a",
        "-A",
        "-R",
        "-1",
        "-d",
        "-F",
        "-p",
        "-r",
        "-U",
        "-X",
        "-v",
        "-C",
        "-x",
        "-m",
        "-Q",
        "-b",
        "-q",
        "-N",
        "-B",
        "-w 40",
        "-w 20",
        "-C -w 60",
        "-I *.py",
        "--ignore=foo*",
        "--hide=a*",
        "--color=never",
        "--color=always",
        "--group-directories-first",
        "--file-type",
        "--quoting-style=shell-escape",
        "-L",
        "-H",
        "--sort=bad",
        "--color=x",
        "-9",
        "--foo",
        "-f",
        "--zero",
        "--indicator-style=slash",
        "--format=commas",
        "-aF",
        "--sort=extension",
        "--quoting-style=c",
        "--width=x",
    ];
    let menu = Menu { command: "ls", options, operands: OPERANDS, count: (0, 3), paths: 4, seed: 40 };
    menu.run_on(tree);
    menu.run_on(|_| odd_names());
}

#[test]
fn many_columns() {
    let options = &[
        "-C",
        "-x",
        "-m",
        "-w 40",
        "-w 77",
        "-w 100",
        "-F",
        "-p",
        "-a",
        "-r",
        "-S",
        "--sort=width",
        "--quoting-style=shell-escape",
    ];
    let menu = Menu { command: "ls", options, operands: &["."], count: (0, 1), paths: 0, seed: 41 };
    menu.run_on(|generator: &mut Generator| {
        let names = proptest::collection::vec("[a-zA-Z_é ]{1,14}", 1..50);
        let mut files = Files::new();
        for name in generator.draw(&names) {
            crate::support::insert(&mut files, name.as_bytes(), crate::support::File::text("x"));
        }
        files
    });
}

#[test]
fn details() {
    let options = &[
        "-l",
        "-la",
        "-lh",
        "-lR",
        "-ld",
        "-lF",
        "-n",
        "-g",
        "-o",
        "-lG",
        "-lr",
        "-l --si",
        "-l -p",
        "--full-time",
        "-l --time-style=long-iso",
        "-l --time-style=+%Y",
        "-l --time-style=bad",
    ];
    let menu = Menu { command: "ls", options, operands: OPERANDS, count: (0, 2), paths: 6, seed: 42 };
    menu.run_masked(tree, &mask_details);
}
