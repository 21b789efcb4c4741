//! The promises that take more than one crate to keep, one file for each.

mod demo;
mod effects;
mod equality;
mod formats;
mod hostile;
mod ingestion;
mod isolation;
mod limits;
mod malformed;
mod python_source;
mod resolution;
mod resume;
mod session_memory;
mod session_protocol;
