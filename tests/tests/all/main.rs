//! The promises that take more than one crate to keep, one file for each.

mod effects;
mod equality;
mod isolation;
mod malformed;
