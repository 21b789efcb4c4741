//! The dialects: which tool's syntax means which of the GNU matcher's grammar switches.

/// Whose pattern it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Syntax {
    /// `grep`, `grep -G`. A newline separates patterns.
    GrepBasic,
    /// `grep -E`. A newline separates patterns.
    GrepExtended,
    /// `sed`, `find -regextype sed`.
    SedBasic,
    /// `sed -E`.
    SedExtended,
    /// `expr STRING : REGEX`.
    PosixBasic,
    /// bash's `[[ =~ ]]`, `find -regextype posix-extended`.
    PosixExtended,
    /// `find -regextype posix-egrep`, `egrep`.
    PosixEgrep,
    /// awk: as extended, with backslash escapes in bracket expressions.
    Awk,
    /// `find -regex` without `-regextype`.
    Emacs,
    /// `grep -F`: literals, separated by newlines.
    Fixed,
    /// `grep -P`.
    Perl,
}

/// How a pattern is applied. The default is sed's: case counts, one buffer, nothing special about
/// newlines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Options {
    /// `grep -i`, `sed s///I`, `find -iregex`.
    pub ignore_case: bool,
    /// `grep -w`: no word constituent may stand on either side of the match.
    pub word: bool,
    /// `grep -x`, `find -regex`: the match must be the whole line (the whole subject when
    /// [`Options::terminator`] is unset).
    pub line: bool,
    /// `sed s///M`: `^` and `$` match at the newlines inside the subject.
    pub multiline: bool,
    /// The byte that ends a line and that therefore no subject contains: `Some(b'\n')` for grep,
    /// `Some(0)` for `grep -z`, `None` (the default) where a subject may hold anything.
    pub terminator: Option<u8>,
}

impl Options {
    /// What plain `grep` uses.
    pub const GREP: Self =
        Self { ignore_case: false, word: false, line: false, multiline: false, terminator: Some(b'\n') };
}

/// The GNU matcher's grammar switches, named for what they allow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grammar {
    /// `+` and `?` are operators only after a backslash.
    pub backslash_plus: bool,
    /// `(` groups, `\(` is a literal.
    pub bare_parentheses: bool,
    /// `|` separates alternatives, `\|` is a literal.
    pub bare_bar: bool,
    /// There are intervals.
    pub intervals: bool,
    /// `{` opens an interval, `\{` is a literal.
    pub bare_braces: bool,
    /// `^` and `$` are anchors everywhere.
    pub anchors_everywhere: bool,
    /// A repetition with nothing before it is skipped.
    pub skip_leading_repeat: bool,
    /// A repetition with nothing before it is an error.
    pub refuse_leading_repeat: bool,
    /// An interval with nothing before it, or a repetition of a repetition, is an error.
    pub refuse_leading_interval: bool,
    /// An interval that is none is literal text.
    pub literal_bad_interval: bool,
    /// `)` without a group is literal text.
    pub literal_close: bool,
    /// A newline separates alternatives.
    pub newline_bar: bool,
    /// A backslash escapes inside a bracket expression.
    pub bracket_escapes: bool,
    /// `[[:alpha:]]` is known.
    pub classes: bool,
    /// `.` matches a newline.
    pub dot_newline: bool,
    /// `[^a]` does not match a newline.
    pub negated_skips_newline: bool,
    /// There are back-references.
    pub back_references: bool,
    /// grep's own lexer looks at the pattern too.
    pub grep_checks: bool,
}

const BASIC: Grammar = Grammar {
    backslash_plus: true,
    bare_parentheses: false,
    bare_bar: false,
    intervals: true,
    bare_braces: false,
    anchors_everywhere: false,
    skip_leading_repeat: false,
    refuse_leading_repeat: false,
    refuse_leading_interval: true,
    literal_bad_interval: false,
    literal_close: false,
    newline_bar: false,
    bracket_escapes: false,
    classes: true,
    dot_newline: true,
    negated_skips_newline: false,
    back_references: true,
    grep_checks: false,
};

const EXTENDED: Grammar = Grammar {
    backslash_plus: false,
    bare_parentheses: true,
    bare_bar: true,
    bare_braces: true,
    anchors_everywhere: true,
    skip_leading_repeat: true,
    refuse_leading_repeat: true,
    refuse_leading_interval: false,
    ..BASIC
};

impl Grammar {
    /// The switches of `syntax`; those of [`Syntax::Fixed`] and [`Syntax::Perl`] are not used.
    pub(super) const fn of(syntax: Syntax) -> Self {
        match syntax {
            Syntax::GrepBasic => Self { refuse_leading_interval: false, newline_bar: true, grep_checks: true, ..BASIC },
            Syntax::GrepExtended => Self {
                refuse_leading_repeat: false,
                literal_bad_interval: true,
                literal_close: true,
                newline_bar: true,
                grep_checks: true,
                ..EXTENDED
            },
            Syntax::SedBasic | Syntax::PosixBasic | Syntax::Fixed | Syntax::Perl => BASIC,
            Syntax::SedExtended => EXTENDED,
            Syntax::PosixExtended => Self { literal_close: true, ..EXTENDED },
            Syntax::PosixEgrep => Self {
                refuse_leading_repeat: false,
                literal_bad_interval: true,
                literal_close: true,
                newline_bar: true,
                ..EXTENDED
            },
            Syntax::Awk => Self {
                literal_close: true,
                bracket_escapes: true,
                literal_bad_interval: true,
                skip_leading_repeat: false,
                refuse_leading_repeat: false,
                back_references: false,
                ..EXTENDED
            },
            Syntax::Emacs => Self {
                backslash_plus: false,
                intervals: false,
                refuse_leading_interval: false,
                classes: false,
                dot_newline: false,
                ..BASIC
            },
        }
    }
}
