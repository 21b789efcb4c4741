//! Every command beside the machine's own program: equal output, exit status and files.
//!
//! One file per command. `SPARRING_CASES` says how many random cases each suite runs.

#[path = "../report/mod.rs"]
mod report;

mod awk;
mod changing;
mod columns;
mod compare;
mod dumps;
mod expr;
mod facts;
mod filters;
mod find;
mod grep;
mod harness;
mod listing;
mod menu;
mod patch;
mod printing;
mod reports;
mod ripgrep;
mod sed;
mod small;
mod support;
mod text;
mod words;
mod xargs;
