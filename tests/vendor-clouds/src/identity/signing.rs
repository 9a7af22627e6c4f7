//! The key that signs access tokens, and the shape of such a token: myQ's.

use std::fmt;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p256::SecretKey;
use p256::pkcs8::{EncodePrivateKey, LineEnding};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Grant;
use crate::error::CloudError;
use crate::seed::{Seed, Stream};

/// A P-256 key. myQ signs with RS256; ES256 differs only in the header and the length, and no client looks.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct SigningKey(String);

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey(***)")
    }
}

/// The claims of an access token, in the order in which a real one has them.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    nbf: i64,
    iat: i64,
    exp: i64,
    aud: [String; 2],
    scope: Vec<&'a str>,
    amr: [&'static str; 1],
    client_id: &'a str,
    sub: &'a str,
    auth_time: i64,
    idp: &'static str,
    sid: String,
    jti: String,
}

impl SigningKey {
    /// The key that follows from this seed.
    #[must_use]
    pub(super) fn from_seed(seed: Seed) -> Self {
        let mut stream = Stream::new(seed, "signing key");
        loop {
            // All but one in 2^32 blocks are a valid scalar.
            let scalar = stream.block();
            if SecretKey::from_slice(&scalar).is_ok() {
                return Self(hex::encode(scalar));
            }
        }
    }

    /// Signs an access token for `user_id`.
    ///
    /// # Errors
    /// When the key in a snapshot is damaged.
    pub(super) fn sign(
        &self,
        issuer: &str,
        grant: &Grant,
        user_id: &str,
        (issued, until): (Timestamp, Timestamp),
        ids: &mut Stream,
    ) -> Result<SecretString, CloudError> {
        let issued = issued.as_second();
        let claims = Claims {
            iss: issuer,
            nbf: issued,
            iat: issued,
            exp: until.as_second(),
            aud: ["MyQ_Residential".to_owned(), format!("{issuer}/resources")],
            scope: grant.scope.split_whitespace().collect(),
            amr: ["pwd"],
            client_id: &grant.client_id,
            sub: user_id,
            auth_time: issued,
            idp: "local",
            sid: ids.hex(32).to_uppercase(),
            jti: ids.hex(32).to_uppercase(),
        };
        let header = Header {
            kid: Some("postern-simulator".to_owned()),
            ..Header::new(Algorithm::ES256)
        };
        let token = jsonwebtoken::encode(&header, &claims, &self.encoding_key()?).map_err(signing)?;
        Ok(SecretString::from(token))
    }

    /// A value that only the holder of the key can make of `text`.
    pub(super) fn derive(&self, text: &str) -> String {
        hex::encode(Sha256::new().chain_update(&self.0).chain_update(text).finalize())
    }

    fn encoding_key(&self) -> Result<EncodingKey, CloudError> {
        let scalar = hex::decode(&self.0).map_err(signing)?;
        let pem = SecretKey::from_slice(&scalar)
            .map_err(signing)?
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(signing)?;
        EncodingKey::from_ec_pem(pem.as_bytes()).map_err(signing)
    }
}

fn signing(source: impl std::error::Error + Send + Sync + 'static) -> CloudError {
    CloudError::Signing(Box::new(source))
}
