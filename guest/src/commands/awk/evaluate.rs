//! Expressions.

use std::cmp::Ordering;
use std::rc::Rc;

use super::arithmetic;
use super::array::{Array, Key};
use super::ast::{Argument, Comparison, Expression, Name, Source, Target};
use super::execute::Flow;
use super::files::Refused;
use super::interpreter::{Failure, Interpreter, Run, STATEMENT_BYTES, Slot};
use super::regex::Regex;
use super::value::Value;

/// Where an assignment goes, its subscripts or index evaluated: they are evaluated once.
enum Place {
    Variable(Name),
    Element(Name, Key),
    Field(usize),
    Special(super::ast::Special),
}

impl<'e> Interpreter<'e, '_, '_> {
    /// An expression's value.
    pub(super) fn evaluate(&mut self, expression: &'e Expression) -> Run<Value> {
        Ok(match expression {
            Expression::Constant(value) => value.clone(),
            Expression::Regex(regex) => {
                let text = self.record.text().bytes(&self.conversion);
                Value::truth(regex.on(&text).is_match(self.budget)?)
            }
            Expression::Read(target) => self.evaluate_target(target)?,
            Expression::Group(inner) => self.evaluate(inner)?,
            Expression::Assign(target, operator, value) => {
                let place = self.place_of(target)?;
                let value = match operator {
                    None => self.evaluate(value)?,
                    Some(operator) => {
                        // The old value counts as it is once the new one was evaluated.
                        let right = self.evaluate(value)?.number();
                        let left = self.read_place(&place)?.number();
                        Value::Number(arithmetic::apply(*operator, left, right))
                    }
                };
                self.assign_place(place, value.clone())?;
                value
            }
            Expression::Step { target, by, first } => {
                let place = self.place_of(target)?;
                let old = self.read_place(&place)?.number();
                self.assign_place(place, Value::Number(old + by))?;
                Value::Number(if *first { old + by } else { old })
            }
            Expression::Arithmetic(operator, left, right) => {
                let left = self.evaluate(left)?.number();
                let right = self.evaluate(right)?.number();
                Value::Number(arithmetic::apply(*operator, left, right))
            }
            Expression::Compare(comparison, left, right) => {
                let left = self.evaluate(left)?;
                let right = self.evaluate(right)?;
                // mawk takes what does not compare for equal.
                let order = left.compare(&right, &self.conversion).unwrap_or(Ordering::Equal);
                Value::truth(match comparison {
                    Comparison::Less => order.is_lt(),
                    Comparison::LessOrEqual => order.is_le(),
                    Comparison::Equal => order.is_eq(),
                    Comparison::NotEqual => order.is_ne(),
                    Comparison::Greater => order.is_gt(),
                    Comparison::GreaterOrEqual => order.is_ge(),
                })
            }
            Expression::Match { text, pattern, negated } => {
                let text = self.evaluate(text)?.bytes(&self.conversion);
                let regex = self.pattern(pattern)?;
                Value::truth(regex.on(&text).is_match(self.budget)? != *negated)
            }
            Expression::Concatenate(left, right) => {
                let left = self.evaluate(left)?.bytes(&self.conversion);
                let right = self.evaluate(right)?.bytes(&self.conversion);
                self.budget.scan((left.len() + right.len()) as u64)?;
                Value::Text(Rc::from([&left[..], &right[..]].concat()))
            }
            Expression::And(left, right) => Value::truth(self.holds(left)? && self.holds(right)?),
            Expression::Or(left, right) => Value::truth(self.holds(left)? || self.holds(right)?),
            Expression::Not(operand) => Value::truth(!self.holds(operand)?),
            Expression::Negate(operand) => Value::Number(arithmetic::negated(self.evaluate(operand)?.number())),
            Expression::Plus(operand) => Value::Number(self.evaluate(operand)?.number()),
            Expression::Conditional(condition, then, otherwise) => {
                let taken = if self.holds(condition)? { then } else { otherwise };
                self.evaluate(taken)?
            }
            Expression::In(subscripts, array) => {
                let key = self.key(subscripts)?;
                Value::truth(self.array(*array)?.contains(&key))
            }
            Expression::Call(function, arguments) => self.call(*function, arguments)?,
            Expression::BuiltIn(function, arguments) => self.built_in(*function, arguments)?,
            Expression::ArrayLength(array) => Value::Number(self.array(*array)?.len() as f64),
            Expression::Split { text, array, separator } => self.split(text, *array, separator.as_deref())?,
            Expression::MatchFunction(text, pattern) => self.match_function(text, pattern)?,
            Expression::Substitute { all, pattern, replacement, target } => {
                self.substitute(*all, pattern, replacement, target)?
            }
            Expression::GetLine { from, target } => self.get_line(from, target.as_deref())?,
        })
    }

    /// The pattern that an expression stands for.
    pub(super) fn pattern(&mut self, expression: &'e Expression) -> Run<Regex> {
        match expression {
            Expression::Regex(regex) => Ok(regex.clone()),
            other => {
                let text = self.evaluate(other)?.bytes(&self.conversion);
                self.compiled(&text)
            }
        }
    }

