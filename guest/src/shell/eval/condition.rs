//! `[[ ]]`, and the tests on files and numbers that it shares with `test`.

use super::Run;
use crate::matching::{Options, Pattern, Syntax};
use crate::shell::Shell;
use crate::shell::expand::{Place, Segment, trace_word};
use crate::shell::pattern;
use crate::shell::syntax::{Condition, Word};
use crate::shell::variables::Value;
use sparring_tree::Kind;
use std::cmp::Ordering;

impl Shell<'_, '_> {
    /// The status of a condition: 0 true, 1 false, 2 when it cannot be evaluated.
    pub(super) fn condition(&mut self, condition: &Condition) -> Run<i32> {
        let truth = |value: bool| Ok(i32::from(!value));
        match condition {
            Condition::Word(word) => {
                let text = self.expand_text(&word.text)?;
                self.trace_line(&[b"[[ -n ", &trace_word(&text)[..], b" ]]"].concat())?;
                truth(!text.is_empty())
            }
            Condition::Unary(operator, word) => {
                let text = self.expand_text(&word.text)?;
                self.trace_line(&[b"[[ ", &operator[..], b" ", &trace_word(&text), b" ]]"].concat())?;
                let value = self.unary_test(operator[1], &text)?;
                truth(value)
            }
            Condition::Binary(left, operator, right) => self.binary_condition(left, operator, right),
            Condition::Not(inner) => Ok(match self.nested(|shell| shell.condition(inner))? {
                0 => 1,
                1 => 0,
                other => other,
            }),
            Condition::And(left, right) => match self.nested(|shell| shell.condition(left))? {
                0 => self.nested(|shell| shell.condition(right)),
                other => Ok(other),
            },
            Condition::Or(left, right) => match self.nested(|shell| shell.condition(left))? {
                0 => Ok(0),
                _ => self.nested(|shell| shell.condition(right)),
            },
            Condition::Group(inner) => self.nested(|shell| shell.condition(inner)),
        }
    }

