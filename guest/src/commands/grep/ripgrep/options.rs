//! rg's command line, and its messages about mistakes in it.

use super::super::settings::ListFiles;
use super::types;

/// What the command line asks for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) patterns: Vec<Vec<u8>>,
    pub(super) paths: Vec<Vec<u8>>,
    pub(super) fixed: bool,
    pub(super) ignore_case: bool,
    pub(super) smart_case: bool,
    pub(super) words: bool,
    pub(super) lines: bool,
    pub(super) invert: bool,
    pub(super) count: bool,
    pub(super) count_matches: bool,
    pub(super) list: ListFiles,
    pub(super) quiet: bool,
    pub(super) only_matching: bool,
    pub(super) max_count: u64,
    pub(super) before: Option<u64>,
    pub(super) after: Option<u64>,
    pub(super) line_numbers: Option<bool>,
    pub(super) with_names: Option<bool>,
    pub(super) heading: Option<bool>,
    pub(super) null: bool,
    pub(super) text: bool,
    /// `--files`
    pub(super) lists_files: bool,
    pub(super) hidden: bool,
    pub(super) no_ignore: bool,
    /// `-uuu`, `--binary`
    pub(super) searches_binary: bool,
    /// `-g`: patterns, those with `!` leave out.
    pub(super) globs: Vec<Vec<u8>>,
    /// `-t` and `-T`: names of files, and whether they are wanted.
    pub(super) types: Vec<(bool, &'static [&'static str])>,
    /// A type that is none; patterns are looked at first.
    pub(super) unknown_type: Option<Vec<u8>>,
    pub(super) max_depth: Option<u64>,
    /// One file after the other, which shows in some messages.
    pub(super) is_sequential: bool,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            patterns: Vec::new(),
            paths: Vec::new(),
            fixed: false,
            ignore_case: false,
            smart_case: false,
            words: false,
            lines: false,
            invert: false,
            count: false,
            count_matches: false,
            list: ListFiles::No,
            quiet: false,
            only_matching: false,
            max_count: i64::MAX as u64,
            before: None,
            after: None,
            line_numbers: None,
            with_names: None,
            heading: None,
            null: false,
            text: false,
            lists_files: false,
            hidden: false,
            no_ignore: false,
            searches_binary: false,
            globs: Vec::new(),
            types: Vec::new(),
            unknown_type: None,
            max_depth: None,
            is_sequential: false,
        }
    }
}

/// What came of the command line.
pub(super) enum Parsed {
    Run(Box<Asked>),
    /// Something to print, and the end.
    Text(Vec<u8>),
    /// A message, and the end.
    Mistake(Vec<u8>),
}

const USAGE: &str = "USAGE:
   \x20
    rg [OPTIONS] PATTERN [PATH ...]
    rg [OPTIONS] -e PATTERN ... [PATH ...]
    rg [OPTIONS] -f PATTERNFILE ... [PATH ...]
    rg [OPTIONS] --files [PATH ...]
    rg [OPTIONS] --type-list
    command | rg [OPTIONS] PATTERN
    rg [OPTIONS] --help
    rg [OPTIONS] --version

For more information try --help

";

/// Options with a value: letter, name, what the value is called.
const VALUES: &[(u8, &str, &str)] = &[
    (b'e', "regexp", "PATTERN"),
    (b'A', "after-context", "NUM"),
    (b'B', "before-context", "NUM"),
    (b'C', "context", "NUM"),
    (b'm', "max-count", "NUM"),
    (b'g', "glob", "GLOB"),
    (b't', "type", "TYPE"),
    (b'T', "type-not", "TYPE"),
    (b'j', "threads", "NUM"),
    (b'M', "max-columns", "NUM"),
    (0, "max-depth", "NUM"),
    (0, "sort", "SORTBY"),
    (0, "color", "WHEN"),
];

