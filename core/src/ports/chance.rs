//! Randomness, as a port: ids and one-time codes are minted from it, and a simulation hands in a seeded one.

use ring::rand::{SecureRandom, SystemRandom};

/// Gives random bytes.
///
/// An implementation that runs in production MUST be cryptographically secure: one-time codes come from it.
pub trait Chance: Send + Sync {
    /// 32 random bytes.
    fn bytes(&self) -> [u8; 32];

    /// A random number, for ids and jitter.
    fn number(&self) -> u128 {
        let bytes = self.bytes();
        let mut half = [0_u8; 16];
        half.copy_from_slice(&bytes[..16]);
        u128::from_be_bytes(half)
    }
}

/// The operating system's random numbers.
#[derive(Debug, Clone)]
pub struct SystemChance(SystemRandom);

impl Default for SystemChance {
    fn default() -> Self {
        Self(SystemRandom::new())
    }
}

impl Chance for SystemChance {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0
            .fill(&mut bytes)
            .expect("the operating system has random numbers once it has started");
        bytes
    }
}