    fn binary_condition(&mut self, left: &Word, operator: &[u8], right: &Word) -> Run<i32> {
        let left = self.expand_text(&left.text)?;
        let truth = |value: bool| Ok(i32::from(!value));
        match operator {
            b"=" | b"==" | b"!=" => {
                let text = self.expand_pattern(&right.text)?;
                self.trace_binary(&left, operator, &text)?;
                let mut options = self.pattern_options();
                options.extended = true;
                let matched = pattern::matches(&text, &left, options, self.machine.budget)?;
                truth(matched == (operator != b"!="))
            }
            b"=~" => {
                let text = self.regex_text(&right.text)?;
                self.trace_binary(&left, operator, &text)?;
                self.regex_condition(&left, &text)
            }
            b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge" => {
                let right = self.expand_text(&right.text)?;
                self.trace_binary(&left, operator, &right)?;
                let (Some(left), Some(right)) = (self.evaluate(&left, b"[[: ")?, self.evaluate(&right, b"[[: ")?)
                else {
                    return Ok(1);
                };
                truth(compares(left.cmp(&right), operator))
            }
            _ => {
                let right = self.expand_text(&right.text)?;
                self.trace_binary(&left, operator, &right)?;
                let value = self.binary_test(&left, operator, &right);
                truth(value)
            }
        }
    }

    /// The regular expression of `=~`: what is quoted in it is literal.
    fn regex_text(&mut self, text: &[u8]) -> Run<Vec<u8>> {
        let mut regex = Vec::new();
        for segment in self.segments(text, Place::Text)? {
            match segment {
                Segment::Literal(text) | Segment::Expanded(text) => regex.extend(text),
                Segment::Quoted(text) => {
                    for byte in text {
                        if b"\\^$.|?*+()[]{}".contains(&byte) {
                            regex.push(b'\\');
                        }
                        regex.push(byte);
                    }
                }
                Segment::Break => regex.push(b' '),
            }
        }
        Ok(regex)
    }

    fn regex_condition(&mut self, text: &[u8], regex: &[u8]) -> Run<i32> {
        let options = Options { ignore_case: self.process.options.is("nocasematch"), ..Options::default() };
        let Ok(pattern) = Pattern::compile(regex, Syntax::PosixExtended, options) else { return Ok(2) };
        let captures = pattern.captures_at(text, 0, self.machine.budget)?;
        let mut elements = std::collections::BTreeMap::new();
        if let Some(captures) = &captures {
            for index in 0..=pattern.groups() {
                let part =
                    captures.get(index).map_or(&[][..], |found| text.get(found.start..found.end).unwrap_or_default());
                elements.insert(index as i64, part.to_vec());
            }
        }
        self.process.variables.global(b"BASH_REMATCH").value = Some(Value::Indexed(elements));
        Ok(i32::from(captures.is_none()))
    }

    /// `-f text` and its like.
    pub(crate) fn unary_test(&mut self, letter: u8, text: &[u8]) -> Run<bool> {
        match letter {
            b'n' => return Ok(!text.is_empty()),
            b'z' => return Ok(text.is_empty()),
            b'v' => return self.is_set(text),
            b'R' => {
                return Ok(self.process.variables.get(text).is_some_and(|variable| variable.attributes.reference));
            }
            b'o' => {
                return Ok(
                    std::str::from_utf8(text).ok().and_then(|name| self.process.options.named(name)) == Some(true)
                );
            }
            b't' => {
                let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                let stream = number.and_then(|number: u32| self.process.descriptors.get(number));
                return Ok(self.machine.streams.is_terminal(stream));
            }
            _ => {}
        }
        let directory = &self.process.directory;
        let found = match letter {
            b'h' | b'L' => {
                let found = self.machine.workspace.stat_link(directory, text);
                return Ok(found.is_ok_and(|(_, node)| node.kind() == Kind::Link));
            }
            _ => self.machine.workspace.stat(directory, text),
        };
        let Ok((path, node)) = found else { return Ok(false) };
        let device = crate::workspace::Device::at(path.as_bytes()).is_some();
        Ok(match letter {
            b'f' => node.kind() == Kind::File && !device,
            b'd' => node.kind() == Kind::Directory,
            b's' => node.size() > 0,
            // The agent is root: everything can be read and written.
            b'x' => node.kind() == Kind::Directory || node.mode().0 & 0o111 != 0,
            b'c' => device,
            b'b' | b'p' | b'S' | b'u' | b'g' | b'k' => false,
            _ => true,
        })
    }

    /// `-v name` and `-v name[subscript]`.
    fn is_set(&mut self, text: &[u8]) -> Run<bool> {
        if let Some(at) = text.iter().position(|byte| *byte == b'[')
            && text.ends_with(b"]")
        {
            let (name, subscript) = (&text[..at], &text[at + 1..text.len() - 1]);
            if matches!(subscript, b"@" | b"*") {
                return Ok(self.value_of(name).is_some_and(|value| !value.elements().is_empty()));
            }
            return Ok(self.element(name, subscript)?.is_some());
        }
        Ok(self.scalar(text).is_some())
    }

    /// `left op right` on texts and files.
    pub(crate) fn binary_test(&self, left: &[u8], operator: &[u8], right: &[u8]) -> bool {
        match operator {
            b"=" | b"==" => left == right,
            b"!=" => left != right,
            b"<" => left < right,
            b">" => left > right,
            b"-ef" => {
                let stat =
                    |text: &[u8]| self.machine.workspace.stat(&self.process.directory, text).map(|(path, _)| path);
                matches!((stat(left), stat(right)), (Ok(left), Ok(right)) if left == right)
            }
            b"-nt" | b"-ot" => {
                let time = |text: &[u8]| {
                    let found = self.machine.workspace.stat(&self.process.directory, text);
                    found.ok().map(|(_, node)| crate::world::modified(&node))
                };
                // A file that exists is newer than one that does not.
                let (left, right) = (time(left), time(right));
                if operator == b"-nt" { left > right } else { left < right }
            }
            _ => false,
        }
    }
}

/// Whether an ordering satisfies `-eq` and its like.
pub(crate) fn compares(ordering: Ordering, operator: &[u8]) -> bool {
    match operator {
        b"-eq" => ordering.is_eq(),
        b"-ne" => ordering.is_ne(),
        b"-lt" => ordering.is_lt(),
        b"-le" => ordering.is_le(),
        b"-gt" => ordering.is_gt(),
        _ => ordering.is_ge(),
    }
}
