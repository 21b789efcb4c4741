//! The tokens of the grammar and how an error message spells them.

/// What a token is. Whether a word is a reserved word depends on the tokens before it, as in bash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Before the first token.
    Start,
    /// The end of the text.
    End,
    /// A line's end.
    Newline,
    /// A word.
    Word,
    /// A word of the form `name=value` where an assignment may stand.
    Assignment,
    /// A number before a redirection, or after `>&`.
    Number,
    /// `{name}` before a redirection.
    DescriptorName,
    /// `((...))`
    Arithmetic,
    /// `((...;...;...))` after `for`.
    ArithmeticFor,
    /// A reserved word.
    Reserved(Reserved),
    /// An operator.
    Operator(Operator),
}

macro_rules! spelled {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $(#[doc = $text] $variant),* }
        impl $name {
            /// The source spelling.
            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
    };
}

spelled! {
    /// The reserved words.
    Reserved {
        If = "if", Then = "then", Else = "else", Elif = "elif", Fi = "fi", Case = "case", Esac = "esac",
        For = "for", Select = "select", While = "while", Until = "until", Do = "do", Done = "done", In = "in",
        Function = "function", Time = "time", OpenBrace = "{", CloseBrace = "}", Bang = "!",
        OpenCondition = "[[", CloseCondition = "]]", Coproc = "coproc", TimeOption = "-p", TimeIgnore = "--",
    }
}

impl Reserved {
    /// Every word that is reserved where a command may start.
    const ALL: [Self; 22] = [
        Self::If,
        Self::Then,
        Self::Else,
        Self::Elif,
        Self::Fi,
        Self::Case,
        Self::Esac,
        Self::For,
        Self::Select,
        Self::While,
        Self::Until,
        Self::Do,
        Self::Done,
        Self::In,
        Self::Function,
        Self::Time,
        Self::OpenBrace,
        Self::CloseBrace,
        Self::Bang,
        Self::OpenCondition,
        Self::CloseCondition,
        Self::Coproc,
    ];

    /// The reserved word of this spelling.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.text().as_bytes() == text)
    }
}

spelled! {
    /// The operators.
    Operator {
        AndAnd = "&&", OrOr = "||", Append = ">>", Here = "<<", LessAnd = "<&", GreaterAnd = ">&",
        SemiSemi = ";;", SemiAnd = ";&", SemiSemiAnd = ";;&", HereTabs = "<<-", HereString = "<<<",
        BothAppend = "&>>", Both = "&>", LessGreater = "<>", Clobber = ">|", BarAnd = "|&",
        Greater = ">", Less = "<", Minus = "-", Semicolon = ";", OpenParen = "(", CloseParen = ")",
        Bar = "|", And = "&",
    }
}

/// A token with its text.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// A word's source text, or the text between the parentheses of `((...))`.
    pub(crate) text: Vec<u8>,
    /// The line of its last byte.
    pub(crate) line: u32,
}

impl Token {
    /// Whether it is this operator.
    pub(crate) fn is(&self, operator: Operator) -> bool {
        self.kind == Kind::Operator(operator)
    }

    /// Whether it is this reserved word.
    pub(crate) fn is_reserved(&self, reserved: Reserved) -> bool {
        self.kind == Kind::Reserved(reserved)
    }

    /// How "unexpected token" names it; `None` where bash has no name for it.
    pub(crate) fn name(&self) -> Option<Vec<u8>> {
        match self.kind {
            Kind::Word
            | Kind::Assignment
            | Kind::Number
            | Kind::DescriptorName
            | Kind::Arithmetic
            | Kind::ArithmeticFor => Some(self.text.clone()),
            other => other.fixed_name().map(|name| name.as_bytes().to_vec()),
        }
    }
}

impl Kind {
    /// The spelling of tokens that always look the same.
    pub(crate) const fn fixed_name(self) -> Option<&'static str> {
        match self {
            Self::Newline => Some("newline"),
            Self::Reserved(Reserved::CloseCondition) => Some("]]"),
            Self::Reserved(reserved) => Some(reserved.text()),
            Self::Operator(operator) => Some(operator.text()),
            _ => None,
        }
    }

    /// Whether the next word may be a reserved word or a command's name.
    pub(crate) const fn allows_reserved(self) -> bool {
        match self {
            Self::Start | Self::Newline | Self::Arithmetic => true,
            Self::Operator(operator) => matches!(
                operator,
                Operator::Semicolon
                    | Operator::OpenParen
                    | Operator::CloseParen
                    | Operator::Bar
                    | Operator::And
                    | Operator::AndAnd
                    | Operator::OrOr
                    | Operator::BarAnd
                    | Operator::SemiSemi
                    | Operator::SemiAnd
                    | Operator::SemiSemiAnd
            ),
            Self::Reserved(reserved) => matches!(
                reserved,
                Reserved::OpenBrace
                    | Reserved::CloseBrace
                    | Reserved::Bang
                    | Reserved::Do
                    | Reserved::Done
                    | Reserved::Elif
                    | Reserved::Else
                    | Reserved::Esac
                    | Reserved::Fi
                    | Reserved::If
                    | Reserved::Then
                    | Reserved::Time
                    | Reserved::TimeOption
                    | Reserved::TimeIgnore
                    | Reserved::Coproc
                    | Reserved::CloseCondition
                    | Reserved::Until
                    | Reserved::While
            ),
            _ => false,
        }
    }
}
