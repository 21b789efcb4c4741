//! A compiled pattern and its use on one subject.

use std::cell::{OnceCell, RefCell};

use regex_automata::Input;
use regex_automata::meta::{self, Regex};

use super::ast::{Look, Node};
use super::error::{PatternError, PatternWarning};
use super::grammar::{Grammar, Options, Syntax};
use super::literals::{Facts, Literals, Search, facts};
use super::parse::{Parser, literal};
use super::program::Program;
use super::simulate::{self, Scratch, Starts};
use super::subject::Subject;
use super::text::{Decoded, decode};
use super::translate::translate;
use crate::budget::{Budget, Stoppable};

/// The most instructions that a pattern may expand to; above it is "Regular expression too big".
/// The GNU tools have no such limit but memory: `\(a\{1000\}\)\{1000\}` takes them gigabytes.
pub const MAX_PROGRAM: u64 = 20_000;
/// The longest pattern in bytes; above it is "Regular expression too big".
pub const MAX_PATTERN: usize = 64 << 10;

/// Where a match lies: `start..end`, in bytes of the subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Match {
    /// The first byte of the match.
    pub start: usize,
    /// The first byte after it.
    pub end: usize,
}

/// Where a match and its groups lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captures {
    pub(super) spans: Vec<Option<Match>>,
}

impl Captures {
    /// Group `index`, where 0 is the whole match; `None` for a group that took no part.
    pub fn get(&self, index: usize) -> Option<Match> {
        self.spans.get(index).copied().flatten()
    }

    /// The whole match.
    pub fn whole(&self) -> Match {
        self.get(0).unwrap_or(Match { start: 0, end: 0 })
    }
}

/// A compiled pattern. Compiling parses; what the search needs is built when it is needed.
#[derive(Debug)]
pub struct Pattern {
    pub(super) node: Node,
    pub(super) options: Options,
    pub(super) groups: u32,
    warnings: Vec<PatternWarning>,
    pub(super) literals: Option<Literals>,
    /// The pattern is these literals and nothing else.
    pub(super) plain: Option<Search>,
    pub(super) back_references: bool,
    /// Perl's rule: the first way that matches counts, not the longest.
    pub(super) first: bool,
    /// Nothing in the pattern treats ASCII subjects unlike others.
    ascii_blind: bool,
    /// No match starts inside of a character. (The C library matches bytes where that is the same
    /// for all but empty matches.)
    pub(super) whole_characters: bool,
    pub(super) first_is_longest: OnceCell<bool>,
    narrow: OnceCell<Option<Engine>>,
    wide: OnceCell<Option<Engine>>,
    program: OnceCell<Program>,
    pub(super) scratch: RefCell<Scratch>,
    /// For `-w` with a pattern that can match nothing: the pattern without its frame.
    pub(super) unframed: Option<Program>,
    pub(super) clause: OnceCell<Option<Search>>,
}

/// The regex crate's matcher for one of the two translations.
#[derive(Debug)]
pub(super) struct Engine {
    regex: Regex,
    cache: RefCell<meta::Cache>,
    pub(super) exact: bool,
}

impl Engine {
    pub(super) fn find(&self, input: &Input<'_>) -> Option<Match> {
        let found = self.regex.search_with(&mut self.cache.borrow_mut(), input)?;
        Some(Match { start: found.start(), end: found.end() })
    }

    /// Where some match ends.
    pub(super) fn find_end(&self, input: &Input<'_>) -> Option<usize> {
        let found = self.regex.search_half_with(&mut self.cache.borrow_mut(), input)?;
        Some(found.offset())
    }
}

