//! `rand`: the C library's `random`, so that a seed gives the numbers that it gives on Linux.

/// Words of the generator's state.
const WORDS: usize = 31;
/// Numbers that are thrown away after seeding.
const WARM_UP: usize = 10 * WORDS;
/// Distance of the two words that are added.
const DISTANCE: usize = 3;
/// The largest number it gives.
const LARGEST: f64 = 2_147_483_647.0;

/// An additive feedback generator.
#[derive(Debug)]
pub(super) struct Random {
    words: [u32; WORDS],
    at: usize,
}

impl Random {
    /// Seeded as by `srandom`.
    pub(super) fn new(seed: u32) -> Self {
        let mut words = [0; WORDS];
        let mut word = if seed == 0 { 1 } else { i64::from(seed as i32) };
        for place in &mut words {
            *place = word as u32;
            // What a signed 32-bit division leaves is made positive.
            word = 16807 * word % 2_147_483_647;
            if word < 0 {
                word += 2_147_483_647;
            }
        }
        let mut random = Self { words, at: DISTANCE };
        for _ in 0..WARM_UP {
            random.step();
        }
        random
    }

    fn step(&mut self) -> u32 {
        let other = self.words.get((self.at + WORDS - DISTANCE) % WORDS).copied().unwrap_or_default();
        let Some(word) = self.words.get_mut(self.at) else { return 0 };
        *word = word.wrapping_add(other);
        let result = *word >> 1;
        self.at = (self.at + 1) % WORDS;
        result
    }

    /// The next number from 0 to 1.
    pub(super) fn next(&mut self) -> f64 {
        f64::from(self.step()) / LARGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_numbers_of_the_c_library() {
        let mut random = Random::new(1);
        let shown: Vec<String> = (0..3).map(|_| format!("{:.6}", random.next())).collect();
        assert_eq!(shown, ["0.840188", "0.394383", "0.783099"]);
    }
}
