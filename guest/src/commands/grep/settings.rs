//! What the options of a grep command line ask for.

use super::{TROUBLE, help};
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::commands::options::{Given, Long, OptionReader, OptionTable};
use crate::matching::Syntax;

/// What to do with directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directories {
    /// Report that they are directories.
    Read,
    /// Pass over them.
    Skip,
    /// Search what is in them.
    Recurse,
}

/// What to do with files that are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    /// Say that they match.
    Report,
    /// Treat them as text.
    Text,
    /// Take them as not matching.
    WithoutMatch,
}

/// Which file names are printed instead of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListFiles {
    /// None.
    No,
    /// Those with a match.
    Matching,
    /// Those without.
    NotMatching,
}

/// A file name pattern of `--include` or `--exclude`.
#[derive(Clone, Debug)]
pub(super) struct NamePattern {
    /// Whether it says what to search rather than what to leave out.
    pub(super) include: bool,
    /// The wildcard pattern.
    pub(super) pattern: Vec<u8>,
}

/// Everything that the options say.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) syntax: Syntax,
    /// Patterns separated by newlines.
    pub(super) patterns: Vec<u8>,
    pub(super) ignore_case: bool,
    pub(super) words: bool,
    pub(super) lines: bool,
    pub(super) invert: bool,
    /// Lines of context before a match; `None` when nothing was said about it.
    pub(super) before: Option<u64>,
    pub(super) after: Option<u64>,
    pub(super) group_separator: Option<Vec<u8>>,
    pub(super) count: bool,
    pub(super) list: ListFiles,
    pub(super) quiet: bool,
    pub(super) no_messages: bool,
    /// Selected lines per file.
    pub(super) max_count: u64,
    pub(super) only_matching: bool,
    pub(super) line_numbers: bool,
    pub(super) byte_offsets: bool,
    /// `-H` or `-h`.
    pub(super) file_names: Option<bool>,
    /// A file name ends with NUL.
    pub(super) null_after_name: bool,
    pub(super) initial_tab: bool,
    pub(super) end_of_line: u8,
    pub(super) color: bool,
    pub(super) directories: Directories,
    /// Links are followed everywhere, not only where they are operands.
    pub(super) follow: bool,
    pub(super) binary: Binary,
    pub(super) label: Vec<u8>,
    pub(super) names: Vec<NamePattern>,
    pub(super) excluded_directories: Vec<NamePattern>,
    /// What to search; `.` when nothing was named.
    pub(super) operands: Vec<Vec<u8>>,
    /// The current directory is searched because nothing was named; its name is not printed.
    pub(super) implicit_directory: bool,
    /// A line behind the last one that `-m` allows is printed as selected where it matches, as
    /// ripgrep does with trailing context.
    pub(super) marks_late_matches: bool,
}

impl Settings {
    /// Whether lines are not printed at all.
    pub(super) fn prints_no_lines(&self) -> bool {
        self.count || self.stops_at_first()
    }

    /// Whether one selected line per file says everything.
    pub(super) fn stops_at_first(&self) -> bool {
        self.quiet || self.list != ListFiles::No
    }

    /// Whether no line can be selected whatever the files are; grep does not look at them then.
    pub(super) fn selects_nothing(&self) -> bool {
        let matches_all = self.patterns.iter().all(|&byte| byte == b'\n') && !self.lines && !self.words;
        (self.max_count == 0 || (matches_all && self.invert)) && self.list != ListFiles::NotMatching
    }

    pub(super) fn reads_standard_input(&self) -> bool {
        self.operands.iter().any(|operand| operand == b"-")
    }

    /// Whether a search may end before its input does.
    pub(super) fn may_stop_early(&self) -> bool {
        self.quiet || self.list != ListFiles::No || self.max_count < i64::MAX as u64
    }

    /// Whether there is more than one file to search, as far as the command line tells.
    pub(super) fn searches_several(&self) -> bool {
        self.recurses() || self.operands.len() > 1
    }

    pub(super) fn recurses(&self) -> bool {
        self.directories == Directories::Recurse
    }
}

/// What came of the command line.
pub(super) enum Parsed {
    /// Search.
    Run(Box<Settings>),
    /// Done already, with this status.
    Exit(u8),
}