impl Pattern {
    /// Compiles `pattern` as the tool of `syntax` reads it.
    ///
    /// # Errors
    /// What the tool says about a bad pattern, without its prefix.
    pub fn compile(pattern: &[u8], syntax: Syntax, options: Options) -> Result<Self, PatternError> {
        if pattern.len() > MAX_PATTERN {
            return Err(PatternError::TooBig);
        }
        let mut warnings = Vec::new();
        let mut groups = 0;
        let node = match syntax {
            Syntax::Fixed => fixed(pattern, options),
            Syntax::Perl => super::perl::parse(pattern, options, &mut groups)?,
            _ => parse(pattern, Grammar::of(syntax), options, &mut groups, &mut warnings)?,
        };
        if node.size() > MAX_PROGRAM {
            return Err(PatternError::TooBig);
        }
        let unframed = (options.word && !options.line && node.nullable())
            .then(|| Program::new(&node, groups, options.ignore_case));
        let node = framed(node, options);
        let mut pattern = Self::new(node, options, groups, warnings, syntax == Syntax::Perl);
        pattern.unframed = unframed;
        Ok(pattern)
    }

    fn new(node: Node, options: Options, groups: u32, warnings: Vec<PatternWarning>, first: bool) -> Self {
        let Facts { exact, clauses } = facts(&node, options.ignore_case);
        let mut plain = None;
        let mut clauses = clauses;
        if let Some(strings) = exact.filter(|strings| strings.iter().all(|string| !string.is_empty())) {
            let looks =
                node.any(&mut |node| matches!(node, Node::Look(_) | Node::Around(_) | Node::Keep | Node::Byte(_)));
            if !looks && !first {
                plain = Some(Search::new(&strings, options.ignore_case));
            }
            clauses.push(strings);
        }
        let literals = (!clauses.is_empty()).then_some(Literals { clauses, ignore_case: options.ignore_case });
        Self {
            back_references: node
                .any(&mut |node| matches!(node, Node::BackReference(_) | Node::Around(_) | Node::Keep)),
            ascii_blind: !node.any(&mut |node| match node {
                Node::Char(character) => !character.is_ascii(),
                Node::Byte(_) => true,
                Node::Set(set) => set.uniform() != Some(false),
                Node::Look(look) => look.about_words() || matches!(look, Look::AsciiWordEdge | Look::NotAsciiWordEdge),
                _ => false,
            }),
            whole_characters: options.ignore_case
                || node.any(&mut |node| match node {
                    Node::Set(set) => set.whole_characters,
                    Node::Look(look) => look.about_words(),
                    _ => false,
                }),
            node,
            options,
            groups,
            warnings,
            literals,
            plain,
            first,
            first_is_longest: OnceCell::new(),
            narrow: OnceCell::new(),
            wide: OnceCell::new(),
            program: OnceCell::new(),
            scratch: RefCell::default(),
            unframed: None,
            clause: OnceCell::new(),
        }
    }

    /// How many groups the pattern has, the whole match not counted.
    pub fn groups(&self) -> usize {
        self.groups as usize
    }

    /// What grep warns of although it accepts the pattern, in order.
    pub fn warnings(&self) -> &[PatternWarning] {
        &self.warnings
    }

    /// What every match contains, if anything is certain: the question to put to an index.
    pub fn required_literals(&self) -> Option<&Literals> {
        self.literals.as_ref()
    }

    /// Prepares searches in `text`, which is looked over once.
    pub fn on<'s>(&'s self, text: &'s [u8]) -> Subject<'s> {
        Subject { pattern: self, text, ascii: self.ascii_blind || text.is_ascii() }
    }

    /// Whether `text` contains a match.
    ///
    /// # Errors
    /// [`crate::budget::Stop::Limit`] when the step's budget ends.
    pub fn is_match(&self, text: &[u8], budget: &Budget) -> Stoppable<bool> {
        self.on(text).is_match(budget)
    }

    /// The leftmost-longest match that starts at `start` or after it. What stands before `start`
    /// counts for anchors and word edges. For many calls on one long text use [`Pattern::on`].
    ///
    /// # Errors
    /// [`crate::budget::Stop::Limit`] when the step's budget ends.
    pub fn find_at(&self, text: &[u8], start: usize, budget: &Budget) -> Stoppable<Option<Match>> {
        self.on(text).find_at(start, budget)
    }

