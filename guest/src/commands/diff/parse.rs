//! The command line of `diff`, read.

use super::settings::{Blanks, Settings, Style};
use super::{Usage, about, trouble};
use crate::budget::Stoppable;
use crate::commands::options::{Given, Long, OptionReader, OptionTable};
use crate::commands::{Context, quote};
use crate::glob::{Glob, GlobOptions};
use crate::matching::{Options, Pattern, Syntax};

const TABLE: OptionTable = OptionTable {
    short: "0123456789abBcC:dD:eEfF:hHiI:lL:nNpPqrsS:tTuU:vwW:x:X:yZ",
    long: &[
        Long::flag("binary", "binary"),
        Long::flag("brief", "q"),
        Long::perhaps("color", "color"),
        Long::perhaps("context", "context"),
        Long::flag("ed", "e"),
        Long::value("exclude", "x"),
        Long::value("exclude-from", "X"),
        Long::flag("expand-tabs", "t"),
        Long::flag("forward-ed", "f"),
        Long::value("from-file", "from-file"),
        Long::flag("help", "help"),
        Long::value("horizon-lines", "horizon-lines"),
        Long::value("ifdef", "D"),
        Long::flag("ignore-all-space", "w"),
        Long::flag("ignore-blank-lines", "B"),
        Long::flag("ignore-case", "i"),
        Long::flag("ignore-file-name-case", "ignore-file-name-case"),
        Long::value("ignore-matching-lines", "I"),
        Long::flag("ignore-space-change", "b"),
        Long::flag("ignore-tab-expansion", "E"),
        Long::flag("ignore-trailing-space", "Z"),
        Long::flag("initial-tab", "T"),
        Long::value("label", "L"),
        Long::flag("left-column", "left-column"),
        Long::flag("minimal", "d"),
        Long::flag("new-file", "N"),
        Long::flag("no-dereference", "no-dereference"),
        Long::flag("no-ignore-file-name-case", "no-ignore-file-name-case"),
        Long::flag("normal", "normal"),
        Long::flag("paginate", "l"),
        Long::flag("rcs", "n"),
        Long::flag("recursive", "r"),
        Long::flag("report-identical-files", "s"),
        Long::flag("show-c-function", "p"),
        Long::value("show-function-line", "F"),
        Long::flag("side-by-side", "y"),
        Long::flag("speed-large-files", "H"),
        Long::value("starting-file", "S"),
        Long::flag("strip-trailing-cr", "strip-trailing-cr"),
        Long::flag("suppress-blank-empty", "suppress-blank-empty"),
        Long::flag("suppress-common-lines", "suppress-common-lines"),
        Long::value("tabsize", "tabsize"),
        Long::flag("text", "a"),
        Long::value("to-file", "to-file"),
        Long::perhaps("unified", "unified"),
        Long::flag("unidirectional-new-file", "P"),
        Long::flag("version", "version"),
        Long::value("width", "W"),
    ],
};

/// What options say before they are put together.
struct Draft<'c> {
    settings: Settings<'c>,
    style: Option<Style>,
    is_explicit: bool,
    /// The number of `-12`, and the last digit's argument.
    digits: Option<usize>,
    last_digit: Option<usize>,
    ignored: Vec<&'c [u8]>,
    functions: Vec<&'c [u8]>,
    width: Option<usize>,
    tab_size: Option<usize>,
    from: Option<&'c [u8]>,
    to: Option<&'c [u8]>,
}

/// What is compared with what.
type Pairs<'c> = Vec<(&'c [u8], &'c [u8])>;
/// Settings and the pairs to compare, or the exit status of a command that is over.
type Parsed<'c> = Result<(Settings<'c>, Pairs<'c>), u8>;

impl<'c> Settings<'c> {
    /// Reads the command line; prints what is wrong with it.
    pub(super) fn parse(context: &mut Context<'c, '_>) -> Stoppable<Parsed<'c>> {
        let arguments = context.arguments;
        let mut reader = OptionReader::new(TABLE, arguments);
        let mut draft = Draft::new();
        let mut used = vec![false; arguments.len() + 1];
        loop {
            let given = match reader.next_option() {
                Ok(Some(given)) => given,
                Ok(None) => break,
                Err(error) => return trouble(context, &error.into()).map(Err),
            };
            let next = arguments.get(given.argument + 1);
            let takes_next = next.zip(given.value).is_some_and(|(next, value)| std::ptr::eq(next.as_slice(), value));
            for place in given.argument..=given.argument + usize::from(takes_next) {
                used.get_mut(place).into_iter().for_each(|used| *used = true);
            }
            match given.name {
                "help" | "version" => return about(context, given.name, "FILES").map(Err),
                "X" => {
                    let list = match context.open(given.text())? {
                        Ok(list) => list,
                        Err(error) => {
                            let message = [given.text(), b": ", error.message().as_bytes()].concat();
                            context.complain(&message)?;
                            return Ok(Err(super::TROUBLE));
                        }
                    };
                    let lines = list.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
                    draft.settings.excluded.extend(lines.filter(|line| !line.is_empty()).map(glob));
                }
                _ => {
                    if let Err(usage) = draft.take(given) {
                        return trouble(context, &usage).map(Err);
                    }
                }
            }
        }
        if let Some(end) = arguments.iter().zip(&used).skip(1).position(|(word, used)| word == b"--" && !used) {
            used.get_mut(end + 1).into_iter().for_each(|used| *used = true);
        }
        for (word, _) in arguments.iter().zip(&used).filter(|(_, used)| **used) {
            draft.settings.switches.push(b' ');
            draft.settings.switches.extend_from_slice(&quote::shell_escape(word));
        }
        let operands = reader.operands();
        let pairs = match draft.pairs(&operands, arguments) {
            Ok(pairs) => pairs,
            Err(usage) => return trouble(context, &usage).map(Err),
        };
        match draft.finish() {
            Ok(settings) => Ok(Ok((settings, pairs))),
            Err(message) => {
                context.complain(&message)?;
                Ok(Err(super::TROUBLE))
            }
        }
    }
}

