//! Operators of `${...}` that change a value: substring, removal, replacement, case, `@Q`.

use super::parameter::{Found, Reference};
use super::{Place, Segment};
use crate::shell::Shell;
use crate::shell::eval::{Interrupt, Run};
use crate::shell::pattern::{self, PatternOptions};
use crate::shell::syntax::{ansi_c, ansi_quoted, single_quoted};
use crate::shell::variables::Value;

/// The characters of a text; bytes that are no UTF-8 count one each.
pub(crate) fn characters(text: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (one, tail) = rest.split_at(pattern::character(rest));
        parts.push(one);
        rest = tail;
    }
    parts
}

impl Shell<'_, '_> {
    /// Applies `:`, `#`, `%`, `/`, `^`, `,` or `~` to a value or to each element.
    pub(super) fn change(
        &mut self,
        inner: &[u8],
        reference: &Reference<'_>,
        found: Found,
        operator: u8,
        operand: &[u8],
    ) -> Run<Found> {
        if operator == b':' {
            return self.substring(inner, reference, found, operand);
        }
        let change = self.prepare_change(operator, operand)?;
        Ok(match found {
            Found::One(None) => Found::One(None),
            Found::One(Some(value)) => Found::One(Some(self.apply_change(&change, &value)?)),
            Found::Many(items, star) => {
                let mut changed = Vec::with_capacity(items.len());
                for item in items {
                    changed.push(self.apply_change(&change, &item)?);
                }
                Found::Many(changed, star)
            }
        })
    }

    fn substring(&mut self, inner: &[u8], reference: &Reference<'_>, found: Found, operand: &[u8]) -> Run<Found> {
        if operand.is_empty() {
            return Err(self.bad_substitution_of(inner));
        }
        let (offset, length) = match split_substring(operand) {
            (offset, Some(length)) => (offset, Some(length)),
            (offset, None) => (offset, None),
        };
        let prefix = [&reference.text()[..], b": "].concat();
        let expanded = self.expand_arithmetic_text(offset)?;
        let Some(start) = self.evaluate(&expanded, &prefix)? else { return Err(Interrupt::discard(self, 1)) };
        let mut length_text = None;
        let mut length_value = None;
        if let Some(text) = length {
            let text = self.expand_arithmetic_text(text)?;
            length_value = self.evaluate(&text, &prefix)?;
            if length_value.is_none() {
                return Err(Interrupt::discard(self, 1));
            }
            length_text = Some(text);
        }
        let length = length_value;
        match found {
            Found::One(None) => Ok(Found::One(None)),
            Found::One(Some(value)) => {
                let parts = characters(&value);
                match range(start, length, parts.len() as i64) {
                    Some((from, to)) => Ok(Found::One(Some(parts[from..to].concat()))),
                    None => Err(self.negative_substring(&length_text)),
                }
            }
            Found::Many(mut items, star) => {
                // `$@` counts from `$0`.
                let is_positional = reference.subscript.is_none();
                if length.is_some_and(|length| length < 0) {
                    return Err(self.negative_substring(&length_text));
                }
                if is_positional {
                    items.insert(0, self.scalar(b"0").unwrap_or_default());
                }
                match self.value_of(reference.name) {
                    Some(Value::Indexed(elements)) if !is_positional => {
                        let end = elements.last_key_value().map_or(0, |(last, _)| last + 1);
                        let start = if start < 0 { start + end } else { start };
                        if start < 0 {
                            return Ok(Found::Many(Vec::new(), star));
                        }
                        let most = length.unwrap_or(i64::MAX) as usize;
                        let items = elements.range(start..).take(most).map(|(_, value)| value.clone()).collect();
                        Ok(Found::Many(items, star))
                    }
                    _ => {
                        let (from, to) = range(start, length, items.len() as i64).unwrap_or((0, 0));
                        let from = from.max(usize::from(is_positional && start != 0 && from == 0 && to == 0));
                        Ok(Found::Many(items.get(from..to).unwrap_or_default().to_vec(), star))
                    }
                }
            }
        }
    }

    fn negative_substring(&mut self, length: &Option<Vec<u8>>) -> Interrupt {
        let text = length.clone().unwrap_or_default();
        match self.complain(&[&text[..], b": substring expression < 0"].concat()) {
            Ok(()) => Interrupt::discard(self, 1),
            Err(interrupt) => interrupt,
        }
    }

