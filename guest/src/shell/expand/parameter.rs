//! Parameters: `$x`, `${x...}` and what may follow the name.

use super::segment::push;
use super::{Place, Segment};
use crate::shell::Shell;
use crate::shell::eval::{Interrupt, Run};
use crate::shell::syntax::is_identifier;
use crate::shell::variables::Value;

/// What a parameter's name gives before any operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A single value, or unset.
    One(Option<Vec<u8>>),
    /// `$@`, `${a[*]}`: the elements, and whether `*` was written.
    Many(Vec<Vec<u8>>, bool),
}

/// The kind of a variable's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It has none.
    Unset,
    /// A string.
    Scalar,
    /// An indexed array with its last index.
    Indexed(Option<i64>),
    /// An associative array.
    Associative,
}

/// A parsed `${...}` up to its operator.
pub(super) struct Reference<'t> {
    /// The name.
    pub(super) name: &'t [u8],
    /// What stood in `[...]`.
    pub(super) subscript: Option<&'t [u8]>,
}

impl Reference<'_> {
    /// The name with its subscript, as messages show it.
    pub(super) fn text(&self) -> Vec<u8> {
        match self.subscript {
            Some(subscript) => [self.name, b"[", subscript, b"]"].concat(),
            None => self.name.to_vec(),
        }
    }
}

/// Splits the inside of `${...}` into a reference and the rest; `None` when there is no name.
pub(super) fn parse_reference(inner: &[u8]) -> Option<(Reference<'_>, &[u8])> {
    let length = match inner.first()? {
        b'0'..=b'9' => inner.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => 1,
        _ => inner.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count(),
    };
    if length == 0 {
        return None;
    }
    let (name, rest) = inner.split_at(length);
    if is_identifier(name) && rest.first() == Some(&b'[') {
        let end = subscript_end(rest)?;
        return Some((Reference { name, subscript: rest.get(1..end) }, rest.get(end + 1..)?));
    }
    Some((Reference { name, subscript: None }, rest))
}

