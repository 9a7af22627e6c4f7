//! Signing tokens with ES256: what the local issuer does for real and the tests of both APIs do for their
//! callers.
//!
//! Behind the feature `issue`, so that no deployed function can sign a token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use secrecy::{ExposeSecret, SecretSlice};
use serde_json::{Value, json};

/// A P-256 key pair with its key id, the RFC 7638 thumbprint.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    pkcs8: SecretSlice<u8>,
    id: String,
    random: SystemRandom,
}

/// A key could not be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
    /// The bytes are no PKCS#8 document of a P-256 key with its public half.
    #[error("the bytes are no PKCS#8 document of a P-256 key pair")]
    NotAKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new key pair.
    ///
    /// # Errors
    /// [`SigningError::Random`].
    pub fn generate() -> Result<Self, SigningError> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| SigningError::Random)?;
        Self::from_pkcs8(document.as_ref().to_vec().into())
    }

    /// The key pair of a PKCS#8 (DER) document.
    ///
    /// # Errors
    /// [`SigningError::NotAKey`].
    pub fn from_pkcs8(pkcs8: SecretSlice<u8>) -> Result<Self, SigningError> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.expose_secret(), &random)
            .map_err(|_| SigningError::NotAKey)?;
        let mut key = Self {
            pair,
            pkcs8,
            id: String::new(),
            random,
        };
        let (x, y) = key.point();
        // RFC 7638: the required members in this order, without space.
        let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        key.id = URL_SAFE_NO_PAD.encode(digest(&SHA256, thumbprint.as_bytes()));
        Ok(key)
    }

    /// The PKCS#8 (DER) document, to keep.
    #[must_use]
    pub fn pkcs8(&self) -> &SecretSlice<u8> {
        &self.pkcs8
    }

    /// The key id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The JWKS with the public half: what an issuer publishes and a [`Verifier`](super::Verifier) takes.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let (x, y) = self.point();
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": x, "y": y,
        }]})
    }

    /// An access token (`typ` `at+jwt`) with these claims.
    ///
    /// # Errors
    /// [`SigningError::Random`].
    pub fn sign(&self, claims: &Value) -> Result<String, SigningError> {
        self.sign_with(&json!({"alg": "ES256", "typ": "at+jwt", "kid": self.id}), claims)
    }

    /// A token with a header of the caller's making, for tests of tokens that must be refused.
    ///
    /// # Errors
    /// [`SigningError::Random`].
    pub fn sign_with(&self, header: &Value, claims: &Value) -> Result<String, SigningError> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let input = format!("{}.{}", part(header), part(claims));
        let signature = self
            .pair
            .sign(&self.random, input.as_bytes())
            .map_err(|_| SigningError::Random)?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn point(&self) -> (String, String) {
        // SEC 1, 2.3.3: the byte 4, then x and y of 32 bytes each.
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y))
    }
}
