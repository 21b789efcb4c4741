//! Exported variables.

/// Exported variables, sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Environment {
    variables: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Environment {
    /// A variable's value.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        let at = self.variables.binary_search_by(|(other, _)| other.as_slice().cmp(name)).ok()?;
        Some(&self.variables[at].1)
    }

    /// Sets a variable.
    pub fn set(&mut self, name: &[u8], value: &[u8]) {
        match self.variables.binary_search_by(|(other, _)| other.as_slice().cmp(name)) {
            Ok(at) => self.variables[at].1 = value.to_vec(),
            Err(at) => self.variables.insert(at, (name.to_vec(), value.to_vec())),
        }
    }

    /// Removes a variable.
    pub fn unset(&mut self, name: &[u8]) {
        self.variables.retain(|(other, _)| other != name);
    }

    /// All variables, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.variables.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }
}
