//! One file for each command.

pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod fidelity;
pub(crate) mod fuzz;
pub(crate) mod image;
pub(crate) mod replay;
#[cfg(feature = "worker")]
pub(crate) mod reward;
pub(crate) mod rollout;
pub(crate) mod session;
pub(crate) mod tasks;