    fn prepare_change(&mut self, operator: u8, operand: &[u8]) -> Run<Change> {
        let doubled = operand.first() == Some(&operator);
        let rest = if doubled { &operand[1..] } else { operand };
        Ok(match operator {
            b'#' | b'%' => {
                Change::Remove { pattern: self.expand_pattern(rest)?, suffix: operator == b'%', longest: doubled }
            }
            b'/' => {
                let (anchor, rest) = match rest.first() {
                    Some(b'#') if !doubled => (Anchor::Start, &rest[1..]),
                    Some(b'%') if !doubled => (Anchor::End, &rest[1..]),
                    _ => (Anchor::None, rest),
                };
                let slash = find_unquoted(rest, b'/', usize::from(doubled || anchor == Anchor::None));
                let (pattern, replacement) = match slash {
                    Some(at) => (&rest[..at], &rest[at + 1..]),
                    None => (rest, &rest[rest.len()..]),
                };
                let pattern = self.expand_pattern(pattern)?;
                let replacement = self.replacement(replacement)?;
                Change::Replace { pattern, replacement, all: doubled, anchor }
            }
            _ => Change::Case { pattern: self.expand_pattern(rest)?, operator, all: doubled },
        })
    }

    /// The replacement of `${x/p/r}`: pieces of text, `None` for an unquoted `&`.
    fn replacement(&mut self, text: &[u8]) -> Run<Vec<Option<Vec<u8>>>> {
        let active = self.process.options.is("patsub_replacement");
        let mut pieces = Vec::new();
        for segment in self.segments(text, Place::Text)? {
            match segment {
                Segment::Literal(text) | Segment::Expanded(text) if active => {
                    let mut literal = Vec::new();
                    let mut bytes = text.iter().copied().peekable();
                    while let Some(byte) = bytes.next() {
                        match (byte, bytes.peek()) {
                            (b'\\', Some(&next @ (b'&' | b'\\'))) => {
                                literal.push(next);
                                bytes.next();
                            }
                            (b'&', _) => {
                                pieces.push(Some(std::mem::take(&mut literal)));
                                pieces.push(None);
                            }
                            _ => literal.push(byte),
                        }
                    }
                    pieces.push(Some(literal));
                }
                Segment::Literal(text) | Segment::Expanded(text) | Segment::Quoted(text) => pieces.push(Some(text)),
                Segment::Break => pieces.push(Some(b" ".to_vec())),
            }
        }
        Ok(pieces)
    }

    /// How patterns are read now.
    pub(crate) fn pattern_options(&self) -> PatternOptions {
        PatternOptions {
            extended: self.process.options.is("extglob"),
            ignore_case: self.process.options.is("nocasematch"),
        }
    }

    fn apply_change(&mut self, change: &Change, value: &[u8]) -> Run<Vec<u8>> {
        let options = PatternOptions { ignore_case: false, ..self.pattern_options() };
        let budget = self.machine.budget;
        budget.scan(value.len() as u64)?;
        match change {
            Change::Remove { pattern, suffix, longest } => {
                let parts = boundaries(value);
                let candidates: Box<dyn Iterator<Item = &usize>> =
                    if *suffix == *longest { Box::new(parts.iter()) } else { Box::new(parts.iter().rev()) };
                for &at in candidates {
                    let (head, tail) = value.split_at(at);
                    let (removed, kept) = if *suffix { (tail, head) } else { (head, tail) };
                    budget.match_steps(1 + removed.len() as u64 / 16)?;
                    if pattern::matches(pattern, removed, options, budget)? {
                        return Ok(kept.to_vec());
                    }
                }
                Ok(value.to_vec())
            }
            Change::Replace { pattern, replacement, all, anchor } => {
                self.replace(pattern, replacement, *all, *anchor, value)
            }
            Change::Case { pattern, operator, all } => {
                let mut changed = Vec::with_capacity(value.len());
                for (index, part) in characters(value).into_iter().enumerate() {
                    let applies = (index == 0 || *all)
                        && (pattern.is_empty() || pattern::matches(pattern, part, options, budget)?);
                    if applies { change_case(part, *operator, &mut changed) } else { changed.extend_from_slice(part) }
                }
                Ok(changed)
            }
        }
    }

