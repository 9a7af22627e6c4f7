//! The signing port: Ed25519 signatures of short statements, and their verification without any port.

use std::fmt;

use async_trait::async_trait;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::{KeyError, text};

/// The longest message that is signed, in bytes: KMS takes no longer `RAW` message
/// (<https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html>). Sign a statement that holds a digest.
pub const MAX_MESSAGE_BYTES: usize = 4096;

/// Signs short statements with one Ed25519 key (RFC 8032, pure).
///
/// An implementation MUST give a signature that [`verify`] accepts under the key from [`Self::public_key`], and MUST
/// refuse a message above [`MAX_MESSAGE_BYTES`], also where it could sign it, so that no life does what another can't.
#[async_trait]
pub trait Signer: Send + Sync {
    /// Signs `message`.
    ///
    /// # Errors
    /// [`KeyError::TooLong`]; [`KeyError::Unavailable`] and [`KeyError::Refused`] from a key service.
    async fn sign(&self, message: &[u8]) -> Result<Signature, KeyError>;

    /// The key that verifies, asked for once and kept.
    ///
    /// # Errors
    /// [`KeyError::Unavailable`] and [`KeyError::Refused`] from a key service.
    async fn public_key(&self) -> Result<PublicKey, KeyError>;
}

/// Checks that `signature` is `key`'s signature of `message`.
///
/// # Errors
/// [`KeyError::BadSignature`] if it is not.
pub fn verify(key: &PublicKey, message: &[u8], signature: &Signature) -> Result<(), KeyError> {
    UnparsedPublicKey::new(&ED25519, key.0)
        .verify(message, &signature.0)
        .map_err(|ring::error::Unspecified| KeyError::BadSignature)
}

/// An Ed25519 signature, 64 bytes; as text base64url.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Signature([u8; 64]);

/// An Ed25519 public key, 32 bytes; as text base64url.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PublicKey([u8; 32]);

macro_rules! fixed_bytes {
    ($name:ident, $length:literal, $what:literal) => {
        impl $name {
            /// The raw bytes.
            pub fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl From<[u8; $length]> for $name {
            fn from(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = KeyError;

            fn try_from(bytes: &[u8]) -> Result<Self, KeyError> {
                bytes
                    .try_into()
                    .map(Self)
                    .map_err(|_| KeyError::Malformed { what: $what })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&text::encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = KeyError;

            fn try_from(value: String) -> Result<Self, KeyError> {
                text::decode(&value)
                    .ok_or(KeyError::Malformed { what: $what })?
                    .as_slice()
                    .try_into()
            }
        }
    };
}

fixed_bytes!(Signature, 64, "Ed25519 signature");
fixed_bytes!(PublicKey, 32, "Ed25519 public key");

/// Refuses a message above [`MAX_MESSAGE_BYTES`].
pub(crate) fn check_message(message: &[u8]) -> Result<(), KeyError> {
    if message.len() > MAX_MESSAGE_BYTES {
        return Err(KeyError::TooLong {
            what: "message to sign",
            length: message.len(),
            limit: MAX_MESSAGE_BYTES,
        });
    }
    Ok(())
}
