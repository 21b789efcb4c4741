//! Turns a parsed pattern into the regex crate's representation.
//!
//! Two translations exist. The *narrow* one is right for subjects of ASCII only, is small, and
//! needs no tables. The *wide* one serves every other subject: it says which characters above
//! ASCII a set holds only where that needs no table, and else matches too much and says so.

use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, Repetition};

use super::ast::{Look, Node};
use super::set::Set;

/// A translation.
pub(super) struct Translated {
    /// What the regex crate is to match.
    pub hir: Hir,
    /// Whether it matches exactly what the pattern matches; if not, it matches more.
    pub exact: bool,
}

/// Translates `node`; `wide` for subjects that are not ASCII.
pub(super) fn translate(node: &Node, wide: bool) -> Translated {
    let mut translator = Translator { wide, nullable: node.nullable(), exact: true };
    let hir = translator.node(node);
    Translated { hir, exact: translator.exact }
}

struct Translator {
    wide: bool,
    /// The whole pattern can match nothing.
    nullable: bool,
    exact: bool,
}

impl Translator {
    fn node(&mut self, node: &Node) -> Hir {
        match node {
            Node::Empty => Hir::empty(),
            Node::Char(character) => {
                let mut buffer = [0; 4];
                if !self.wide && !character.is_ascii() {
                    return Hir::fail();
                }
                Hir::literal(character.encode_utf8(&mut buffer).as_bytes())
            }
            Node::Letter(letter) => {
                let upper = letter.to_ascii_uppercase();
                Hir::class(Class::Bytes(ClassBytes::new([
                    ClassBytesRange::new(upper, upper),
                    ClassBytesRange::new(*letter, *letter),
                ])))
            }
            Node::Byte(byte) => {
                // The byte must not be part of a character, which only the simulation knows.
                self.exact = false;
                Hir::literal([*byte])
            }
            Node::Set(set) if self.wide => self.wide_set(set),
            Node::Set(set) => Hir::class(Class::Bytes(ClassBytes::new(
                ascii_ranges(set.ascii).map(|(first, last)| ClassBytesRange::new(first, last)),
            ))),
            Node::Look(look) => self.look(*look),
            Node::Group(node, _) => self.node(node),
            Node::BackReference(_) => {
                self.exact = false;
                anything()
            }
            Node::Concat(nodes) => Hir::concat(nodes.iter().map(|node| self.node(node)).collect()),
            Node::Alternate(nodes) => Hir::alternation(nodes.iter().map(|node| self.node(node)).collect()),
            Node::Repeat(repeat) => {
                let sub = Box::new(self.node(&repeat.node));
                Hir::repetition(Repetition { min: repeat.minimum, max: repeat.maximum, greedy: !repeat.lazy, sub })
            }
            Node::Around(_) | Node::Keep => {
                self.exact = false;
                Hir::empty()
            }
        }
    }

    fn wide_set(&mut self, set: &Set) -> Hir {
        let ascii =
            ascii_ranges(set.ascii).map(|(first, last)| ClassUnicodeRange::new(char::from(first), char::from(last)));
        let mut class = ClassUnicode::new(ascii);
        let above = ClassUnicodeRange::new('\u{80}', char::MAX);
        match set.uniform() {
            Some(false) => {}
            Some(true) => class.push(above),
            None if set.classes.is_empty() && !set.ignore_case => {
                let mut named =
                    ClassUnicode::new(set.ranges.iter().map(|&(first, last)| ClassUnicodeRange::new(first, last)));
                if set.negated {
                    named.negate();
                    named.intersect(&ClassUnicode::new([above]));
                }
                class.union(&named);
            }
            None => {
                self.exact = false;
                class.push(above);
            }
        }
        Hir::class(Class::Unicode(class))
    }

    fn look(&mut self, look: Look) -> Hir {
        use regex_syntax::hir::Look as Target;
        if self.wide && look.about_words() {
            self.exact = false;
            return Hir::empty();
        }
        if self.wide && matches!(look, Look::AsciiWordEdge | Look::NotAsciiWordEdge) && self.nullable {
            // The engine would find the place inside of a character.
            self.exact = false;
        }
        Hir::look(match look {
            Look::SubjectStart => Target::Start,
            Look::SubjectEnd => Target::End,
            Look::LineStart => Target::StartLF,
            Look::LineEnd => Target::EndLF,
            Look::WordEdge | Look::AsciiWordEdge => Target::WordAscii,
            Look::NotWordEdge | Look::NotAsciiWordEdge => Target::WordAsciiNegate,
            Look::WordStart => Target::WordStartAscii,
            Look::WordEnd => Target::WordEndAscii,
            Look::NoWordBefore => Target::WordStartHalfAscii,
            Look::NoWordAfter => Target::WordEndHalfAscii,
        })
    }
}

/// Any bytes: what stands in for a back-reference.
fn anything() -> Hir {
    Hir::repetition(Repetition {
        min: 0,
        max: None,
        greedy: true,
        sub: Box::new(Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(0, 255)])))),
    })
}

fn ascii_ranges(bits: u128) -> impl Iterator<Item = (u8, u8)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        if from >= 128 {
            return None;
        }
        let rest = bits >> from;
        if rest == 0 {
            return None;
        }
        let first = from + rest.trailing_zeros();
        let ones = (bits >> first).trailing_ones();
        from = first + ones;
        // Both are below 128, since `rest` has a bit.
        Some((first as u8, (from - 1) as u8))
    })
}

/// Whether the leftmost-first match is also the longest one, judged without looking at subjects:
/// false where that is not obvious.
pub(super) fn first_is_longest(node: &Node) -> bool {
    let mut items = Vec::new();
    flatten(node, &mut items);
    let variable = |item: &&Node| matches!(item, Node::Repeat(repeat) if repeat.maximum != Some(repeat.minimum));
    if items.iter().any(|item| !simple(item)) {
        return false;
    }
    let Some(last) = items.iter().rposition(variable) else {
        return true;
    };
    // Every repetition but the last must be forced to its count by what follows it.
    items.iter().enumerate().take(last).all(|(index, item)| {
        let Node::Repeat(repeat) = item else { return true };
        if repeat.maximum == Some(repeat.minimum) {
            return true;
        }
        match items.get(index + 1) {
            Some(next) if !next.nullable() => match (first_set(&repeat.node), first_set(next)) {
                (Some(own), Some(next)) => own.disjoint(&next),
                _ => false,
            },
            _ => false,
        }
    })
}

fn flatten<'n>(node: &'n Node, items: &mut Vec<&'n Node>) {
    match node {
        Node::Concat(nodes) => nodes.iter().for_each(|node| flatten(node, items)),
        Node::Group(node, _) => flatten(node, items),
        other => items.push(other),
    }
}

fn simple(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Char(_) | Node::Letter(_) | Node::Byte(_) | Node::Set(_) | Node::Look(_) => true,
        Node::Repeat(repeat) => first_set(&repeat.node).is_some() && !matches!(repeat.node, Node::Repeat(_)),
        _ => false,
    }
}

/// The characters that a one-character node, or a repetition of one, starts with.
fn first_set(node: &Node) -> Option<Set> {
    let mut set = Set::empty();
    match node {
        Node::Char(character) => set.add_range(*character, *character),
        Node::Letter(letter) => {
            set.add_range(char::from(*letter), char::from(*letter));
            set.finish(false, true);
        }
        Node::Set(inner) => set = (**inner).clone(),
        Node::Repeat(repeat) => return first_set(&repeat.node),
        _ => return None,
    }
    Some(set)
}
