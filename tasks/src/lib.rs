//! Task kinds, generators, verifiers and rewards: plain data and pure functions.
//!
//! A [`Task`] says which repository a session starts from, what is changed in it beforehand
//! ([`edit::Edit`]s, so that ten thousand tasks share one image), what the model is asked, and,
//! kept apart, the [`task::Gold`]. A verifier looks at what a session changed
//! ([`change::Change`]s) and returns a [`Verdict`].
//!
//! ```
//! use sparring_tasks::function_localization::{self, Options};
//! use sparring_tasks::{Verdict, change, task};
//! use sparring_tree::{Node, TreeBuilder, TreeLimits};
//!
//! let mut builder = TreeBuilder::new(TreeLimits::default());
//! let text = "def area(r):\n    \"\"\"Return the area of a circle.\"\"\"\n    return 3.14 * r * r\n";
//! builder.insert(b"shapes.py".to_vec(), Node::File { executable: false, content: text.as_bytes().into() })?;
//! let tree = builder.finish()?;
//!
//! let source = task::Source::of("shapes", None, &tree);
//! let generated = function_localization::generate(&tree, &source, &Options::default());
//! let task = &generated.tasks[0];
//! assert!(task.prompt.contains("Return the area of a circle."));
//!
//! let base = change::apply(&tree, &task.edits)?;
//! let solved = change::apply(&base, &task.gold.edits)?;
//! let verdict = function_localization::strict::verify(task, &change::between(&base, &solved));
//! assert_eq!(verdict.value(), Some(1.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing here does I/O beside readers and writers over [`std::io::Read`] and [`std::io::Write`].

pub mod change;
pub mod cheat;
pub mod comments;
pub mod dependency_search;
pub mod edit;
pub mod execution;
pub mod format;
pub mod function_generation;
pub mod function_localization;
pub mod generate;
pub mod grading;
pub mod issue_localization;
pub mod jobs;
pub mod jsonl;
pub mod leak;
pub mod mutation;
pub mod patch;
pub mod python;
pub mod random;
pub mod recipe;
pub mod reward;
pub mod task;
pub mod validate;
pub mod verdict;
pub mod verifiers;
pub mod view;

pub use task::Task;
pub use verdict::Verdict;
