//! Who executes a job.

use sparring_tasks::execution::{Fault, Job, Run};

use crate::queue::Lease;

/// Executes jobs. The container runner does so for real; tests have one that plays a script.
pub trait Runner: Send + Sync + 'static {
    /// Runs the tests of a job. Dropping the future abandons the run: whatever it made is removed then or by
    /// the reaper. An error is a fault of the infrastructure, never of what is judged.
    fn run(&self, job: &Job, lease: &Lease) -> impl Future<Output = Result<Run, Fault>> + Send;

    /// The images at hand, by the names that jobs use: their jobs are preferred. None unless the runner knows.
    fn images(&self) -> impl Future<Output = Vec<String>> + Send {
        async { Vec::new() }
    }
}
