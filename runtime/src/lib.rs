//! Source, image, engine, session, step, effect, rollout and dataset.

pub mod engine;
pub mod image;
pub mod source;
