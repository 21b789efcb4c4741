//! Runs recorded trajectories again and compares every step.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use sparring_guest::step::{RawCall, Settings};
use sparring_tasks::Task;

use super::judge::base_of;
use crate::dataset::{DatasetError, DatasetFolder, Record};
use crate::effect::Effects;
use crate::engine::{Engine, Policy};
use crate::image::Image;
use crate::session::{Session, Stepper};

/// A step that came out differently.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    /// The rollout's id.
    pub id: String,
    /// The step, from 0; nothing when the rollout could not be run at all.
    pub step: Option<usize>,
    /// What differs.
    pub what: String,
}

/// What a replay found.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ReplayReport {
    /// Rollouts that were run again.
    pub rollouts: u64,
    /// Steps that were compared.
    pub steps: u64,
    /// Those that differ; of each rollout the first.
    pub mismatches: Vec<Mismatch>,
}

/// Rollouts that are held in memory at once.
const CHUNK: usize = 512;

/// Runs all trajectories of a folder again, on as many threads as the machine has, and compares
/// observations, exit codes and files by their digests. Effects are answered from the record.
pub fn replay(
    engine: &Engine,
    image: &Arc<Image>,
    folder: &DatasetFolder,
    policy: Policy,
) -> Result<ReplayReport, DatasetError> {
    let manifest = folder.manifest()?;
    let tasks = folder.tasks()?;
    let by_id: BTreeMap<&str, &Task> = tasks.iter().map(|task| (task.id.as_str(), task)).collect();
    let settings = Settings { profile: manifest.profile, ..Settings::default() };
    let mut report = ReplayReport::default();
    let mut chunk: Vec<Record> = Vec::with_capacity(CHUNK);
    let mut flush = |chunk: &mut Vec<Record>| {
        let parts: Vec<(u64, Option<Mismatch>)> = chunk
            .par_drain(..)
            .map_init(
                || Stepper::new(engine, policy, Arc::new(Effects::default())),
                |stepper, record| compare(stepper, image, &settings, by_id.get(record.task.as_str()).copied(), &record),
            )
            .collect();
        report.rollouts += parts.len() as u64;
        for (steps, mismatch) in parts {
            report.steps += steps;
            report.mismatches.extend(mismatch);
        }
    };
    folder.each_record(|record| {
        chunk.push(record);
        if chunk.len() == CHUNK {
            flush(&mut chunk);
        }
    })?;
    flush(&mut chunk);
    Ok(report)
}

fn compare(
    stepper: &mut Stepper,
    image: &Arc<Image>,
    settings: &Settings,
    task: Option<&Task>,
    record: &Record,
) -> (u64, Option<Mismatch>) {
    let mismatch = |step, what: String| Some(Mismatch { id: record.id.clone(), step, what });
    let Some(task) = task else { return (0, mismatch(None, format!("its task `{}` is missing", record.task))) };
    let base = match base_of(task, image, settings) {
        Ok(base) => base,
        Err(error) => return (0, mismatch(None, error.to_string())),
    };
    let mut session = Session::new(base);
    for (index, (call, expected)) in record.calls().zip(&record.steps).enumerate() {
        let call = RawCall { tool: &call.name, arguments: &call.arguments };
        let step = match session.step_with(stepper, &call, expected.effects.clone()) {
            Ok(step) => step,
            Err(error) => return (index as u64, mismatch(Some(index), error.to_string())),
        };
        let digest = match session.files_digest() {
            Ok(files) => step.digest_with(&files),
            Err(error) => return (index as u64, mismatch(Some(index), error.to_string())),
        };
        if digest != expected.digest {
            return (index as u64 + 1, mismatch(Some(index), format!("digest {digest}, recorded {}", expected.digest)));
        }
    }
    (record.steps.len() as u64, None)
}
