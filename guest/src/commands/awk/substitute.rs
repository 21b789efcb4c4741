//! `sub` and `gsub`.

use std::rc::Rc;

use super::ast::{Expression, Target};
use super::interpreter::{Interpreter, Run};
use super::regex::Regex;
use super::value::Value;
use crate::budget::{Budget, Stoppable};

/// A match costs as much as scanning this many bytes.
const MATCH_BYTES: usize = 32;

/// A part of a replacement.
enum Part {
    Text(Vec<u8>),
    /// `&`: what was matched.
    Match,
}

impl<'e> Interpreter<'e, '_, '_> {
    /// Replaces the first match, or all; the value is how many were replaced.
    pub(super) fn substitute(
        &mut self,
        all: bool,
        pattern: &'e Expression,
        replacement: &'e Expression,
        target: &'e Target,
    ) -> Run<Value> {
        let regex = self.pattern(pattern)?;
        let replacement = self.evaluate(replacement)?.bytes(&self.conversion);
        let text = self.evaluate_target(target)?.bytes(&self.conversion);
        let parts = parse(&replacement);
        let (result, count) = replace(&regex, &parts, &text, all, self.budget)?;
        if count > 0 {
            self.assign(target, Value::Text(Rc::from(result)))?;
        }
        Ok(Value::Number(count as f64))
    }
}

/// The parts of a replacement: `\&` is an ampersand, `\\` a backslash.
fn parse(replacement: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = Vec::new();
    let mut bytes = replacement.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => match bytes.next_if(|next| matches!(next, b'&' | b'\\')) {
                Some(escaped) => text.push(escaped),
                None => text.push(byte),
            },
            b'&' => {
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(Part::Match);
            }
            _ => text.push(byte),
        }
    }
    parts.push(Part::Text(text));
    parts
}

/// The text with matches replaced, and how many there were. An empty match right behind another
/// match does not count.
fn replace(regex: &Regex, parts: &[Part], text: &[u8], all: bool, budget: &Budget) -> Stoppable<(Vec<u8>, usize)> {
    let subject = regex.on(text);
    let mut result = Vec::with_capacity(text.len());
    let (mut at, mut count) = (0, 0);
    let mut last_end = None;
    budget.scan(text.len() as u64)?;
    while at <= text.len() {
        let Some(found) = subject.find_at(at, budget)? else { break };
        let before = result.len();
        result.extend_from_slice(text.get(at..found.start).unwrap_or_default());
        let is_empty = found.start == found.end;
        if !is_empty || last_end != Some(found.start) {
            count += 1;
            for part in parts {
                match part {
                    Part::Text(bytes) => result.extend_from_slice(bytes),
                    Part::Match => result.extend_from_slice(text.get(found.start..found.end).unwrap_or_default()),
                }
            }
        }
        budget.scan((result.len() - before + MATCH_BYTES) as u64)?;
        at = found.end;
        last_end = (!is_empty).then_some(found.end);
        if !all {
            break;
        }
        if is_empty {
            result.extend(text.get(at));
            at += 1;
        }
    }
    result.extend_from_slice(text.get(at..).unwrap_or_default());
    Ok((result, count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn matches_are_replaced() {
        let budget = Budget::new(&Limits::default());
        for (pattern, replacement, text, expected, count) in [
            ("a", "b&\\&", "aaa", "ba&ba&ba&", 3),
            ("l*", "-", "hello", "-h-e-o-", 4),
            ("", "-", "abc", "-a-b-c-", 4),
            ("^x", "y", "xx", "yx", 1),
            ("$", "!", "ab", "ab!", 1),
        ] {
            let regex = Regex::compile(pattern.as_bytes()).unwrap();
            let (result, found) =
                replace(&regex, &parse(replacement.as_bytes()), text.as_bytes(), true, &budget).unwrap();
            assert_eq!((String::from_utf8(result).unwrap().as_str(), found), (expected, count), "{pattern}");
        }
    }
}
