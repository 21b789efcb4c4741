//! The options of `ls` and the words that some of them take.

use super::super::common::{HELP, VERSION};
use super::super::options::{Long, OptionTable};

/// All options.
pub(super) const TABLE: OptionTable = OptionTable {
    short: "abcdfghiklmnopqrstuvw:xABCDFGHI:LNQRST:UXZ1",
    long: &[
        Long::flag("all", "a"),
        Long::flag("escape", "b"),
        Long::flag("directory", "d"),
        Long::flag("dired", "D"),
        Long::flag("full-time", "full-time"),
        Long::flag("group-directories-first", "group-directories-first"),
        Long::flag("human-readable", "h"),
        Long::flag("inode", "i"),
        Long::flag("kibibytes", "k"),
        Long::flag("numeric-uid-gid", "n"),
        Long::flag("no-group", "G"),
        Long::flag("hide-control-chars", "q"),
        Long::flag("reverse", "r"),
        Long::flag("size", "s"),
        Long::value("width", "w"),
        Long::flag("almost-all", "A"),
        Long::flag("ignore-backups", "B"),
        Long::perhaps("classify", "F"),
        Long::flag("file-type", "file-type"),
        Long::flag("si", "si"),
        Long::flag("dereference-command-line", "H"),
        Long::flag("dereference-command-line-symlink-to-dir", "H"),
        Long::value("hide", "hide"),
        Long::value("ignore", "I"),
        Long::value("indicator-style", "indicator-style"),
        Long::flag("dereference", "L"),
        Long::flag("literal", "N"),
        Long::flag("quote-name", "Q"),
        Long::value("quoting-style", "quoting-style"),
        Long::flag("recursive", "R"),
        Long::value("format", "format"),
        Long::flag("show-control-chars", "show-control-chars"),
        Long::value("sort", "sort"),
        Long::value("tabsize", "T"),
        Long::value("time", "time"),
        Long::value("time-style", "time-style"),
        Long::flag("zero", "zero"),
        Long::perhaps("color", "color"),
        Long::perhaps("hyperlink", "ignored"),
        Long::value("block-size", "block-size"),
        Long::flag("context", "Z"),
        Long::flag("author", "ignored"),
        HELP,
        VERSION,
    ],
};

pub(super) const WHEN: &[&[&str]] =
    &[&["always", "yes", "force"], &["never", "no", "none"], &["auto", "tty", "if-tty"]];
pub(super) const SORTS: &[&[&str]] = &[&["none"], &["time"], &["size"], &["extension"], &["version"], &["width"]];
pub(super) const FORMATS: &[&[&str]] =
    &[&["verbose", "long"], &["commas"], &["horizontal", "across"], &["vertical"], &["single-column"]];
pub(super) const QUOTING: &[&[&str]] = &[
    &["literal"],
    &["shell"],
    &["shell-always"],
    &["shell-escape"],
    &["shell-escape-always"],
    &["c"],
    &["c-maybe"],
    &["escape"],
    &["locale"],
    &["clocale"],
];