impl<'c> Draft<'c> {
    fn new() -> Self {
        let settings = Settings {
            style: Style::Normal,
            context: 0,
            horizon: 0,
            blanks: Blanks::Exact,
            ignores_case: false,
            ignores_blank_lines: false,
            ignored: None,
            function: None,
            strips_return: false,
            is_text: false,
            is_brief: false,
            reports_identical: false,
            is_recursive: false,
            new_file: false,
            new_first_file: false,
            follows_links: true,
            is_minimal: false,
            expands_tabs: false,
            initial_tab: false,
            tab_size: 8,
            bare_empty: false,
            width: 130,
            left_column: false,
            no_common: false,
            labels: Vec::new(),
            excluded: Vec::new(),
            switches: Vec::new(),
        };
        Self {
            settings,
            style: None,
            is_explicit: false,
            digits: None,
            last_digit: None,
            ignored: Vec::new(),
            functions: Vec::new(),
            width: None,
            tab_size: None,
            from: None,
            to: None,
        }
    }

    fn take(&mut self, given: Given<'c>) -> Result<(), Usage> {
        let settings = &mut self.settings;
        let value = given.text();
        match given.name {
            "a" => settings.is_text = true,
            "b" => settings.blanks = settings.blanks.max(Blanks::Change),
            "Z" => settings.blanks = with(settings.blanks, Blanks::Trailing),
            "E" => settings.blanks = with(settings.blanks, Blanks::TabExpansion),
            "w" => settings.blanks = Blanks::All,
            "B" => settings.ignores_blank_lines = true,
            "c" | "u" => return self.take_context(given.name == "u", None),
            "C" | "U" => return self.take_context(given.name == "U", Some(value)),
            "context" | "unified" => return self.take_context(given.name == "unified", given.value),
            "d" => settings.is_minimal = true,
            "e" => return self.set_style(Style::Ed),
            "f" => return self.set_style(Style::ForwardEd),
            "n" => return self.set_style(Style::Rcs),
            "y" => return self.set_style(Style::Side),
            "normal" => return self.set_style(Style::Normal),
            "F" => self.functions.push(value),
            "p" => self.functions.push(b"^[[:alpha:]$_]"),
            "i" => settings.ignores_case = true,
            "I" => self.ignored.push(value),
            "L" => match settings.labels.len() {
                0 | 1 => settings.labels.push(value),
                _ => return Err(Usage::new("too many file label options")),
            },
            "N" => settings.new_file = true,
            "P" => settings.new_first_file = true,
            "q" => settings.is_brief = true,
            "r" => settings.is_recursive = true,
            "s" => settings.reports_identical = true,
            "t" => settings.expands_tabs = true,
            "T" => settings.initial_tab = true,
            "W" => match number(value) {
                Some(width) if width > 0 && self.width.is_none_or(|other| other == width) => {
                    (settings.width, self.width) = (width, Some(width));
                }
                Some(width) if width > 0 => return Err(Usage::fatal("conflicting width options")),
                _ => return Err(Usage::about("invalid width", value)),
            },
            "tabsize" => match number(value) {
                Some(size) if size > 0 && self.tab_size.is_none_or(|other| other == size) => {
                    (settings.tab_size, self.tab_size) = (size.min(1 << 20), Some(size));
                }
                Some(size) if size > 0 => return Err(Usage::fatal("conflicting tabsize options")),
                _ => return Err(Usage::about("invalid tabsize", value)),
            },
            "horizon-lines" => match number(value) {
                Some(lines) => settings.horizon = settings.horizon.max(lines),
                _ => return Err(Usage::about("invalid horizon length", value)),
            },
            "x" => settings.excluded.push(glob(value)),
            "no-dereference" => settings.follows_links = false,
            "strip-trailing-cr" => settings.strips_return = true,
            "suppress-blank-empty" => settings.bare_empty = true,
            "left-column" => settings.left_column = true,
            "suppress-common-lines" => settings.no_common = true,
            "from-file" => self.from = given.value,
            "to-file" => self.to = given.value,
            "color" => match given.value {
                None | Some(b"never" | b"auto") => {}
                Some(b"always") => return Err(Usage::new("colors are not simulated")),
                Some(other) => return Err(Usage::about("invalid color", other)),
            },
            "D" | "l" | "S" | "ignore-file-name-case" => {
                return Err(Usage::new(&format!("option '{}' is not simulated", given.name)));
            }
            digit if digit.bytes().all(|byte| byte.is_ascii_digit()) => {
                let digit = digit.parse().unwrap_or(0);
                // Digits of one argument are one number.
                let before = if self.last_digit == Some(given.argument) { self.digits.unwrap_or(0) } else { 0 };
                self.digits = Some(before.saturating_mul(10).saturating_add(digit).min(MOST_CONTEXT));
                self.last_digit = Some(given.argument);
            }
            _ => {}
        }
        Ok(())
    }

