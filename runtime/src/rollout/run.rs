//! Runs rollouts: many sessions in flight, each driven by its own policy.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};
use sparring_guest::step::{Settings, Status};
use sparring_tasks::change::Change;
use sparring_tasks::{Task, validate};
use sparring_tree::Digest;

use super::judge::{base_of, changes, void};
use super::policy::{Action, Noop, Oracle, Policy, PolicyKind, Scripted};
use crate::batch::{Batch, BatchError, BatchOptions, Call, SessionId};
use crate::dataset::{
    DatasetError, DatasetFolder, EndReason, Function, Message, RECORD_VERSION, Record, RecordStep, Summary, ToolCall,
};
use crate::engine::Engine;
use crate::image::Image;
use crate::session::{Base, Session, SessionError, Step, StepError};

/// Told of every rollout that ended without a fault, from any thread, before its record is written: hands the final
/// tree on to whoever judges it, and may change the record's verdict. The changes are relative to the task's base.
pub type OnFinished = Arc<dyn Fn(&Task, &mut Record, &[Change]) + Send + Sync>;

/// What to run.
#[derive(Clone)]
pub struct RolloutOptions {
    /// Who chooses the calls.
    pub policy: PolicyKind,
    /// Rollouts; the tasks are gone through again and again until there are so many.
    pub sessions: usize,
    /// Sessions in flight at once. Default: all of them.
    pub concurrency: usize,
    /// Steps after which a rollout ends. Default 50.
    pub max_steps: u32,
    /// Profile and limits; each task says its own root.
    pub settings: Settings,
    /// Threads, step policy and effect handlers.
    pub batch: BatchOptions,
    /// Told of every finished rollout. Default nobody.
    pub on_finished: Option<OnFinished>,
}

impl RolloutOptions {
    /// Rollouts of this policy, everything else at its default.
    pub fn new(policy: PolicyKind, sessions: usize) -> Self {
        Self {
            policy,
            sessions,
            concurrency: sessions,
            max_steps: 50,
            settings: Settings::default(),
            batch: BatchOptions { digests: true, ..BatchOptions::default() },
            on_finished: None,
        }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rollouts on disk, those of an earlier run included.
    pub done: usize,
    /// Rollouts asked for.
    pub total: usize,
    /// Sessions in flight.
    pub live: usize,
    /// Steps of this run.
    pub steps: u64,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutReport {
    /// All rollouts of the folder in numbers.
    pub summary: Summary,
    /// Rollouts that an earlier run had finished.
    pub resumed: usize,
    /// Steps of this run.
    pub steps: u64,
    /// Seconds from the first session to the last record on disk.
    pub seconds: f64,
    /// Most sessions in flight at once.
    pub most_live: usize,
}

/// Why a run ended early. Finished rollouts are on disk, and the same call goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RolloutError {
    /// The folder cannot be used.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// A task does not fit its image.
    #[error("task `{task}`: {error}")]
    Task {
        /// The task's id.
        task: String,
        /// Why.
        error: SessionError,
    },
    /// The threads cannot be started.
    #[error("cannot start threads: {0}")]
    Threads(std::io::Error),
    /// The batch refused a call: a fault of ours.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// There is nothing to run.
    #[error("no tasks to run")]
    NoTasks,
}

/// Runs rollouts of `tasks` on their image and writes them to `folder`. Rollouts that the folder
/// has already are left out, so a run that was killed goes on where it was. `report` is called
/// after every finished rollout.
pub fn run(
    engine: &Engine,
    image: &Arc<Image>,
    tasks: &[Task],
    folder: &DatasetFolder,
    options: &RolloutOptions,
    report: &mut dyn FnMut(Progress),
) -> Result<RolloutReport, RolloutError> {
    if tasks.is_empty() {
        return Err(RolloutError::NoTasks);
    }
    let start = Instant::now();
    let (mut appender, finished) = folder.append()?;
    let batch = Batch::new(engine, &options.batch).map_err(RolloutError::Threads)?;
    let (judged, lines): (Sender<(Record, Vec<u8>)>, Receiver<_>) = crossbeam_channel::unbounded();

    let mut waiting = (0..options.sessions)
        .map(|index| (index % tasks.len(), (index / tasks.len()) as u32))
        .map(|(task, sample)| (task, sample, format!("{}#{sample}", tasks[task].id)))
        .filter(|(.., id)| !finished.contains(id));
    let resumed = finished.len();
    let mut bases: BTreeMap<usize, Arc<Base>> = BTreeMap::new();
    let mut live: BTreeMap<SessionId, Rollout> = BTreeMap::new();
    let mut progress = Progress { done: resumed, total: options.sessions.max(resumed), live: 0, steps: 0 };
    let (mut most_live, mut judging) = (0, 0_usize);
    loop {
        while live.len() < options.concurrency.max(1) {
            let Some((task, sample, id)) = waiting.next() else { break };
            let base = match bases.get(&task) {
                Some(base) => base.clone(),
                None => {
                    let base = base_of(&tasks[task], image, &options.settings)
                        .map_err(|error| RolloutError::Task { task: tasks[task].id.clone(), error })?;
                    bases.insert(task, base.clone());
                    base
                }
            };
            let mut rollout = Rollout::new(&tasks[task], task, sample, id, image, options.policy);
            let session = batch.insert(Session::new(base));
            match rollout.policy.next(None) {
                Action::Call(call) => {
                    rollout.called(&call);
                    batch.send(session, call)?;
                    live.insert(session, rollout);
                }
                Action::Stop => {
                    judging += 1;
                    let ended = batch.remove(session)?;
                    rollout.end(&tasks[task], Ok(ended), EndReason::Stopped, options, &judged);
                }
            }
        }
        most_live = most_live.max(live.len());
        progress.live = live.len();
        // Records come back while others step; the last ones are waited for below.
        while let Ok((_, line)) = lines.try_recv() {
            judging -= 1;
            appender.append(&line)?;
            progress.done += 1;
            report(progress);
        }
        let Some((session, result)) = batch.recv() else { break };
        progress.steps += 1;
        let Some(mut rollout) = live.remove(&session) else { continue };
        let task = &tasks[rollout.task];
        let step = match result {
            Ok(step) => step,
            Err(error) => {
                judging += 1;
                // The session of a panicked step is gone already.
                let _gone = batch.remove(session);
                rollout.end(task, Err(error), EndReason::Fault, options, &judged);
                continue;
            }
        };
        let is_over = step.observation.status == Status::Finished;
        let next = rollout.answered(step);
        let reason = match next {
            _ if is_over => EndReason::Finished,
            Action::Stop => EndReason::Stopped,
            Action::Call(_) if rollout.record.steps.len() as u32 >= options.max_steps => EndReason::MaxSteps,
            Action::Call(call) => {
                rollout.called(&call);
                batch.send(session, call)?;
                live.insert(session, rollout);
                continue;
            }
        };
        judging += 1;
        let ended = batch.remove(session)?;
        rollout.end(task, Ok(ended), reason, options, &judged);
    }
    while judging > 0 {
        let Ok((_, line)) = lines.recv() else { break };
        judging -= 1;
        appender.append(&line)?;
        progress.done += 1;
        report(progress);
    }
    appender.sync()?;
    let mut collector = crate::dataset::collector();
    folder.each_record(|record| collector.add(&record))?;
    let summary = collector.finish();
    folder.write_summary(&summary)?;
    Ok(RolloutReport { summary, resumed, steps: progress.steps, seconds: start.elapsed().as_secs_f64(), most_live })
}

/// A rollout in flight.
struct Rollout {
    task: usize,
    policy: Box<dyn Policy>,
    record: Record,
}

impl Rollout {
    fn new(task: &Task, index: usize, sample: u32, id: String, image: &Arc<Image>, kind: PolicyKind) -> Self {
        let policy: Box<dyn Policy> = match kind {
            PolicyKind::Oracle => Box::new(Oracle::new(task, image.view())),
            PolicyKind::Noop => Box::new(Noop),
            PolicyKind::Scripted => Box::new(Scripted::new(&task.prompt)),
        };
        let prompt =
            Message { role: "user".into(), content: task.prompt.clone(), tool_calls: Vec::new(), tool_call_id: None };
        let record = Record {
            version: RECORD_VERSION,
            id,
            task: task.id.clone(),
            sample,
            policy: kind.name().into(),
            messages: vec![prompt],
            steps: Vec::new(),
            end_reason: EndReason::Stopped,
            reward: None,
            verdict: void("not judged"),
            diff: String::new(),
            files: Digest([0; 32]),
        };
        Self { task: index, policy, record }
    }

