//! What the command line of `diff` asks for.

use crate::glob::Glob;
use crate::matching::Pattern;

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Normal,
    Context,
    Unified,
    Ed,
    ForwardEd,
    Rcs,
    Side,
}

/// How white space counts; each ignores more than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blanks {
    Exact,
    TabExpansion,
    Trailing,
    TabExpansionAndTrailing,
    Change,
    All,
}

/// What the command line asks for.
pub(super) struct Settings<'c> {
    pub(super) style: Style,
    pub(super) context: usize,
    /// Equal lines at both ends that still take part in the search.
    pub(super) horizon: usize,
    pub(super) blanks: Blanks,
    pub(super) ignores_case: bool,
    pub(super) ignores_blank_lines: bool,
    /// `-I`, all patterns in one.
    pub(super) ignored: Option<Pattern>,
    /// `-p` and `-F`, all patterns in one.
    pub(super) function: Option<Pattern>,
    pub(super) strips_return: bool,
    pub(super) is_text: bool,
    pub(super) is_brief: bool,
    pub(super) reports_identical: bool,
    pub(super) is_recursive: bool,
    pub(super) new_file: bool,
    pub(super) new_first_file: bool,
    pub(super) follows_links: bool,
    pub(super) is_minimal: bool,
    pub(super) expands_tabs: bool,
    pub(super) initial_tab: bool,
    pub(super) tab_size: usize,
    pub(super) bare_empty: bool,
    pub(super) width: usize,
    pub(super) left_column: bool,
    pub(super) no_common: bool,
    pub(super) labels: Vec<&'c [u8]>,
    pub(super) excluded: Vec<Glob>,
    /// The options as `diff -r` repeats them before each file.
    pub(super) switches: Vec<u8>,
}

impl<'c> Settings<'c> {
    /// Whether files differ as soon as a byte does, and nothing more is asked.
    pub(super) fn is_quick(&self) -> bool {
        let ignores = self.ignores_case || self.ignores_blank_lines || self.ignored.is_some();
        self.is_brief && !ignores && !self.strips_return && self.blanks == Blanks::Exact
    }
}
