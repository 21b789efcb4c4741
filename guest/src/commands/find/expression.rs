//! The expression of `find`: tests, actions and how they are joined.

use sparring_tree::Kind;

use crate::commands::mode::ModeChange;
use crate::glob::Glob;
use crate::matching::Pattern;
use crate::workspace::VirtualPath;

/// A node of the expression.
#[expect(clippy::large_enum_variant, reason = "an expression has a handful of nodes, made once")]
pub(super) enum Expression {
    /// Both, the second only after the first.
    And(Box<Expression>, Box<Expression>),
    /// Either, the second only when the first fails.
    Or(Box<Expression>, Box<Expression>),
    /// Both; the value is that of the second.
    List(Box<Expression>, Box<Expression>),
    /// The opposite.
    Not(Box<Expression>),
    /// Looks at the entry.
    Test(Test),
    /// Does something.
    Action(Action),
}

/// How a number is compared: `5`, `+5`, `-5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal(u64),
    More(u64),
    Less(u64),
}

impl Comparison {
    pub(super) fn holds(self, value: u64) -> bool {
        match self {
            Self::Equal(wanted) => value == wanted,
            Self::More(wanted) => value > wanted,
            Self::Less(wanted) => value < wanted,
        }
    }
}

/// Which bits `-perm` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permissions {
    Exactly,
    All,
    Any,
}

/// A test.
#[expect(clippy::large_enum_variant, reason = "an expression has a handful of nodes, made once")]
pub(super) enum Test {
    True,
    False,
    Name(Glob),
    Path(Glob),
    LinkTarget(Glob),
    Regex(Pattern),
    Kind(Vec<u8>),
    /// `-xtype`: the kind behind a link.
    OtherKind(Vec<u8>),
    Empty,
    /// In units of so many bytes, rounded up.
    Size(Comparison, u64),
    Links(Comparison),
    Inode(Comparison),
    User(Comparison),
    Permissions(Permissions, ModeChange),
    /// Later than this moment, in seconds since 1970.
    NewerThan(i64),
    /// Age in units of so many seconds.
    Age(Comparison, i64),
    SameFile(VirtualPath),
    /// `-readable`, `-writable`: root may, where there is anything behind a link.
    Accessible,
    /// `-executable` wants an `x`, behind a link too.
    Executable,
}

/// An action.
pub(super) enum Action {
    Print(u8),
    Format(super::format::Format),
    List,
    Prune,
    Quit,
    Delete,
    Execute(Execute),
}

/// `-exec` and its kin.
pub(super) struct Execute {
    pub(super) words: Vec<Vec<u8>>,
    /// `+`: many files to a run.
    pub(super) is_batch: bool,
    /// `-execdir`.
    pub(super) is_in_directory: bool,
    /// Where its batch is kept.
    pub(super) slot: usize,
}

impl Expression {
    pub(super) fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }

    /// Whether any action satisfies the predicate.
    pub(super) fn any_action(&self, predicate: &dyn Fn(&Action) -> bool) -> bool {
        match self {
            Self::And(a, b) | Self::Or(a, b) | Self::List(a, b) => a.any_action(predicate) || b.any_action(predicate),
            Self::Not(inner) => inner.any_action(predicate),
            Self::Test(_) => false,
            Self::Action(action) => predicate(action),
        }
    }
}

impl Expression {
    /// What the name of every entry ends with for which the expression does anything; empty when
    /// that is not known.
    pub(super) fn required_end(&self) -> Vec<u8> {
        match self {
            Self::Test(Test::Name(glob)) => glob.literal_end(),
            Self::And(first, second) => {
                let end = first.required_end();
                // The second decides as well, unless the first has acted by then.
                let acts = first.any_action(&|_| true);
                let more = if acts { Vec::new() } else { second.required_end() };
                if more.len() > end.len() { more } else { end }
            }
            _ => Vec::new(),
        }
    }
}

/// The letter of `-type` and `%y`.
pub(super) fn kind_letter(kind: Kind, is_device: bool) -> u8 {
    match kind {
        Kind::Directory => b'd',
        Kind::Link => b'l',
        Kind::File if is_device => b'c',
        Kind::File => b'f',
    }
}
