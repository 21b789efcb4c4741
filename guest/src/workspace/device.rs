//! The devices of `/dev` that commands read or write: what they give is the same in every session.

/// How much of an endless device a reader gets that asks for everything. It would read for ever;
/// see [`crate::machine::Streams::note_endless`].
pub(crate) const ENDLESS_BYTES: usize = 256 << 10;

/// A character device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// `/dev/null`: empty.
    Null,
    /// `/dev/random`: as [`Device::Urandom`].
    Random,
    /// `/dev/urandom`: numbers that look random, the same ones in every step.
    Urandom,
    /// `/dev/zero`: zero bytes without end.
    Zero,
}

impl Device {
    /// All of them, sorted by name.
    pub(super) const ALL: [Self; 4] = [Self::Null, Self::Random, Self::Urandom, Self::Zero];

    /// Its name in `/dev`.
    pub const fn name(self) -> &'static [u8] {
        match self {
            Self::Null => b"null",
            Self::Random => b"random",
            Self::Urandom => b"urandom",
            Self::Zero => b"zero",
        }
    }

    /// Its minor number, as `ls -l` and `stat` print it; the major one is 1.
    pub const fn minor(self) -> u32 {
        match self {
            Self::Null => 3,
            Self::Zero => 5,
            Self::Random => 8,
            Self::Urandom => 9,
        }
    }

    /// The device at a path, without the leading `/`.
    pub(crate) fn at(path: &[u8]) -> Option<Self> {
        let name = path.strip_prefix(b"dev/")?;
        Self::ALL.into_iter().find(|device| device.name() == name)
    }

    /// Whether it gives bytes without end.
    pub fn is_endless(self) -> bool {
        self != Self::Null
    }

    /// The first `length` bytes that it gives; `reads` is how often devices were read before.
    pub(super) fn bytes(self, length: usize, reads: u64) -> Vec<u8> {
        match self {
            Self::Null => Vec::new(),
            Self::Zero => vec![0; length],
            Self::Random | Self::Urandom => {
                let mut bytes = Vec::with_capacity(length + 8);
                let mut state = reads;
                while bytes.len() < length {
                    bytes.extend_from_slice(&split_mix(&mut state).to_le_bytes());
                }
                bytes.truncate(length);
                bytes
            }
        }
    }
}

/// The generator SplitMix64 of Steele, Lea and Flood; neighbouring states give unlike numbers.
fn split_mix(state: &mut u64) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    // Streams of different reads start far apart.
    *state = state.wrapping_add(STEP).rotate_left(1);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_give_what_is_asked_for() {
        assert_eq!(Device::at(b"dev/zero").map(|device| device.bytes(3, 0)), Some(vec![0; 3]));
        assert_eq!(Device::at(b"dev/sda"), None);
        let bytes = Device::Urandom.bytes(1001, 0);
        assert_eq!((bytes.len(), &bytes), (1001, &Device::Random.bytes(1001, 0)));
        assert_ne!(bytes, Device::Urandom.bytes(1001, 1));
        let mut seen = [false; 256];
        bytes.iter().for_each(|byte| seen[usize::from(*byte)] = true);
        assert!(seen.iter().filter(|seen| **seen).count() > 200);
    }
}
