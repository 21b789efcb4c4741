//! The tree that the parser builds and the evaluator walks.
//!
//! Words stay source text: bash decides about quotes and `$` when a command runs, and several of
//! its errors (a bad substitution, say) come only then.

use std::cell::OnceCell;
use std::rc::Rc;

/// One word as it was typed, continuation lines removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// The text with its quotes.
    pub text: Vec<u8>,
}

impl Word {
    /// A word of this text.
    pub fn new(text: Vec<u8>) -> Self {
        Self { text }
    }

    /// Whether expansion would leave the word as it is, so that it may be skipped.
    pub fn is_plain(&self) -> bool {
        self.text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_./,:=+%@".contains(byte))
            && !self.text.contains(&b'=')
    }
}

/// Commands that end in `;`, `&` or a newline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// In order of execution.
    pub items: Vec<ListItem>,
}

/// One entry of a [`List`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListItem {
    /// What runs.
    pub chain: AndOr,
    /// It ended in `&`.
    pub background: bool,
}

/// Pipelines joined by `&&` and `||`, which bind equally and to the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AndOr {
    /// The first pipeline.
    pub first: Pipeline,
    /// The others with the operator before each.
    pub rest: Vec<(Connector, Pipeline)>,
}

/// `&&` or `||`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    /// Run when the status is zero.
    And,
    /// Run when it is not.
    Or,
}

/// Commands joined by `|`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipeline {
    /// An odd number of `!` stood before it.
    pub negated: bool,
    /// `time` stood before it.
    pub timed: Option<TimeFormat>,
    /// The stages; none for a bare `!` or `time`.
    pub stages: Vec<Command>,
}

/// How `time` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// bash's own.
    Bash,
    /// `time -p`.
    Posix,
}

/// One stage of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it is.
    pub kind: CommandKind,
    /// Redirections in the order typed; `|&` adds a last one.
    pub redirects: Vec<Redirect>,
    /// The line on which it starts, from 1.
    pub line: u32,
}

/// The kinds of command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// Assignments and words.
    Simple(SimpleCommand),
    /// `{ list; }`
    Group(List),
    /// `( list )`
    Subshell(List),
    /// `if`, with one entry per `if` and `elif`.
    If {
        /// Conditions with their bodies.
        branches: Vec<(List, List)>,
        /// The `else` part.
        otherwise: Option<List>,
    },
    /// `while` or `until`.
    While {
        /// The loop runs until the condition succeeds.
        until: bool,
        /// The condition.
        condition: List,
        /// The body.
        body: List,
    },
    /// `for name in words`, or `select`.
    For {
        /// It is a `select`.
        select: bool,
        /// The variable.
        name: Word,
        /// `None` stands for `"$@"`.
        words: Option<Vec<Word>>,
        /// The body.
        body: List,
    },
    /// `for (( a; b; c ))`
    ArithmeticFor {
        /// The three expressions.
        expressions: [Vec<u8>; 3],
        /// The body.
        body: List,
    },
    /// `case`.
    Case {
        /// What is matched.
        subject: Word,
        /// The clauses.
        clauses: Vec<CaseClause>,
    },
    /// `(( expression ))`
    Arithmetic(Vec<u8>),
    /// `[[ expression ]]`
    Condition(Condition),
    /// A function definition.
    Function(Rc<Function>),
    /// `coproc`, which the evaluator refuses.
    Coprocess,
}

/// Assignments before words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    /// `name=value` words before the command's name.
    pub assignments: Vec<Word>,
    /// The name and the arguments.
    pub words: Vec<Word>,
}

/// A function: its body is any compound command with its redirections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The name as typed.
    pub name: Word,
    /// The body.
    pub body: Command,
}

/// One clause of a `case`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseClause {
    /// The patterns.
    pub patterns: Vec<Word>,
    /// The commands.
    pub body: List,
    /// What follows it.
    pub end: CaseEnd,
}

/// How a clause ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseEnd {
    /// `;;`
    Break,
    /// `;&`: the next body runs too.
    FallThrough,
    /// `;;&`: the next patterns are tried too.
    Continue,
}

/// The expression between `[[` and `]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// One word: true when it is not empty.
    Word(Word),
    /// `-f word` and its like.
    Unary(Vec<u8>, Word),
    /// `left op right`.
    Binary(Word, Vec<u8>, Word),
    /// `! expression`
    Not(Box<Condition>),
    /// `left && right`
    And(Box<Condition>, Box<Condition>),
    /// `left || right`
    Or(Box<Condition>, Box<Condition>),
    /// `( expression )`
    Group(Box<Condition>),
}

/// One redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The descriptor on the left.
    pub descriptor: Descriptor,
    /// The operator and what stands on its right.
    pub target: Target,
}

impl Redirect {
    /// Whether it is one of the forms that open something for reading.
    pub fn reads(&self) -> bool {
        matches!(
            self.target,
            Target::Read(_)
                | Target::ReadWrite(_)
                | Target::Duplicate { input: true, .. }
                | Target::HereDocument(_)
                | Target::HereString(_)
        )
    }
}

/// The left side of a redirection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Descriptor {
    /// The operator's own: 0 for input, 1 for output.
    Default,
    /// A number was typed.
    Number(u32),
    /// `{name}`: the shell picks a number and stores it.
    Variable(Vec<u8>),
}

/// The operator of a redirection with its operand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// `< file`
    Read(Word),
    /// `> file`, or `>| file` when `clobber`.
    Write {
        /// The file.
        file: Word,
        /// `noclobber` is ignored.
        clobber: bool,
    },
    /// `>> file`
    Append(Word),
    /// `<> file`
    ReadWrite(Word),
    /// `&> file` (or `>& file`), `&>> file` when `append`.
    Both {
        /// The file.
        file: Word,
        /// At its end.
        append: bool,
    },
    /// `<& word` and `>& word`.
    Duplicate {
        /// It is `<&`.
        input: bool,
        /// A number, `-`, or a word that expands to one.
        source: Word,
    },
    /// `<< word`
    HereDocument(Rc<HereDocument>),
    /// `<<< word`
    HereString(Word),
}

/// A here-document. Its body is known only after the line's end, hence the cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HereDocument {
    /// The delimiter, quotes removed.
    pub delimiter: Vec<u8>,
    /// The delimiter was quoted: the body is not expanded.
    pub quoted: bool,
    /// `<<-`: leading tabs are removed.
    pub strip_tabs: bool,
    /// The lines.
    pub body: OnceCell<Vec<u8>>,
}

impl HereDocument {
    /// The body; empty before the line's end has been read.
    pub fn text(&self) -> &[u8] {
        self.body.get().map_or(&[], Vec::as_slice)
    }
}
