//! Takes a part's tasks of its pieces.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::{Part, Piece};
use crate::task::Task;

/// More values of a number than this are ranges.
const VALUES: usize = 8;
/// How many ranges.
const RANGES: usize = 4;

/// The tasks of a part: one of each source in turn, and of each source one of each difficulty in turn, so that sources
/// and difficulties have equal shares as far as there are tasks. The same pieces give the same tasks.
pub fn mix(part: &Part, pieces: &[Piece]) -> Vec<Task> {
    let all: Vec<&Task> = pieces.iter().flat_map(|piece| &piece.tasks).collect();
    let bucket = buckets(part, &all);
    let most = part.most_per_source.unwrap_or(part.count);
    let mut queues: Vec<VecDeque<&Task>> = pieces
        .iter()
        .map(|piece| {
            let mut of_bucket: BTreeMap<String, VecDeque<&Task>> = BTreeMap::new();
            for task in &piece.tasks {
                of_bucket.entry(bucket(task)).or_default().push_back(task);
            }
            in_turn(of_bucket.into_values().collect()).into_iter().take(most).collect()
        })
        .collect();
    queues.retain(|queue| !queue.is_empty());
    in_turn(queues).into_iter().take(part.count).cloned().collect()
}

fn in_turn(mut queues: Vec<VecDeque<&Task>>) -> Vec<&Task> {
    let mut taken = Vec::new();
    while !queues.is_empty() {
        taken.extend(queues.iter_mut().filter_map(VecDeque::pop_front));
        queues.retain(|queue| !queue.is_empty());
    }
    taken
}

/// Which bucket a task is in, as text; the same for all tasks without balance.
fn buckets(part: &Part, tasks: &[&Task]) -> impl Fn(&Task) -> String {
    let key = part.balance.clone();
    let value =
        move |task: &Task| key.as_ref().and_then(|key| task.difficulty.get(key)).cloned().unwrap_or(Value::Null);
    let mut numbers: Vec<f64> = tasks.iter().filter_map(|task| value(task).as_f64()).collect();
    numbers.sort_by(f64::total_cmp);
    let mut values = numbers.clone();
    values.dedup();
    let edges: Vec<f64> = match values.len() {
        0..=VALUES => Vec::new(),
        _ => (1..RANGES).map(|range| numbers[numbers.len() * range / RANGES]).collect(),
    };
    move |task| match value(task) {
        Value::Null => String::new(),
        value => match value.as_f64().filter(|_| !edges.is_empty()) {
            Some(number) => edges.iter().filter(|&&edge| number >= edge).count().to_string(),
            None => value.to_string(),
        },
    }
}
