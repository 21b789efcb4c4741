//! What the cross-crate tests share: one engine, the sample's image, sessions on it, the sample as
//! real files, the built command, and the rule for programs that a machine may lack.
//!
//! The tests themselves are one binary, `tests/all`, with one file for each promise.

pub mod command;
pub mod need;
pub mod tree_files;
pub mod world;