    fn called(&mut self, call: &Call) {
        let id = format!("call_{}", self.record.steps.len());
        let function = Function { name: call.tool.clone(), arguments: call.arguments.clone() };
        let tool_calls = vec![ToolCall { id, kind: "function".into(), function }];
        let message = Message { role: "assistant".into(), content: String::new(), tool_calls, tool_call_id: None };
        self.record.messages.push(message);
    }

    fn answered(&mut self, step: Step) -> Action {
        let next = self.policy.next(Some(&step.observation.text));
        let id = format!("call_{}", self.record.steps.len());
        self.record.steps.push(RecordStep {
            digest: step.digest.unwrap_or(Digest([0; 32])),
            status: step.observation.status,
            exit_code: step.observation.exit_code,
            provenance: step.observation.provenance,
            elapsed_ns: u64::try_from(step.elapsed.as_nanos()).unwrap_or(u64::MAX),
            effects: step.effects,
        });
        self.record.messages.push(Message {
            role: "tool".into(),
            content: step.observation.text,
            tool_calls: Vec::new(),
            tool_call_id: Some(id),
        });
        next
    }

    /// Judges in the background; the line comes back by the channel.
    fn end(
        self,
        task: &Task,
        session: Result<Session, StepError>,
        reason: EndReason,
        options: &RolloutOptions,
        judged: &Sender<(Record, Vec<u8>)>,
    ) {
        let (task, judged, mut record) = (task.clone(), judged.clone(), self.record);
        let on_finished = options.on_finished.clone();
        record.end_reason = reason;
        rayon::spawn(move || {
            match session
                .map_err(|error| error.to_string())
                .and_then(|session| session.finish().map_err(|error| error.to_string()))
            {
                Ok(finished) => {
                    let changes = changes(&finished.changes);
                    record.verdict = validate::verify(&task, &changes);
                    record.diff = String::from_utf8_lossy(&finished.diff()).into_owned();
                    record.files = finished.digest;
                    if let Some(on_finished) = on_finished {
                        on_finished(&task, &mut record, &changes);
                    }
                }
                Err(error) => {
                    record.end_reason = EndReason::Fault;
                    record.verdict = void(error);
                }
            }
            record.reward = record.verdict.value();
            let mut line = serde_json::to_vec(&record).unwrap_or_default();
            line.push(b'\n');
            // Nobody listens any more when the run has failed.
            let _unheard = judged.send((record, line));
        });
    }
}
