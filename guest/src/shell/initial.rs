//! The environment of a shell in a slim Python container.

/// Exported variables, as a `python:slim` image and `docker exec` set them.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("HOME", "/root"),
    ("HOSTNAME", crate::world::HOSTNAME),
    ("LANG", "C.UTF-8"),
    ("PATH", "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ("SHLVL", "1"),
];

/// Variables that bash sets and does not export.
pub(super) const VARIABLES: &[(&str, &str)] = &[
    ("BASH", "/bin/bash"),
    ("BASH_VERSION", "5.2.15(1)-release"),
    ("EUID", "0"),
    ("HOSTTYPE", "x86_64"),
    ("IFS", " \t\n"),
    ("MACHTYPE", "x86_64-pc-linux-gnu"),
    ("OPTERR", "1"),
    ("OPTIND", "1"),
    ("OSTYPE", "linux-gnu"),
    ("PS4", "+ "),
    ("UID", "0"),
];

/// Variables that a prompt adds.
pub(super) const INTERACTIVE: &[(&str, &str)] =
    &[("COLUMNS", "1000"), ("LINES", "1000"), ("PS1", "\\s-\\v\\$ "), ("PS2", "> ")];

/// `BASH_VERSINFO`
pub(super) const VERSION: [&str; 6] = ["5", "2", "15", "1", "release", "x86_64-pc-linux-gnu"];
