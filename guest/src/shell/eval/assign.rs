//! Assignments.

use super::{Interrupt, Run};
use crate::shell::Shell;
use crate::shell::expand::Shape;
use crate::shell::syntax::{Parser, SyntaxErrorKind, Word, assignment_length};
use crate::shell::variables::Value;

/// The parts of `name[subscript]+=value`.
pub(crate) struct Parts<'t> {
    /// The variable.
    pub(crate) name: &'t [u8],
    /// The text in brackets.
    pub(crate) subscript: Option<&'t [u8]>,
    /// It is `+=`.
    pub(crate) append: bool,
    /// Behind the `=`.
    pub(crate) value: &'t [u8],
}

/// Splits a word that is an assignment.
pub(crate) fn split_assignment(text: &[u8]) -> Option<Parts<'_>> {
    let length = assignment_length(text)?;
    let (left, value) = text.split_at(length);
    let left = left.strip_suffix(b"=")?;
    let (left, append) = match left.strip_suffix(b"+") {
        Some(left) => (left, true),
        None => (left, false),
    };
    let (name, subscript) = match left.iter().position(|byte| *byte == b'[') {
        Some(at) => (&left[..at], Some(left.get(at + 1..left.len() - 1)?)),
        None => (left, None),
    };
    Some(Parts { name, subscript, append, value })
}

impl Shell<'_, '_> {
    /// Performs an assignment word; `temporary` ones belong to one command and are exported.
    pub(super) fn assign_word(&mut self, word: &Word, temporary: bool) -> Run<()> {
        let Some(parts) = split_assignment(&word.text) else { return Ok(()) };
        if parts.value.starts_with(b"(") && parts.value.ends_with(b")") {
            let inner = &parts.value[1..parts.value.len() - 1];
            if temporary {
                return Ok(());
            }
            if parts.subscript.is_some() {
                let name = word.text.split(|byte| *byte == b'=').next().unwrap_or_default();
                self.complain(&[name, b": cannot assign list to array member"].concat())?;
                self.process.status = 1;
                return Err(Interrupt::Discard);
            }
            self.trace_line(&[&word.text[..word.text.len() - parts.value.len()], parts.value].concat())?;
            return self.assign_compound(parts.name, inner, parts.append);
        }
        let value = self.expand_assigned(parts.value)?;
        self.trace_assignment(&word.text[..word.text.len() - parts.value.len()], &value)?;
        if temporary && parts.subscript.is_some() {
            let name = word.text.split(|byte| *byte == b'=').next().unwrap_or_default();
            return self.complain(&[b"`", name, b"': not a valid identifier"].concat());
        }
        if temporary {
            let value =
                if parts.append { [self.scalar(parts.name).unwrap_or_default(), value].concat() } else { value };
            self.check_writable(parts.name)?;
            let variable = self.process.variables.local(parts.name);
            variable.value = Some(Value::Scalar(value));
            variable.attributes.exported = true;
            return Ok(());
        }
        self.assign_reference(parts.name, parts.subscript, value, parts.append)
    }

    /// Assigns to a name or to an element.
    pub(crate) fn assign_reference(
        &mut self,
        name: &[u8],
        subscript: Option<&[u8]>,
        value: Vec<u8>,
        append: bool,
    ) -> Run<()> {
        match subscript {
            Some(subscript) => self.assign_element(name, subscript, value, append),
            None => self.assign(name, value, append),
        }
    }

    /// Prints "readonly variable" and abandons the line when the variable cannot be changed.
    pub(crate) fn check_writable(&mut self, name: &[u8]) -> Run<()> {
        if self.process.variables.get(name).is_some_and(|variable| variable.attributes.readonly) {
            self.complain(&[name, b": readonly variable"].concat())?;
            return Err(Interrupt::discard(self, 1));
        }
        Ok(())
    }

