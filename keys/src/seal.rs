//! The sealing port: secrets in, opaque blobs out, bound to a context.

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use secrecy::SecretSlice;
use serde::{Deserialize, Serialize};

use crate::{KeyError, text};

/// The longest plaintext that is sealed in one piece, in bytes. A vendor's token blob is about 4 KB.
pub const MAX_PLAINTEXT_BYTES: usize = 64 * 1024;

/// What an implementation adds to a plaintext at most, in bytes: version, wrapped key, nonce, tag.
const MAX_OVERHEAD_BYTES: usize = 8 * 1024;

/// Seals secrets, and opens what it sealed.
///
/// An implementation MUST bind the context, so that a blob moved from one link to another does not open; MUST give
/// [`KeyError::DoesNotOpen`] for a blob that was changed in any byte, sealed by another key, or sealed under another
/// context; and MUST give two different blobs for the same plaintext sealed twice.
#[async_trait]
pub trait Sealer: Send + Sync {
    /// Seals `plaintext` under `context`.
    ///
    /// # Errors
    /// [`KeyError::TooLong`] above [`MAX_PLAINTEXT_BYTES`]; [`KeyError::Unavailable`] and [`KeyError::Refused`] from
    /// a key service; [`KeyError::NoEntropy`].
    async fn seal(&self, plaintext: &[u8], context: &SealContext) -> Result<Sealed, KeyError>;

    /// Opens `sealed`, which must have been sealed under the same `context`.
    ///
    /// # Errors
    /// [`KeyError::DoesNotOpen`]; [`KeyError::Unavailable`] and [`KeyError::Refused`] from a key service.
    async fn open(&self, sealed: &Sealed, context: &SealContext) -> Result<SecretSlice<u8>, KeyError>;
}

/// What a sealed blob is bound to: names and values that are not secret, such as the vendor and the link.
///
/// On AWS it is the KMS encryption context, so it appears in CloudTrail and can stand in a policy's condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealContext(BTreeMap<String, String>);

impl SealContext {
    /// A context of these names and values; the order does not matter.
    pub fn new<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }

    /// The context of a vendor's credentials for one link.
    pub fn for_link(vendor: &str, link: &str) -> Self {
        Self::new([("vendor", vendor), ("link", link)])
    }

    /// The context of a secret setting of a vendor's adapter.
    pub fn for_setting(vendor: &str, setting: &str) -> Self {
        Self::new([("vendor", vendor), ("setting", setting)])
    }

    /// The context of one delivery's one-time code.
    pub fn for_delivery(delivery: &str) -> Self {
        Self::new([("delivery", delivery)])
    }

    /// The context of a secret that signs what one webhook endpoint of a carrier is told.
    pub fn for_webhook(carrier: &str, webhook: &str) -> Self {
        Self::new([("carrier", carrier), ("webhook", webhook)])
    }

    /// The names and values, in the order of the names.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// One unambiguous byte string for the context: each part behind its length.
    pub(crate) fn canonical_bytes(&self) -> Vec<u8> {
        let mut bytes = b"postern seal context v1".to_vec();
        for part in self.0.iter().flat_map(|(key, value)| [key, value]) {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

/// A sealed secret: opaque bytes, safe to store. As text it is base64url; its `Debug` tells only the length.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Takes bytes that [`Self::as_bytes`] gave.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl From<Sealed> for String {
    fn from(sealed: Sealed) -> Self {
        text::encode(&sealed.0)
    }
}

impl TryFrom<String> for Sealed {
    type Error = KeyError;

    fn try_from(value: String) -> Result<Self, KeyError> {
        let limit = (MAX_PLAINTEXT_BYTES + MAX_OVERHEAD_BYTES) / 3 * 4;
        if value.len() > limit {
            return Err(KeyError::TooLong {
                what: "sealed blob",
                length: value.len(),
                limit,
            });
        }
        text::decode(&value)
            .map(Self)
            .ok_or(KeyError::Malformed { what: "sealed blob" })
    }
}

/// Refuses a plaintext above [`MAX_PLAINTEXT_BYTES`].
pub(crate) fn check_plaintext(plaintext: &[u8]) -> Result<(), KeyError> {
    if plaintext.len() > MAX_PLAINTEXT_BYTES {
        return Err(KeyError::TooLong {
            what: "secret",
            length: plaintext.len(),
            limit: MAX_PLAINTEXT_BYTES,
        });
    }
    Ok(())
}
