//! What a run came to, in numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{EndReason, Record};

/// How long the steps of one tool took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// How many there were.
    pub steps: u64,
    /// The median, in microseconds.
    pub p50_us: f64,
    /// 99 of 100 took at most this, in microseconds.
    pub p99_us: f64,
}

impl Latency {
    /// From single times in nanoseconds.
    pub fn of(mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        let at = |share: f64| match times.len() {
            0 => 0.0,
            count => times[((count as f64 * share).ceil() as usize).clamp(1, count) - 1] as f64 / 1000.0,
        };
        Self { steps: times.len() as u64, p50_us: at(0.5), p99_us: at(0.99) }
    }
}

/// A run in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Rollouts.
    pub rollouts: u64,
    /// Those with a reward.
    pub scored: u64,
    /// Those without: faults of ours.
    pub void: u64,
    /// The mean of the rewards; nothing without any.
    pub mean_reward: Option<f64>,
    /// How many rollouts had each reward, by its text.
    pub rewards: BTreeMap<String, u64>,
    /// How many ended for each reason.
    pub end_reasons: BTreeMap<EndReason, u64>,
    /// Steps of all rollouts.
    pub steps: u64,
    /// Steps by provenance.
    pub provenance: BTreeMap<String, u64>,
    /// Steps by status.
    pub status: BTreeMap<String, u64>,
    /// Latencies by tool; the editor's commands count apart.
    pub tools: BTreeMap<String, Latency>,
}

/// Collects records into a [`Summary`].
#[derive(Debug, Default)]
pub(crate) struct Collector {
    summary: Summary,
    total: f64,
    times: BTreeMap<String, Vec<u64>>,
}

impl Collector {
    pub(crate) fn add(&mut self, record: &Record) {
        let summary = &mut self.summary;
        summary.rollouts += 1;
        match record.reward {
            Some(reward) => {
                summary.scored += 1;
                self.total += reward;
                *summary.rewards.entry(format!("{reward}")).or_default() += 1;
            }
            None => summary.void += 1,
        }
        *summary.end_reasons.entry(record.end_reason).or_default() += 1;
        summary.steps += record.steps.len() as u64;
        for (call, step) in record.calls().zip(&record.steps) {
            *summary.provenance.entry(step.provenance.name().into()).or_default() += 1;
            *summary.status.entry(step.status.name().into()).or_default() += 1;
            self.times.entry(tool_name(&call.name, &call.arguments)).or_default().push(step.elapsed_ns);
        }
    }

    pub(crate) fn finish(mut self) -> Summary {
        if self.summary.scored > 0 {
            self.summary.mean_reward = Some(self.total / self.summary.scored as f64);
        }
        self.summary.tools = self.times.into_iter().map(|(tool, times)| (tool, Latency::of(times))).collect();
        self.summary
    }
}

/// A tool's name; with its command, where one tool has several.
fn tool_name(name: &str, arguments: &str) -> String {
    #[derive(serde::Deserialize)]
    struct Command {
        command: String,
    }
    const COMMANDS: [&str; 5] = ["view", "create", "str_replace", "insert", "undo_edit"];
    match serde_json::from_str::<Command>(arguments) {
        Ok(Command { command }) if COMMANDS.contains(&command.as_str()) => format!("{name} {command}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let latency = Latency::of((1..=100).rev().map(|n| n * 1000).collect());
        assert_eq!((latency.steps, latency.p50_us, latency.p99_us), (100, 50.0, 99.0));
        assert_eq!(Latency::of(Vec::new()), Latency::default());
    }

    #[test]
    fn editor_commands_count_apart() {
        assert_eq!(tool_name("str_replace_editor", r#"{"command": "view"}"#), "str_replace_editor view");
        assert_eq!(tool_name("execute_bash", r#"{"command": "ls"}"#), "execute_bash");
        assert_eq!(tool_name("think", "no json"), "think");
    }
}