/// Options without one.
const FLAGS: &[(u8, &str)] = &[
    (b'i', "ignore-case"),
    (b's', "case-sensitive"),
    (b'S', "smart-case"),
    (b'F', "fixed-strings"),
    (b'w', "word-regexp"),
    (b'x', "line-regexp"),
    (b'v', "invert-match"),
    (b'c', "count"),
    (0, "count-matches"),
    (b'l', "files-with-matches"),
    (0, "files-without-match"),
    (b'q', "quiet"),
    (b'o', "only-matching"),
    (b'n', "line-number"),
    (b'N', "no-line-number"),
    (b'H', "with-filename"),
    (b'I', "no-filename"),
    (0, "heading"),
    (0, "no-heading"),
    (b'0', "null"),
    (b'a', "text"),
    (0, "files"),
    (b'.', "hidden"),
    (0, "no-ignore"),
    (0, "no-ignore-vcs"),
    (0, "no-messages"),
    (0, "no-config"),
    (0, "binary"),
    (b'u', "unrestricted"),
];

/// Reads the command line.
pub(super) fn parse(arguments: &[Vec<u8>]) -> Parsed {
    let mut asked = Asked::default();
    match read(arguments, &mut asked) {
        Ok(()) => {}
        Err(parsed) => return parsed,
    }
    if asked.patterns.is_empty() && !asked.lists_files {
        if asked.paths.is_empty() {
            return lacks_pattern();
        }
        let pattern = asked.paths.remove(0);
        asked.patterns.push(pattern);
    }
    if asked.count {
        // A count says more than the name alone.
        asked.list = ListFiles::No;
    }
    Parsed::Run(Box::new(asked))
}

fn read(arguments: &[Vec<u8>], asked: &mut Asked) -> Result<(), Parsed> {
    let mut words = arguments.iter().skip(1).map(Vec::as_slice);
    let mut unrestricted = 0;
    while let Some(word) = words.next() {
        match word {
            b"--" => {
                asked.paths.extend(words.by_ref().map(<[u8]>::to_vec));
            }
            [b'-', b'-', long @ ..] => {
                let (name, glued) = match memchr::memchr(b'=', long) {
                    Some(at) => (long.get(..at).unwrap_or_default(), long.get(at + 1..)),
                    None => (long, None),
                };
                if name == b"version" {
                    return Err(version());
                }
                if let Some((_, own, what)) = VALUES.iter().find(|(_, own, _)| own.as_bytes() == name) {
                    let value = glued.or_else(|| words.next()).ok_or_else(|| lacks_value(asked, own, what))?;
                    take_value(asked, own, what, value)?;
                } else if let Some((_, own)) = FLAGS.iter().find(|(_, own)| own.as_bytes() == name) {
                    take_flag(asked, own, &mut unrestricted);
                } else {
                    return Err(unknown(word));
                }
            }
            [b'-', letters @ ..] if !letters.is_empty() => {
                for (at, letter) in letters.iter().enumerate() {
                    if *letter == b'V' {
                        return Err(version());
                    }
                    if let Some((_, own, what)) = VALUES.iter().find(|(own, ..)| own == letter) {
                        let glued = letters.get(at + 1..).filter(|rest| !rest.is_empty());
                        let glued = glued.map(|rest| rest.strip_prefix(b"=").unwrap_or(rest));
                        let value = glued.or_else(|| words.next()).ok_or_else(|| lacks_value(asked, own, what))?;
                        take_value(asked, own, what, value)?;
                        break;
                    }
                    let Some((_, own)) = FLAGS.iter().find(|(own, _)| own == letter) else {
                        return Err(unknown(&[b'-', *letter]));
                    };
                    take_flag(asked, own, &mut unrestricted);
                }
            }
            operand => asked.paths.push(operand.to_vec()),
        }
    }
    Ok(())
}

fn lacks_pattern() -> Parsed {
    let message = "error: The following required arguments were not provided:\n    <PATTERN>\n\n";
    Parsed::Mistake([message.as_bytes(), USAGE.as_bytes()].concat())
}

fn version() -> Parsed {
    Parsed::Text(b"ripgrep 13.0.0\n".to_vec())
}

