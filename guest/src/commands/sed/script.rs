//! A sed script after parsing.

use super::reader::ScriptError;
use crate::matching::Pattern;

/// A parsed script.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) commands: Vec<SedCommand>,
    /// The script begins with `#n`.
    pub(super) starts_quiet: bool,
    /// Files that `w` writes to, in the order in which they were named.
    pub(super) outputs: Vec<Vec<u8>>,
    /// What is said when an empty pattern finds no pattern used before it.
    pub(super) no_previous_pattern: ScriptError,
}

/// One command with its addresses.
#[derive(Debug)]
pub(super) struct SedCommand {
    pub(super) first: Option<Address>,
    pub(super) second: Option<Address>,
    /// `!`: it runs where the addresses do not match.
    pub(super) negated: bool,
    pub(super) action: Action,
}

/// What selects a line.
#[derive(Debug)]
pub(super) enum Address {
    /// The line with this number; 0 only before a regular expression.
    Line(u64),
    /// `first~step`.
    Step { first: u64, step: u64 },
    /// `$`.
    Last,
    /// A pattern; `None` is the last one used.
    Regex(Option<Box<Pattern>>),
    /// `addr1,+N`.
    After(u64),
    /// `addr1,~N`.
    Multiple(u64),
}

/// What a command does.
#[derive(Debug)]
pub(super) enum Action {
    /// `{`: where it does not apply, go to the command after the matching `}`.
    Block {
        end: usize,
    },
    /// `}` or `:label`.
    Nothing,
    /// `a`, `i`, `c`.
    Append(Vec<u8>),
    Insert(Vec<u8>),
    Change(Vec<u8>),
    /// `b`, `t`, `T`: where to go on; past the last command for the end.
    Branch {
        when: When,
        to: usize,
    },
    /// `d`, `D`.
    Delete,
    DeleteFirstLine,
    /// `e`: run the pattern space, or this command line before it.
    Execute(Vec<u8>),
    /// `F`.
    FileName,
    /// `g`, `G`, `h`, `H`, `x`.
    Get,
    GetAppend,
    Hold,
    HoldAppend,
    Exchange,
    /// `l`, with the width after it.
    List(Option<u64>),
    /// `n`, `N`.
    Next,
    NextAppend,
    /// `p`, `P`.
    Print,
    PrintFirstLine,
    /// `q`, `Q`.
    Quit {
        print: bool,
        status: u8,
    },
    /// `r`, `R`.
    ReadFile(Vec<u8>),
    ReadLine(Vec<u8>),
    /// `s`.
    Substitute(Box<Substitution>),
    /// `w`, `W`: an index into [`Script::outputs`].
    Write(usize),
    WriteFirstLine(usize),
    /// `y`: pairs of characters.
    Transliterate(Vec<(Vec<u8>, Vec<u8>)>),
    /// `z`.
    Zap,
    /// `=`.
    LineNumber,
    /// `L`, which GNU sed knows and no longer has.
    Removed(u8),
}

/// When a branch is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// `b`.
    Always,
    /// `t`.
    Substituted,
    /// `T`.
    NotSubstituted,
}

/// `s/pattern/replacement/flags`.
#[derive(Debug)]
pub(super) struct Substitution {
    /// `None` is the last pattern used.
    pub(super) pattern: Option<Pattern>,
    pub(super) replacement: Vec<Part>,
    pub(super) global: bool,
    /// Replace only from this match on, counted from 1.
    pub(super) from_match: u64,
    pub(super) print: bool,
    /// `e`: run the result as a command line.
    pub(super) execute: bool,
    /// An index into [`Script::outputs`].
    pub(super) write: Option<usize>,
}

/// A part of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Text as it stands.
    Text(Vec<u8>),
    /// A group of the match, 0 for all of it.
    Group(usize),
    /// A change of case from here on.
    Case(CaseChange),
}

/// `\L`, `\U`, `\E`, `\l`, `\u`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CaseChange {
    Lower,
    Upper,
    End,
    NextLower,
    NextUpper,
}
