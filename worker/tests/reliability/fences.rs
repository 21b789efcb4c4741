//! workers that slept past their lease come too late.

use std::time::Duration;

use rustix::process::Signal;
use sparring_worker::queue::{Held, Policy, Queue};

use crate::fake::{self, Play};
use crate::process::{Process, command, pause, signal, state};
use crate::roles::committed;
use crate::store::{Kind, Store};
use crate::{Outcome, ensure, is_nightly};

pub(crate) fn check(kind: Kind) -> Outcome {
    let store = Store::start(kind);
    let workers: u64 = if is_nightly() { 100 } else { 20 };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let queue = runtime.block_on(store.open(policy()));
    let mut late = start(&store, workers)?;
    let jobs: Vec<_> = (0..workers).map(|number| Play { number, ..Play::default() }.job()).collect();
    runtime.block_on(queue.submit_all(&jobs)).map_err(|error| error.to_string())?;
    for process in &mut late {
        ensure!(process.line().as_deref() == Some("leased"), "a worker got no job");
    }
    while late.iter().any(|process| state(process) != Some('T')) {
        pause(Duration::from_millis(5));
    }
    // Their time runs out and somebody else does all the work.
    let other = runtime.block_on(async {
        let mut done = 0;
        while done < workers {
            let Some((job, lease)) = queue.lease("other", &[]).await? else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            if queue.complete(&lease, &committed(&Play::of(&job), "other")).await? == Held::Yes {
                done += 1;
            }
        }
        queue.watch(0, 1000, Duration::ZERO).await
    });
    let before = other.map_err(|error| error.to_string())?;
    late.iter().for_each(|process| signal(process, Signal::CONT));
    let answers: Vec<Option<String>> = late.iter_mut().map(Process::line).collect();
    let fenced = answers.iter().filter(|answer| answer.as_deref() == Some("Fenced")).count() as u64;
    let counts = runtime.block_on(queue.counts()).map_err(|error| error.to_string())?;
    let after = runtime.block_on(queue.watch(0, 1000, Duration::ZERO)).map_err(|error| error.to_string())?;
    ensure!(fenced == workers, "{fenced} of {workers} late results were fenced: {answers:?}");
    ensure!(counts.fenced == workers, "the queue counted {}", counts.fenced);
    ensure!(before == after && counts.scored == workers, "late results changed verdicts: {counts:?}");
    Ok(format!("{workers} workers stopped past their lease: {fenced} late results fenced, counter {}", counts.fenced))
}

/// A lease that lasts until all have got theirs, on a busy machine too.
pub(crate) fn policy() -> Policy {
    Policy { lease: Duration::from_secs(6), ..fake::policy() }
}

/// Workers that are connected and wait for jobs.
fn start(store: &Store, workers: u64) -> Result<Vec<Process>, String> {
    let mut late: Vec<Process> = (0..workers)
        .map(|number| {
            let mut command = command("late");
            command.env("ADDRESS", store.address()).env("NAME", format!("late {number}"));
            Process::start(command)
        })
        .collect();
    for process in &mut late {
        ensure!(process.line().as_deref() == Some("ready"), "a worker did not start");
    }
    Ok(late)
}
