//! What a live session weighs: the slope of the process's memory over the number of sessions.

use std::fs;

use super::{BenchError, Subject};
use crate::batch::Call;
use crate::session::{Session, Stepper};

/// Memory at two numbers of live sessions.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub struct SessionMemory {
    /// The smaller number.
    pub few: usize,
    /// The larger number.
    pub many: usize,
    /// Proportional set size at `few` sessions, in bytes.
    pub few_bytes: u64,
    /// Proportional set size at `many` sessions, in bytes.
    pub many_bytes: u64,
    /// What the sessions count as their own at `many`, on average; bytes.
    pub own_bytes: f64,
}

impl SessionMemory {
    /// Bytes of one more session, the allocator's slack included.
    pub fn bytes_per_session(&self) -> f64 {
        (self.many_bytes as f64 - self.few_bytes as f64) / (self.many - self.few) as f64
    }
}

/// Lets `many` sessions take three steps each (a view, an edit of ten lines that differs from
/// session to session, a `cd`) and keeps them all.
pub fn memory_per_session(
    subject: &Subject,
    stepper: &mut Stepper,
    few: usize,
    many: usize,
) -> Result<SessionMemory, BenchError> {
    let enter = Call::new("execute_bash", serde_json::json!({"command": "cd / && ls"}).to_string());
    let mut sessions: Vec<Session> = Vec::with_capacity(many);
    let mut few_bytes = 0;
    while sessions.len() < many {
        let mut session = subject.session();
        for call in [subject.view_edited_call(), subject.edit_call(sessions.len()), enter.clone()] {
            let step = session.step(stepper, &call.raw())?;
            if step.observation.status != sparring_guest::step::Status::Ok {
                return Err(BenchError::Answer { operation: call.arguments, observation: step.observation.text });
            }
        }
        sessions.push(session);
        if sessions.len() == few {
            few_bytes = proportional_bytes()?;
        }
    }
    let many_bytes = proportional_bytes()?;
    let own: usize = sessions.iter().map(Session::private_bytes).sum();
    Ok(SessionMemory { few, many, few_bytes, many_bytes, own_bytes: own as f64 / many as f64 })
}

/// This process's proportional set size, as Linux counts it.
fn proportional_bytes() -> Result<u64, BenchError> {
    let text = fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024).ok_or(BenchError::Missing("memory figures in /proc/self/smaps_rollup"))
}
