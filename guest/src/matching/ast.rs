//! What a pattern means, whatever dialect it was written in.

use super::set::Set;

/// A parsed pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Matches the empty string.
    Empty,
    /// One character, exactly.
    Char(char),
    /// One ASCII letter, given in lower case, in either case.
    Letter(u8),
    /// One byte of the pattern that is not UTF-8.
    Byte(u8),
    /// One character of a set.
    Set(Box<Set>),
    /// A place between characters.
    Look(Look),
    /// A capturing group, numbered from 1.
    Group(Box<Node>, u32),
    /// The text of a group, again.
    BackReference(u32),
    /// One after the other.
    Concat(Vec<Node>),
    /// One or the other.
    Alternate(Vec<Node>),
    /// One, several times.
    Repeat(Box<Repeat>),
    /// Perl only: text that follows or precedes without being part of the match.
    Around(Box<Around>),
    /// Perl only: `\K`, the match starts here.
    Keep,
}

/// A repetition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    /// What is repeated.
    pub node: Node,
    /// At least so often.
    pub minimum: u32,
    /// At most so often; `None` for no bound.
    pub maximum: Option<u32>,
    /// Perl only: as few as possible.
    pub lazy: bool,
}

/// A lookaround assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Around {
    /// What must or must not be there.
    pub node: Node,
    /// It stands before the place, not after it.
    pub behind: bool,
    /// It must not be there.
    pub negated: bool,
}

/// A place between characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Start of the subject.
    SubjectStart,
    /// End of the subject.
    SubjectEnd,
    /// Start of the subject or after a newline.
    LineStart,
    /// End of the subject or before a newline.
    LineEnd,
    /// `\b`.
    WordEdge,
    /// `\B`.
    NotWordEdge,
    /// `\<`.
    WordStart,
    /// `\>`.
    WordEnd,
    /// Perl's `\b`, for which only ASCII has words.
    AsciiWordEdge,
    /// Perl's `\B`.
    NotAsciiWordEdge,
    /// No word constituent before (`grep -w`).
    NoWordBefore,
    /// No word constituent after (`grep -w`).
    NoWordAfter,
}

impl Look {
    /// Whether the answer depends on which characters above ASCII are word constituents.
    pub(super) const fn about_words(self) -> bool {
        matches!(
            self,
            Self::WordEdge
                | Self::NotWordEdge
                | Self::WordStart
                | Self::WordEnd
                | Self::NoWordBefore
                | Self::NoWordAfter
        )
    }
}

impl Node {
    /// How many instructions the node expands to, repetitions multiplied out.
    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Empty | Self::Keep => 0,
            Self::Char(_) | Self::Letter(_) | Self::Byte(_) | Self::Set(_) | Self::Look(_) | Self::BackReference(_) => {
                1
            }
            Self::Group(node, _) => node.size().saturating_add(2),
            Self::Concat(nodes) | Self::Alternate(nodes) => {
                nodes.iter().fold(nodes.len() as u64, |sum, node| sum.saturating_add(node.size()))
            }
            Self::Repeat(repeat) => {
                let copies = u64::from(repeat.maximum.unwrap_or(repeat.minimum).max(1));
                repeat.node.size().saturating_add(3).saturating_mul(copies)
            }
            Self::Around(around) => around.node.size().saturating_add(2),
        }
    }

    /// Whether `test` holds for this node or one inside it.
    pub(super) fn any(&self, test: &mut dyn FnMut(&Self) -> bool) -> bool {
        test(self)
            || match self {
                Self::Group(node, _) => node.any(test),
                Self::Concat(nodes) | Self::Alternate(nodes) => nodes.iter().any(|node| node.any(test)),
                Self::Repeat(repeat) => repeat.node.any(test),
                Self::Around(around) => around.node.any(test),
                _ => false,
            }
    }

    /// Whether the node can match the empty string (a look always can).
    pub(super) fn nullable(&self) -> bool {
        match self {
            Self::Empty | Self::Look(_) | Self::BackReference(_) | Self::Around(_) | Self::Keep => true,
            Self::Char(_) | Self::Letter(_) | Self::Byte(_) | Self::Set(_) => false,
            Self::Group(node, _) => node.nullable(),
            Self::Concat(nodes) => nodes.iter().all(Self::nullable),
            Self::Alternate(nodes) => nodes.iter().any(Self::nullable),
            Self::Repeat(repeat) => repeat.minimum == 0 || repeat.node.nullable(),
        }
    }
}
