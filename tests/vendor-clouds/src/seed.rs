//! Everything that looks random comes from one number, so that a run can be repeated.
//!
//! A [`Stream`] is SHA-256 in counter mode over the seed and a label. It can be stored half-way and goes on where it
//! was. It is fit for a simulator and for nothing else: whoever knows the seed knows every token.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The number from which ids, serial numbers, tokens and jitter follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

/// A repeatable stream of values for one purpose.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stream {
    seed: Seed,
    label: String,
    drawn: u64,
}

impl Stream {
    /// The stream that `seed` gives for the purpose named by `label`.
    #[must_use]
    pub fn new(seed: Seed, label: &str) -> Self {
        Self {
            seed,
            label: label.to_owned(),
            drawn: 0,
        }
    }

    /// The next 32 bytes.
    pub fn block(&mut self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.seed.0.to_be_bytes());
        hash.update(self.drawn.to_be_bytes());
        hash.update(self.label.as_bytes());
        self.drawn += 1;
        hash.finalize().into()
    }

    /// A number from 0 to `most`, both included.
    pub fn up_to(&mut self, most: u64) -> u64 {
        let block = self.block();
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&block[..8]);
        let drawn = u64::from_be_bytes(bytes);
        most.checked_add(1).map_or(drawn, |range| drawn % range)
    }

    /// Lower-case hexadecimal text of `length` characters (at most 64).
    pub fn hex(&mut self, length: usize) -> String {
        let mut text = hex::encode(self.block());
        text.truncate(length);
        text
    }

    /// A UUID of version 4 in shape.
    pub fn uuid(&mut self) -> String {
        let text = self.hex(32);
        let (a, b, c, d) = (&text[..8], &text[8..12], &text[13..16], &text[17..20]);
        format!("{a}-{b}-4{c}-8{d}-{}", &text[20..32])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_label_give_the_same_values_and_others_do_not() {
        let mut one = Stream::new(Seed(7), "serials");
        let mut same = Stream::new(Seed(7), "serials");
        let mut other = Stream::new(Seed(7), "tokens");
        let drawn = (one.hex(12), one.uuid());
        assert_eq!(drawn, (same.hex(12), same.uuid()));
        assert_ne!(drawn, (other.hex(12), other.uuid()));
    }

    #[test]
    fn a_stored_stream_goes_on_where_it_was() {
        let mut stream = Stream::new(Seed(1), "x");
        stream.block();
        let stored = serde_json::to_string(&stream).unwrap();
        let mut restored: Stream = serde_json::from_str(&stored).unwrap();
        assert_eq!(stream.block(), restored.block());
    }

    #[test]
    fn a_uuid_has_the_shape_of_one() {
        let uuid = Stream::new(Seed(3), "ids").uuid();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(uuid.as_bytes()[14], b'4');
    }
}