    fn replace(
        &mut self,
        pattern: &[u8],
        replacement: &[Option<Vec<u8>>],
        all: bool,
        anchor: Anchor,
        value: &[u8],
    ) -> Run<Vec<u8>> {
        let options = self.pattern_options();
        let budget = self.machine.budget;
        let put = |matched: &[u8], result: &mut Vec<u8>| {
            let before = result.len();
            for piece in replacement {
                result.extend_from_slice(piece.as_deref().unwrap_or(matched));
            }
            budget.write((result.len() - before) as u64)
        };
        let mut result = Vec::with_capacity(value.len());
        if pattern.is_empty() {
            if anchor == Anchor::Start {
                put(b"", &mut result)?;
            }
            result.extend_from_slice(value);
            if anchor == Anchor::End {
                put(b"", &mut result)?;
            }
            return Ok(result);
        }
        let literal = (!pattern::is_pattern(pattern, options.extended) && !options.ignore_case)
            .then(|| pattern::unescape(pattern));
        let ends = boundaries(value);
        let mut at = 0;
        while at <= value.len() {
            let found = match &literal {
                Some(text) if anchor == Anchor::None => match memchr::memmem::find(&value[at..], text) {
                    Some(start) => {
                        result.extend_from_slice(&value[at..at + start]);
                        at += start;
                        Some(at + text.len())
                    }
                    None => break,
                },
                _ => {
                    let mut found = None;
                    for &end in ends.iter().rev().take_while(|end| **end >= at) {
                        if anchor == Anchor::End && end != value.len() {
                            break;
                        }
                        budget.match_steps(1 + (end - at) as u64 / 16)?;
                        if pattern::matches(pattern, &value[at..end], options, budget)? {
                            found = Some(end);
                            break;
                        }
                    }
                    found
                }
            };
            match found {
                Some(end) if end > at || !all || value.is_empty() => {
                    put(&value[at..end], &mut result)?;
                    at = end;
                    if !all || value.is_empty() {
                        break;
                    }
                    continue;
                }
                Some(_) if at == value.len() => break,
                _ => {}
            }
            if anchor == Anchor::Start || at >= value.len() {
                break;
            }
            let step = pattern::character(&value[at..]);
            result.extend_from_slice(&value[at..at + step]);
            at += step;
        }
        result.extend_from_slice(value.get(at..).unwrap_or_default());
        Ok(result)
    }

    /// `${x@Q}` and its like.
    pub(super) fn transform(&mut self, reference: &Reference<'_>, found: Found, letter: u8) -> Run<Found> {
        if letter == b'a' {
            let letters = self.attribute_letters(reference.name);
            return Ok(Found::One(Some(letters)));
        }
        if letter == b'A' {
            let text = self.declaration(reference.name).map(|text| match text.strip_prefix(b"declare -- ") {
                Some(rest) => {
                    let value = self.scalar(reference.name).unwrap_or_default();
                    let name = rest.split(|byte| *byte == b'=').next().unwrap_or_default();
                    [name, b"=", &single_quoted(&value)].concat()
                }
                None => match self.value_of(reference.name) {
                    Some(Value::Scalar(value)) => {
                        let end = text.iter().position(|byte| *byte == b'=').map_or(text.len(), |at| at + 1);
                        [&text[..end], &single_quoted(&value)].concat()
                    }
                    _ => text,
                },
            });
            return Ok(Found::One(Some(text.unwrap_or_default())));
        }
        if matches!(letter, b'K' | b'k')
            && let Found::Many(items, star) = &found
        {
            let keys = self.value_of(reference.name).map_or_else(Vec::new, |value| value.keys());
            let mut pairs = Vec::new();
            for (key, item) in keys.into_iter().zip(items) {
                pairs.push(key);
                pairs.push(if letter == b'K' { double_quoted(item) } else { item.clone() });
            }
            let joined = vec![pairs.join(&b' ')];
            return Ok(Found::Many(if letter == b'K' { joined } else { pairs }, *star));
        }
        let apply = |value: Vec<u8>| match letter {
            b'E' => ansi_c(&value),
            b'U' => value.to_ascii_uppercase(),
            b'L' => value.to_ascii_lowercase(),
            b'u' => {
                let mut value = value;
                if let Some(first) = value.first_mut() {
                    first.make_ascii_uppercase();
                }
                value
            }
            b'P' => value,
            _ => quote_for_reuse(&value),
        };
        Ok(match found {
            Found::One(value) => Found::One(value.map(apply)),
            Found::Many(items, star) => Found::Many(items.into_iter().map(apply).collect(), star),
        })
    }
}

