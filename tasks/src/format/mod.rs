//! Rows and trajectories of other systems, read and written without loss: what a format has beyond the fields that
//! are understood here is kept and written back.

pub mod difference;
pub mod instance;
pub mod loss;
pub mod prediction;
pub mod rows;
pub mod trajectory;
