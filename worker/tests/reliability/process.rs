//! Starting this binary again in a role, and killing it.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Names the role of a child.
pub(crate) const ROLE: &str = "SPARRING_RELIABILITY_ROLE";

/// A child that ends when this is dropped, and when its parent is gone.
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// This binary in a role.
pub(crate) fn command(role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.env(ROLE, role);
    command
}

impl Process {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("this binary starts again");
        let stdin = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, stdin, output }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it prints; `None` when it has ended.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(1..) if line.ends_with('\n') => Some(line.trim_end().to_owned()),
            _ => None,
        }
    }

    /// kill -9, and what it had printed before.
    pub(crate) fn kill(mut self) -> Vec<String> {
        let _ = self.child.kill();
        let _ = self.child.wait();
        std::iter::from_fn(|| self.line()).collect()
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// Lets it end, and whether it ended well.
    pub(crate) fn finish(self) -> bool {
        self.finish_with_lines().0
    }

    /// The same, with what it had printed.
    pub(crate) fn finish_with_lines(mut self) -> (bool, Vec<String>) {
        drop(self.stdin.take());
        let lines = std::iter::from_fn(|| self.line()).collect();
        (self.child.wait().is_ok_and(|status| status.success()), lines)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// kill -9 of the process that calls.
pub(crate) fn kill_self() -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    unreachable!("SIGKILL cannot be survived")
}

/// Sends a signal to a child.
pub(crate) fn signal(process: &Process, signal: rustix::process::Signal) {
    let id = i32::try_from(process.id()).ok().and_then(rustix::process::Pid::from_raw).expect("a process id");
    rustix::process::kill_process(id, signal).expect("the child is there");
}

/// The kernel's letter for a process's state: `T` is stopped.
pub(crate) fn state(process: &Process) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.id())).ok()?;
    stat.rsplit(") ").next()?.chars().next()
}

/// Waits before another process is looked at again.
#[expect(clippy::disallowed_methods, reason = "a process that stops or starts listening sends no event")]
pub(crate) fn pause(time: std::time::Duration) {
    std::thread::sleep(time);
}
