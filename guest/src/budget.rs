//! What is left of a step's [`Limits`], and the reasons for which a step stops early.

use std::cell::Cell;

use crate::limits::{LimitKind, Limits};

/// Why a step ended before its tool was done. Tools hand it up with `?`; only the step's entry
/// turns it into an observation or a request to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A work limit was reached; the model reads an observation that names it.
    Limit(LimitKind),
    /// The bytes of a shared blob are needed and the host did not send them with the call.
    NeedBlob(u32),
    /// The running process wrote to a pipe that nobody reads any more; the signal ends it, and the
    /// one that started it goes on.
    BrokenPipe,
    /// An effect's result is needed: its index in the list of requests that the step made.
    NeedEffect(u32),
}

/// Shorthand for everything that may stop a step early.
pub type Stoppable<T> = Result<T, Stop>;

/// Counts work down. Shared by reference through a whole step, hence the cells.
#[derive(Debug)]
pub struct Budget {
    scan_bytes: Cell<u64>,
    match_steps: Cell<u64>,
    pipe_bytes: Cell<u64>,
    shell_steps: Cell<u64>,
    depth: Cell<u64>,
    limits: Limits,
}

impl Budget {
    /// A full budget.
    pub fn new(limits: &Limits) -> Self {
        Self {
            scan_bytes: Cell::new(limits.scan_bytes),
            match_steps: Cell::new(limits.match_steps),
            pipe_bytes: Cell::new(limits.pipe_bytes),
            shell_steps: Cell::new(limits.shell_steps),
            depth: Cell::new(0),
            limits: limits.clone(),
        }
    }

    /// The limits that this budget started from.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Before `bytes` of input are read or scanned.
    pub fn scan(&self, bytes: u64) -> Stoppable<()> {
        take(&self.scan_bytes, bytes, LimitKind::ScanBytes)?;
        self.memory()
    }

    /// Before `steps` transitions of a backtracking matcher.
    pub fn match_steps(&self, steps: u64) -> Stoppable<()> {
        take(&self.match_steps, steps, LimitKind::MatchSteps)
    }

    /// Before `bytes` are written to a pipe, a file or the terminal.
    pub fn write(&self, bytes: u64) -> Stoppable<()> {
        take(&self.pipe_bytes, bytes, LimitKind::PipeBytes)?;
        self.memory()
    }

    /// Before the shell starts a command or another round of a loop.
    pub fn shell_step(&self) -> Stoppable<()> {
        take(&self.shell_steps, 1, LimitKind::ShellSteps)?;
        self.memory()
    }

    /// Enters one level of nesting; pair it with [`Budget::leave`].
    pub fn enter(&self) -> Stoppable<()> {
        let depth = self.depth.get() + 1;
        if depth > self.limits.nesting || stack_is_low() {
            return Err(Stop::Limit(LimitKind::Nesting));
        }
        self.depth.set(depth);
        Ok(())
    }

    /// Leaves one level of nesting.
    pub fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    /// The levels of nesting that are entered.
    pub(crate) fn depth(&self) -> u64 {
        self.depth.get()
    }

    /// Back to a level, after a process was killed with levels entered.
    pub(crate) fn return_to(&self, depth: u64) {
        self.depth.set(depth);
    }

    fn memory(&self) -> Stoppable<()> {
        if crate::arena::used() > self.limits.memory_bytes {
            return Err(Stop::Limit(LimitKind::MemoryBytes));
        }
        Ok(())
    }
}

/// Whether the guest's stack, which ends at address 0, is almost used up. Levels of nesting take
/// up different amounts of it. The same module stops at the same place everywhere.
#[cfg(target_arch = "wasm32")]
fn stack_is_low() -> bool {
    const RESERVE: usize = 20 << 10;
    let marker = 0u8;
    std::hint::black_box(&raw const marker).addr() < RESERVE
}

/// Natively the stack is large.
#[cfg(not(target_arch = "wasm32"))]
fn stack_is_low() -> bool {
    false
}

fn take(left: &Cell<u64>, amount: u64, kind: LimitKind) -> Stoppable<()> {
    match left.get().checked_sub(amount) {
        Some(rest) => {
            left.set(rest);
            Ok(())
        }
        None => {
            left.set(0);
            Err(Stop::Limit(kind))
        }
    }
}
