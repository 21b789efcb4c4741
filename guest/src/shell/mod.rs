//! The shell: bash 5.2 as agents use it, over the simulated workspace.

pub mod pattern;
pub mod syntax;
