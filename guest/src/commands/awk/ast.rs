//! An awk program after parsing.

use super::regex::Regex;
use super::value::Value;

/// A whole program.
#[derive(Debug, Default)]
pub(super) struct Program {
    pub(super) begin: Vec<Vec<Statement>>,
    pub(super) end: Vec<Vec<Statement>>,
    pub(super) rules: Vec<Rule>,
    pub(super) functions: Vec<Function>,
    /// Names of global variables and arrays; the first are [`super::symbols::PREDEFINED`].
    pub(super) globals: Vec<Global>,
}

/// A global variable or array.
#[derive(Debug)]
pub(super) struct Global {
    pub(super) name: Vec<u8>,
    pub(super) kind: Kind,
}

/// A pattern and what to do where it holds; without statements, the record is printed.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) pattern: Pattern,
    pub(super) body: Option<Vec<Statement>>,
}

/// Which records a rule is for.
#[derive(Debug)]
pub(super) enum Pattern {
    /// All.
    Always,
    /// Those for which the expression holds.
    When(Expression),
    /// From one for which the first holds to one for which the second does.
    Range(Expression, Expression),
}

/// A function of the program.
#[derive(Debug, Default)]
pub(super) struct Function {
    pub(super) name: Vec<u8>,
    /// What its parameters are.
    pub(super) parameters: Vec<Kind>,
    pub(super) body: Vec<Statement>,
    pub(super) is_defined: bool,
}

/// What a name was used as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// Not used yet but as an argument.
    #[default]
    Unknown,
    Variable,
    Array,
}

/// A name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Global(usize),
    /// A parameter of the running function.
    Local(usize),
}

/// What can be assigned to.
#[derive(Debug)]
pub(super) enum Target {
    Variable(Name),
    Element(Name, Vec<Expression>),
    Field(Box<Expression>),
    Special(Special),
}

/// Variables whose assignment has effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Special {
    FieldCount,
    FieldSeparator,
    RecordSeparator,
    OutputFormat,
    ConversionFormat,
}

/// An operator on two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
}

/// `<` and its kin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
}

/// An expression.
#[derive(Debug)]
pub(super) enum Expression {
    Constant(Value),
    /// `/pattern/`: whether the record matches, or the pattern itself as an argument.
    Regex(Regex),
    Read(Target),
    /// In parentheses.
    Group(Box<Expression>),
    Assign(Box<Target>, Option<Arithmetic>, Box<Expression>),
    /// `++` and `--`; `first` changes the target before it is read.
    Step {
        target: Box<Target>,
        by: f64,
        first: bool,
    },
    Arithmetic(Arithmetic, Box<Expression>, Box<Expression>),
    Compare(Comparison, Box<Expression>, Box<Expression>),
    Match {
        text: Box<Expression>,
        pattern: Box<Expression>,
        negated: bool,
    },
    Concatenate(Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Negate(Box<Expression>),
    Plus(Box<Expression>),
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `(subscripts) in array`.
    In(Vec<Expression>, Name),
    Call(usize, Vec<Argument>),
    BuiltIn(BuiltIn, Vec<Expression>),
    /// `length(array)`.
    ArrayLength(Name),
    Split {
        text: Box<Expression>,
        array: Name,
        separator: Option<Box<Expression>>,
    },
    MatchFunction(Box<Expression>, Box<Expression>),
    Substitute {
        all: bool,
        pattern: Box<Expression>,
        replacement: Box<Expression>,
        target: Box<Target>,
    },
    GetLine {
        from: Source,
        target: Option<Box<Target>>,
    },
}

/// An argument of a function of the program.
#[derive(Debug)]
pub(super) enum Argument {
    Expression(Expression),
    /// A bare name, which may be an array.
    Name(Name),
}

/// Where `getline` reads from.
#[derive(Debug)]
pub(super) enum Source {
    Main,
    File(Box<Expression>),
    Command(Box<Expression>),
}

/// Where `print` writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redirection {
    Truncate,
    Append,
    Pipe,
}

/// A function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuiltIn {
    Length,
    Index,
    Substring,
    Format,
    Sine,
    Cosine,
    ArcTangent,
    Exponential,
    Logarithm,
    Integer,
    SquareRoot,
    Random,
    Seed,
    Close,
    System,
    Upper,
    Lower,
    Flush,
    SystemTime,
    MakeTime,
    FormatTime,
}

impl BuiltIn {
    /// All of them: name, least and most arguments.
    pub(super) const ALL: &[(Self, &str, usize, usize)] = &[
        (Self::Length, "length", 0, 1),
        (Self::Index, "index", 2, 2),
        (Self::Substring, "substr", 2, 3),
        (Self::Format, "sprintf", 1, 255),
        (Self::Sine, "sin", 1, 1),
        (Self::Cosine, "cos", 1, 1),
        (Self::ArcTangent, "atan2", 2, 2),
        (Self::Exponential, "exp", 1, 1),
        (Self::Logarithm, "log", 1, 1),
        (Self::Integer, "int", 1, 1),
        (Self::SquareRoot, "sqrt", 1, 1),
        (Self::Random, "rand", 0, 0),
        (Self::Seed, "srand", 0, 1),
        (Self::Close, "close", 1, 1),
        (Self::System, "system", 1, 1),
        (Self::Upper, "toupper", 1, 1),
        (Self::Lower, "tolower", 1, 1),
        (Self::Flush, "fflush", 0, 1),
        (Self::SystemTime, "systime", 0, 0),
        (Self::MakeTime, "mktime", 1, 1),
        (Self::FormatTime, "strftime", 0, 3),
    ];
}

/// A statement.
#[derive(Debug)]
pub(super) enum Statement {
    Expression(Expression),
    Print { arguments: Vec<Expression>, to: Option<(Redirection, Expression)> },
    PrintFormatted { arguments: Vec<Expression>, to: Option<(Redirection, Expression)> },
    If { condition: Expression, then: Box<Statement>, otherwise: Option<Box<Statement>> },
    While { condition: Expression, body: Box<Statement> },
    Do { body: Box<Statement>, condition: Expression },
    For { first: Option<Expression>, condition: Option<Expression>, step: Option<Expression>, body: Box<Statement> },
    ForIn { variable: Name, array: Name, body: Box<Statement> },
    Block(Vec<Statement>),
    Delete(Name, Option<Vec<Expression>>),
    Break,
    Continue,
    Next,
    NextFile,
    Exit(Option<Expression>),
    Return(Option<Expression>),
}
