//! The profile `swe-smith`: SWE-agent 1.x as SWE-smith runs it to make training data
//! (`agent/swesmith_infer.yaml`); the SWE-agent-LM models were trained with it.
//!
//! - Tools, state and texts: those of [`super::editor`].
//! - Calls: XML functions written into the reply, one a turn.
//! - Truncation: 70,000 characters of an observation.
//! - Limits of the scaffold (300 s a command, 75 calls) are not reached here; the last five
//!   observations are shown (`conversation::HistoryProcessor`).

use super::editor::EDITOR;
use super::latest::Latest;
use crate::step::CallSyntax;

/// The profile's name.
pub const NAME: &str = "swe-smith";

/// See the module.
pub const SMITH: Latest = Latest { name: NAME, shown: 70_000, syntax: Some(CallSyntax::XmlFunction), ..EDITOR };
