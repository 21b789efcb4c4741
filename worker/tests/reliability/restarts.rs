//! a trainer that is killed again and again has every verdict once.

use std::collections::BTreeSet;
use std::time::Duration;

use sparring_worker::queue::{Delivered, Deliveries, Queue};

use crate::fake::{Play, policy};
use crate::process::{Process, command};
use crate::roles::committed;
use crate::store::{Kind, Store, lines};
use crate::{Outcome, ensure};

const RESTARTS: u64 = 100;
const JOBS: u64 = 400;

pub(crate) fn check(kind: Kind) -> Outcome {
    let store = Store::start(kind);
    let file = store.path("verdicts.jsonl");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let queue = runtime.block_on(store.open(policy()));
    let jobs: Vec<_> = (0..JOBS).map(|number| Play { number, ..Play::default() }.job()).collect();
    runtime.block_on(queue.submit_all(&jobs)).map_err(|error| error.to_string())?;
    let commit = |count: u64| {
        runtime.block_on(async {
            for _ in 0..count {
                let (job, lease) = queue.lease("w", &[]).await?.expect("a job is left");
                queue.complete(&lease, &committed(&Play::of(&job), "w")).await?;
            }
            Ok::<_, sparring_worker::queue::QueueError>(())
        })
    };
    let mut said = 0;
    for restart in 0..RESTARTS {
        // Verdicts come while no trainer is there, too.
        commit(JOBS / RESTARTS).map_err(|error| error.to_string())?;
        let mut command = command("trainer");
        command.env("ADDRESS", store.address()).env("FILE", &file);
        let mut trainer = Process::start(command);
        for _ in 0..restart % 4 + 1 {
            said += u64::from(trainer.line().is_some());
        }
        said += trainer.kill().len() as u64;
    }
    let mut deliveries = Deliveries::open(&file).map_err(|error| error.to_string())?;
    let rest = runtime.block_on(queue.watch(deliveries.cursor(), usize::MAX, Duration::ZERO));
    deliveries.append(&rest.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    let delivered: Vec<Delivered> = lines(&file)
        .iter()
        .map(|line| serde_json::from_str(line).map_err(|error| format!("{line}: {error}")))
        .collect::<Result<_, _>>()?;
    let keys: BTreeSet<_> = delivered.iter().map(|delivered| delivered.key).collect();
    let expected: BTreeSet<_> = jobs.iter().map(sparring_tasks::execution::Job::reward_key).collect();
    let missing = expected.difference(&keys).count();
    let twice = delivered.len() - keys.len();
    ensure!(missing == 0 && twice == 0, "missing {missing}, twice {twice}");
    ensure!(said > RESTARTS, "the trainers read only {said} verdicts before they were killed");
    Ok(format!("{RESTARTS} restarts of a trainer: of {JOBS} keys missing {missing}, twice {twice}"))
}
