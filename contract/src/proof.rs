//! What a driver shows for having been there: who, where, when, and a photo that the carrier keeps.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Invalid,
    place::Fix,
    text::{DriverRef, PhotoRef},
};

/// SHA-256 of a file, as 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9a-f]{64}$"))]
pub struct FileDigest(String);

impl From<FileDigest> for String {
    fn from(digest: FileDigest) -> Self {
        digest.0
    }
}

impl TryFrom<String> for FileDigest {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        if text.len() == 64 && text.bytes().all(digit) {
            Ok(Self(text))
        } else {
            Err(Invalid::new("sha256", "64 lower-case hexadecimal digits"))
        }
    }
}

/// A photo that the carrier keeps: its name there, and the digest by which it can be told from any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Photo {
    /// The carrier's name for it.
    pub reference: PhotoRef,
    /// SHA-256 of its bytes.
    pub sha256: FileDigest,
}

/// What the driver's handheld recorded when the parcels were put down, or taken out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofOfDrop {
    /// Who: the driver who opened.
    pub driver: DriverRef,
    /// Where the handheld was.
    pub position: Fix,
    /// When, by the handheld's clock.
    pub taken_at: Timestamp,
    /// The photo, where one was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Photo>,
}

/// The same as the log keeps it: a distance in the place of coordinates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RecordedProof {
    /// Who.
    pub driver: DriverRef,
    /// How far from the door the handheld was, in whole metres.
    pub distance_m: u32,
    /// How sure it was, in whole metres.
    pub accuracy_m: u32,
    /// When, by the handheld's clock.
    pub taken_at: Timestamp,
    /// The photo, where one was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<Photo>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_64_lower_case_hexadecimal_digits_and_nothing_else() {
        for (text, taken) in [
            ("ab".repeat(32), true),
            ("AB".repeat(32), false),
            ("ab".repeat(31), false),
            ("zz".repeat(32), false),
        ] {
            assert_eq!(FileDigest::try_from(text.clone()).is_ok(), taken, "{text}");
        }
    }
}
