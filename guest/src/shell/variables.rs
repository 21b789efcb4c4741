//! Variables: scalars, arrays, attributes, and the scopes of functions.

use std::collections::BTreeMap;

/// What a variable holds.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Value {
    /// A string.
    Scalar(Vec<u8>),
    /// `a=(x y)`: sparse, by index.
    Indexed(BTreeMap<i64, Vec<u8>>),
    /// `declare -A`: in order of insertion; see [`Value::keys`] for bash's order.
    Associative(Vec<(Vec<u8>, Vec<u8>)>),
}

/// What `declare` can say about a variable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Attributes {
    /// `-x`
    pub exported: bool,
    /// `-r`
    pub readonly: bool,
    /// `-i`
    pub integer: bool,
    /// `-l`
    pub lower: bool,
    /// `-u`
    pub upper: bool,
    /// `-n`
    pub reference: bool,
}

/// A variable; without a value it is declared but unset.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Variable {
    /// Its value.
    pub value: Option<Value>,
    /// Its attributes.
    pub attributes: Attributes,
}

impl Variable {
    /// A scalar without attributes.
    pub fn scalar(value: &[u8]) -> Self {
        Self { value: Some(Value::Scalar(value.to_vec())), ..Self::default() }
    }
}

impl Value {
    /// What `$name` gives: an array's element 0.
    pub fn first(&self) -> Option<&[u8]> {
        match self {
            Self::Scalar(text) => Some(text),
            Self::Indexed(elements) => elements.get(&0).map(Vec::as_slice),
            Self::Associative(elements) => find(elements, b"0"),
        }
    }

    /// All elements in bash's order.
    pub fn elements(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Scalar(text) => vec![text.clone()],
            Self::Indexed(elements) => elements.values().cloned().collect(),
            Self::Associative(elements) => in_hash_order(elements).map(|(_, value)| value.clone()).collect(),
        }
    }

    /// All keys in bash's order.
    pub fn keys(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Scalar(_) => vec![b"0".to_vec()],
            Self::Indexed(elements) => elements.keys().map(|key| key.to_string().into_bytes()).collect(),
            Self::Associative(elements) => in_hash_order(elements).map(|(key, _)| key.clone()).collect(),
        }
    }
}

/// The element of this key.
pub(crate) fn find<'v>(elements: &'v [(Vec<u8>, Vec<u8>)], key: &[u8]) -> Option<&'v [u8]> {
    elements.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_slice())
}

/// bash keeps associative arrays in 1024 hash buckets, the newest entry of a bucket first.
fn in_hash_order(elements: &[(Vec<u8>, Vec<u8>)]) -> impl Iterator<Item = &(Vec<u8>, Vec<u8>)> {
    let mut order: Vec<(u32, usize)> =
        elements.iter().enumerate().map(|(index, (key, _))| (hash(key) & 1023, elements.len() - index)).collect();
    order.sort_unstable();
    order.into_iter().filter_map(move |(_, from_end)| elements.get(elements.len() - from_end))
}

/// bash's hash of a string (FNV-1 over signed bytes).
fn hash(text: &[u8]) -> u32 {
    text.iter().fold(2_166_136_261_u32, |hash, byte| hash.wrapping_mul(16_777_619) ^ (*byte as i8) as u32)
}

/// All variables of a shell process. Functions open scopes; the last one is looked at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variables {
    scopes: Vec<BTreeMap<Vec<u8>, Variable>>,
}

impl Default for Variables {
    fn default() -> Self {
        Self { scopes: vec![BTreeMap::new()] }
    }
}

impl Variables {
    /// The variable of this name that is visible here.
    pub(crate) fn get(&self, name: &[u8]) -> Option<&Variable> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    /// As [`Variables::get`], to change it.
    pub(crate) fn get_mut(&mut self, name: &[u8]) -> Option<&mut Variable> {
        self.scopes.iter_mut().rev().find_map(|scope| scope.get_mut(name))
    }

    /// The visible variable, or a new global one.
    pub(crate) fn entry(&mut self, name: &[u8]) -> &mut Variable {
        let at = self.scopes.iter().rposition(|scope| scope.contains_key(name)).unwrap_or(0);
        self.in_scope(at, name)
    }

    /// The variable of the innermost scope, made when missing: `local`.
    pub(crate) fn local(&mut self, name: &[u8]) -> &mut Variable {
        self.in_scope(self.scopes.len() - 1, name)
    }

    /// The global variable, made when missing: `declare -g`.
    pub(crate) fn global(&mut self, name: &[u8]) -> &mut Variable {
        self.in_scope(0, name)
    }

    fn in_scope(&mut self, at: usize, name: &[u8]) -> &mut Variable {
        let at = at.min(self.scopes.len() - 1);
        self.scopes[at].entry(name.to_vec()).or_default()
    }

    /// Whether the innermost scope has the variable.
    pub(crate) fn is_local(&self, name: &[u8]) -> bool {
        self.scopes.len() > 1 && self.scopes.last().is_some_and(|scope| scope.contains_key(name))
    }

    /// Forgets the visible variable.
    pub(crate) fn unset(&mut self, name: &[u8]) {
        let in_function = self.scopes.len() - 1;
        let Some(at) = self.scopes.iter().rposition(|scope| scope.contains_key(name)) else { return };
        let scope = &mut self.scopes[at];
        if at == in_function && at > 0 {
            // A local variable stays local, only its value goes.
            scope.insert(name.to_vec(), Variable::default());
        } else {
            scope.remove(name);
        }
    }

    /// About how many bytes all values take up.
    pub(crate) fn bytes(&self) -> u64 {
        let size = |value: &Value| match value {
            Value::Scalar(text) => text.len(),
            Value::Indexed(elements) => elements.values().map(|text| text.len() + 32).sum(),
            Value::Associative(elements) => elements.iter().map(|(key, text)| key.len() + text.len() + 48).sum(),
        };
        let values = self.scopes.iter().flat_map(BTreeMap::values).filter_map(|variable| variable.value.as_ref());
        values.map(|value| size(value) as u64).sum()
    }

    /// Opens the scope of a function or of a command's own assignments.
    pub(crate) fn push_scope(&mut self) {
        self.scopes.push(BTreeMap::new());
    }

    /// Closes the innermost scope.
    pub(crate) fn pop_scope(&mut self) {
        if self.scopes.len() > 1 {
            self.scopes.pop();
        }
    }

    /// Every visible variable, sorted by name.
    pub(crate) fn visible(&self) -> BTreeMap<&[u8], &Variable> {
        let mut all = BTreeMap::new();
        for scope in &self.scopes {
            all.extend(scope.iter().map(|(name, variable)| (name.as_slice(), variable)));
        }
        all
    }

    /// The variables of the innermost scope.
    pub(crate) fn innermost(&self) -> &BTreeMap<Vec<u8>, Variable> {
        &self.scopes[self.scopes.len() - 1]
    }
}