    fn place_of(&mut self, target: &'e Target) -> Run<Place> {
        Ok(match target {
            Target::Variable(name) => Place::Variable(*name),
            Target::Element(array, subscripts) => Place::Element(*array, self.key(subscripts)?),
            Target::Field(index) => Place::Field(self.field_index(index)?),
            Target::Special(special) => Place::Special(*special),
        })
    }

    /// The value of what can be assigned to.
    pub(super) fn evaluate_target(&mut self, target: &'e Target) -> Run<Value> {
        let place = self.place_of(target)?;
        self.read_place(&place)
    }

    fn read_place(&mut self, place: &Place) -> Run<Value> {
        match place {
            Place::Variable(Name::Global(global)) => Ok(self.global(*global)),
            Place::Variable(Name::Local(local)) => match self.locals.get(*local) {
                Some(Slot::Value(value)) => Ok(value.clone()),
                _ => Ok(Value::Unset),
            },
            Place::Element(array, key) => {
                // Reading an element makes it.
                self.budget.scan(STATEMENT_BYTES)?;
                Ok(self.array(*array)?.entry(key).map_or(Value::Unset, |value| value.clone()))
            }
            Place::Field(index) => self.field(*index),
            Place::Special(special) => self.special(*special),
        }
    }

    fn assign_place(&mut self, place: Place, value: Value) -> Run<()> {
        match place {
            Place::Variable(name) => self.set_variable(name, value),
            Place::Element(array, key) => {
                self.budget.scan(STATEMENT_BYTES)?;
                if let Some(element) = self.array(array)?.entry(&key) {
                    *element = value;
                }
            }
            Place::Field(index) => self.assign_field(index, value)?,
            Place::Special(special) => self.assign_special(special, value)?,
        }
        Ok(())
    }

    /// The array of this name.
    pub(super) fn array(&mut self, name: Name) -> Run<&mut Array> {
        let place = self.array_place(name);
        self.arrays.get_mut(place).ok_or_else(|| Failure::RunTime(b"not an array".to_vec()))
    }

    /// Where the array of this name is. A local that nothing was passed for becomes one.
    fn array_place(&mut self, name: Name) -> usize {
        match name {
            Name::Global(place) => place,
            Name::Local(local) => match self.locals.get(local) {
                Some(Slot::Array(place)) => *place,
                _ => {
                    let place = self.new_array();
                    if let Some(slot) = self.locals.get_mut(local) {
                        *slot = Slot::Array(place);
                    }
                    place
                }
            },
        }
    }

    fn new_array(&mut self) -> usize {
        self.unused_arrays.pop().unwrap_or_else(|| {
            self.arrays.push(Array::default());
            self.arrays.len() - 1
        })
    }

    /// Calls a function of the program.
    fn call(&mut self, index: usize, arguments: &'e [Argument]) -> Run<Value> {
        self.budget.scan(STATEMENT_BYTES)?;
        let program = self.program;
        let Some(function) = program.functions.get(index) else { return Ok(Value::Unset) };
        let mut locals = Vec::with_capacity(function.parameters.len());
        for (place, argument) in arguments.iter().enumerate() {
            let is_array = function.parameters.get(place) == Some(&super::ast::Kind::Array);
            locals.push(match argument {
                Argument::Name(name) if is_array => Slot::Array(self.array_place(*name)),
                Argument::Name(name) => Slot::Value(self.read_place(&Place::Variable(*name))?),
                Argument::Expression(expression) => Slot::Value(self.evaluate(expression)?),
            });
        }
        // Arrays that are the function's own go away with it.
        let mut own = Vec::new();
        for kind in function.parameters.get(arguments.len()..).unwrap_or_default() {
            locals.push(if *kind == super::ast::Kind::Array {
                let place = self.new_array();
                own.push(place);
                Slot::Array(place)
            } else {
                Slot::Value(Value::Unset)
            });
        }
        self.budget.enter()?;
        let outer = std::mem::replace(&mut self.locals, locals);
        let flow = self.block(&function.body);
        self.locals = outer;
        self.budget.leave();
        for place in own {
            if let Some(array) = self.arrays.get_mut(place) {
                *array = Array::default();
                self.unused_arrays.push(place);
            }
        }
        let value = std::mem::take(&mut self.returned);
        Ok(if flow? == Flow::Return { value } else { Value::Unset })
    }

    fn get_line(&mut self, from: &'e Source, target: Option<&'e Target>) -> Run<Value> {
        let line = match from {
            Source::Main => self.main_record()?,
            Source::File(name) => {
                let name = self.evaluate(name)?.bytes(&self.conversion);
                match self.files.input(self.context, &name)? {
                    Ok(reader) => reader.next(&self.record_separator, self.budget)?.map(Value::input),
                    Err(Refused::Unreadable) => return Ok(Value::Number(-1.0)),
                    Err(refused) => return Err(refused.into()),
                }
            }
            Source::Command(command) => {
                let command = self.evaluate(command)?.bytes(&self.conversion);
                match self.files.command(self.context, &command)? {
                    Ok(reader) => reader.next(&self.record_separator, self.budget)?.map(Value::input),
                    Err(refused) => return Err(refused.into()),
                }
            }
        };
        self.budget.scan(STATEMENT_BYTES)?;
        let Some(line) = line else { return Ok(Value::Number(0.0)) };
        match target {
            Some(target) => self.assign(target, line)?,
            None => self.record.set_text(line),
        }
        Ok(Value::Number(1.0))
    }
}
