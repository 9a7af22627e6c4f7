//! Signed messages in the compact form of JWS (RFC 7515), by ES256 alone: header, payload and signature as base64url, with dots
//! between. Whatever names another algorithm is refused, whatever it holds.

use serde::{Deserialize, Serialize};

use crate::{BundleKey, BundleSignature, BundleSigner, KeyError, text};

/// The one algorithm.
const ES256: &str = "ES256";

/// The header of a message that is signed here. One that names extensions (`crit`) or brings a key of its own is not ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// Why a message is not one that the platform signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// It is not a signed message in the compact form.
    #[error("it is not a signed message in the compact form of RFC 7515")]
    Malformed,
    /// Its header is not the platform's: another algorithm, another type, or more than belongs there.
    #[error("its header is not one that the platform writes")]
    Header,
    /// None of the keys given is the one that it names.
    #[error("it names a key that is not among those given")]
    AnotherKey,
    /// The signature does not fit.
    #[error("the signature does not fit")]
    Signature,
}

/// Signs `payload` as a message of the type `typ`.
///
/// # Errors
/// [`KeyError`] from the key service.
pub async fn sign(signer: &dyn BundleSigner, typ: &str, payload: &[u8]) -> Result<String, KeyError> {
    let header = Header {
        alg: ES256.to_owned(),
        kid: signer.public_key().await?.kid(),
        typ: typ.to_owned(),
    };
    let header = serde_json::to_vec(&header).expect("three strings are JSON");
    let input = format!("{}.{}", text::encode(&header), text::encode(payload));
    let signature = signer.sign(input.as_bytes()).await?;
    Ok(format!("{input}.{}", text::encode(signature.as_bytes())))
}

/// A message whose signature nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedMessage {
    header: Header,
    input: String,
    payload: Vec<u8>,
    signature: BundleSignature,
}

impl SignedMessage {
    /// Reads a message of the type `typ`.
    ///
    /// # Errors
    /// [`JwsError::Malformed`], [`JwsError::Header`].
    pub fn read(message: &str, typ: &str) -> Result<Self, JwsError> {
        let mut parts = message.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwsError::Malformed);
        };
        let bytes = |part| text::decode(part).ok_or(JwsError::Malformed);
        let signature = bytes(signature)?.as_slice().try_into();
        let payload_bytes = bytes(payload)?;
        let read: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| JwsError::Header)?;
        if read.alg != ES256 || read.typ != typ {
            return Err(JwsError::Header);
        }
        Ok(Self {
            header: read,
            input: format!("{header}.{payload}"),
            payload: payload_bytes,
            signature: signature.map_err(|_| JwsError::Malformed)?,
        })
    }

    /// The payload, if one of `keys` signed it.
    ///
    /// # Errors
    /// [`JwsError::AnotherKey`], [`JwsError::Signature`].
    pub fn verified(&self, keys: &[BundleKey]) -> Result<&[u8], JwsError> {
        let named = keys.iter().find(|key| key.kid() == self.header.kid);
        named
            .ok_or(JwsError::AnotherKey)?
            .verify(self.input.as_bytes(), &self.signature)
            .map_err(|_| JwsError::Signature)?;
        Ok(&self.payload)
    }

    /// The payload, whoever wrote it.
    #[must_use]
    pub fn unverified(&self) -> &[u8] {
        &self.payload
    }
}
