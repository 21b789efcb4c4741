//! What a session keeps of its shell between two steps.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::initial;
use super::options::Options;
use super::process::Process;
use super::syntax::{CommandKind, ParseOptions, Parser};
use super::variables::{Attributes, Value, Variable, Variables};
use super::{ShellKind, print};
use crate::machine::Descriptors;
use crate::workspace::VirtualPath;

/// The lasting part of a shell: only what differs from a fresh one, so that it stays small.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ShellState {
    directory: VirtualPath,
    /// The directory as `pwd` prints it, when links make it differ from the real one.
    logical: Option<Vec<u8>>,
    /// Variables to be exported that the scaffold asked for.
    exports: Vec<(Vec<u8>, Vec<u8>)>,
    /// Variables that differ; `None` for one that is gone.
    variables: Vec<(Vec<u8>, Option<Variable>)>,
    /// Functions as source text.
    functions: Vec<Vec<u8>>,
    aliases: Vec<(Vec<u8>, Vec<u8>)>,
    options: Option<Options>,
    directory_stack: Vec<Vec<u8>>,
    positional: Vec<Vec<u8>>,
    traps: Vec<(Vec<u8>, Vec<u8>)>,
    status: i32,
    umask: Option<u32>,
}

impl ShellState {
    /// A fresh shell in this directory.
    pub fn new(directory: &VirtualPath) -> Self {
        Self { directory: directory.clone(), ..Self::default() }
    }

    /// Adds a variable to the environment that the shell starts with.
    pub fn export(&mut self, name: &[u8], value: &[u8]) {
        self.exports.retain(|(other, _)| other != name);
        self.exports.push((name.to_vec(), value.to_vec()));
    }

    /// The working directory.
    pub fn directory(&self) -> &VirtualPath {
        &self.directory
    }

    /// The variables that a fresh shell of this kind has here.
    fn fresh_variables(&self, kind: ShellKind) -> Variables {
        let mut variables = Variables::default();
        for (name, value) in initial::VARIABLES {
            *variables.global(name.as_bytes()) = Variable::scalar(value.as_bytes());
        }
        if kind == ShellKind::Interactive {
            for (name, value) in initial::INTERACTIVE {
                *variables.global(name.as_bytes()) = Variable::scalar(value.as_bytes());
            }
        }
        let version = initial::VERSION.iter().enumerate();
        variables.global(b"BASH_VERSINFO").value =
            Some(Value::Indexed(version.map(|(index, part)| (index as i64, part.as_bytes().to_vec())).collect()));
        let exported = Attributes { exported: true, ..Attributes::default() };
        let fixed = initial::ENVIRONMENT.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let own = self.exports.iter().map(|(name, value)| (name.as_slice(), value.as_slice()));
        for (name, value) in fixed.chain(own) {
            *variables.global(name) = Variable { attributes: exported, ..Variable::scalar(value) };
        }
        *variables.global(b"OLDPWD") = Variable { value: None, attributes: exported };
        for name in [&b"EUID"[..], b"UID", b"BASH_VERSINFO"] {
            variables.global(name).attributes.readonly = true;
        }
        variables
    }

    /// A shell process in this state.
    pub(super) fn start(&self, kind: ShellKind, descriptors: &Descriptors) -> Process {
        let mut variables = self.fresh_variables(kind);
        for (name, variable) in &self.variables {
            match variable {
                Some(variable) => *variables.global(name) = variable.clone(),
                None => variables.unset(name),
            }
        }
        let logical = self.logical.clone().unwrap_or_else(|| self.directory.display());
        *variables.global(b"PWD") = Variable {
            attributes: Attributes { exported: true, ..Attributes::default() },
            ..Variable::scalar(&logical)
        };
        let mut functions = BTreeMap::new();
        for text in &self.functions {
            let options = ParseOptions { extglob: true, ..ParseOptions::default() };
            let Ok(Some(list)) = Parser::new(text, options).next_command() else { continue };
            for item in list.items {
                for stage in item.chain.first.stages {
                    if let CommandKind::Function(function) = stage.kind {
                        functions.insert(function.name.text.clone(), Rc::clone(&function));
                    }
                }
            }
        }
        Process {
            variables,
            functions,
            aliases: self.aliases.iter().cloned().collect(),
            options: self.options.unwrap_or_else(|| Options::new(kind == ShellKind::Interactive)),
            directory: self.directory.clone(),
            logical,
            directory_stack: self.directory_stack.clone(),
            descriptors: descriptors.clone(),
            positional: self.positional.clone(),
            status: self.status,
            line: 1,
            last_argument: Vec::new(),
            umask: self.umask.unwrap_or(0o022),
            traps: self.traps.iter().cloned().collect(),
            calls: Vec::new(),
            loops: 0,
            sourcing: 0,
            depth: 0,
            subshell: 0,
            option_offset: 0,
            background: None,
            jobs: Vec::new(),
            errors_ignored: 0,
            substitution_status: None,
        }
    }

    /// Takes over what a process has become.
    pub(super) fn update(&mut self, process: &Process, kind: ShellKind) {
        self.directory = process.directory.clone();
        self.logical = (process.logical != process.directory.display()).then(|| process.logical.clone());
        let fresh = self.fresh_variables(kind);
        let (before, after) = (fresh.visible(), process.variables.visible());
        let kept = |name: &[u8]| !matches!(name, b"PWD" | b"PIPESTATUS" | b"BASH_REMATCH");
        self.variables = after
            .iter()
            .filter(|(name, variable)| kept(name) && before.get(*name) != Some(variable))
            .map(|(name, variable)| (name.to_vec(), Some((*variable).clone())))
            .collect();
        let gone = before.keys().filter(|name| !after.contains_key(*name));
        self.variables.extend(gone.map(|name| (name.to_vec(), None)));
        self.functions = process.functions.values().map(|function| print::function(function)).collect();
        self.aliases = process.aliases.clone().into_iter().collect();
        let options = process.options;
        self.options = (options != Options::new(kind == ShellKind::Interactive)).then_some(options);
        self.directory_stack = process.directory_stack.clone();
        self.positional = process.positional.clone();
        self.traps = process.traps.clone().into_iter().collect();
        self.status = process.status;
        self.umask = (process.umask != 0o022).then_some(process.umask);
    }
}
