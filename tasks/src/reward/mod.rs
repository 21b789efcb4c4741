//! Rewards as pure functions of what a rollout left behind, named after what they measure; each
//! says which published system uses it and with which constants.

pub mod difflib;
