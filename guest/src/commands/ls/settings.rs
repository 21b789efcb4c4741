//! Options of `ls`.

use super::super::Context;
use super::super::common::{Fault, human_size};
use super::super::quote;
use super::options::{FORMATS, QUOTING, SORTS, TABLE, WHEN};
use crate::budget::Stoppable;
use crate::glob::{Glob, GlobOptions};

/// How entries are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Long,
    OnePerLine,
    /// Columns, filled downwards.
    Down,
    /// Columns, filled across.
    Across,
    Commas,
}

/// What entries are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Name,
    Time,
    Size,
    Extension,
    Version,
    Width,
    None,
}

/// How names are quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    Literal,
    ShellEscape,
    ShellEscapeAlways,
    C,
    Escape,
}

/// What stands behind names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Indicator {
    None,
    /// `-p`.
    Slash,
    /// `--file-type`.
    FileType,
    /// `-F`.
    Classify,
}

/// How times are printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TimeStyle {
    Locale,
    Format(Vec<u8>),
}

/// All settings.
pub(super) struct Settings {
    pub(super) layout: Layout,
    pub(super) order: Order,
    pub(super) is_reversed: bool,
    pub(super) directories_first: bool,
    /// `-a`: 2, `-A`: 1.
    pub(super) hidden: u8,
    pub(super) ignored: Vec<Glob>,
    /// `--hide`: only without `-a` and `-A`.
    pub(super) hidden_patterns: Vec<Glob>,
    pub(super) lists_directories_themselves: bool,
    pub(super) is_recursive: bool,
    pub(super) follows_all: bool,
    pub(super) follows_operands: Option<bool>,
    pub(super) has_classify: bool,
    pub(super) indicator: Indicator,
    pub(super) quoting: Quoting,
    pub(super) hides_controls: bool,
    /// Names without quotes are set in by a space where others have quotes.
    pub(super) aligns_quotes: bool,
    pub(super) shows_blocks: bool,
    pub(super) shows_inode: bool,
    pub(super) shows_owner: bool,
    pub(super) shows_group: bool,
    pub(super) has_numbers: bool,
    /// 1024 or 1000 for `-h`, `--si`.
    pub(super) human: Option<u64>,
    pub(super) time: TimeStyle,
    pub(super) width: usize,
    pub(super) has_colors: bool,
    pub(super) end: u8,
}

