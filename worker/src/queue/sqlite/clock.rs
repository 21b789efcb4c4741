//! Time that no change of the wall clock moves.

use rustix::time::{ClockId, clock_gettime};

/// A reading: which boot of the machine, and milliseconds since it, time asleep included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The kernel's name of this boot. A lease of another one is over: its worker went with it.
    pub(super) boot: String,
    /// Milliseconds.
    pub(super) elapsed: i64,
}

/// Reads the machine's clock. Every process of the machine reads the same one.
pub(super) fn read(boot: &str) -> Reading {
    let time = clock_gettime(ClockId::Boottime);
    Reading { boot: boot.to_owned(), elapsed: time.tv_sec * 1000 + time.tv_nsec / 1_000_000 }
}

/// The kernel's name of this boot.
pub(super) fn boot() -> std::io::Result<String> {
    Ok(std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}
