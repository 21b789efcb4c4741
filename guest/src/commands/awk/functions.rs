//! The functions of the language.

use std::rc::Rc;

use super::arithmetic::settled;
use super::ast::{BuiltIn, Expression, Name};
use super::execute::in_format;
use super::format::{self, SPRINTF_BYTES};
use super::interpreter::{Interpreter, Run};
use super::number;
use super::random::Random;
use super::record::Splitter;
use super::symbols::{RLENGTH, RSTART};
use super::value::Value;
use crate::commands::calendar::{self, Moment};
use crate::world;

/// The longest text that `strftime` makes; a longer one is empty.
const LONGEST_TIME: usize = 127;

impl<'e> Interpreter<'e, '_, '_> {
    /// Calls a function of the language.
    pub(super) fn built_in(&mut self, function: BuiltIn, arguments: &'e [Expression]) -> Run<Value> {
        if function == BuiltIn::Format {
            let (format, values) = self.format_arguments(arguments)?;
            let mut out = Vec::new();
            format::print(&format, &values, &self.conversion, Some(SPRINTF_BYTES), &mut out)
                .map_err(|trouble| in_format(trouble, "sprintf", &format))?;
            self.budget.scan(out.len() as u64)?;
            return Ok(Value::Text(Rc::from(out)));
        }
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.evaluate(argument)?);
        }
        let conversion = Rc::clone(&self.conversion);
        let number = |index: usize| values.get(index).map_or(0.0, Value::number);
        let text = |index: usize| values.get(index).unwrap_or(&Value::Unset).bytes(&conversion);
        let of = |result: f64| Value::Number(settled(result, &[number(0), number(1)]));
        Ok(match function {
            BuiltIn::Length => {
                let length =
                    if values.is_empty() { self.record.text().bytes(&conversion).len() } else { text(0).len() };
                Value::Number(length as f64)
            }
            BuiltIn::Index => {
                let (text, part) = (text(0), text(1));
                self.budget.scan(text.len() as u64)?;
                // An empty text is found at once, even in an empty one.
                Value::Number(memchr::memmem::find(&text, &part).map_or(0.0, |at| at as f64 + 1.0))
            }
            BuiltIn::Substring => substring(&text(0), number(1), values.get(2).map(Value::number)),
            BuiltIn::Sine => of(libm::sin(number(0))),
            BuiltIn::Cosine => of(libm::cos(number(0))),
            BuiltIn::ArcTangent => of(libm::atan2(number(0), number(1))),
            BuiltIn::Exponential => of(libm::exp(number(0))),
            BuiltIn::Logarithm => of(libm::log(number(0))),
            BuiltIn::SquareRoot => of(libm::sqrt(number(0))),
            BuiltIn::Integer => Value::Number(number(0).trunc()),
            BuiltIn::Random => Value::Number(self.random.next()),
            BuiltIn::Seed => {
                let seed = values.first().cloned().unwrap_or(Value::Number(world::NOW as f64));
                self.random = Random::new(number::integer(seed.number()) as u32);
                std::mem::replace(&mut self.seed, seed)
            }
            BuiltIn::Close => Value::Number(self.files.close(self.context, &text(0))?),
            BuiltIn::System => Value::Number(f64::from(self.files.system(self.context, &text(0))?)),
            BuiltIn::Upper => Value::text(&text(0).to_ascii_uppercase()),
            BuiltIn::Lower => Value::text(&text(0).to_ascii_lowercase()),
            BuiltIn::Flush if values.is_empty() => {
                self.files.flush(self.context)?;
                Value::Number(0.0)
            }
            BuiltIn::Flush => Value::Number(self.files.flush_named(self.context, &text(0))?),
            BuiltIn::SystemTime => Value::Number(world::NOW as f64),
            BuiltIn::MakeTime => Value::Number(made_time(&text(0))),
            BuiltIn::FormatTime => {
                let seconds = if values.len() > 1 { i64::from(number::integer(number(1))) } else { world::NOW };
                let format = if values.is_empty() || text(0).is_empty() { Rc::from(&b"%c"[..]) } else { text(0) };
                let shown = calendar::format(&format, &Moment::of(seconds));
                Value::text(if shown.len() > LONGEST_TIME { b"" } else { &shown })
            }
            BuiltIn::Format => Value::Unset,
        })
    }

    /// `split(text, array, separator)`.
    pub(super) fn split(&mut self, text: &'e Expression, array: Name, separator: Option<&'e Expression>) -> Run<Value> {
        let text = self.evaluate(text)?.bytes(&self.conversion);
        let splitter = match separator {
            None => self.record.splitter.clone(),
            Some(Expression::Regex(regex)) => Splitter::Regex(regex.clone()),
            Some(other) => {
                let separator = self.evaluate(other)?.bytes(&self.conversion);
                match &*separator {
                    b" " => Splitter::Spaces,
                    [] => Splitter::Bytes,
                    [byte] if b"^$.*+?|[]()".contains(byte) => {
                        Splitter::Regex(self.compiled(&Rc::from([b'\\', *byte].as_slice()))?)
                    }
                    _ => Splitter::Regex(self.compiled(&separator)?),
                }
            }
        };
        let pieces = splitter.split(&text, self.budget)?;
        let count = pieces.len();
        self.array(array)?.load(pieces);
        Ok(Value::Number(count as f64))
    }

    /// `match(text, pattern)`.
    pub(super) fn match_function(&mut self, text: &'e Expression, pattern: &'e Expression) -> Run<Value> {
        let text = self.evaluate(text)?.bytes(&self.conversion);
        let regex = self.pattern(pattern)?;
        self.budget.scan(text.len() as u64)?;
        let found = regex.on(&text).find_at(0, self.budget)?;
        let (start, length) =
            found.map_or((0.0, -1.0), |found| ((found.start + 1) as f64, (found.end - found.start) as f64));
        self.set_global(RSTART, Value::Number(start));
        self.set_global(RLENGTH, Value::Number(length));
        Ok(Value::Number(start))
    }
}

