//! Rewards as pure functions of what a rollout left behind, named after what they measure; each
//! says which published system uses it and with which constants.

pub mod difflib;
pub mod group;
pub mod localization;
pub mod matrix;
pub mod repeat;
pub mod shaping;
pub mod swe_rl;
pub mod tests_map;
pub mod vote;
