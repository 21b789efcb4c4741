//! Steps that were recorded in real runs of agents, taken again here: each run in a session of its
//! own, on the commit that it started from, and every observation compared with the recorded one.

mod recording;
mod replay;
mod scaffold;
mod tally;

pub use recording::{Check, RecordedStep, Recording};
pub use replay::Replay;
pub use scaffold::Scaffold;
pub use tally::{Observed, RecordedReport};
