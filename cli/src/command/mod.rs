//! One file for each command.

#[cfg(feature = "worker")]
pub(crate) mod admit;
#[cfg(feature = "worker")]
pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod demo;
#[cfg(feature = "worker")]
pub(crate) mod demo_tests;
pub(crate) mod fidelity;
pub(crate) mod fuzz;
pub(crate) mod image;
mod recipe;
pub(crate) mod replay;
#[cfg(feature = "worker")]
pub(crate) mod reward;
pub(crate) mod rollout;
mod scan;
pub(crate) mod session;
pub(crate) mod tasks;
#[cfg(feature = "worker")]
pub(crate) mod worker;
