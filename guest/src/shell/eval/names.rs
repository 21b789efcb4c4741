//! Reading variables: the shell's own computed ones, namerefs, what `declare -p` prints.

use crate::shell::Shell;
use crate::shell::expand::{double_quoted, quoted_key};
use crate::shell::variables::{Value, Variable};
use std::collections::BTreeMap;

/// `$$`: a step has no processes, so the number is always the same.
pub(crate) const PROCESS_NUMBER: u32 = 7;

impl Shell<'_, '_> {
    /// What `$name` gives; `None` when it is unset.
    pub(crate) fn scalar(&self, name: &[u8]) -> Option<Vec<u8>> {
        let process = &self.process;
        let number = |value: i64| Some(value.to_string().into_bytes());
        match name {
            b"?" => number(i64::from(process.status)),
            b"#" => number(process.positional.len() as i64),
            b"$" => number(i64::from(PROCESS_NUMBER)),
            b"!" => process.background.map(|number| number.to_string().into_bytes()),
            b"0" => Some(self.name.clone()),
            b"-" => Some(process.options.letters(self.kind_letters())),
            b"@" | b"*" => Some(process.positional.join(&b' ')),
            b"_" => Some(process.last_argument.clone()),
            _ if name.first().is_some_and(u8::is_ascii_digit) => {
                let index: usize = std::str::from_utf8(name).ok()?.parse().ok()?;
                process.positional.get(index.checked_sub(1)?).cloned()
            }
            _ => self.with_value(name, |value| value.first().map(<[u8]>::to_vec)),
        }
    }

    /// A variable's whole value.
    pub(crate) fn value_of(&self, name: &[u8]) -> Option<Value> {
        self.with_value(name, |value| Some(value.clone()))
    }

    /// Looks at a variable's value without copying it; `None` when it has none.
    pub(crate) fn with_value<T>(&self, name: &[u8], look: impl FnOnce(&Value) -> Option<T>) -> Option<T> {
        let name = self.resolve_name(name);
        if let Some(variable) = self.process.variables.get(&name) {
            return look(variable.value.as_ref()?);
        }
        look(&self.computed(&name)?)
    }

    /// Variables that the shell computes until they are assigned.
    fn computed(&self, name: &[u8]) -> Option<Value> {
        let process = &self.process;
        let scalar = |text: String| Some(Value::Scalar(text.into_bytes()));
        match name {
            b"LINENO" => scalar(process.line.max(1).to_string()),
            b"BASHPID" => scalar(PROCESS_NUMBER.to_string()),
            b"PPID" => scalar("1".into()),
            b"SECONDS" => scalar("0".into()),
            b"EPOCHSECONDS" | b"SRANDOM" => scalar("0".into()),
            b"RANDOM" => scalar(self.random().to_string()),
            b"BASH_SUBSHELL" => scalar(process.subshell.to_string()),
            b"SHELLOPTS" => scalar(process.options.enabled_set_names()),
            b"BASHOPTS" => scalar(process.options.enabled_shopt_names()),
            b"FUNCNAME" if !process.calls.is_empty() => {
                let names = process.calls.iter().rev().cloned().chain([b"main".to_vec()]);
                Some(Value::Indexed(names.enumerate().map(|(index, name)| (index as i64, name)).collect()))
            }
            b"BASH_SOURCE" if !process.calls.is_empty() || process.sourcing > 0 => {
                Some(Value::Indexed(BTreeMap::from([(0, self.source_name().to_vec())])))
            }
            b"DIRSTACK" => {
                let mut stack = vec![process.logical.clone()];
                stack.extend(process.directory_stack.iter().cloned());
                Some(Value::Indexed(stack.into_iter().enumerate().map(|(index, path)| (index as i64, path)).collect()))
            }
            b"GROUPS" => Some(Value::Indexed(BTreeMap::from([(0, b"0".to_vec())]))),
            _ => None,
        }
    }

    /// The next number of `RANDOM`, which does not depend on anything outside: bash's own
    /// generator from a fixed seed, or from the number that was assigned.
    fn random(&self) -> u32 {
        let seed = self.random_state.get();
        let seed = if seed == 0 { 123_459_876 } else { seed };
        let (high, low) = (i64::from(seed / 127_773), i64::from(seed % 127_773));
        let next = 16_807 * low - 2_836 * high;
        let next = (if next < 0 { next + 0x7fff_ffff } else { next }) as u32;
        self.random_state.set(next);
        ((next >> 16) ^ (next & 0xffff)) & 0x7fff
    }

    /// The name behind a nameref (`declare -n`).
    pub(crate) fn resolve_name(&self, name: &[u8]) -> Vec<u8> {
        let mut name = name.to_vec();
        // bash follows at most eight references.
        for _ in 0..8 {
            match self.process.variables.get(&name) {
                Some(Variable { value: Some(Value::Scalar(target)), attributes }) if attributes.reference => {
                    name = target.clone();
                }
                _ => break,
            }
        }
        name
    }

    /// The letters of `${x@a}` and `declare -p`.
    pub(crate) fn attribute_letters(&self, name: &[u8]) -> Vec<u8> {
        let Some(variable) = self.process.variables.get(name) else { return Vec::new() };
        let attributes = variable.attributes;
        let array = matches!(variable.value, Some(Value::Indexed(_)));
        let map = matches!(variable.value, Some(Value::Associative(_)));
        [
            (array, b'a'),
            (map, b'A'),
            (attributes.integer, b'i'),
            (attributes.lower, b'l'),
            (attributes.reference, b'n'),
            (attributes.readonly, b'r'),
            (attributes.upper, b'u'),
            (attributes.exported, b'x'),
        ]
        .into_iter()
        .filter_map(|(on, letter)| on.then_some(letter))
        .collect()
    }

    /// The line that `declare -p name` prints, without its newline.
    pub(crate) fn declaration(&self, name: &[u8]) -> Option<Vec<u8>> {
        let computed;
        let value = match self.process.variables.get(name) {
            Some(variable) => variable.value.as_ref(),
            None => {
                computed = self.computed(name)?;
                Some(&computed)
            }
        };
        let mut letters = self.attribute_letters(name);
        if letters.is_empty() {
            letters.push(b'-');
        }
        let mut text = [b"declare -", &letters[..], b" ", name].concat();
        if let Some(value) = value {
            text.push(b'=');
            text.extend(shown_value(value));
        }
        Some(text)
    }
}

/// A value as `declare -p` and `set` write it.
pub(crate) fn shown_value(value: &Value) -> Vec<u8> {
    match value {
        Value::Scalar(text) => double_quoted(text),
        Value::Indexed(elements) => {
            let parts: Vec<Vec<u8>> = elements
                .iter()
                .map(|(index, text)| [format!("[{index}]=").as_bytes(), &double_quoted(text)].concat())
                .collect();
            [b"(", &parts.join(&b' ')[..], b")"].concat()
        }
        Value::Associative(_) => {
            let mut text = b"(".to_vec();
            for (key, element) in value.keys().into_iter().zip(value.elements()) {
                text.extend([b"[", &quoted_key(&key)[..], b"]=", &double_quoted(&element), b" "].concat());
            }
            text.push(b')');
            text
        }
    }
}
