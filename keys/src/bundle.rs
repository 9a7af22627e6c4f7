//! The second signing port: ES256 signatures (ECDSA on P-256 with SHA-256), for messages of any length.
//!
//! KMS signs no Ed25519 message above 4096 bytes, and offers no pre-hashed form that JOSE knows. ECDSA signs a digest, so a whole
//! evidence bundle can be signed, and every JOSE library can check it.

use std::fmt;

use async_trait::async_trait;
use p256::ecdsa::{self, VerifyingKey, signature::hazmat::PrehashVerifier};
use ring::digest;

use crate::{KeyError, text};

/// Signs messages with one P-256 key, as ES256 has it (RFC 7518, 3.4).
///
/// An implementation MUST give a signature that [`BundleKey::verify`] accepts under the key from [`Self::public_key`].
#[async_trait]
pub trait BundleSigner: Send + Sync {
    /// Signs `message`.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`] and [`KeyError::Refused`] from a key service.
    async fn sign(&self, message: &[u8]) -> Result<BundleSignature, KeyError>;

    /// The key that verifies, asked for once and kept.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`] and [`KeyError::Refused`] from a key service.
    async fn public_key(&self) -> Result<BundleKey, KeyError>;
}

/// An ES256 signature: `r` and `s`, 32 bytes each; as text base64url.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BundleSignature([u8; 64]);

impl BundleSignature {
    /// The raw bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl From<[u8; 64]> for BundleSignature {
    fn from(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
}

impl TryFrom<&[u8]> for BundleSignature {
    type Error = KeyError;

    fn try_from(bytes: &[u8]) -> Result<Self, KeyError> {
        let what = "ES256 signature";
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| KeyError::Malformed { what })
    }
}

impl fmt::Debug for BundleSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BundleSignature({})", text::encode(&self.0))
    }
}

/// A P-256 public key: a point of the curve.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BundleKey(VerifyingKey);

impl BundleKey {
    /// The key with these coordinates.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] if they are not 32 bytes of base64url each, or no point of the curve.
    pub fn from_coordinates(x: &str, y: &str) -> Result<Self, KeyError> {
        let malformed = || KeyError::Malformed {
            what: "P-256 public key",
        };
        let coordinate = |text| text::decode(text).filter(|bytes| bytes.len() == 32);
        let (x, y) = (coordinate(x), coordinate(y));
        let (x, y) = x.zip(y).ok_or_else(malformed)?;
        let point = [&[0x04][..], &x, &y].concat();
        VerifyingKey::from_sec1_bytes(&point)
            .map(Self)
            .map_err(|_| malformed())
    }

    /// The coordinates x and y, each as base64url of 32 bytes.
    #[must_use]
    pub fn coordinates(&self) -> (String, String) {
        let point = self.0.to_encoded_point(false);
        // An uncompressed point is one byte, then x, then y.
        let (x, y) = point.as_bytes()[1..].split_at(32);
        (text::encode(x), text::encode(y))
    }

    /// Checks that `signature` is this key's signature of `message`.
    ///
    /// # Errors
    /// [`KeyError::BadSignature`] if it is not.
    pub fn verify(&self, message: &[u8], signature: &BundleSignature) -> Result<(), KeyError> {
        let signature = ecdsa::Signature::from_slice(&signature.0).map_err(|_| KeyError::BadSignature)?;
        self.0
            .verify_prehash(sha256(message).as_ref(), &signature)
            .map_err(|_| KeyError::BadSignature)
    }

    pub(crate) const fn from_verifying(key: VerifyingKey) -> Self {
        Self(key)
    }
}

impl fmt::Debug for BundleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (x, y) = self.coordinates();
        write!(f, "BundleKey({x}, {y})")
    }
}

/// The digest that is signed.
pub(crate) fn sha256(message: &[u8]) -> digest::Digest {
    digest::digest(&digest::SHA256, message)
}