    /// Assigns a scalar (element 0 of an array).
    pub(crate) fn assign(&mut self, name: &[u8], value: Vec<u8>, append: bool) -> Run<()> {
        let name = self.resolve_name(name);
        if let Some(at) = name.iter().position(|byte| *byte == b'[') {
            // A nameref may point at an element.
            let subscript = name.get(at + 1..name.len() - 1).unwrap_or_default().to_vec();
            return self.assign_element(&name[..at], &subscript, value, append);
        }
        self.check_writable(&name)?;
        self.machine.budget.write(value.len() as u64)?;
        let value = self.convert(&name, value, append)?;
        if name == b"RANDOM" {
            let text = std::str::from_utf8(&value).unwrap_or_default();
            self.random_state.set(text.parse::<i64>().unwrap_or(0) as u32);
            return Ok(());
        }
        let exports = self.process.options.is("allexport");
        let variable = self.process.variables.entry(&name);
        variable.attributes.exported |= exports;
        match &mut variable.value {
            Some(Value::Indexed(elements)) => _ = elements.insert(0, value),
            Some(Value::Associative(elements)) => set_pair(elements, b"0".to_vec(), value),
            slot => *slot = Some(Value::Scalar(value)),
        }
        if name == b"OPTIND" {
            self.process.option_offset = 0;
        }
        Ok(())
    }

    /// The value that a variable's attributes make of a text; `append` adds to the old one.
    fn convert(&mut self, name: &[u8], value: Vec<u8>, append: bool) -> Run<Vec<u8>> {
        let attributes = self.process.variables.get(name).map(|variable| variable.attributes).unwrap_or_default();
        let old = if append { self.scalar(name).unwrap_or_default() } else { Vec::new() };
        self.convert_value(attributes, old, value)
    }

    fn convert_value(
        &mut self,
        attributes: crate::shell::variables::Attributes,
        old: Vec<u8>,
        value: Vec<u8>,
    ) -> Run<Vec<u8>> {
        if attributes.integer {
            let left = if old.is_empty() { 0 } else { self.arithmetic_or_exit(&old)? };
            let right = self.arithmetic_or_exit(&value)?;
            return Ok(left.wrapping_add(right).to_string().into_bytes());
        }
        self.machine.budget.scan((old.len() + value.len()) as u64)?;
        let mut value = if old.is_empty() { value } else { [old, value].concat() };
        if attributes.upper {
            value = String::from_utf8_lossy(&value).to_uppercase().into_bytes();
        } else if attributes.lower {
            value = String::from_utf8_lossy(&value).to_lowercase().into_bytes();
        }
        Ok(value)
    }

    /// Assigns `name[subscript]=value`.
    pub(crate) fn assign_element(&mut self, name: &[u8], subscript: &[u8], value: Vec<u8>, append: bool) -> Run<()> {
        let name = self.resolve_name(name);
        self.check_writable(&name)?;
        self.machine.budget.write(value.len() as u64)?;
        let attributes = self.process.variables.get(&name).map(|variable| variable.attributes).unwrap_or_default();
        let shape = self.shape(&name);
        if shape == Shape::Associative {
            let key = self.expand_text(subscript)?;
            if key.is_empty() {
                self.complain(&[&name[..], b"[", subscript, b"]: bad array subscript"].concat())?;
                return Err(Interrupt::discard(self, 1));
            }
            let old = if append { self.element(&name, subscript)?.unwrap_or_default() } else { Vec::new() };
            let value = self.convert_value(attributes, old, value)?;
            if let Some(Value::Associative(elements)) = &mut self.process.variables.entry(&name).value {
                set_pair(elements, key, value);
            }
            return Ok(());
        }
        let last = match shape {
            Shape::Indexed(last) => last,
            Shape::Scalar => Some(0),
            _ => None,
        };
        let shown = [&name[..], b"[", subscript, b"]"].concat();
        let expanded = self.expand_arithmetic_text(subscript)?;
        let index = self.arithmetic_or_exit(&expanded)?;
        let index = if index < 0 { index + last.map_or(0, |last| last + 1) } else { index };
        if index < 0 || subscript.is_empty() {
            self.complain(&[&shown[..], b": bad array subscript"].concat())?;
            return Err(Interrupt::discard(self, 1));
        }
        let old = if append { self.element(&name, subscript)?.unwrap_or_default() } else { Vec::new() };
        let value = self.convert_value(attributes, old, value)?;
        let elements = self.indexed(&name);
        elements.insert(index, value);
        Ok(())
    }

    /// The variable as an indexed array; a scalar becomes element 0.
    fn indexed(&mut self, name: &[u8]) -> &mut std::collections::BTreeMap<i64, Vec<u8>> {
        let variable = self.process.variables.entry(name);
        if !matches!(variable.value, Some(Value::Indexed(_))) {
            let mut elements = std::collections::BTreeMap::new();
            if let Some(Value::Scalar(text)) = variable.value.take() {
                elements.insert(0, text);
            }
            variable.value = Some(Value::Indexed(elements));
        }
        match &mut variable.value {
            Some(Value::Indexed(elements)) => elements,
            _ => unreachable!("the value was just made an array"),
        }
    }

