//! What a caller may choose about an engine.

use std::path::PathBuf;
use std::time::Duration;

/// How much of the engine's machinery is new for every step. Both give byte-equal results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// A fresh instance per step; the kernel resets the whole of its writable memory.
    Strict,
    /// One instance per address space; after each step the writable memory that the guest says it used
    /// is set back. Faster; relies on the guest's own high-water mark.
    Resident,
}

/// The knobs of an engine.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Where compiled guests are kept. Created with mode 0700; refused when somebody else may write to
    /// it. Default none: the guest is compiled when the engine is made.
    pub cache_folder: Option<PathBuf>,
    /// How long a step may take before its memory is taken away and it ends in
    /// [`EngineError::Backstop`](super::EngineError::Backstop). Measured in ticks of a watchdog, so a step
    /// may get up to an eighth more. Default 10 s.
    pub step_deadline: Duration,
    /// Address spaces that one place keeps, each bound to the image it served last. A step on another
    /// image rebinds the one that was unused for longest. Each costs about 7 of the process's memory mappings
    /// (65,530 by default in Linux) and about 100 KiB. Default 64, at least 1.
    pub regions_per_place: usize,
    /// Compiles a check of the deadline into every loop and call of the guest, so that also a loop which touches no
    /// memory ends at it. Such code is up to three times slower: for fuzzing and tests. Default false.
    pub checked_loops: bool,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { cache_folder: None, step_deadline: Duration::from_secs(10), regions_per_place: 64, checked_loops: false }
    }
}