/// The options in the order that grep's own table has.
const TABLE: OptionTable = OptionTable {
    short: "0123456789A:B:C:D:EFGHILPTUVX:abcd:e:f:hiLlm:noqRrsuvwxyZz",
    long: &[
        Long::flag("basic-regexp", "G"),
        Long::flag("extended-regexp", "E"),
        Long::flag("fixed-regexp", "F"),
        Long::flag("fixed-strings", "F"),
        Long::flag("perl-regexp", "P"),
        Long::value("after-context", "A"),
        Long::value("before-context", "B"),
        Long::value("binary-files", "binary-files"),
        Long::flag("binary", "U"),
        Long::flag("byte-offset", "b"),
        Long::value("context", "C"),
        Long::perhaps("color", "color"),
        Long::perhaps("colour", "color"),
        Long::flag("count", "c"),
        Long::value("devices", "D"),
        Long::value("directories", "d"),
        Long::value("exclude", "exclude"),
        Long::value("exclude-from", "exclude-from"),
        Long::value("exclude-dir", "exclude-dir"),
        Long::value("file", "f"),
        Long::flag("files-with-matches", "l"),
        Long::flag("files-without-match", "L"),
        Long::value("group-separator", "group-separator"),
        Long::flag("help", "help"),
        Long::value("include", "include"),
        Long::flag("ignore-case", "i"),
        Long::flag("no-ignore-case", "no-ignore-case"),
        Long::flag("initial-tab", "T"),
        Long::value("label", "label"),
        Long::flag("line-buffered", "line-buffered"),
        Long::flag("line-number", "n"),
        Long::flag("line-regexp", "x"),
        Long::value("max-count", "m"),
        Long::flag("no-filename", "h"),
        Long::flag("no-group-separator", "no-group-separator"),
        Long::flag("no-messages", "s"),
        Long::flag("null", "Z"),
        Long::flag("null-data", "z"),
        Long::flag("only-matching", "o"),
        Long::flag("quiet", "q"),
        Long::flag("recursive", "r"),
        Long::flag("dereference-recursive", "R"),
        Long::value("regexp", "e"),
        Long::flag("invert-match", "v"),
        Long::flag("silent", "q"),
        Long::flag("text", "a"),
        Long::flag("unix-byte-offsets", "u"),
        Long::flag("version", "V"),
        Long::flag("with-filename", "H"),
        Long::flag("word-regexp", "w"),
    ],
};

/// Reads the command line. Bad options and unreadable pattern files are reported here.
pub(super) fn parse(context: &mut Context<'_, '_>) -> Stoppable<Parsed> {
    let mut parser = Parser::new();
    let mut reader = OptionReader::new(TABLE, context.arguments);
    loop {
        match reader.next_option() {
            Ok(None) => break,
            Ok(Some(given)) => {
                if let Some(status) = parser.take(context, given)? {
                    return Ok(Parsed::Exit(status));
                }
            }
            Err(error) => {
                context.complain(&error.0)?;
                return help::usage(context, TROUBLE).map(Parsed::Exit);
            }
        }
    }
    parser.finish(context, &reader.operands())
}

struct Parser {
    settings: Settings,
    matcher: Option<&'static str>,
    /// The pattern options were given; without one the first operand is the pattern.
    has_patterns: bool,
    context: Option<u64>,
    digits: Vec<u8>,
    /// The argument that the last digit option stood in.
    digits_in: Option<usize>,
    color: Color,
    show_version: bool,
    show_help: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Color {
    Never,
    Always,
    OnTerminal,
}

impl Parser {
    fn new() -> Self {
        Self {
            settings: Settings {
                syntax: Syntax::GrepBasic,
                patterns: Vec::new(),
                ignore_case: false,
                words: false,
                lines: false,
                invert: false,
                before: None,
                after: None,
                group_separator: Some(b"--".to_vec()),
                count: false,
                list: ListFiles::No,
                quiet: false,
                no_messages: false,
                max_count: u64::MAX,
                only_matching: false,
                line_numbers: false,
                byte_offsets: false,
                file_names: None,
                null_after_name: false,
                initial_tab: false,
                end_of_line: b'\n',
                color: false,
                directories: Directories::Read,
                follow: false,
                binary: Binary::Report,
                label: b"(standard input)".to_vec(),
                names: Vec::new(),
                excluded_directories: Vec::new(),
                operands: Vec::new(),
                implicit_directory: false,
                marks_late_matches: false,
            },
            matcher: None,
            has_patterns: false,
            context: None,
            digits: Vec::new(),
            digits_in: None,
            color: Color::Never,
            show_version: false,
            show_help: false,
        }
    }