/// `substr`: start and length are cut to integers first.
fn substring(text: &[u8], start: f64, length: Option<f64>) -> Value {
    let size = text.len() as i64;
    let mut start = i64::from(number::integer(start)) - 1;
    let mut length = length.map_or(size, |length| i64::from(number::integer(length)));
    if start > size {
        length = 0;
    }
    if start < 0 {
        length -= start + 1;
        start = 0;
    }
    let length = length.min(size - start).max(0) as usize;
    let start = start as usize;
    Value::text(text.get(start..start + length).unwrap_or_default())
}

/// `mktime("YYYY MM DD HH MM SS")`, in the simulated machine's zone, which is UTC.
fn made_time(text: &[u8]) -> f64 {
    let mut parts = Vec::new();
    for word in text.split(|byte| number::is_space(*byte)).filter(|word| !word.is_empty()) {
        let (value, length) = number::leading(word);
        if length == 0 {
            break;
        }
        parts.push(i64::from(number::integer(value)));
        if length < word.len() {
            break;
        }
    }
    let [year, month, day, hour, minute, second, ..] = parts.as_slice() else { return -1.0 };
    // Months beyond the year carry over, as all else does.
    let months = year * 12 + month - 1;
    let days = calendar::days_from_civil(months.div_euclid(12), months.rem_euclid(12) as u32 + 1, 1) + day - 1;
    (((days * 24 + hour) * 60 + minute) * 60 + second) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substrings_are_cut_as_mawk_cuts_them() {
        let cut = |start, length| String::from_utf8(substring(b"hello", start, length).bytes(b"").to_vec()).unwrap();
        assert_eq!(cut(2.0, Some(3.0)), "ell");
        assert_eq!(cut(0.0, Some(2.0)), "he");
        assert_eq!(cut(-1.0, Some(3.0)), "hell");
        assert_eq!(cut(2.5, Some(2.5)), "el");
        assert_eq!(cut(2.0, None), "ello");
        assert_eq!(cut(9.0, Some(1.0)), "");
    }

    #[test]
    fn times_are_made_of_their_parts() {
        assert_eq!(made_time(b"2020 01 02 03 04 05"), 1_577_934_245.0);
        assert_eq!(made_time(b"2020 01"), -1.0);
    }
}
