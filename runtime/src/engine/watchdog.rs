//! The wall-clock backstop: a thread that takes the memory away from a step that overstays.
//!
//! Compiled code carries no checks for time, so that searches run at full speed. A guest without memory
//! traps at its next access; a loop without one is excluded by how the guest is written, and by fuzzing it in
//! an engine whose loops do look at the clock. Budgets, not this, are what ends a step that a model made too
//! long.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use super::region::Mapping;

/// The deadline is this many ticks.
pub(super) const TICKS: u64 = 8;

/// A count of ticks since the watchdog was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticks(u64);

#[cfg(test)]
impl Ticks {
    pub(super) fn later(self, ticks: u64) -> Self {
        Self(self.0 + ticks)
    }
}

/// Counts ticks and looks after slots, from a thread that starts with the first slot and ends after the
/// watchdog was dropped.
#[derive(Debug)]
pub(super) struct Watchdog {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    now: AtomicU64,
    tick: Duration,
    /// The engine whose compiled loops look at its epoch.
    checked: Option<wasmtime::Engine>,
    watched: Mutex<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    slots: Vec<Weak<Slot>>,
    running: bool,
}

impl Watchdog {
    /// Also advances the epoch of `checked` with every tick.
    pub(super) fn new(deadline: Duration, checked: Option<wasmtime::Engine>) -> Self {
        let tick = (deadline / TICKS as u32).max(Duration::from_millis(1));
        Self { shared: Arc::new(Shared { now: AtomicU64::new(0), tick, checked, watched: Mutex::default() }) }
    }

    /// Looks after `slot` for as long as it lives.
    pub(super) fn watch(&self, slot: &Arc<Slot>) -> io::Result<()> {
        let mut watched = lock(&self.shared.watched);
        if !watched.running {
            let shared = Arc::downgrade(&self.shared);
            let tick = self.shared.tick;
            thread::Builder::new().name("sparring-watchdog".to_owned()).spawn(move || {
                loop {
                    thread::sleep(tick);
                    let Some(shared) = shared.upgrade() else { return };
                    shared.look();
                }
            })?;
            watched.running = true;
        }
        watched.slots.push(Arc::downgrade(slot));
        Ok(())
    }

    /// The tick at which a step that starts now has overstayed. The tick under way does not count.
    pub(super) fn deadline(&self) -> Ticks {
        Ticks(self.shared.now.load(Ordering::Relaxed) + TICKS + 1)
    }
}

impl Shared {
    fn look(&self) {
        let now = Ticks(self.now.fetch_add(1, Ordering::Relaxed) + 1);
        if let Some(engine) = &self.checked {
            engine.increment_epoch();
        }
        lock(&self.watched).slots.retain(|slot| {
            slot.upgrade().is_some_and(|slot| {
                slot.look(now);
                true
            })
        });
    }
}

/// Where a place says what it is running. The watchdog works inside the lock, so it can never hit
/// a step that began after the one that overstayed.
#[derive(Debug, Default)]
pub(super) struct Slot(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Running(Ticks, Arc<Mapping>),
    Revoked,
}

impl Slot {
    /// From now on the watchdog may take `mapping`'s memory away.
    pub(super) fn arm(&self, deadline: Ticks, mapping: &Arc<Mapping>) {
        *lock(&self.0) = State::Running(deadline, Arc::clone(mapping));
    }

    /// The step is over; false when its memory was taken away.
    pub(super) fn disarm(&self) -> bool {
        let state = std::mem::take(&mut *lock(&self.0));
        matches!(state, State::Running(..))
    }

    fn look(&self, now: Ticks) {
        let mut state = lock(&self.0);
        if let State::Running(deadline, mapping) = &*state
            && now >= *deadline
            // Refused for want of kernel memory: the next tick tries again.
            && mapping.revoke().is_ok()
        {
            *state = State::Revoked;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