/// Reads the command line; returns the operands as well.
#[expect(clippy::type_complexity, reason = "an outcome of two parts, taken apart at once")]
pub(super) fn read<'c>(context: &mut Context<'c, '_>) -> Stoppable<Result<(Settings, Vec<&'c [u8]>), u8>> {
    let columns = context.columns();
    let is_terminal = columns.is_some();
    let mut settings = Settings {
        layout: if is_terminal { Layout::Down } else { Layout::OnePerLine },
        order: Order::Name,
        is_reversed: false,
        directories_first: false,
        hidden: 0,
        ignored: Vec::new(),
        hidden_patterns: Vec::new(),
        lists_directories_themselves: false,
        is_recursive: false,
        follows_all: false,
        follows_operands: None,
        has_classify: false,
        indicator: Indicator::None,
        quoting: if is_terminal { Quoting::ShellEscape } else { Quoting::Literal },
        hides_controls: false,
        aligns_quotes: false,
        shows_blocks: false,
        shows_inode: false,
        shows_owner: true,
        shows_group: true,
        has_numbers: false,
        human: None,
        time: TimeStyle::Locale,
        width: usize::from(columns.unwrap_or(80)),
        has_colors: false,
        end: b'\n',
    };
    if super::super::base_name(context.name()) == b"dir" {
        (settings.layout, settings.quoting) = (Layout::Down, Quoting::Escape);
    }
    let mut style = None;
    let outcome = context.options(TABLE, 2, |given| {
        let text = given.text();
        match given.name {
            "a" => settings.hidden = 2,
            "A" => settings.hidden = 1,
            "b" => settings.quoting = Quoting::Escape,
            "c" | "u" | "D" | "k" | "T" | "Z" | "time" | "block-size" | "ignored" => {}
            "d" => settings.lists_directories_themselves = true,
            "f" => {
                (settings.hidden, settings.order) = (2, Order::None);
                if settings.layout == Layout::Long {
                    settings.layout = if is_terminal { Layout::Down } else { Layout::OnePerLine };
                }
            }
            "g" => (settings.layout, settings.shows_owner) = (Layout::Long, false),
            "h" => settings.human = Some(1024),
            "si" => settings.human = Some(1000),
            "i" => settings.shows_inode = true,
            "l" => settings.layout = Layout::Long,
            "m" => settings.layout = Layout::Commas,
            "n" => (settings.layout, settings.has_numbers) = (Layout::Long, true),
            "o" => (settings.layout, settings.shows_group) = (Layout::Long, false),
            "p" => settings.indicator = Indicator::Slash,
            "q" => settings.hides_controls = true,
            "r" => settings.is_reversed = true,
            "s" => settings.shows_blocks = true,
            "t" => settings.order = Order::Time,
            "v" => settings.order = Order::Version,
            "w" => match std::str::from_utf8(text).ok().and_then(|text| text.parse::<usize>().ok()) {
                Some(width) => settings.width = if width == 0 { usize::MAX } else { width },
                None => return Err(Fault::about("invalid line width:", text)),
            },
            "x" => settings.layout = Layout::Across,
            "B" => {
                settings.ignored.push(Glob::new(b"*~", GlobOptions { explicit_dot: true, ..GlobOptions::default() }))
            }
            "C" => settings.layout = Layout::Down,
            "F" => match text {
                b"" | b"always" | b"yes" | b"force" => {
                    (settings.indicator, settings.has_classify) = (Indicator::Classify, true);
                }
                b"auto" | b"tty" | b"if-tty" if is_terminal => {
                    (settings.indicator, settings.has_classify) = (Indicator::Classify, true);
                }
                b"auto" | b"tty" | b"if-tty" | b"never" | b"no" | b"none" => {}
                _ => return Err(bad_choice("--classify", text, WHEN)),
            },
            "file-type" => settings.indicator = Indicator::FileType,
            "indicator-style" => {
                settings.indicator = match text {
                    b"none" => Indicator::None,
                    b"slash" => Indicator::Slash,
                    b"file-type" => Indicator::FileType,
                    b"classify" => Indicator::Classify,
                    _ => {
                        let choices = &[&["none"][..], &["slash"], &["file-type"], &["classify"]];
                        return Err(bad_choice("--indicator-style", text, choices));
                    }
                };
            }
            "G" => settings.shows_group = false,
            "H" => settings.follows_operands = Some(true),
            "I" | "hide" => {
                let options = GlobOptions { explicit_dot: true, ..GlobOptions::default() };
                let list = if given.name == "I" { &mut settings.ignored } else { &mut settings.hidden_patterns };
                list.push(Glob::new(text, options));
            }
            "L" => settings.follows_all = true,
            "N" => settings.quoting = Quoting::Literal,
            "Q" => settings.quoting = Quoting::C,
            "quoting-style" => {
                settings.quoting = match text {
                    b"literal" => Quoting::Literal,
                    b"shell" | b"shell-escape" => Quoting::ShellEscape,
                    b"shell-always" | b"shell-escape-always" => Quoting::ShellEscapeAlways,
                    b"c" => Quoting::C,
                    b"escape" => Quoting::Escape,
                    _ => return Err(bad_choice("--quoting-style", text, QUOTING)),
                };
            }
            "R" => settings.is_recursive = true,
            "S" => settings.order = Order::Size,
            "U" => settings.order = Order::None,
            "X" => settings.order = Order::Extension,
            "1" if settings.layout == Layout::Long => {}
            "1" => settings.layout = Layout::OnePerLine,
            "format" => {
                settings.layout = match text {
                    b"verbose" | b"long" => Layout::Long,
                    b"commas" => Layout::Commas,
                    b"horizontal" | b"across" => Layout::Across,
                    b"vertical" => Layout::Down,
                    b"single-column" => Layout::OnePerLine,
                    _ => return Err(bad_choice("--format", text, FORMATS)),
                };
            }
            "sort" => {
                settings.order = match text {
                    b"none" => Order::None,
                    b"time" => Order::Time,
                    b"size" => Order::Size,
                    b"extension" => Order::Extension,
                    b"version" => Order::Version,
                    b"width" => Order::Width,
                    _ => return Err(bad_choice("--sort", text, SORTS)),
                };
            }
            "full-time" => {
                settings.layout = Layout::Long;
                style = Some(&b"full-iso"[..]);
            }
            "time-style" => style = Some(text),
            "group-directories-first" => settings.directories_first = true,
            "show-control-chars" => settings.hides_controls = false,
            "zero" => {
                settings.end = 0;
                settings.quoting = Quoting::Literal;
                if settings.layout != Layout::Long {
                    settings.layout = Layout::OnePerLine;
                }
            }
            "color" => {
                settings.has_colors = match text {
                    b"" | b"always" | b"yes" | b"force" => true,
                    b"auto" | b"tty" | b"if-tty" => is_terminal,
                    b"never" | b"no" | b"none" => false,
                    _ => return Err(bad_choice("--color", text, WHEN)),
                };
            }
            _ => {}
        }
        Ok(())
    })?;
    let outcome = match outcome {
        Ok(operands) => operands,
        Err(status) => return Ok(Err(status)),
    };
    // Looked at last, and only where times are shown.
    if settings.layout == Layout::Long
        && let Some(style) = style
    {
        match time_style(style) {
            Ok(time) => settings.time = time,
            Err(fault) => return context.fail(fault, 2).map(Err),
        }
    }
    settings.has_colors &= knows_colors(context);
    settings.aligns_quotes =
        settings.quoting == Quoting::ShellEscape && settings.layout != Layout::Commas && settings.width > 0;
    if settings.layout == Layout::OnePerLine {
        settings.aligns_quotes = false;
    }
    Ok(Ok((settings, outcome)))
}