    fn take_context(&mut self, is_unified: bool, value: Option<&[u8]>) -> Result<(), Usage> {
        let lines = match value {
            None => 3,
            Some(text) => match number(text) {
                Some(lines) => lines.min(MOST_CONTEXT),
                None => return Err(Usage::about("invalid context length", text)),
            },
        };
        self.is_explicit |= value.is_some();
        self.settings.context = self.settings.context.max(lines);
        self.set_style(if is_unified { Style::Unified } else { Style::Context })
    }

    fn set_style(&mut self, style: Style) -> Result<(), Usage> {
        if self.style.is_some_and(|other| other != style) {
            return Err(Usage::new("conflicting output style options"));
        }
        self.style = Some(style);
        Ok(())
    }

    fn pairs(&self, operands: &[&'c [u8]], arguments: &'c [Vec<u8>]) -> Result<Pairs<'c>, Usage> {
        match (self.from, self.to, operands) {
            (Some(_), Some(_), _) => Err(Usage::new("--from-file and --to-file both specified")),
            (Some(from), None, operands) => Ok(operands.iter().map(|operand| (from, *operand)).collect()),
            (None, Some(to), operands) => Ok(operands.iter().map(|operand| (*operand, to)).collect()),
            (None, None, [old, new]) => Ok(vec![(old, new)]),
            (None, None, [_, _, extra, ..]) => Err(Usage::about("extra operand", extra)),
            (None, None, [last]) => Err(Usage::about("missing operand after", last)),
            (None, None, []) => {
                Err(Usage::about("missing operand after", arguments.last().map_or(&b""[..], Vec::as_slice)))
            }
        }
    }

    fn finish(self) -> Result<Settings<'c>, Vec<u8>> {
        let mut settings = self.settings;
        settings.style = match self.style {
            Some(style) => style,
            None if self.functions.contains(&&b"^[[:alpha:]$_]"[..]) => {
                settings.context = settings.context.max(3);
                Style::Context
            }
            None => Style::Normal,
        };
        if let Some(digits) = self.digits
            && matches!(settings.style, Style::Context | Style::Unified)
            && (settings.context < digits || !self.is_explicit)
        {
            settings.context = digits;
        }
        settings.horizon = settings.horizon.max(settings.context);
        settings.ignored = patterns(&self.ignored)?;
        settings.function = patterns(&self.functions)?;
        Ok(settings)
    }
}

/// The original's `CONTEXT_MAX` is about half the range of a line number.
const MOST_CONTEXT: usize = 1 << 30;

/// `-Z` and `-E` add up; they take nothing away from a wider rule.
fn with(blanks: Blanks, more: Blanks) -> Blanks {
    match (blanks, more) {
        (Blanks::Exact, more) => more,
        (Blanks::TabExpansion, Blanks::Trailing) | (Blanks::Trailing, Blanks::TabExpansion) => {
            Blanks::TabExpansionAndTrailing
        }
        (blanks, _) => blanks,
    }
}

fn number(text: &[u8]) -> Option<usize> {
    std::str::from_utf8(text).ok()?.trim_start().trim_start_matches('+').parse::<u32>().ok().map(|n| n as usize)
}

fn glob(pattern: &[u8]) -> Glob {
    Glob::new(pattern, GlobOptions::default())
}

/// Patterns of `-I` or `-F` in one: a line matches any of them.
fn patterns(list: &[&[u8]]) -> Result<Option<Pattern>, Vec<u8>> {
    if list.is_empty() {
        return Ok(None);
    }
    for pattern in list {
        compile(pattern).map_err(|error| [pattern, &b": "[..], error.as_bytes()].concat())?;
    }
    compile(&list.join(&b"\\|"[..])).map(Some).map_err(String::into_bytes)
}

fn compile(pattern: &[u8]) -> Result<Pattern, String> {
    let options = Options { terminator: Some(b'\n'), ..Options::default() };
    Pattern::compile(pattern, Syntax::SedBasic, options).map_err(|error| error.text().to_string())
}