/// Where the `]` is that matches the `[` at the start of `text`.
pub(crate) fn subscript_end(text: &[u8]) -> Option<usize> {
    let mut depth = 0u32;
    let mut quote = None;
    let mut escaped = false;
    for (at, &byte) in text.iter().enumerate() {
        match (quote, byte) {
            _ if std::mem::take(&mut escaped) => {}
            (_, b'\\') if quote != Some(b'\'') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'[') => depth += 1,
            (None, b']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

impl Shell<'_, '_> {
    /// `$name`.
    pub(super) fn simple_parameter(&mut self, name: &[u8], place: Place, segments: &mut Vec<Segment>) -> Run<()> {
        let reference = Reference { name, subscript: None };
        let found = self.lookup(&reference)?;
        self.check_set(&found, &reference)?;
        self.emit(found, place, segments);
        Ok(())
    }

    /// `${inner}`.
    pub(super) fn parameter(&mut self, inner: &[u8], place: Place, segments: &mut Vec<Segment>) -> Run<()> {
        if let Some(counted) = inner.strip_prefix(b"#")
            && !counted.is_empty()
            && let Some((reference, b"")) = parse_reference(counted)
        {
            let length = self.length_of(&reference)?;
            push(length.to_string().into_bytes(), place.quotes_everything(), segments);
            return Ok(());
        }
        if let Some(indirect) = inner.strip_prefix(b"!")
            && indirect
                .first()
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'*' | b'#'))
        {
            return self.indirect(inner, indirect, place, segments);
        }
        let Some((reference, rest)) = parse_reference(inner) else {
            return Err(self.bad_substitution_of(inner));
        };
        let found = self.lookup(&reference)?;
        self.operate(inner, &reference, found, rest, place, segments)
    }

    /// `${!name}`, `${!prefix*}`, `${!array[@]}`.
    fn indirect(&mut self, inner: &[u8], text: &[u8], place: Place, segments: &mut Vec<Segment>) -> Run<()> {
        let Some((reference, rest)) = parse_reference(text) else {
            return Err(self.bad_substitution_of(inner));
        };
        if let (b"*" | b"@", None) = (rest, reference.subscript) {
            let names = self.process.variables.visible();
            let matching =
                names.iter().filter(|(name, variable)| name.starts_with(reference.name) && variable.value.is_some());
            let names = matching.map(|(name, _)| name.to_vec()).collect();
            self.emit(Found::Many(names, rest == b"*"), place, segments);
            return Ok(());
        }
        if let (Some(b"@" | b"*"), b"") = (reference.subscript, rest) {
            let keys = self.value_of(reference.name).map_or_else(Vec::new, |value| value.keys());
            self.emit(Found::Many(keys, reference.subscript == Some(b"*")), place, segments);
            return Ok(());
        }
        let target = match self.process.variables.get(reference.name) {
            Some(variable) if variable.attributes.reference => {
                variable.value.as_ref().and_then(|value| value.first()).map(<[u8]>::to_vec)
            }
            _ => match self.lookup(&reference)? {
                Found::One(value) => value,
                Found::Many(items, _) => items.into_iter().next(),
            },
        };
        let is_reference = self.process.variables.get(reference.name).is_some_and(|v| v.attributes.reference);
        let Some(target) = target else {
            if rest.is_empty() || !matches!(rest.first(), Some(b':' | b'-' | b'+' | b'=' | b'?')) {
                self.complain(&[&reference.text()[..], b": invalid indirect expansion"].concat())?;
                return Err(Interrupt::discard(self, 1));
            }
            return self.operate(inner, &reference, Found::One(None), rest, place, segments);
        };
        if is_reference {
            push(target, place.quotes_everything(), segments);
            return Ok(());
        }
        let Some((pointed, b"")) = parse_reference(&target) else {
            self.complain(&[&target[..], b": invalid variable name"].concat())?;
            return Err(Interrupt::discard(self, 1));
        };
        let found = self.lookup(&pointed)?;
        self.operate(inner, &pointed, found, rest, place, segments)
    }

    /// Applies what stands behind the name.
    fn operate(
        &mut self,
        inner: &[u8],
        reference: &Reference<'_>,
        found: Found,
        rest: &[u8],
        place: Place,
        segments: &mut Vec<Segment>,
    ) -> Run<()> {
        let (colon, operator, operand) = match rest {
            [] => {
                self.check_set(&found, reference)?;
                self.emit(found, place, segments);
                return Ok(());
            }
            [b':', operator @ (b'-' | b'=' | b'?' | b'+'), operand @ ..] => (true, *operator, operand),
            [b':', operand @ ..] => (false, b':', operand),
            [operator, operand @ ..] => (false, *operator, operand),
        };
        let is_set = match &found {
            Found::One(value) => value.as_ref().is_some_and(|value| !(colon && value.is_empty())),
            Found::Many(items, _) => match items.as_slice() {
                [] => false,
                [only] => !(colon && only.is_empty()),
                _ => true,
            },
        };
        match operator {
            b'-' if is_set => self.emit(found, place, segments),
            b'-' => self.operand(operand, place, segments)?,
            b'+' if is_set => self.operand(operand, place, segments)?,
            b'+' => {
                if place == Place::Quoted && matches!(found, Found::One(_)) {
                    segments.push(Segment::Quoted(Vec::new()));
                }
            }
            b'=' if is_set => self.emit(found, place, segments),
            b'=' => {
                let value = self.expand_operand(operand, place)?;
                if !is_identifier(reference.name) {
                    let name = reference.text();
                    self.complain(&[b"$", &name[..], b": cannot assign in this way"].concat())?;
                    return Err(Interrupt::discard(self, 1));
                }
                self.assign_reference(reference.name, reference.subscript, value.clone(), false)?;
                push(value, place.quotes_everything(), segments);
            }
            b'?' if is_set => self.emit(found, place, segments),
            b'?' => {
                let mut message = self.expand_operand(operand, place)?;
                if message.is_empty() {
                    let default: &[u8] = if colon { b"parameter null or not set" } else { b"parameter not set" };
                    message = default.to_vec();
                }
                self.complain(&[&reference.text()[..], b": ", &message].concat())?;
                return Err(self.fatal_expansion());
            }
            b'@' if matches!(operand, [b'Q' | b'E' | b'P' | b'A' | b'a' | b'U' | b'u' | b'L' | b'K' | b'k']) => {
                if !matches!(operand, [b'a' | b'A']) {
                    self.check_set(&found, reference)?;
                }
                let found = self.transform(reference, found, operand[0])?;
                self.emit(found, place, segments);
            }
            b':' | b'#' | b'%' | b'/' | b'^' | b',' | b'~' => {
                self.check_set(&found, reference)?;
                let mut changed = self.change(inner, reference, found, operator, operand)?;
                if let (Found::Many(_, star), false) = (&mut changed, place == Place::Word || place.quotes_everything())
                {
                    // Where nothing is split, a changed `$@` is joined as `$*` is.
                    *star = true;
                }
                self.emit(changed, place, segments);
            }
            _ => return Err(self.bad_substitution_of(inner)),
        }
        Ok(())
    }

    /// The word of `${x-word}`: what is typed without quotes there is split.
    fn operand(&mut self, text: &[u8], place: Place, segments: &mut Vec<Segment>) -> Run<()> {
        let found = self.segments(text, if place == Place::Assignment { Place::Text } else { place })?;
        if found.is_empty() && place == Place::Quoted {
            segments.push(Segment::Quoted(Vec::new()));
        }
        segments.extend(found.into_iter().map(|segment| match segment {
            Segment::Literal(text) => Segment::Expanded(text),
            other => other,
        }));
        Ok(())
    }

    fn expand_operand(&mut self, text: &[u8], place: Place) -> Run<Vec<u8>> {
        let place = if place.quotes_everything() { place } else { Place::Text };
        let found = self.segments(text, place)?;
        Ok(self.join_segments(found))
    }

    /// Adds a value as segments.
    pub(super) fn emit(&mut self, found: Found, place: Place, segments: &mut Vec<Segment>) {
        let quoted = place.quotes_everything();
        match found {
            Found::One(value) => push(value.unwrap_or_default(), quoted, segments),
            Found::Many(items, star) => {
                let joined = star && (quoted || place != Place::Word);
                if joined {
                    let separators = self.separators();
                    let separator = separators.get(..1).unwrap_or_default();
                    push(items.join(separator), quoted, segments);
                    return;
                }
                for (index, item) in items.into_iter().enumerate() {
                    if index > 0 {
                        segments.push(Segment::Break);
                    }
                    push(item, quoted, segments);
                }
            }
        }
    }

    /// The value behind a reference.
    pub(super) fn lookup(&mut self, reference: &Reference<'_>) -> Run<Found> {
        let found = self.find(reference)?;
        // Copying a value is work, also where nothing is printed.
        let bytes: usize = match &found {
            Found::One(value) => value.as_ref().map_or(0, Vec::len),
            Found::Many(items, _) => items.iter().map(|item| item.len() + 16).sum(),
        };
        self.machine.budget.scan(bytes as u64)?;
        Ok(found)
    }

    fn find(&mut self, reference: &Reference<'_>) -> Run<Found> {
        let Some(subscript) = reference.subscript else {
            return Ok(match reference.name {
                b"@" | b"*" => Found::Many(self.process.positional.clone(), reference.name == b"*"),
                name => Found::One(self.scalar(name)),
            });
        };
        if matches!(subscript, b"@" | b"*") {
            let items = self.value_of(reference.name).map_or_else(Vec::new, |value| value.elements());
            return Ok(Found::Many(items, subscript == b"*"));
        }
        self.element(reference.name, subscript).map(Found::One)
    }

    /// One element of an array.
    pub(crate) fn element(&mut self, name: &[u8], subscript: &[u8]) -> Run<Option<Vec<u8>>> {
        match self.shape(name) {
            Shape::Associative => {
                let key = self.expand_text(subscript)?;
                Ok(self.with_value(name, |value| match value {
                    Value::Associative(elements) => crate::shell::variables::find(elements, &key).map(<[u8]>::to_vec),
                    _ => None,
                }))
            }
            Shape::Indexed(last) => {
                let index = self.index(name, subscript, last)?;
                Ok(self.with_value(name, |value| match (value, index) {
                    (Value::Indexed(elements), Some(index)) => elements.get(&index).cloned(),
                    _ => None,
                }))
            }
            Shape::Scalar => {
                let index = self.index(name, subscript, Some(0))?;
                Ok(if index == Some(0) { self.scalar(name) } else { None })
            }
            Shape::Unset => {
                let expanded = self.expand_arithmetic_text(subscript)?;
                self.arithmetic_or_exit(&expanded)?;
                Ok(None)
            }
        }
    }

    /// What kind of value a variable has.
    pub(crate) fn shape(&self, name: &[u8]) -> Shape {
        let shape = self.with_value(name, |value| {
            Some(match value {
                Value::Scalar(_) => Shape::Scalar,
                Value::Indexed(elements) => Shape::Indexed(elements.last_key_value().map(|(last, _)| *last)),
                Value::Associative(_) => Shape::Associative,
            })
        });
        shape.unwrap_or(Shape::Unset)
    }

    /// The index that a subscript means; a negative one counts from behind the last element.
    /// `None` after "bad array subscript" was printed.
    pub(crate) fn index(&mut self, name: &[u8], subscript: &[u8], last: Option<i64>) -> Run<Option<i64>> {
        let expanded = self.expand_arithmetic_text(subscript)?;
        let index = self.arithmetic_or_exit(&expanded)?;
        let index = if index < 0 { index + last.map_or(0, |last| last + 1) } else { index };
        if index >= 0 {
            return Ok(Some(index));
        }
        let _ = name;
        let text = [name, b": bad array subscript"].concat();
        self.complain(&text)?;
        Ok(None)
    }

    fn length_of(&mut self, reference: &Reference<'_>) -> Run<usize> {
        Ok(match self.lookup(reference)? {
            Found::Many(items, _) => items.len(),
            found @ Found::One(_) => {
                self.check_set(&found, reference)?;
                match found {
                    Found::One(Some(value)) => super::transform::characters(&value).len(),
                    _ => 0,
                }
            }
        })
    }

    /// `set -u`.
    fn check_set(&mut self, found: &Found, reference: &Reference<'_>) -> Run<()> {
        let unset = matches!(found, Found::One(None));
        if !unset || !self.process.options.is("nounset") {
            return Ok(());
        }
        let name = reference.text();
        let dollar: &[u8] = if name.first().is_some_and(u8::is_ascii_digit) || name == b"!" { b"$" } else { b"" };
        self.complain(&[dollar, &name, b": unbound variable"].concat())?;
        Err(self.fatal_expansion())
    }

    /// "bad substitution", naming the whole `${...}`.
    pub(super) fn bad_substitution_of(&mut self, inner: &[u8]) -> Interrupt {
        self.bad_substitution(&[b"${", inner, b"}"].concat())
    }

    pub(super) fn bad_substitution(&mut self, text: &[u8]) -> Interrupt {
        match self.complain(&[text, b": bad substitution"].concat()) {
            Ok(()) => Interrupt::discard(self, 1),
            Err(interrupt) => interrupt,
        }
    }
}
