//! The commands of the simulated container. One command is one file: its help, its parsing, its
//! behaviour and its tests.
//!
//! A command is what a program on `PATH` is: it gets arguments, an environment, a directory and
//! three streams, and returns an exit status. What only the shell itself can do (`cd`, `export`)
//! lives in [`crate::shell`].

mod awk;
mod base64;
mod bash;
mod branches;
mod calendar;
mod cat;
mod chmod;
mod cmp;
mod column;
mod comm;
pub(crate) mod common;
mod context;
mod copy;
mod cut;
mod df;
mod diff;
mod digests;
pub mod echo;
mod environment;
mod escapes;
mod expr;
mod facts;
mod find;
pub(crate) mod floats;
pub mod git;
mod grep;
mod hashes;
mod head;
mod hexdump;
mod join;
mod launch;
mod lines;
mod link;
mod long_hashes;
mod ls;
mod make;
mod mode;
mod network;
mod nl;
mod od;
pub mod options;
mod packages;
mod pager;
mod patch;
mod paths;
pub mod printf;
pub mod quote;
mod remove;
mod rename;
mod sed;
mod seq;
mod simple;
mod sink;
mod sort;
mod status;
mod sums;
mod tail;
mod target;
mod tee;
mod tr;
mod truncate;
pub mod truth;
mod uniq;
mod usage;
mod version;
mod wc;
pub(crate) mod width;
mod wrappers;
mod xargs;
mod xxd;

pub use context::Context;
pub use environment::Environment;
pub use launch::{BROKEN_PIPE_STATUS, Program, ask_host, base_name, demand, is_refused, launch, lookup};
pub use sink::Sink;

use crate::budget::Stoppable;

/// How a command's standard output reaches a stream that it shares with standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buffering {
    /// Through C's standard I/O: in blocks of 4096 bytes unless it goes to a terminal.
    Blocks,
    /// At once.
    Direct,
}

/// A command.
pub struct Command {
    /// The name by which it is called.
    pub name: &'static str,
    /// One line for `sparring` users: what it does and after which program and version.
    pub summary: &'static str,
    /// How its output is buffered.
    pub buffering: Buffering,
    /// Runs it; returns the exit status.
    pub run: fn(&mut Context<'_, '_>) -> Stoppable<u8>,
}

/// All commands, sorted by name.
pub const COMMANDS: &[&Command] = &[
    &truth::BRACKET,
    &packages::APT,
    &packages::APT_GET,
    &simple::ARCH,
    &awk::AWK,
    &sums::B2SUM,
    &base64::BASE64,
    &paths::BASENAME,
    &bash::BASH,
    &cat::CAT,
    &chmod::CHMOD,
    &sums::CKSUM,
    &simple::CLEAR,
    &cmp::CMP,
    &column::COLUMN,
    &comm::COMM,
    &copy::CP,
    &network::CURL,
    &cut::CUT,
    &facts::DATE,
    &df::DF,
    &diff::DIFF,
    &ls::DIR,
    &paths::DIRNAME,
    &usage::DU,
    &echo::ECHO,
    &grep::EGREP,
    &wrappers::ENV,
    &lines::EXPAND,
    &expr::EXPR,
    &simple::FALSE,
    &grep::FGREP,
    &find::FIND,
    &lines::FOLD,
    &git::COMMAND,
    &grep::GREP,
    &facts::GROUPS,
    &head::HEAD,
    &hexdump::HEXDUMP,
    &simple::HOSTNAME,
    &facts::ID,
    &join::JOIN,
    &pager::LESS,
    &link::LN,
    &simple::LOGNAME,
    &ls::LS,
    &awk::MAWK,
    &digests::MD5SUM,
    &make::MKDIR,
    &truncate::MKTEMP,
    &pager::MORE,
    &rename::MV,
    &wrappers::NICE,
    &nl::NL,
    &wrappers::NOHUP,
    &simple::NPROC,
    &od::OD,
    &lines::PASTE,
    &patch::PATCH,
    &wrappers::PRINTENV,
    &printf::PRINTF,
    &simple::PWD,
    &paths::READLINK,
    &paths::REALPATH,
    &lines::REV,
    &grep::RG,
    &remove::RM,
    &make::RMDIR,
    &sed::SED,
    &seq::SEQ,
    &wrappers::SETSID,
    &bash::SH,
    &digests::SHA1SUM,
    &digests::SHA256SUM,
    &sums::SHA384SUM,
    &sums::SHA512SUM,
    &simple::SLEEP,
    &sort::SORT,
    &status::STAT,
    &wrappers::STDBUF,
    &sums::SUM,
    &simple::SYNC,
    &lines::TAC,
    &tail::TAIL,
    &tee::TEE,
    &truth::TEST,
    &wrappers::TIMEOUT,
    &make::TOUCH,
    &tr::TR,
    &branches::TREE,
    &simple::TRUE,
    &truncate::TRUNCATE,
    &simple::TTY,
    &facts::UNAME,
    &uniq::UNIQ,
    &remove::UNLINK,
    &wc::WC,
    &network::WGET,
    &wrappers::WHICH,
    &simple::WHOAMI,
    &xargs::XARGS,
    &xxd::XXD,
    &simple::YES,
];

/// The command of this name.
pub fn find(name: &[u8]) -> Option<&'static Command> {
    COMMANDS.binary_search_by(|command| command.name.as_bytes().cmp(name)).ok().map(|at| COMMANDS[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_sorted_by_name() {
        assert!(COMMANDS.is_sorted_by(|a, b| a.name < b.name));
    }
}
