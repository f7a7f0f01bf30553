//! Chance, and the port through which it enters.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// A stream of random bytes. Take one stream per purpose, so that one more draw for jitter does
/// not shift every id.
pub trait Entropy: Send {
    /// Fills `bytes` with the next bytes of the stream.
    fn fill(&mut self, bytes: &mut [u8]);

    /// The next eight bytes as a number.
    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// A number in `0..bound`. The bias of the modulus is below 2⁻³² for bounds that fit `u32`.
    fn below(&mut self, bound: u32) -> u32 {
        let wide = self.next_u64() % u64::from(bound.max(1));
        u32::try_from(wide).unwrap_or(0)
    }
}

/// The operating system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the OS is asked"
    )]
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has a random number generator");
    }
}

/// A stream that follows from its seed and its purpose alone, on every machine.
pub struct SeededEntropy {
    stream: ChaCha8Rng,
}

impl SeededEntropy {
    /// The stream of `seed` for `purpose`; two purposes of one seed have nothing in common.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&xxhash_rust::xxh3::xxh3_64(purpose.as_bytes()).to_le_bytes());
        Self {
            stream: ChaCha8Rng::from_seed(key),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.stream.fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_follows_from_seed_and_purpose() {
        let draw = |seed, purpose| SeededEntropy::new(seed, purpose).next_u64();
        assert_eq!(draw(1, "ids"), draw(1, "ids"));
        assert_ne!(draw(1, "ids"), draw(1, "jitter"));
        assert_ne!(draw(1, "ids"), draw(2, "ids"));
    }

    #[test]
    fn below_stays_below() {
        let mut entropy = SeededEntropy::new(7, "bound");
        assert!((0..1000).all(|_| entropy.below(3) < 3));
        assert_eq!(entropy.below(1), 0);
    }
}
