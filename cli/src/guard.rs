//! A second process that outlives a killed worker and removes the containers that it left.
//!
//! The two are joined by a pipe. Its end without a word means that the worker was killed: nothing else closes it. The
//! next worker of the name, or any other of the machine, would remove them too, but need not be there.

use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sparring_worker::container::{ContainerRunner, Daemon, Options, Owner};
use tokio::signal::unix::{SignalKind, signal};

use crate::CommandError;

/// When containers are looked for after the worker's end, each behind the one before: the daemon may still have been
/// making one, and may itself be away for a while.
const LOOKS: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(20),
    Duration::from_secs(30),
];

/// The guard of this process. Dropped, it ends without doing anything.
pub(crate) struct Guard(Child);

impl Guard {
    /// Starts a guard over the containers of an owner.
    pub(crate) fn start(owner: &str, socket: Option<&Path>) -> Result<Self, CommandError> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["worker", "guard", owner]);
        if let Some(socket) = socket {
            command.arg("--socket").arg(socket);
        }
        // A group of its own: what a terminal sends is for the worker.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Self(command.spawn()?))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.0.stdin.take() {
            // Should it be gone already, there is nobody to tell.
            let _ = pipe.write_all(b"done");
        }
        let _ = self.0.wait();
    }
}

/// What the second process does.
pub(crate) async fn watch_over(owner: &str, socket: Option<&Path>) -> Result<(), CommandError> {
    // A signal for the whole service is the worker's to obey; its end ends this too.
    let deaf = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?];
    let mut word = Vec::new();
    let read = tokio::task::spawn_blocking(move || std::io::stdin().read_to_end(&mut word)).await;
    if read.map_err(CommandError::failed)?? > 0 {
        return Ok(());
    }
    for look in LOOKS {
        tokio::time::sleep(look).await;
        // Somebody has the name: it removed what it found at its start.
        let Some(owner) = Owner::of_dead(owner) else { continue };
        let Ok(daemon) = Daemon::connect(socket).await else { continue };
        // What fails now is tried again by the next look.
        let _ = ContainerRunner::new(daemon, Options::new(owner.name()))?.reap().await;
    }
    drop(deaf);
    Ok(())
}
