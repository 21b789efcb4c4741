//! What the names of an awk program mean.

use super::ast::{BuiltIn, Function, Global, Kind, Name, Special};
use super::token::KEYWORDS;

/// Variables that the language knows, at fixed places among the globals.
pub(super) const PREDEFINED: &[(&str, Kind)] = &[
    ("NR", Kind::Variable),
    ("FNR", Kind::Variable),
    ("FILENAME", Kind::Variable),
    ("OFS", Kind::Variable),
    ("ORS", Kind::Variable),
    ("RSTART", Kind::Variable),
    ("RLENGTH", Kind::Variable),
    ("SUBSEP", Kind::Variable),
    ("ARGC", Kind::Variable),
    ("ARGV", Kind::Array),
    ("ENVIRON", Kind::Array),
];
pub(super) const NR: usize = 0;
pub(super) const FNR: usize = 1;
pub(super) const FILENAME: usize = 2;
pub(super) const OFS: usize = 3;
pub(super) const ORS: usize = 4;
pub(super) const RSTART: usize = 5;
pub(super) const RLENGTH: usize = 6;
pub(super) const SUBSEP: usize = 7;
pub(super) const ARGC: usize = 8;
pub(super) const ARGV: usize = 9;
pub(super) const ENVIRON: usize = 10;

/// What a name means where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Never seen before.
    New,
    Name(Name),
    Function(usize),
    Keyword(&'static str),
    BuiltIn(BuiltIn),
    Special(Special),
}

/// All names.
#[derive(Debug)]
pub(super) struct Symbols {
    pub(super) globals: Vec<Global>,
    pub(super) functions: Vec<Function>,
    /// Parameters of the function that is being read.
    pub(super) locals: Vec<(Vec<u8>, Kind)>,
}

impl Symbols {
    pub(super) fn new() -> Self {
        let global = |(name, kind): &(&str, Kind)| Global { name: name.as_bytes().to_vec(), kind: *kind };
        Self { globals: PREDEFINED.iter().map(global).collect(), functions: Vec::new(), locals: Vec::new() }
    }

    /// What a name means here.
    pub(super) fn meaning(&self, name: &[u8]) -> Meaning {
        if let Some(index) = self.locals.iter().position(|(other, _)| other == name) {
            return Meaning::Name(Name::Local(index));
        }
        if let Some(index) = self.globals.iter().position(|global| global.name == name) {
            return Meaning::Name(Name::Global(index));
        }
        if let Some(index) = self.functions.iter().position(|function| function.name == name) {
            return Meaning::Function(index);
        }
        if let Some(keyword) = KEYWORDS.iter().find(|keyword| keyword.as_bytes() == name) {
            return Meaning::Keyword(keyword);
        }
        if let Some((function, ..)) = BuiltIn::ALL.iter().find(|(_, own, ..)| own.as_bytes() == name) {
            return Meaning::BuiltIn(*function);
        }
        match name {
            b"NF" => Meaning::Special(Special::FieldCount),
            b"FS" => Meaning::Special(Special::FieldSeparator),
            b"RS" => Meaning::Special(Special::RecordSeparator),
            b"OFMT" => Meaning::Special(Special::OutputFormat),
            b"CONVFMT" => Meaning::Special(Special::ConversionFormat),
            _ => Meaning::New,
        }
    }

    /// The variable or array of this name, which is made when the name is new.
    pub(super) fn name(&mut self, name: &[u8]) -> Option<Name> {
        match self.meaning(name) {
            Meaning::Name(name) => Some(name),
            Meaning::New => {
                self.globals.push(Global { name: name.to_vec(), kind: Kind::Unknown });
                Some(Name::Global(self.globals.len() - 1))
            }
            _ => None,
        }
    }

    /// The function of this name, which is made when it is new.
    pub(super) fn function(&mut self, name: &[u8]) -> usize {
        if let Some(index) = self.functions.iter().position(|function| function.name == name) {
            return index;
        }
        self.functions.push(Function { name: name.to_vec(), ..Function::default() });
        self.functions.len() - 1
    }

    /// What a name was used as.
    pub(super) fn kind(&self, name: Name) -> Kind {
        match name {
            Name::Global(index) => self.globals.get(index).map_or(Kind::Unknown, |global| global.kind),
            Name::Local(index) => self.locals.get(index).map_or(Kind::Unknown, |(_, kind)| *kind),
        }
    }

    /// Notes that a name is used as `kind`.
    ///
    /// # Errors
    /// What a message says where it was used as something else: `array x`.
    pub(super) fn note(&mut self, name: Name, kind: Kind) -> Result<(), Vec<u8>> {
        let (own, text) = match name {
            Name::Global(index) => match self.globals.get_mut(index) {
                Some(global) => (&mut global.kind, &global.name),
                None => return Ok(()),
            },
            Name::Local(index) => match self.locals.get_mut(index) {
                Some((text, own)) => (own, &*text),
                None => return Ok(()),
            },
        };
        if *own == Kind::Unknown {
            *own = kind;
        }
        if *own == kind {
            return Ok(());
        }
        let local = if matches!(name, Name::Local(_)) { "local " } else { "" };
        let what = if *own == Kind::Array { "array " } else { "variable " };
        Err([local.as_bytes(), what.as_bytes(), text].concat())
    }
}
