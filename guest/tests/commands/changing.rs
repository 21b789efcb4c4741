//! Commands that change files: `mkdir`, `rmdir`, `rm`, `touch`, `cp`, `mv`, `ln`, `chmod`.

use crate::menu::{Menu, odd_names};

const PLACES: &[&str] = &[
    "missing",
    "src",
    "src/",
    "new",
    "new/",
    "src/new",
    "a/b/c",
    "no pe",
    "",
    "a.py/x",
    ".",
    "src/pkg",
    "./x",
    "tests/../new2",
    "d/e/",
    "README.md",
];

#[test]
fn mkdir() {
    let options = &["-p", "-v", "-m 755", "-m u=rwx,go=rx", "-pv", "-m x", "-x", "--parents", "--mode=7777x"];
    Menu { command: "mkdir", options, operands: PLACES, count: (0, 3), paths: 3, seed: 70 }.run();
}

#[test]
fn rmdir() {
    let options = &["-p", "-v", "--ignore-fail-on-non-empty", "-x"];
    let operands = &["missing", "src", "src/pkg/", "new", "a.py/x", ".", "tests"];
    let menu = Menu { command: "rmdir", options, operands, count: (0, 3), paths: 5, seed: 71 };
    menu.run();
    menu.run_on(|_| {
        let mut files = crate::support::Files::new();
        for path in ["new", "src/pkg", "tests/a/b/c"] {
            crate::support::insert(&mut files, path.as_bytes(), crate::support::File::Directory);
        }
        files
    });
}

#[test]
fn rm() {
    let options = &["-r", "-f", "-v", "-rf", "-d", "-i", "-R", "-rv", "-x", "--recursive", "-I", "--interactive=never"];
    let menu = Menu { command: "rm", options, operands: PLACES, count: (0, 3), paths: 7, seed: 72 };
    menu.run();
    menu.run_on(|_| odd_names());
}

#[test]
fn touch() {
    let options = &["-c", "-a", "-m", "-d 2020-01-01", "-t 202001011200", "-r a.py", "-x", "-t x"];
    Menu { command: "touch", options, operands: PLACES, count: (0, 3), paths: 4, seed: 73 }.run();
}

#[test]
fn cp() {
    let options = &[
        "-r",
        "-a",
        "-p",
        "-v",
        "-n",
        "-f",
        "-T",
        "-t src",
        "-R",
        "-L",
        "-P",
        "-d",
        "-x",
        "-rv",
        "-t missing",
        "-i",
        "-H",
    ];
    // Directories are copied in the order of inodes, which is the machine's.
    let sorted = |output: Vec<u8>| {
        let mut lines: Vec<&[u8]> = output.split_inclusive(|byte| *byte == b'\n').collect();
        lines.sort_unstable();
        lines.concat()
    };
    let operands = &["missing", "src", "new", "new/", "a/b/c", "no pe", "", "a.py/x", "./x", "d/e/", "README.md"];
    let menu = Menu { command: "cp", options, operands, count: (0, 2), paths: 6, seed: 74 };
    // So is what is copied when a directory is copied below itself.
    let tree = |generator: &mut crate::support::Generator| {
        let mut files = generator.draw(&crate::support::generate::tree());
        files.retain(|path, _| !path.starts_with(b"src/pkg"));
        files
    };
    menu.run_masked(tree, &sorted);
    let options = &["-p", "-v", "-n", "-f", "-t src", "-L", "-P", "-d", "-i"];
    Menu { command: "cp", options, operands, count: (0, 4), paths: 6, seed: 79 }.run();
}

#[test]
fn mv() {
    let options = &["-f", "-n", "-v", "-T", "-t src", "-x", "-t missing", "-i"];
    Menu { command: "mv", options, operands: PLACES, count: (0, 3), paths: 6, seed: 75 }.run();
}

#[test]
fn ln() {
    let options = &["-s", "-sf", "-s -v", "-sn", "-sT", "-s -t src", "-sfn", "-sfv", "-x"];
    let menu = Menu { command: "ln", options, operands: PLACES, count: (0, 2), paths: 5, seed: 76 };
    menu.run_with_first(&["-s"]);
}

#[test]
fn chmod() {
    let options = &["-R", "-v", "-c", "-f", "-x", "-w", "--reference=a.py", "-Q"];
    let modes =
        &["755", "644", "u+x", "+x", "a=r", "go-rwx", "u=rwx,go=rx", "999", "u+q", "", "o=u", "+X", "4755", "a-x,u+x"];
    Menu { command: "chmod", options, operands: PLACES, count: (0, 2), paths: 8, seed: 77 }.run_with_first(modes);
}