    /// Takes one option; `Some` ends the program with that status.
    fn take(&mut self, context: &mut Context<'_, '_>, given: Given<'_>) -> Stoppable<Option<u8>> {
        let digits_in = self.digits_in.take();
        let settings = &mut self.settings;
        match given.name {
            digit if digit.as_bytes().first().is_some_and(u8::is_ascii_digit) => {
                if digits_in != Some(given.argument) {
                    self.digits.clear();
                }
                self.digits.extend_from_slice(digit.as_bytes());
                self.digits_in = Some(given.argument);
                self.context = number(&self.digits);
            }
            "A" | "B" | "C" => {
                let Some(length) = number(given.text()) else {
                    context.complain(&[given.text(), b": invalid context length argument"].concat())?;
                    return Ok(Some(TROUBLE));
                };
                match given.name {
                    "A" => settings.after = Some(length),
                    "B" => settings.before = Some(length),
                    _ => self.context = Some(length),
                }
            }
            "D" if !matches!(given.text(), b"read" | b"skip") => {
                context.complain(b"unknown devices method")?;
                return Ok(Some(TROUBLE));
            }
            "E" | "F" | "G" | "P" => return self.set_matcher(context, given.name),
            "X" => {
                let name = match given.text() {
                    b"grep" => "G",
                    b"egrep" => "E",
                    b"fgrep" => "F",
                    b"perl" => "P",
                    b"awk" | b"gawk" | b"posixawk" => "awk",
                    other => {
                        context.complain(&[b"invalid matcher ", other].concat())?;
                        return Ok(Some(TROUBLE));
                    }
                };
                return self.set_matcher(context, name);
            }
            "H" => settings.file_names = Some(true),
            "h" => settings.file_names = Some(false),
            "I" => settings.binary = Binary::WithoutMatch,
            "T" => settings.initial_tab = true,
            "u" => context.complain(b"warning: --unix-byte-offsets (-u) is obsolete")?,
            "V" => self.show_version = true,
            "a" => settings.binary = Binary::Text,
            "b" => settings.byte_offsets = true,
            "c" => settings.count = true,
            "d" => match argument_match(given.text(), &["read", "recurse", "skip"]) {
                Ok(method) => {
                    settings.directories = match method {
                        0 => Directories::Read,
                        1 => Directories::Recurse,
                        _ => Directories::Skip,
                    }
                }
                Err(kind) => return help::bad_directories(context, given.text(), kind).map(Some),
            },
            "e" => self.add_patterns(given.text()),
            "f" => return self.add_pattern_file(context, given.text()),
            "i" | "y" => settings.ignore_case = true,
            "no-ignore-case" => settings.ignore_case = false,
            "L" => settings.list = ListFiles::NotMatching,
            "l" => settings.list = ListFiles::Matching,
            "m" => match signed_number(given.text()) {
                Some(number) => settings.max_count = u64::try_from(number).unwrap_or(u64::MAX),
                None => {
                    context.complain(b"invalid max count")?;
                    return Ok(Some(TROUBLE));
                }
            },
            "n" => settings.line_numbers = true,
            "o" => settings.only_matching = true,
            "q" => settings.quiet = true,
            "R" | "r" => {
                settings.directories = Directories::Recurse;
                settings.follow |= given.name == "R";
            }
            "s" => settings.no_messages = true,
            "v" => settings.invert = true,
            "w" => settings.words = true,
            "x" => settings.lines = true,
            "Z" => settings.null_after_name = true,
            "z" => settings.end_of_line = 0,
            "binary-files" => match given.text() {
                b"binary" => settings.binary = Binary::Report,
                b"text" => settings.binary = Binary::Text,
                b"without-match" => settings.binary = Binary::WithoutMatch,
                _ => {
                    context.complain(b"unknown binary-files type")?;
                    return Ok(Some(TROUBLE));
                }
            },
            "color" => match given.value {
                Some(b"always" | b"yes" | b"force") => self.color = Color::Always,
                Some(b"never" | b"no" | b"none") => self.color = Color::Never,
                None | Some(b"auto" | b"tty" | b"if-tty") => self.color = Color::OnTerminal,
                Some(_) => self.show_help = true,
            },
            "exclude" | "include" => {
                let include = given.name == "include";
                settings.names.push(NamePattern { include, pattern: given.text().to_vec() });
            }
            "exclude-from" => return self.add_excluded_from(context, given.text()),
            "exclude-dir" => {
                let pattern = without_trailing_slashes(given.text()).to_vec();
                settings.excluded_directories.push(NamePattern { include: false, pattern });
            }
            "group-separator" => settings.group_separator = Some(given.text().to_vec()),
            "no-group-separator" => settings.group_separator = None,
            "label" => settings.label = given.text().to_vec(),
            "help" => self.show_help = true,
            // `-U`, `--line-buffered` and good values of `-D` change nothing here.
            _ => {}
        }
        Ok(None)
    }

    fn set_matcher(&mut self, context: &mut Context<'_, '_>, name: &'static str) -> Stoppable<Option<u8>> {
        if self.matcher.is_some_and(|other| other != name) {
            context.complain(b"conflicting matchers specified")?;
            return Ok(Some(TROUBLE));
        }
        self.matcher = Some(name);
        self.settings.syntax = match name {
            "E" => Syntax::GrepExtended,
            "F" => Syntax::Fixed,
            "P" => Syntax::Perl,
            "awk" => Syntax::Awk,
            _ => Syntax::GrepBasic,
        };
        Ok(None)
    }