    /// As [`Pattern::find_at`], with the groups as the C library reports them.
    ///
    /// # Errors
    /// [`crate::budget::Stop::Limit`] when the step's budget ends.
    pub fn captures_at(&self, text: &[u8], start: usize, budget: &Budget) -> Stoppable<Option<Captures>> {
        self.on(text).captures_at(start, budget)
    }

    /// Whether the narrow translation serves every subject.
    pub(super) const fn ascii_blind(&self) -> bool {
        self.ascii_blind
    }

    pub(super) fn engine(&self, wide: bool) -> Option<&Engine> {
        let cell = if wide && !self.ascii_blind { &self.wide } else { &self.narrow };
        cell.get_or_init(|| {
            let translated = translate(&self.node, wide && !self.ascii_blind);
            let regex = Regex::builder()
                .configure(
                    Regex::config()
                        .utf8_empty(false)
                        .auto_prefilter(false)
                        .onepass(false)
                        .nfa_size_limit(Some(8 << 20))
                        .hybrid_cache_capacity(1 << 20),
                )
                .build_from_hir(&translated.hir)
                .ok()?;
            let cache = RefCell::new(regex.create_cache());
            Some(Engine { regex, cache, exact: translated.exact && self.unframed.is_none() })
        })
        .as_ref()
    }

    pub(super) fn program(&self) -> &Program {
        self.program.get_or_init(|| Program::new(&self.node, self.groups, self.options.ignore_case))
    }

    pub(super) fn simulate(
        &self,
        text: &[u8],
        start: usize,
        starts: Starts,
        budget: &Budget,
    ) -> Stoppable<Option<Match>> {
        let mut scratch = self.scratch.borrow_mut();
        let found = simulate::longest(self.program(), &mut scratch, text, start, starts, budget)?;
        Ok(found.map(|(start, end)| Match { start, end }))
    }
}

fn parse(
    pattern: &[u8],
    grammar: Grammar,
    options: Options,
    groups: &mut u32,
    warnings: &mut Vec<PatternWarning>,
) -> Result<Node, PatternError> {
    // grep compiles each line of its pattern on its own, so that errors and group numbers do.
    let split = |&byte: &u8| byte == b'\n' && grammar.newline_bar;
    let mut nodes = Vec::new();
    for part in pattern.split(split) {
        let mut parser = Parser::new(part, grammar, options, *groups);
        nodes.push(parser.parse()?);
        *groups = parser.groups;
        warnings.append(&mut parser.warnings);
    }
    Ok(one_of(nodes))
}

fn fixed(pattern: &[u8], options: Options) -> Node {
    one_of(pattern.split(|&byte| byte == b'\n').map(|part| fixed_part(part, options)).collect())
}

fn fixed_part(part: &[u8], options: Options) -> Node {
    let mut nodes = Vec::new();
    let mut position = 0;
    loop {
        match decode(part, position) {
            Decoded::Char(character, length) => {
                nodes.push(literal(character, options.ignore_case));
                position += length;
            }
            Decoded::Invalid(byte) => {
                nodes.push(Node::Byte(byte));
                position += 1;
            }
            Decoded::End => return Node::Concat(nodes),
        }
    }
}

fn one_of(mut nodes: Vec<Node>) -> Node {
    if nodes.len() == 1 { nodes.remove(0) } else { Node::Alternate(nodes) }
}

/// Adds what `-w` and `-x` ask for.
fn framed(node: Node, options: Options) -> Node {
    let (before, after) = match (options.line, options.word, options.terminator) {
        (true, _, Some(b'\n')) => (Look::LineStart, Look::LineEnd),
        (true, _, _) => (Look::SubjectStart, Look::SubjectEnd),
        (false, true, _) => (Look::NoWordBefore, Look::NoWordAfter),
        (false, false, _) => return node,
    };
    Node::Concat(vec![Node::Look(before), node, Node::Look(after)])
}