/// Whether the terminal is one that `ls` thinks has colours.
fn knows_colors(context: &Context<'_, '_>) -> bool {
    let variable = |name: &[u8]| context.environment.get(name).filter(|value| !value.is_empty());
    if variable(b"LS_COLORS").is_some() || variable(b"COLORTERM").is_some() {
        return true;
    }
    let terminal = variable(b"TERM").unwrap_or_default();
    const KNOWN: [&[u8]; 13] = [
        b"ansi", b"con", b"cygwin", b"dtterm", b"Eterm", b"gnome", b"hurd", b"jfbterm", b"konsole", b"linux", b"rxvt",
        b"screen", b"xterm",
    ];
    terminal == b"vt100"
        || terminal.starts_with(b"tmux")
        || memchr::memmem::find(terminal, b"color").is_some()
        || KNOWN.iter().any(|known| terminal.starts_with(known))
}

fn time_style(text: &[u8]) -> Result<TimeStyle, Fault> {
    let style = text.strip_prefix(b"posix-").unwrap_or(text);
    if let Some(format) = style.strip_prefix(b"+") {
        let format = format.split(|byte| *byte == b'\n').next().unwrap_or_default();
        return Ok(TimeStyle::Format(format.to_vec()));
    }
    Ok(match style {
        b"full-iso" => TimeStyle::Format(b"%Y-%m-%d %H:%M:%S.000000000 %z".to_vec()),
        b"long-iso" => TimeStyle::Format(b"%Y-%m-%d %H:%M".to_vec()),
        b"iso" => TimeStyle::Format(b"%m-%d %H:%M".to_vec()),
        b"locale" => TimeStyle::Locale,
        _ => {
            let mut message =
                [b"invalid argument ", &quote::curly(text)[..], b" for ", "‘time style’".as_bytes()].concat();
            message.extend_from_slice(
                "\nValid arguments are:\n  - [posix-]full-iso\n  - [posix-]long-iso\n  - [posix-]iso\n  - \
                 [posix-]locale\n  - +FORMAT (e.g., +%H:%M) for a 'date'-style format"
                    .as_bytes(),
            );
            return Err(Fault::Usage(message));
        }
    })
}

/// The message about a value that is not among the choices, as `argmatch` words it.
fn bad_choice(option: &str, text: &[u8], choices: &[&[&str]]) -> Fault {
    let mut message =
        [b"invalid argument ", &quote::curly(text)[..], b" for ", &quote::curly(option.as_bytes())].concat();
    message.extend_from_slice(b"\nValid arguments are:");
    for names in choices {
        let names: Vec<String> = names.iter().map(|name| format!("‘{name}’")).collect();
        message.extend_from_slice(format!("\n  - {}", names.join(", ")).as_bytes());
    }
    Fault::UsageStatus(message, 1)
}

impl Settings {
    /// Bytes on disk as `-s` and `total` print them.
    pub(super) fn blocks(&self, bytes: u64) -> String {
        match self.human {
            Some(base) => human_size(bytes, base),
            None => (bytes / 1024).to_string(),
        }
    }

    /// A size as `-l` prints it.
    pub(super) fn size(&self, bytes: u64) -> String {
        match self.human {
            Some(base) => human_size(bytes, base),
            None => bytes.to_string(),
        }
    }
}
