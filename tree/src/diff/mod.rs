//! Differences as git prints them, byte for byte.
//!
//! [`changes`] finds which lines differ, with the line choices that git makes: its pruning of
//! frequent lines, its cost limits and its sliding of ambiguous groups. [`unified`] groups them
//! into hunks with context. [`patch`] and [`stat`] put git's words around them. The three are
//! apart so that `diff -u` shares the middle one. [`gnu_changes`] makes GNU diff's choice of lines from the
//! same search.
//!
//! `imara-diff` has the same roots but is no substitute: its Myers search always takes the length
//! difference for even, penalises nothing for the distance from the diagonal and compacts the new
//! file first, so that its answers are good diffs but not git's.
//!
//! ```
//! use sparring_tree::diff::{self, FileDiff, Side};
//!
//! let change = FileDiff::at(b"a", Some(Side::file(b"one\n")), Some(Side::file(b"two\n")));
//! let text = diff::tree([change]);
//! assert!(text.ends_with(b"@@ -1 +1 @@\n-one\n+two\n"));
//! ```

mod compact;
mod gnu;
mod indent;
mod lines;
mod myers;
mod object;
mod patch;
mod prune;
mod quote;
mod script;
mod similarity;
mod stat;
mod unified;

pub use gnu::{gnu_changes, gnu_classes};
pub use lines::{Classes, Lines, Whitespace};
pub use object::{ObjectId, is_binary};
pub use patch::{FileDiff, PatchOptions, Side, git_mode, tree, write_patch};
pub use quote::{quote_path, quote_path_with};
pub use script::{Change, DiffOptions, changes};
pub use similarity::{pair_renames, similarity};
pub use stat::{
    FileStat, StatOptions, file_stat, status_letter, write_name_only, write_name_status, write_numstat,
    write_shortstat, write_stat, write_summary,
};
pub use unified::{Hunk, hunks, write_hunks};
