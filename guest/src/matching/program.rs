//! The pattern as instructions, for the two engines of our own: the simulation, which finds the
//! longest match in linear time, and the backtracker, which finds groups and back-references.

use super::ast::{Look, Node};
use super::set::{Set, is_word, other_case};
use super::text::{Decoded, before, decode};

/// One instruction; those that match text go on to the next one.
#[derive(Clone, Debug)]
pub(super) enum Instruction {
    Char(char),
    Letter(u8),
    Byte(u8),
    Set(Box<Set>),
    Look(Look),
    /// Goes on at the first place, or else at the second.
    Split(u32, u32),
    Jump(u32),
    /// A group starts or ends: the slot to write.
    Save(u32),
    /// Remembers where a round of a repetition starts, in the slot.
    Mark(u32),
    /// Fails when the round that the slot remembers matched nothing.
    Progress(u32),
    BackReference(u32),
    /// What follows up to a [`Instruction::Match`] is looked for beside the match; the match goes
    /// on at `next`.
    Around {
        next: u32,
        behind: bool,
        negated: bool,
    },
    Match,
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    pub instructions: Vec<Instruction>,
    /// Slots in use: two per group (0 is the match itself), then one per repetition that can
    /// match nothing.
    pub slots: usize,
    pub ignore_case: bool,
}

impl Program {
    /// Compiles `node`, whose groups are numbered up to `groups`.
    pub(super) fn new(node: &Node, groups: u32, ignore_case: bool) -> Self {
        let mut program = Self { instructions: Vec::new(), slots: 2 * (groups as usize + 1), ignore_case };
        program.node(node);
        program.push(Instruction::Match);
        program
    }

    fn push(&mut self, instruction: Instruction) -> usize {
        self.instructions.push(instruction);
        self.instructions.len() - 1
    }

    fn here(&self) -> u32 {
        // The pattern's size is checked before it is compiled.
        self.instructions.len() as u32
    }

    fn patch(&mut self, index: usize, instruction: Instruction) {
        if let Some(place) = self.instructions.get_mut(index) {
            *place = instruction;
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Empty => {}
            Node::Char(character) => {
                self.push(Instruction::Char(*character));
            }
            Node::Letter(letter) => {
                self.push(Instruction::Letter(*letter));
            }
            Node::Byte(byte) => {
                self.push(Instruction::Byte(*byte));
            }
            Node::Set(set) => {
                self.push(Instruction::Set(set.clone()));
            }
            Node::Look(look) => {
                self.push(Instruction::Look(*look));
            }
            Node::Group(node, index) => {
                self.push(Instruction::Save(2 * index));
                self.node(node);
                self.push(Instruction::Save(2 * index + 1));
            }
            Node::BackReference(index) => {
                self.push(Instruction::BackReference(*index));
            }
            Node::Concat(nodes) => nodes.iter().for_each(|node| self.node(node)),
            Node::Alternate(nodes) => self.alternate(nodes),
            Node::Repeat(repeat) => {
                for _ in 0..repeat.minimum {
                    self.node(&repeat.node);
                }
                match repeat.maximum {
                    None => self.star(&repeat.node, repeat.lazy),
                    Some(maximum) => {
                        self.optional(&repeat.node, maximum - repeat.minimum, repeat.lazy);
                    }
                }
            }
            Node::Around(around) => {
                let at = self.push(Instruction::Match);
                self.node(&around.node);
                self.push(Instruction::Match);
                let next = self.here();
                let (behind, negated) = (around.behind, around.negated);
                self.patch(at, Instruction::Around { next, behind, negated });
            }
            Node::Keep => {
                self.push(Instruction::Save(0));
            }
        }
    }