    fn add_patterns(&mut self, patterns: &[u8]) {
        self.has_patterns = true;
        self.settings.patterns.extend_from_slice(patterns);
        self.settings.patterns.push(b'\n');
    }

    fn add_pattern_file(&mut self, context: &mut Context<'_, '_>, name: &[u8]) -> Stoppable<Option<u8>> {
        self.has_patterns = true;
        let text = match read_file(context, name)? {
            Ok(text) => text,
            Err(status) => return Ok(Some(status)),
        };
        self.settings.patterns.extend_from_slice(&text);
        if !text.is_empty() && !text.ends_with(b"\n") {
            self.settings.patterns.push(b'\n');
        }
        Ok(None)
    }

    fn add_excluded_from(&mut self, context: &mut Context<'_, '_>, name: &[u8]) -> Stoppable<Option<u8>> {
        let text = match read_file(context, name)? {
            Ok(text) => text,
            Err(status) => return Ok(Some(status)),
        };
        for line in text.split(|&byte| byte == b'\n') {
            let pattern = line.trim_ascii_end();
            if !pattern.is_empty() {
                self.settings.names.push(NamePattern { include: false, pattern: pattern.to_vec() });
            }
        }
        Ok(None)
    }

    fn finish(mut self, context: &mut Context<'_, '_>, operands: &[&[u8]]) -> Stoppable<Parsed> {
        if self.show_version {
            return help::version(context).map(Parsed::Exit);
        }
        if self.show_help {
            return help::help(context).map(Parsed::Exit);
        }
        let mut operands = operands.iter();
        if !self.has_patterns {
            match operands.next() {
                Some(pattern) => self.add_patterns(pattern),
                None => return help::usage(context, TROUBLE).map(Parsed::Exit),
            }
        }
        let mut settings = self.settings;
        // The newline after the last pattern is no pattern; without any pattern nothing matches.
        if settings.patterns.pop().is_none() {
            settings.invert = !settings.invert;
            (settings.lines, settings.words) = (false, false);
        }
        settings.before = settings.before.or(self.context);
        settings.after = settings.after.or(self.context);
        settings.color = match self.color {
            Color::Never => false,
            Color::Always => true,
            Color::OnTerminal => context.columns().is_some(),
        };
        settings.operands = operands.map(|operand| operand.to_vec()).collect();
        if settings.operands.is_empty() {
            settings.implicit_directory = settings.recurses();
            settings.operands.push(if settings.implicit_directory { b".".to_vec() } else { b"-".to_vec() });
        }
        Ok(Parsed::Run(Box::new(settings)))
    }
}

/// A file named by an option, `-` for standard input; the exit status when it cannot be read.
fn read_file(context: &mut Context<'_, '_>, name: &[u8]) -> Stoppable<Result<Vec<u8>, u8>> {
    if name == b"-" {
        return context.input().map(Ok);
    }
    match context.machine.workspace.read_at(context.directory, name)? {
        Ok(bytes) => Ok(Ok(bytes.to_vec())),
        Err(error) => {
            context.complain(&[name, b": ", error.message().as_bytes()].concat())?;
            Ok(Err(TROUBLE))
        }
    }
}

fn without_trailing_slashes(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|&byte| byte != b'/').map_or(text.len().min(1), |at| at + 1);
    text.get(..end).unwrap_or(text)
}

/// A context length: not negative, as large as it wants.
fn number(text: &[u8]) -> Option<u64> {
    signed_number(text).and_then(|number| u64::try_from(number).ok())
}

/// A decimal number as `strtoimax` reads it, to the end of the text.
fn signed_number(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii_start();
    let (sign, digits) = match text.split_first() {
        Some((b'-', digits)) => (-1, digits),
        Some((b'+', digits)) => (1, digits),
        _ => (1, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value =
        digits.iter().fold(0_i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(sign * value)
}

/// Why [`argument_match`] found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoMatch {
    Invalid,
    Ambiguous,
}

/// Which of the words the argument is or abbreviates.
fn argument_match(argument: &[u8], words: &[&str]) -> Result<usize, NoMatch> {
    if let Some(at) = words.iter().position(|word| word.as_bytes() == argument) {
        return Ok(at);
    }
    let mut candidates = words.iter().enumerate().filter(|(_, word)| word.as_bytes().starts_with(argument));
    match (candidates.next(), candidates.next()) {
        (Some((at, _)), None) => Ok(at),
        (None, _) => Err(NoMatch::Invalid),
        (Some(_), Some(_)) => Err(NoMatch::Ambiguous),
    }
}
