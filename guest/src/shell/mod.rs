//! The shell: bash 5.2 as agents use it, over the simulated workspace.
//!
//! [`run_script`] takes what an agent typed and a session's [`ShellState`]; [`syntax`] parses it
//! one complete command at a time; `expand` turns words into fields; `eval` runs commands;
//! `builtins` has the commands that only a shell can run.
//!
//! ```text
//! text -> syntax -> eval <-> expand
//!                    |-> builtins            cd, export, read, test, echo, ...
//!                    |-> commands::launch    grep, sed, ... and effects (python, pytest)
//! ```
//!
//! Nothing runs beside anything else: the stages of a pipeline run one after the other over
//! buffers, `command &` runs at once to its end, and `time` finds that no time has passed.

mod builtins;
mod eval;
mod expand;
mod initial;
mod options;
pub mod pattern;
mod print;
mod process;
mod script;
mod state;
pub mod syntax;
mod variables;

pub use builtins::all_names as builtin_names;
pub use initial::ENVIRONMENT;
pub use options::Options;
pub use script::{Script, count_statements, run_command_line, run_script};
pub use state::ShellState;
pub use variables::{Attributes, Value, Variable};

use std::cell::Cell;
use std::collections::BTreeMap;

use crate::machine::Machine;
use process::Process;

/// How the shell was started. It decides about prefixes of messages and about what an error ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShellKind {
    /// `bash -c text`: messages begin with `bash: line 1: `.
    Command,
    /// A prompt: messages begin with `bash: `, aliases work, an error ends only its line.
    Interactive,
    /// `bash file`: messages begin with the file's name.
    Script,
    /// `bash` reading standard input: messages begin with `bash: `.
    Input,
    /// `sh`, which is dash: messages begin with `sh: 1: `.
    Dash,
}

/// A running shell.
pub(crate) struct Shell<'m, 'a> {
    pub(crate) machine: &'m mut Machine<'a>,
    pub(crate) process: Process,
    kind: ShellKind,
    /// `$0`, and how messages begin.
    name: Vec<u8>,
    /// The file that is being sourced, the innermost last.
    sources: Vec<Vec<u8>>,
    /// Which arguments of the running builtin are `name=(...)`.
    compound_arguments: Vec<usize>,
    /// The running command's redirections stay: `exec >file`, `{fd}>file`.
    keep_descriptors: bool,
    /// A compound command's redirection failed just now: neither `!` nor the rule that `set -e`
    /// looks only into compound commands applies.
    compound_refused: bool,
    /// The text ended inside a quote or a command: a prompt would wait for more.
    incomplete: bool,
    /// Command substitutions around the running command.
    substitutions: u32,
    /// Aliases as they were when the running line was read; one that is being expanded is out.
    line_aliases: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Files made for `<( )`, to be removed at the end.
    substituted_files: u32,
    random_state: Cell<u32>,
    process_numbers: u32,
}

impl Shell<'_, '_> {
    fn is_interactive(&self) -> bool {
        self.kind == ShellKind::Interactive
    }

    /// The letters of `$-` that say how the shell was started.
    fn kind_letters(&self) -> &'static str {
        match self.kind {
            ShellKind::Command => "c",
            ShellKind::Interactive => "is",
            ShellKind::Input => "s",
            ShellKind::Script | ShellKind::Dash => "",
        }
    }

    /// What messages call the text that runs.
    fn source_name(&self) -> &[u8] {
        match self.sources.last() {
            Some(source) => source,
            None if !self.process.calls.is_empty() && self.kind == ShellKind::Command => b"environment",
            None => &self.name,
        }
    }

    /// A number for `$!`. They count up from one fixed number, as in a fresh container.
    fn next_process_number(&mut self) -> u32 {
        self.process_numbers += 1;
        eval::PROCESS_NUMBER + self.process_numbers
    }
}
