//! Random numbers that never change: a seed gives the same choices in every version and on every
//! machine, because a data set's seed is part of its description.

use sparring_tree::digest::Hasher;

/// SplitMix64 (Steele, Lea, Flood 2014): a counter that grows by the golden ratio and is mixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(u64);

impl Random {
    /// A stream for a seed and a purpose. Streams of different purposes are independent, so that
    /// one more choice in one place changes no choice elsewhere.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let digest = Hasher::new("sparring random 1").number(seed).bytes(purpose.as_bytes()).finish();
        let [a, b, c, d, e, f, g, h, ..] = digest.0;
        Self(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, each equally likely; 0 for the bound 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = bound as u64;
        if bound == 0 {
            return 0;
        }
        // The numbers below 2^64 mod bound would make small results more likely.
        let reject_below = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.next_u64()) * u128::from(bound);
            if wide as u64 >= reject_below {
                return (wide >> 64) as usize;
            }
        }
    }

    /// Whether something of this probability (0 to 1) happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        // 53 bits fill a float's mantissa exactly.
        ((self.next_u64() >> 11) as f64) / ((1_u64 << 53) as f64) < probability
    }

    /// Puts a slice in random order (Fisher and Yates, from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // The published first outputs for the state 1234567.
        let mut random = Random(1_234_567);
        let outputs: Vec<u64> = (0..3).map(|_| random.next_u64()).collect();
        assert_eq!(outputs, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn choices_are_pinned() {
        let mut items: Vec<u8> = (0..10).collect();
        Random::new(42, "test").shuffle(&mut items);
        assert_eq!(items, [9, 2, 4, 0, 8, 6, 7, 1, 5, 3], "a change of these numbers changes every data set");
        assert_ne!(Random::new(42, "a"), Random::new(42, "b"));
        assert_ne!(Random::new(42, "a"), Random::new(43, "a"));
    }

    #[test]
    fn numbers_below_a_bound_are_even() {
        let mut random = Random::new(0, "even");
        let mut counts = [0; 7];
        for _ in 0..70_000 {
            counts[random.below(7)] += 1;
        }
        assert!(counts.iter().all(|&count| (9_600..10_400).contains(&count)), "{counts:?}");
        assert_eq!((random.below(0), random.below(1)), (0, 0));
        let hits = (0..10_000).filter(|_| random.chance(0.25)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
        assert!((0..100).all(|_| !random.chance(0.0) && random.chance(1.0)));
    }
}
