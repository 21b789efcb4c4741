//! Where every choice of a generator comes from.

/// A stream of choices: endless from a seed, or as long as a fuzzer's bytes last.
#[derive(Clone, Debug)]
pub struct Choices<'a>(Stream<'a>);

#[derive(Clone, Debug)]
enum Stream<'a> {
    /// SplitMix64 (Steele, Lea, Flood 2014), so that a seed means the same everywhere.
    Seed(u64),
    Bytes(&'a [u8]),
}

impl<'a> Choices<'a> {
    /// Choices that never end and depend on the seed alone.
    pub fn seeded(seed: u64) -> Self {
        Self(Stream::Seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5370_6172_7269_6e67))
    }

    /// Choices that a fuzzer makes. When the bytes are used up, the first option is taken.
    pub fn of_bytes(bytes: &'a [u8]) -> Self {
        Self(Stream::Bytes(bytes))
    }

    /// Whether there is nothing left to choose with. Never for a seed.
    pub fn is_exhausted(&self) -> bool {
        matches!(self.0, Stream::Bytes([]))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        match &mut self.0 {
            Stream::Seed(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut mixed = *state;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                mixed ^ (mixed >> 31)
            }
            Stream::Bytes(bytes) => take(bytes, 8),
        }
    }

    /// A number below `bound`; 0 for the bound 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound < 2 {
            return 0;
        }
        let number = match &mut self.0 {
            Stream::Seed(_) => self.bits(),
            // As few bytes as the choice needs: a fuzzer then changes one thing at a time.
            Stream::Bytes(bytes) => take(bytes, if bound <= 256 { 1 } else { 4 }),
        };
        (number % bound as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Whether something happens `times` in a hundred.
    pub fn percent(&mut self, times: usize) -> bool {
        // Exhausted bytes read as 0, which must not mean "yes, once more" for ever.
        self.below(100) >= 100 - times.min(100)
    }

    /// One of several. The list must not be empty.
    pub fn pick<'t, T: ?Sized>(&mut self, items: &[&'t T]) -> &'t T {
        items[self.below(items.len())]
    }
}

fn take(bytes: &mut &[u8], count: usize) -> u64 {
    let (head, rest) = bytes.split_at(count.min(bytes.len()));
    *bytes = rest;
    head.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_for_ever() {
        let mut choices = Choices::seeded(7);
        let numbers: Vec<usize> = (0..5).map(|_| choices.below(1000)).collect();
        // Recorded traces and regressions name seeds, so these must not change.
        assert_eq!(numbers, [349, 643, 730, 908, 834]);
    }

    #[test]
    fn bytes_run_out_into_the_first_option() {
        let mut choices = Choices::of_bytes(&[5, 200]);
        assert_eq!(choices.below(10), 5);
        assert_eq!(choices.below(256), 200);
        assert!(choices.is_exhausted());
        assert_eq!((choices.below(10), choices.percent(99)), (0, false));
    }
}