    /// `name=(words)`.
    pub(crate) fn assign_compound(&mut self, name: &[u8], inner: &[u8], append: bool) -> Run<()> {
        let name = self.resolve_name(name);
        self.check_writable(&name)?;
        let words = match Parser::compound_words(inner, self.parse_options()) {
            Ok(words) => words,
            Err(error) if error.kind == SyntaxErrorKind::Nesting => {
                return Err(crate::budget::Stop::Limit(crate::limits::LimitKind::Nesting).into());
            }
            Err(_) => return Err(Interrupt::discard(self, 1)),
        };
        if self.shape(&name) == Shape::Associative {
            return self.assign_map(&name, &words, append);
        }
        let mut next = match (append, self.shape(&name)) {
            (true, Shape::Indexed(last)) => last.map_or(0, |last| last + 1),
            (true, Shape::Scalar) => 1,
            _ => 0,
        };
        // The words are expanded before the old elements go: `a=("${a[@]}" x)`.
        let mut elements = Vec::new();
        for word in &words {
            match split_element(&word.text) {
                Some((subscript, adds, value)) => {
                    let value = self.expand_assigned(value)?;
                    let expanded = self.expand_arithmetic_text(subscript)?;
                    let index = self.arithmetic_or_exit(&expanded)?;
                    if index < 0 {
                        let shown = &word.text[..];
                        self.complain(&[shown, b": bad array subscript"].concat())?;
                        continue;
                    }
                    next = index;
                    elements.push((next, adds, value));
                    next += 1;
                }
                None => {
                    let mut fields = Vec::new();
                    self.expand_word(word, &mut fields)?;
                    for field in fields {
                        elements.push((next, false, field));
                        next += 1;
                    }
                }
            }
        }
        let attributes = self.process.variables.get(&name).map(|variable| variable.attributes).unwrap_or_default();
        if !append {
            self.process.variables.entry(&name).value = Some(Value::Indexed(std::collections::BTreeMap::new()));
        }
        for (index, adds, value) in elements {
            // What an element costs in memory, not only its text.
            self.machine.budget.write(value.len() as u64 + 64)?;
            let old = if adds { self.indexed(&name).get(&index).cloned().unwrap_or_default() } else { Vec::new() };
            let value = self.convert_value(attributes, old, value)?;
            self.indexed(&name).insert(index, value);
        }
        Ok(())
    }

    /// `name=([key]=value ...)` and `name=(key value ...)` for an associative array.
    fn assign_map(&mut self, name: &[u8], words: &[Word], append: bool) -> Run<()> {
        let mut pairs = Vec::new();
        let keyed = words.first().is_some_and(|word| split_element(&word.text).is_some());
        if keyed {
            for word in words {
                let Some((subscript, _, value)) = split_element(&word.text) else {
                    let shown =
                        [name, b": ", &word.text, b": must use subscript when assigning associative array"].concat();
                    self.complain(&shown)?;
                    continue;
                };
                let key = self.expand_text(subscript)?;
                let value = self.expand_assigned(value)?;
                pairs.push((key, value));
            }
        } else {
            let fields = self.expand_words(words)?;
            let mut fields = fields.into_iter();
            while let Some(key) = fields.next() {
                pairs.push((key, fields.next().unwrap_or_default()));
            }
        }
        if let Some(Value::Associative(elements)) = &mut self.process.variables.entry(name).value {
            if !append {
                elements.clear();
            }
            for (key, value) in pairs {
                set_pair(elements, key, value);
            }
        }
        Ok(())
    }
}

/// `[subscript]=value` or `[subscript]+=value`.
fn split_element(text: &[u8]) -> Option<(&[u8], bool, &[u8])> {
    if !text.starts_with(b"[") {
        return None;
    }
    let end = crate::shell::expand::subscript_end(text)?;
    let rest = text.get(end + 1..)?;
    let (adds, rest) = match rest.strip_prefix(b"+") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    Some((&text[1..end], adds, rest.strip_prefix(b"=")?))
}

fn set_pair(elements: &mut Vec<(Vec<u8>, Vec<u8>)>, key: Vec<u8>, value: Vec<u8>) {
    match elements.iter_mut().find(|(other, _)| *other == key) {
        Some(slot) => slot.1 = value,
        None => elements.push((key, value)),
    }
}
