//! The literals that every match contains, and the search for them.
//!
//! The regex crate's own search for several literals at once has no SIMD on wasm, so that a plain
//! `memmem` per literal is many times faster there; and an index can only look literals up.

use memchr::memmem::Finder;

use super::ast::Node;
use super::set::Set;

/// More literals than this in one clause are no help: the clause is dropped.
pub const MOST_LITERALS: usize = 8;

/// What every match of a pattern contains: of each clause at least one literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literals {
    /// The clauses, none of them empty, no literal in them empty. Where case does not count, the
    /// literals are in lower case.
    pub clauses: Vec<Vec<Vec<u8>>>,
    /// Whether an ASCII letter stands for either case.
    pub ignore_case: bool,
}

impl Literals {
    /// The clause that promises the fewest hits: the one whose shortest literal is longest.
    pub fn best_clause(&self) -> Option<&[Vec<u8>]> {
        self.clauses.iter().map(Vec::as_slice).max_by_key(|clause| worth(clause))
    }
}

fn worth(clause: &[Vec<u8>]) -> (usize, usize) {
    let shortest = clause.iter().map(Vec::len).min().unwrap_or(0);
    (shortest, MOST_LITERALS.saturating_sub(clause.len()))
}

/// What is known about a node.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Every string that the node matches, if those are few.
    pub exact: Option<Vec<Vec<u8>>>,
    /// What every match contains.
    pub clauses: Vec<Vec<Vec<u8>>>,
}

impl Facts {
    fn exact(strings: Vec<Vec<u8>>) -> Self {
        Self { exact: Some(strings), clauses: Vec::new() }
    }

    fn into_clauses(self) -> Vec<Vec<Vec<u8>>> {
        let mut clauses = self.clauses;
        clauses.extend(self.exact.filter(|strings| usable(strings)));
        clauses
    }
}

fn usable(strings: &[Vec<u8>]) -> bool {
    !strings.is_empty() && strings.iter().all(|string| !string.is_empty())
}

/// The facts about `node`; `ignore_case` says that letters of both cases are alike everywhere.
pub(super) fn facts(node: &Node, ignore_case: bool) -> Facts {
    match node {
        Node::Empty | Node::Look(_) | Node::Keep | Node::Around(_) => Facts::exact(vec![Vec::new()]),
        Node::Char(character) if ignore_case && !character.is_ascii() => Facts::default(),
        Node::Char(character) => Facts::exact(vec![character.to_string().into_bytes()]),
        Node::Letter(letter) if ignore_case => Facts::exact(vec![vec![*letter]]),
        Node::Letter(letter) => Facts::exact(vec![vec![*letter], vec![letter.to_ascii_uppercase()]]),
        Node::Byte(byte) => Facts::exact(vec![vec![*byte]]),
        Node::Set(set) => few_members(set, ignore_case).map_or_else(Facts::default, Facts::exact),
        Node::Group(node, _) => facts(node, ignore_case),
        Node::BackReference(_) => Facts::default(),
        Node::Concat(nodes) => concat(nodes, ignore_case),
        Node::Alternate(nodes) => alternate(nodes, ignore_case),
        Node::Repeat(repeat) if repeat.minimum == 0 => Facts::default(),
        Node::Repeat(repeat) => Facts { exact: None, clauses: facts(&repeat.node, ignore_case).into_clauses() },
    }
}

/// The members of a set of up to four ASCII characters.
fn few_members(set: &Set, ignore_case: bool) -> Option<Vec<Vec<u8>>> {
    if set.uniform() != Some(false) || set.ascii.count_ones() > 4 || set.ascii == 0 {
        return None;
    }
    let mut members: Vec<Vec<u8>> = (0..128_u8)
        .filter(|&byte| set.ascii >> byte & 1 == 1)
        .map(|byte| vec![if ignore_case { byte.to_ascii_lowercase() } else { byte }])
        .collect();
    members.sort();
    members.dedup();
    Some(members)
}

fn concat(nodes: &[Node], ignore_case: bool) -> Facts {
    let mut clauses = Vec::new();
    let mut run = vec![Vec::new()];
    let mut whole = true;
    for node in nodes {
        let found = facts(node, ignore_case);
        let crossed = found.exact.as_ref().and_then(|strings| cross(&run, strings));
        if let Some(crossed) = crossed {
            run = crossed;
            continue;
        }
        whole = false;
        let ended = std::mem::replace(&mut run, vec![Vec::new()]);
        clauses.extend(Some(ended).filter(|strings| usable(strings)));
        clauses.extend(found.clauses);
        if let Some(strings) = found.exact {
            run = strings;
        }
    }
    if whole {
        return Facts::exact(run);
    }
    clauses.extend(Some(run).filter(|strings| usable(strings)));
    Facts { exact: None, clauses }
}

