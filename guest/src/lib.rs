//! The simulated tools: one pure function from image, state and call to observation.

pub mod budget;
pub mod limits;

/// How much of the step's arena is in use. Natively there is no arena and the answer is 0.
pub mod arena {
    /// Bytes in use.
    pub fn used() -> u64 {
        0
    }
}
