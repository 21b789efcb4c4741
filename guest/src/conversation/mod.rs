//! What a scaffold makes of a conversation before the model sees it: which observations it still
//! shows, and what it says of the steps that remain. Pure functions on text; sessions do not need
//! them, whoever builds prompts does.

mod history;
mod notice;

pub use history::HistoryProcessor;
pub use notice::RemainingNotice;