fn cross(left: &[Vec<u8>], right: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    if left.len() * right.len() > MOST_LITERALS {
        return None;
    }
    let mut strings = Vec::with_capacity(left.len() * right.len());
    for first in left {
        for second in right {
            strings.push([first.as_slice(), second.as_slice()].concat());
        }
    }
    Some(strings)
}

fn alternate(nodes: &[Node], ignore_case: bool) -> Facts {
    let mut exact = Some(Vec::new());
    let mut clause = Some(Vec::new());
    for node in nodes {
        let found = facts(node, ignore_case);
        exact = exact.zip(found.exact.clone()).map(|(mut all, more)| {
            all.extend(more);
            all
        });
        let clauses = found.into_clauses();
        let best = clauses.into_iter().max_by_key(|clause| worth(clause));
        clause = clause.zip(best).map(|(mut all, more)| {
            all.extend(more);
            all
        });
    }
    let few = |strings: &Vec<Vec<u8>>| strings.len() <= MOST_LITERALS;
    if let Some(strings) = exact.filter(few) {
        return Facts::exact(strings);
    }
    Facts { exact: None, clauses: clause.filter(few).into_iter().collect() }
}

/// Finds the next hit of any of a few literals.
#[derive(Debug)]
pub(super) struct Search {
    literals: Vec<Finder<'static>>,
    ignore_case: bool,
}

/// How far a [`Search`] got in one buffer: the next hit of each literal.
#[derive(Debug, Default)]
pub(super) struct Hits {
    next: Vec<Option<usize>>,
}

impl Search {
    pub(super) fn new(clause: &[Vec<u8>], ignore_case: bool) -> Self {
        let literals = clause.iter().map(|literal| Finder::new(literal).into_owned()).collect();
        Self { literals, ignore_case }
    }

    /// The leftmost hit at or after `from`, and the length of the longest literal there.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        self.find_after(text, from, &mut Hits::default())
    }

    /// As [`Search::find`], for calls with rising `from` on one `text`: what an earlier call
    /// found is not searched for again.
    pub(super) fn find_after(&self, text: &[u8], from: usize, hits: &mut Hits) -> Option<(usize, usize)> {
        let mut best: Option<(usize, usize)> = None;
        for (index, finder) in self.literals.iter().enumerate() {
            let known = hits.next.get(index).copied();
            let hit = match known {
                Some(None) => None,
                Some(Some(hit)) if hit >= from => Some(hit),
                _ => self.hit(finder, text, from),
            };
            if known.is_none() {
                hits.next.push(hit);
            } else if let Some(place) = hits.next.get_mut(index) {
                *place = hit;
            }
            let Some(hit) = hit else { continue };
            let length = finder.needle().len();
            if best.is_none_or(|(at, longest)| hit < at || (hit == at && length > longest)) {
                best = Some((hit, length));
            }
        }
        best
    }

    fn hit(&self, finder: &Finder<'_>, text: &[u8], from: usize) -> Option<usize> {
        let rest = text.get(from..)?;
        if !self.ignore_case {
            return finder.find(rest).map(|hit| from + hit);
        }
        let needle = finder.needle();
        let (offset, byte) = rarest(needle);
        let upper = byte.to_ascii_uppercase();
        memchr::memchr2_iter(byte, upper, rest.get(offset..)?)
            .find(|&hit| rest.get(hit..hit + needle.len()).is_some_and(|found| found.eq_ignore_ascii_case(needle)))
            .map(|hit| from + hit)
    }
}

/// The place in `needle` (in lower case, not empty) of the byte that source code has fewest of.
fn rarest(needle: &[u8]) -> (usize, u8) {
    const COMMON_FIRST: &[u8] = b" etaoinsrldcu_mpfhgyb.,()=\"':-vwk0x1[]2#/jqz";
    let rank = |byte: u8| COMMON_FIRST.iter().position(|&common| common == byte).unwrap_or(COMMON_FIRST.len());
    needle.iter().enumerate().max_by_key(|&(_, &byte)| rank(byte)).map_or((0, 0), |(offset, &byte)| (offset, byte))
}
