//! Which names are arrays follows from how functions use what they are passed; calls that do not
//! fit are reported.

use super::ast::{Argument, Kind, Name};
use super::lexer::GivenUp;
use super::parse::Parser;

/// A call whose arguments are checked at the end.
pub(super) struct Call {
    pub(super) function: usize,
    pub(super) caller: Option<usize>,
    pub(super) arguments: Vec<Passed>,
    pub(super) line: u32,
    /// The number of arguments was found right.
    pub(super) is_counted: bool,
}

/// What is passed: an expression, or a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Passed {
    Expression,
    Name(Name),
}

impl Parser<'_> {
    /// Finds out from calls which names are arrays, and reports calls that do not fit.
    pub(super) fn resolve_calls(&mut self) -> Result<(), GivenUp> {
        let mut calls = std::mem::take(&mut self.calls);
        // mawk looks at the last call first.
        calls.reverse();
        let mut known = Vec::new();
        for call in calls {
            let Some(function) = self.lexer.symbols.functions.get(call.function) else { continue };
            if !function.is_defined {
                let message = [b"function ", &function.name[..], b" never defined"].concat();
                self.lexer.error(&message)?;
            } else if call.arguments.len() > function.parameters.len() {
                if !call.is_counted {
                    let message = [b"too many arguments in call to ", &function.name[..]].concat();
                    self.lexer.token_line = call.line;
                    self.lexer.error(&message)?;
                }
            } else {
                known.push(call);
            }
        }
        while self.infer(&known) {}
        for call in &known {
            for (index, passed) in call.arguments.iter().enumerate() {
                let Some(function) = self.lexer.symbols.functions.get(call.function) else { continue };
                let takes = function.parameters.get(index).copied().unwrap_or_default();
                let given = self.kind_of(*passed, call.caller);
                if takes != Kind::Unknown && given != Kind::Unknown && takes != given {
                    let name = &function.name;
                    let message = [format!("type error in arg({}) in call to ", index + 1).as_bytes(), name].concat();
                    self.lexer.token_line = call.line;
                    self.lexer.error(&message)?;
                }
            }
        }
        Ok(())
    }

    /// One round over all calls; true when something new was learnt.
    fn infer(&mut self, calls: &[Call]) -> bool {
        let mut learnt = false;
        for call in calls {
            for (index, passed) in call.arguments.iter().enumerate() {
                let given = self.kind_of(*passed, call.caller);
                let functions = &mut self.lexer.symbols.functions;
                let Some(parameter) = functions.get_mut(call.function).and_then(|one| one.parameters.get_mut(index))
                else {
                    continue;
                };
                match (*parameter, given) {
                    (Kind::Unknown, Kind::Unknown) => {}
                    (Kind::Unknown, given) => {
                        *parameter = given;
                        learnt = true;
                    }
                    (parameter, Kind::Unknown) => {
                        learnt = true;
                        match (*passed, call.caller) {
                            (Passed::Name(Name::Global(place)), _) => {
                                if let Some(global) = self.lexer.symbols.globals.get_mut(place) {
                                    global.kind = parameter;
                                }
                            }
                            (Passed::Name(Name::Local(place)), Some(caller)) => {
                                let caller = functions.get_mut(caller);
                                if let Some(own) = caller.and_then(|caller| caller.parameters.get_mut(place)) {
                                    *own = parameter;
                                }
                            }
                            _ => learnt = false,
                        }
                    }
                    _ => {}
                }
            }
        }
        learnt
    }

    fn kind_of(&self, passed: Passed, caller: Option<usize>) -> Kind {
        let symbols = &self.lexer.symbols;
        match (passed, caller) {
            (Passed::Expression, _) => Kind::Variable,
            (Passed::Name(Name::Global(place)), _) => {
                symbols.globals.get(place).map_or(Kind::Unknown, |global| global.kind)
            }
            (Passed::Name(Name::Local(place)), Some(caller)) => {
                let caller = symbols.functions.get(caller);
                caller.and_then(|caller| caller.parameters.get(place)).copied().unwrap_or_default()
            }
            _ => Kind::Unknown,
        }
    }
}

impl Argument {
    /// What the check of a call looks at.
    pub(super) fn passed(&self) -> Passed {
        match self {
            Self::Expression(_) => Passed::Expression,
            Self::Name(name) => Passed::Name(*name),
        }
    }
}
