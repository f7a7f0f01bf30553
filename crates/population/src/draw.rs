//! Chance without state: every draw follows from the seed, what it is for, and a number.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Hashes its three parts. Two purposes of one seed have nothing in common.
pub(crate) fn mix(seed: u64, purpose: &str, number: u64) -> u64 {
    let stream = xxh3_64_with_seed(purpose.as_bytes(), seed);
    xxh3_64_with_seed(&number.to_le_bytes(), stream)
}

/// The draws that belong to one index of one kind. Their order does not matter: a draw is named,
/// so one more attribute does not shift the others.
#[derive(Clone, Copy)]
pub(crate) struct Draws {
    base: u64,
}

impl Draws {
    pub(crate) fn new(seed: u64, kind: &str, index: u32) -> Self {
        Self {
            base: mix(seed, kind, u64::from(index)),
        }
    }

    /// A number in `0..bound`, or 0 where the bound is 0.
    pub(crate) fn below(self, purpose: &str, bound: u32) -> u32 {
        let wide = mix(self.base, purpose, 0) % u64::from(bound.max(1));
        u32::try_from(wide).expect("a remainder is below its 32-bit bound")
    }

    /// Whether an event of this many in a hundred happens.
    pub(crate) fn percent(self, purpose: &str, share: u32) -> bool {
        self.below(purpose, 100) < share
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<T: Copy>(self, purpose: &str, list: &[T]) -> T {
        let bound = u32::try_from(list.len()).expect("lists here are written by hand");
        list[self.below(purpose, bound) as usize]
    }
}
