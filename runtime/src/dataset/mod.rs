//! Rollouts on disk: one folder, readable line by line.
//!
//! ```text
//! manifest.json         what was run: source, tree, profile, policy, versions
//! tasks.jsonl           the tasks
//! trajectories.jsonl    one line for each finished rollout
//! summary.json          counts, rewards, latencies
//! ```

mod folder;
mod record;
mod summary;

pub use folder::{DatasetError, DatasetFolder};
pub use record::{
    EndReason, Function, MANIFEST_VERSION, Manifest, Message, RECORD_VERSION, Record, RecordStep, ToolCall,
};
pub use summary::{Latency, Summary};

pub(crate) fn collector() -> summary::Collector {
    summary::Collector::default()
}