fn unknown(word: &[u8]) -> Parsed {
    let text = String::from_utf8_lossy(word);
    let message =
        format!("error: Found argument '{text}' which wasn't expected, or isn't valid in this context\n\n{USAGE}");
    Parsed::Mistake(message.into_bytes())
}

fn lacks_value(asked: &Asked, name: &str, what: &str) -> Parsed {
    if name != "regexp" && asked.patterns.is_empty() && asked.paths.is_empty() {
        return lacks_pattern();
    }
    let dots = if matches!(name, "regexp" | "glob" | "type" | "type-not") { "..." } else { "" };
    let message =
        format!("error: The argument '--{name} <{what}>{dots}' requires a value but none was supplied\n\n{USAGE}");
    Parsed::Mistake(message.into_bytes())
}

fn take_flag(asked: &mut Asked, name: &str, unrestricted: &mut u32) {
    match name {
        "ignore-case" => (asked.ignore_case, asked.smart_case) = (true, false),
        "case-sensitive" => (asked.ignore_case, asked.smart_case) = (false, false),
        "smart-case" => (asked.ignore_case, asked.smart_case) = (false, true),
        "fixed-strings" => asked.fixed = true,
        "word-regexp" => (asked.words, asked.lines) = (true, false),
        "line-regexp" => (asked.words, asked.lines) = (false, true),
        "invert-match" => asked.invert = true,
        "count" => asked.count = true,
        "count-matches" => (asked.count, asked.count_matches) = (true, true),
        "files-with-matches" => asked.list = ListFiles::Matching,
        "files-without-match" => asked.list = ListFiles::NotMatching,
        "quiet" => asked.quiet = true,
        "only-matching" => asked.only_matching = true,
        "line-number" => asked.line_numbers = Some(true),
        "no-line-number" => asked.line_numbers = Some(false),
        "with-filename" => asked.with_names = Some(true),
        "no-filename" => asked.with_names = Some(false),
        "heading" => asked.heading = Some(true),
        "no-heading" => asked.heading = Some(false),
        "null" => asked.null = true,
        "text" => asked.text = true,
        "files" => asked.lists_files = true,
        "hidden" => asked.hidden = true,
        "no-ignore" | "no-ignore-vcs" => asked.no_ignore = true,
        "binary" => asked.searches_binary = true,
        "unrestricted" => {
            *unrestricted += 1;
            asked.no_ignore = true;
            asked.hidden |= *unrestricted > 1;
            asked.searches_binary |= *unrestricted > 2;
        }
        // `--no-messages` and `--no-config` change nothing here.
        _ => {}
    }
}

fn take_value(asked: &mut Asked, name: &str, what: &str, value: &[u8]) -> Result<(), Parsed> {
    let number = || -> Result<u64, Parsed> {
        let text = std::str::from_utf8(value).unwrap_or_default();
        text.parse().map_err(|error: std::num::ParseIntError| {
            let message = format!("error: Invalid value for '--{name} <{what}>': {error}\n\n");
            Parsed::Mistake(message.into_bytes())
        })
    };
    match name {
        "regexp" => asked.patterns.push(value.to_vec()),
        "after-context" => asked.after = Some(number()?),
        "before-context" => asked.before = Some(number()?),
        "context" => {
            let lines = number()?;
            (asked.before, asked.after) = (Some(lines), Some(lines));
        }
        "max-count" => asked.max_count = number()?,
        "max-depth" => asked.max_depth = Some(number()?),
        "glob" => asked.globs.push(value.to_vec()),
        "type" | "type-not" => match types::of(value) {
            Some(names) => asked.types.push((name == "type", names)),
            None if asked.unknown_type.is_none() => asked.unknown_type = Some(value.to_vec()),
            None => {}
        },
        "sort" => asked.is_sequential = value != b"none",
        "threads" => asked.is_sequential |= value == b"1",
        // Colours and the width of lines change nothing here.
        _ => {}
    }
    Ok(())
}
