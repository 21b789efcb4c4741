//! Source, image, engine, session, step, effect, rollout and dataset.

pub mod batch;
pub mod dataset;
pub mod effect;
pub mod engine;
pub mod image;
pub mod rollout;
pub mod session;
pub mod source;