    fn alternate(&mut self, nodes: &[Node]) {
        let mut jumps = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.node(node);
                break;
            }
            let split = self.push(Instruction::Match);
            self.node(node);
            jumps.push(self.push(Instruction::Match));
            let next = self.here();
            self.patch(split, Instruction::Split(split as u32 + 1, next));
        }
        let end = self.here();
        for jump in jumps {
            self.patch(jump, Instruction::Jump(end));
        }
    }

    fn split(first: u32, second: u32, lazy: bool) -> Instruction {
        if lazy { Instruction::Split(second, first) } else { Instruction::Split(first, second) }
    }

    fn star(&mut self, node: &Node, lazy: bool) {
        let start = self.push(Instruction::Match);
        let mark = node.nullable().then(|| {
            self.slots += 1;
            self.slots as u32 - 1
        });
        if let Some(slot) = mark {
            self.push(Instruction::Mark(slot));
        }
        self.node(node);
        if let Some(slot) = mark {
            self.push(Instruction::Progress(slot));
        }
        self.push(Instruction::Jump(start as u32));
        let end = self.here();
        self.patch(start, Self::split(start as u32 + 1, end, lazy));
    }

    fn optional(&mut self, node: &Node, times: u32, lazy: bool) {
        let mut splits = Vec::new();
        for _ in 0..times {
            splits.push(self.push(Instruction::Match));
            self.node(node);
        }
        let end = self.here();
        for split in splits {
            self.patch(split, Self::split(split as u32 + 1, end, lazy));
        }
    }

    /// The instruction at `place`.
    pub(super) fn at(&self, place: u32) -> &Instruction {
        self.instructions.get(place as usize).unwrap_or(&Instruction::Match)
    }

    /// How many bytes of `text` at `position` the group's `text[start..end]`, met again, takes.
    pub(super) fn again(&self, text: &[u8], group: &[u8], position: usize) -> Option<usize> {
        let rest = text.get(position..)?;
        if rest.starts_with(group) {
            return Some(group.len());
        }
        if !self.ignore_case {
            return None;
        }
        let (mut own, mut other) = (0, 0);
        while own < group.len() {
            let (left, right) = (decode(group, own), decode(rest, other));
            let (Decoded::Char(left, own_length), Decoded::Char(right, length)) = (left, right) else {
                return None;
            };
            if left != right && other_case(left) != Some(right) {
                return None;
            }
            own += own_length;
            other += length;
        }
        Some(other)
    }
}

impl Instruction {
    /// Whether this instruction takes `character`.
    pub(super) fn takes(&self, character: char) -> bool {
        match self {
            Self::Char(own) => *own == character,
            Self::Letter(own) => character.is_ascii() && character.to_ascii_lowercase() == char::from(*own),
            Self::Set(set) => set.contains(character),
            _ => false,
        }
    }
}

/// Whether `look` holds at `position` of `text`.
pub(super) fn holds(look: Look, text: &[u8], position: usize) -> bool {
    let before = || before(text, position);
    let after = || decode(text, position);
    match look {
        Look::SubjectStart => position == 0,
        Look::SubjectEnd => position == text.len(),
        Look::LineStart => position == 0 || text.get(position - 1) == Some(&b'\n'),
        Look::LineEnd => position == text.len() || text.get(position) == Some(&b'\n'),
        Look::WordEdge => word(before(), true) != word(after(), true),
        Look::NotWordEdge => word(before(), true) == word(after(), true),
        Look::AsciiWordEdge => ascii_word(before()) != ascii_word(after()),
        Look::NotAsciiWordEdge => ascii_word(before()) == ascii_word(after()),
        Look::WordStart => !word(before(), true) && word(after(), true),
        Look::WordEnd => word(before(), true) && !word(after(), true),
        Look::NoWordBefore => !word(before(), false),
        Look::NoWordAfter => !word(after(), false),
    }
}

/// Whether it is a word constituent. A stray byte is none to grep's own `-w`; to the C library's
/// anchors it is the character of that number (`stray`).
fn word(decoded: Decoded, stray: bool) -> bool {
    match decoded {
        Decoded::Char(character, _) => is_word(character),
        Decoded::Invalid(byte) => stray && is_word(char::from(byte)),
        Decoded::End => false,
    }
}

fn ascii_word(decoded: Decoded) -> bool {
    matches!(decoded, Decoded::Char(character, _) if character.is_ascii() && is_word(character))
}
