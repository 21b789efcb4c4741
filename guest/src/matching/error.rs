//! Why a pattern was refused, in the words that the GNU tools print.

use std::fmt;

/// A pattern that no GNU tool would accept. Its text is what the tool prints after its own prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternError {
    /// A bracket expression opened by the pattern's last byte.
    BadPattern,
    /// `[[=ab=]]`, `[[.ab.]]`: no such element in the C.UTF-8 locale.
    BadCollation,
    /// `[[:foo:]]`.
    BadClassName,
    /// A lone backslash at the end.
    TrailingBackslash,
    /// `\2` where there is no second group that is already closed.
    BadBackReference,
    /// `[a`.
    UnmatchedBracket,
    /// `\(`.
    UnmatchedOpen,
    /// `\{1`.
    UnmatchedInterval,
    /// `\{x\}`, `\{2,1\}`.
    BadInterval,
    /// `[z-a]`, `[a-z-9]`.
    BadRange,
    /// A repetition with nothing to repeat, where the syntax forbids it.
    NothingToRepeat,
    /// A count above 32767, or a pattern that expands beyond [`super::MAX_PROGRAM`].
    TooBig,
    /// `\)`.
    UnmatchedClose,
    /// grep's own check: `[:space:]` outside of a bracket expression.
    BareClass,
    /// `-P` only: a construct of Perl's that this matcher does not have.
    UnsupportedPerl,
    /// `-P` only: a pattern that PCRE refuses too.
    BadPerl,
}

impl PatternError {
    /// The text, as `regerror` gives it in the C.UTF-8 locale.
    pub const fn text(self) -> &'static str {
        match self {
            Self::BadPattern => "Invalid regular expression",
            Self::BadCollation => "Invalid collation character",
            Self::BadClassName => "Invalid character class name",
            Self::TrailingBackslash => "Trailing backslash",
            Self::BadBackReference => "Invalid back reference",
            Self::UnmatchedBracket => "Unmatched [, [^, [:, [., or [=",
            Self::UnmatchedOpen => "Unmatched ( or \\(",
            Self::UnmatchedInterval => "Unmatched \\{",
            Self::BadInterval => "Invalid content of \\{\\}",
            Self::BadRange => "Invalid range end",
            Self::NothingToRepeat => "Invalid preceding regular expression",
            Self::TooBig => "Regular expression too big",
            Self::UnmatchedClose => "Unmatched ) or \\)",
            Self::BareClass => "character class syntax is [[:space:]], not [:space:]",
            Self::UnsupportedPerl => "this Perl construct is not supported",
            Self::BadPerl => "syntax error in the pattern",
        }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

impl std::error::Error for PatternError {}

/// What grep says about a pattern that it accepts all the same, after `grep: warning: `. (Debian's
/// grep 3.8 prints no warning about stray backslashes unless an environment variable asks.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternWarning {
    /// `*a` in an extended expression.
    StarAtStart,
    /// `+a` in an extended expression.
    PlusAtStart,
    /// `?a` in an extended expression.
    QuestionAtStart,
    /// `{1}a` in an extended expression.
    IntervalAtStart,
}

impl PatternWarning {
    /// The text after the prefix.
    pub const fn text(self) -> &'static str {
        match self {
            Self::StarAtStart => "* at start of expression",
            Self::PlusAtStart => "+ at start of expression",
            Self::QuestionAtStart => "? at start of expression",
            Self::IntervalAtStart => "{...} at start of expression",
        }
    }
}