/// `text` in double quotes, as `declare -p` prints values.
pub(crate) fn double_quoted(text: &[u8]) -> Vec<u8> {
    if text.iter().any(|byte| *byte < 0x20 || *byte == 0x7f) || std::str::from_utf8(text).is_err() {
        return ansi_quoted(text);
    }
    let mut quoted = vec![b'"'];
    for byte in text {
        if matches!(byte, b'"' | b'\\' | b'$' | b'`') {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    quoted
}

/// `text` in quotes that the shell reads back, always quoted: `${x@Q}`.
pub(crate) fn quote_for_reuse(text: &[u8]) -> Vec<u8> {
    if text.iter().any(|byte| *byte < 0x20 || *byte == 0x7f) || std::str::from_utf8(text).is_err() {
        return ansi_quoted(text);
    }
    single_quoted(text)
}

enum Change {
    Remove { pattern: Vec<u8>, suffix: bool, longest: bool },
    Replace { pattern: Vec<u8>, replacement: Vec<Option<Vec<u8>>>, all: bool, anchor: Anchor },
    Case { pattern: Vec<u8>, operator: u8, all: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Anchor {
    None,
    Start,
    End,
}

fn boundaries(text: &[u8]) -> Vec<usize> {
    let mut at = 0;
    let mut ends = vec![0];
    while at < text.len() {
        at += pattern::character(&text[at..]);
        ends.push(at);
    }
    ends
}

fn change_case(part: &[u8], operator: u8, changed: &mut Vec<u8>) {
    let Some(character) = std::str::from_utf8(part).ok().and_then(|text| text.chars().next()) else {
        changed.extend_from_slice(part);
        return;
    };
    let to_upper = match operator {
        b'^' => true,
        b',' => false,
        _ => character.is_lowercase(),
    };
    // Only one-to-one changes, as towupper makes them.
    let mut mapped =
        if to_upper { character.to_uppercase().collect::<String>() } else { character.to_lowercase().collect() };
    if mapped.chars().count() != 1 {
        mapped = character.to_string();
    }
    changed.extend_from_slice(mapped.as_bytes());
}

/// The range of elements that an offset and a length select; `None` for a negative length.
fn range(start: i64, length: Option<i64>, count: i64) -> Option<(usize, usize)> {
    let from = if start < 0 { start + count } else { start };
    if from < 0 || from > count {
        return match length {
            Some(length) if length < 0 && from > count => Some((0, 0)),
            _ => Some((0, 0)),
        };
    }
    let to = match length {
        None => count,
        Some(length) if length < 0 => count + length,
        Some(length) => from.saturating_add(length).min(count),
    };
    (to >= from).then_some((from as usize, to as usize))
}

/// Splits `offset:length`; a `?` keeps the colon that belongs to it.
fn split_substring(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (mut depth, mut ternaries, mut at) = (0i32, 0u32, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b'\\' => at += 1,
            b'?' => ternaries += 1,
            b':' if ternaries > 0 => ternaries -= 1,
            b':' if depth == 0 => return (&text[..at], text.get(at + 1..)),
            _ => {}
        }
        at += 1;
    }
    (text, None)
}

/// The first unquoted `wanted` at or behind `from`, outside of nested `${}` and `$()`.
fn find_unquoted(text: &[u8], wanted: u8, from: usize) -> Option<usize> {
    let mut at = 0;
    let mut quote = None;
    let mut depth = 0u32;
    while let Some(&byte) = text.get(at) {
        match (quote, byte) {
            (_, b'\\') if quote != Some(b'\'') => at += 1,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'$') if matches!(text.get(at + 1), Some(b'{' | b'(')) => {
                depth += 1;
                at += 1;
            }
            (None, b'}' | b')') => depth = depth.saturating_sub(1),
            (None, _) if byte == wanted && depth == 0 && at >= from => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// A key of an associative array as `declare -p` writes it: quoted only where it must be.
pub(crate) fn quoted_key(key: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-,:=%+".contains(byte) || *byte >= 0x80;
    if !key.is_empty() && key.iter().all(plain) { key.to_vec() } else { double_quoted(key) }
}

/// A word as `set -x` shows it: quoted where it must be.
pub(crate) fn trace_word(word: &[u8]) -> Vec<u8> {
    if word.is_empty() {
        return b"''".to_vec();
    }
    if word.iter().any(|byte| *byte < 0x20 || *byte == 0x7f) || std::str::from_utf8(word).is_err() {
        return ansi_quoted(word);
    }
    let special = |(at, byte): (usize, &u8)| match byte {
        b'~' => at == 0,
        b'#' => at == 0,
        byte => b" '\"\\|&;()<>!{}*[?]^$`".contains(byte),
    };
    if word.iter().enumerate().any(special) { single_quoted(word) } else { word.to_vec() }
}

/// A word as `printf %q` writes it: with backslashes.
pub(crate) fn print_quoted(word: &[u8]) -> Vec<u8> {
    if word.is_empty() {
        return b"''".to_vec();
    }
    if word.iter().any(|byte| *byte < 0x20 || *byte == 0x7f) || std::str::from_utf8(word).is_err() {
        return ansi_quoted(word);
    }
    let mut quoted = Vec::with_capacity(word.len());
    for (at, byte) in word.iter().enumerate() {
        let special = match byte {
            b'~' | b'#' => at == 0,
            byte => b" '\"\\|&;()<>!{}*[]?^$`,".contains(byte),
        };
        if special {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted
}

/// A value as `set` prints it.
pub(crate) fn set_word(word: &[u8]) -> Vec<u8> {
    if word.is_empty() {
        return Vec::new();
    }
    trace_word(word)
}
