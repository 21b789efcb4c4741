//! Why a comparison with real programs did not come about.

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum FidelityError {
    /// No container for the real commands.
    #[error(
        "no container for the real commands: {0} (it needs Linux, the programs `unshare` and `nsenter` of util-linux, \
         and either root or user namespaces)"
    )]
    Container(String),
    /// The session failed.
    #[error(transparent)]
    Session(#[from] crate::session::SessionError),
    /// A step failed.
    #[error(transparent)]
    Step(#[from] crate::session::StepError),
}

impl FidelityError {
    pub(super) fn container(error: std::io::Error) -> Self {
        Self::Container(error.to_string())
    }
}
