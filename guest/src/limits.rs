//! Every limit of a step, with its default, its unit and what happens when it is reached.
//!
//! Limits are counts of work, never of time: the same call on the same state stops at the same
//! place on every machine. Reaching one is an observation that the model reads, not an error.

/// Which limit stopped a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum LimitKind {
    /// [`Limits::scan_bytes`].
    ScanBytes,
    /// [`Limits::match_steps`].
    MatchSteps,
    /// [`Limits::memory_bytes`].
    MemoryBytes,
    /// [`Limits::pipe_bytes`].
    PipeBytes,
    /// [`Limits::shell_steps`].
    ShellSteps,
    /// [`Limits::nesting`].
    Nesting,
    /// [`Limits::overlay_bytes`].
    OverlayBytes,
    /// [`Limits::overlay_files`].
    OverlayFiles,
    /// [`Limits::call_bytes`].
    CallBytes,
    /// [`Limits::effects`].
    Effects,
}

impl LimitKind {
    /// The limit's field name in [`Limits`], as it is written in observations and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ScanBytes => "scan_bytes",
            Self::MatchSteps => "match_steps",
            Self::MemoryBytes => "memory_bytes",
            Self::PipeBytes => "pipe_bytes",
            Self::ShellSteps => "shell_steps",
            Self::Nesting => "nesting",
            Self::OverlayBytes => "overlay_bytes",
            Self::OverlayFiles => "overlay_files",
            Self::CallBytes => "call_bytes",
            Self::Effects => "effects",
        }
    }
}

/// The work that one step may do. A breach ends the step with a `limit` status; what the
/// step had changed in the workspace is dropped, so that a stopped step leaves no half-done work.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Bytes read from files or pipes by all commands of the step. Default 1 GiB.
    pub scan_bytes: u64,
    /// Transitions of the backtracking matcher (back-references only). Default 20 million.
    pub match_steps: u64,
    /// Bytes of working memory in use at once. Default 128 MiB.
    pub memory_bytes: u64,
    /// Bytes that the step's commands write to pipes, files and the terminal. Default 64 MiB.
    pub pipe_bytes: u64,
    /// Commands and loop rounds that the shell starts. Default 100,000.
    pub shell_steps: u64,
    /// Depth of nested shell constructs, substitutions and function calls. Default 64.
    pub nesting: u64,
    /// Bytes that a session may hold in changed files. Default 16 MiB.
    pub overlay_bytes: u64,
    /// Files and directories that a session may have changed. Default 20,000.
    pub overlay_files: u64,
    /// Bytes of one call's text. Default 1 MiB.
    pub call_bytes: u64,
    /// Effects that one step may ask for. Default 64.
    pub effects: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            scan_bytes: 1 << 30,
            match_steps: 20_000_000,
            memory_bytes: 128 << 20,
            pipe_bytes: 64 << 20,
            shell_steps: 100_000,
            nesting: 64,
            overlay_bytes: 16 << 20,
            overlay_files: 20_000,
            call_bytes: 1 << 20,
            effects: 64,
        }
    }
}
