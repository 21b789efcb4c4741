//! `stat`, `du`, `md5sum`, `sha1sum`, `sha256sum`.

use crate::menu::Menu;
use crate::support::{Files, Generator, generate};

const OPERANDS: &[&str] = &["missing", "src", ".", "no pe", "", "a.py/x", "./src/"];

/// Only files: sizes and blocks of directories are the file system's.
fn flat(generator: &mut Generator) -> Files {
    let mut files = generator.draw(&generate::tree());
    let leads_to_directory = |target: &[u8]| target == b"src" || target == b".";
    files.retain(|path, file| match file {
        crate::support::File::Directory => false,
        crate::support::File::Link(target) => !path.contains(&b'/') && !leads_to_directory(target),
        crate::support::File::Regular(..) => !path.contains(&b'/'),
    });
    files
}

#[test]
fn stat() {
    let formats = &[
        "--format=%n %s %a %A %F %h %u %U %g %G",
        "-c %N",
        "-c %a %n",
        "-c %s",
        "--printf=%n\t%s\n",
        "-c %f %F",
        "-c %b %B %o",
        "-c %5s|%-5s|%05a|",
        "-c %h",
        "-c %%",
        "-c %.3n",
        "-c %t %T",
        "-c %q",
    ];
    let operands = &["missing", "no pe", "", "a.py/x"];
    let menu = Menu { command: "stat", options: &["-L"], operands, count: (0, 3), paths: 8, seed: 110 };
    let menus: Vec<String> = formats.iter().map(|text| text.replacen("-c ", "--format=", 1)).collect();
    let formats: Vec<&str> = menus.iter().map(String::as_str).collect();
    menu.run_first_on(&formats, flat);
}

#[test]
fn stat_times() {
    let operands = &["missing"];
    let is_link = |file: &crate::support::File| matches!(file, crate::support::File::Link(_));
    let menu = Menu { command: "stat", options: &[], operands, count: (1, 2), paths: 9, seed: 111 };
    menu.run_first_on(&["--format=%y", "--format=%Y", "--format=%.2Y"], |generator| {
        let mut files = flat(generator);
        files.retain(|_, file| !is_link(file));
        files
    });
}

#[test]
fn du() {
    let options = &[
        "-a",
        "-s",
        "-h",
        "-b",
        "-c",
        "-k",
        "-m",
        "-d 1",
        "--exclude=*.py",
        "-S",
        "-0",
        "-x",
        "-d x",
        "-B 512",
        "-sh",
    ];
    // Directories weigh nothing on a tmpfs, so files are asked for by name.
    let operands = &["missing", "no pe", "", "a.py/x"];
    Menu { command: "du", options, operands, count: (1, 4), paths: 8, seed: 112 }.run_on(flat);
}

#[test]
fn digests() {
    let options = &["-b", "--tag", "-z", "-t", "-x"];
    for (seed, command) in ["md5sum", "sha1sum", "sha256sum"].into_iter().enumerate() {
        let menu = Menu { command, options, operands: OPERANDS, count: (0, 3), paths: 8, seed: 113 + seed as u8 };
        menu.run();
        let files = |_: &mut Generator| {
            let list = "d41d8cd98f00b204e9800998ecf8427e  empty\nd41d8cd98f00b204e9800998ecf8427e *x\nbad line\n";
            let long = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  empty\n\
                        MD5 (x) = d41d8cd98f00b204e9800998ecf8427e\n0000  q\n";
            let short =
                "da39a3ee5e6b4b0d3255bfef95601890afd80709  empty\nda39a3ee5e6b4b0d3255bfef95601890afd80709  gone\n";
            crate::support::files(&[("empty", ""), ("x", "x\n"), ("a", list), ("b", long), ("c", short)])
        };
        let options = &["--quiet", "--status", "--ignore-missing"];
        let menu = Menu { command, options, operands: &["missing"], count: (1, 2), paths: 9, seed: 120 + seed as u8 };
        menu.run_first_on(&["-c"], files);
    }
}
