//! What `fork(2)` copies: everything of a shell that a subshell gets a copy of.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::options::Options;
use super::syntax::Function;
use super::variables::Variables;
use crate::machine::Descriptors;
use crate::workspace::VirtualPath;

/// One shell process.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) variables: Variables,
    pub(crate) functions: BTreeMap<Vec<u8>, Rc<Function>>,
    pub(crate) aliases: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) options: Options,
    /// The working directory without links.
    pub(crate) directory: VirtualPath,
    /// The working directory as `pwd` prints it.
    pub(crate) logical: Vec<u8>,
    pub(crate) directory_stack: Vec<Vec<u8>>,
    pub(crate) descriptors: Descriptors,
    pub(crate) positional: Vec<Vec<u8>>,
    /// `$?`
    pub(crate) status: i32,
    /// The line that runs.
    pub(crate) line: u32,
    /// `$_`
    pub(crate) last_argument: Vec<u8>,
    pub(crate) umask: u32,
    pub(crate) traps: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Names of the running functions, the innermost last.
    pub(crate) calls: Vec<Vec<u8>>,
    /// Running loops of the current function.
    pub(crate) loops: u32,
    /// Files that `source` is reading.
    pub(crate) sourcing: u32,
    /// Levels of nesting that were entered when the last subshell of this one started.
    pub(crate) depth: u64,
    /// Subshells around this one.
    pub(crate) subshell: u32,
    /// Where `getopts` stands inside a group of options.
    pub(crate) option_offset: usize,
    /// `$!`
    pub(crate) background: Option<u32>,
    /// Statuses of finished background jobs, by process number.
    pub(crate) jobs: Vec<(u32, i32)>,
    /// `set -e` does not count here: in a condition, before `&&`, after `!`.
    pub(crate) errors_ignored: u32,
    /// Status of the last command substitution of the running command.
    pub(crate) substitution_status: Option<i32>,
}
