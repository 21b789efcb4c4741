//! Removing containers that nobody waits for.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::query_parameters::ListContainersOptions;
use sparring_tasks::execution::Fault;

use super::daemon::fault;
use super::labels::{self, OWNER};
use super::owner::Owner;
use super::runner::{ContainerRunner, lock, remove};

/// Between two rounds.
pub const EVERY: Duration = Duration::from_secs(60);

impl ContainerRunner {
    /// Removes every container of ours that no run of this worker uses, those of workers of this machine that have
    /// died (as far as their names are [`Owner`]s), and everybody's whose deadline is over. Gives the containers'
    /// names. A worker calls it at its start and each [`EVERY`].
    pub async fn reap(&self) -> Result<Vec<String>, Fault> {
        let options = ListContainersOptions {
            all: true,
            filters: Some([("label".to_owned(), vec![OWNER.to_owned()])].into()),
            ..ListContainersOptions::default()
        };
        let listed = self.shared.daemon.docker().list_containers(Some(options)).await;
        let mut reaped = Vec::new();
        // Names of the dead stay taken over until all is removed: a new worker of the name would make new ones.
        let mut dead: BTreeMap<String, Option<Owner>> = BTreeMap::new();
        for container in listed.map_err(|error| fault("listing containers", &error))? {
            let name = container.names.iter().flatten().next().map(|name| name.trim_start_matches('/').to_owned());
            let (Some(name), Some(labels)) = (name, container.labels) else { continue };
            let owner = &self.shared.options.owner;
            let is_forgotten = {
                let live = lock(&self.shared.live);
                labels::is_forgotten(&labels, &name, owner, &live, labels::now(), |of| {
                    dead.entry(of.to_owned()).or_insert_with(|| Owner::of_dead(of)).is_some()
                })
            };
            // Somebody else may have been faster.
            if is_forgotten && remove(&self.shared, &name).await.is_ok() {
                reaped.push(name);
            }
        }
        Ok(reaped)
    }

    /// Removes what is forgotten now and each [`EVERY`] until dropped. A round that fails is made up for by the next.
    pub async fn keep_reaping(&self) {
        loop {
            let _ = self.reap().await;
            tokio::time::sleep(EVERY).await;
        }
    }
}
