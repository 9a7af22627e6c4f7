//! Bearer tokens: a JWT access token checked as RFC 8725 asks.
//!
//! A token is believed when it is small, when its header names an allowed algorithm and a key that does that
//! algorithm, when the signature is that key's, and when issuer, audience and times are right; [`claims`]
//! has the claims. A handler asks for a permission in its signature, [`Authorized<S>`], and so cannot forget
//! to.

mod authorized;
pub mod claims;
#[cfg(any(test, feature = "issue"))]
pub mod issue;
mod key;
mod source;

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

pub use authorized::{Authorized, Bearer, Scope};
pub use claims::Claims;
pub use key::Algorithm;
pub use source::{KeySource, KeySourceError};

use crate::Clock;
use crate::body::strict_value;

/// A longer token is refused unread. Cognito's are about one KiB.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// Who a token must be meant for.
#[derive(Debug, Clone)]
pub enum Audience {
    /// `aud` must be, or hold, this name (RFC 9068). The local issuer's tokens.
    Claim(String),
    /// Cognito's access tokens: they have no `aud`, but `token_use` `access` and a `client_id` (Cognito
    /// developer guide, "Understanding the access token").
    Cognito(Clients),
}

/// Which of a pool's app clients may call.
#[derive(Debug, Clone)]
pub enum Clients {
    /// Any client of the pool: for a pool that serves this API alone.
    AnyOfThePool,
    /// These clients.
    Only(BTreeSet<String>),
}

/// What a token is checked against.
#[derive(Clone)]
pub struct VerifierConfig {
    /// The one issuer, exactly as in `iss`.
    pub issuer: String,
    /// Who the token must be meant for.
    pub audience: Audience,
    /// The algorithms that are allowed; a key that does another is never used.
    pub algorithms: Vec<Algorithm>,
    /// Where the issuer's keys are.
    pub keys: KeySource,
    /// Taken off the front of each scope that has it, such as `postern/` for a Cognito resource server; may
    /// be empty.
    pub scope_prefix: String,
    /// The time to judge by.
    pub now: Clock,
}

impl fmt::Debug for VerifierConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifierConfig")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Why a token was refused. The reason is for the log; a caller learns only the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The token proves nothing.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// The token's time is over.
    #[error("the token has expired")]
    Expired,
    /// The issuer's keys cannot be had just now, so the token can be neither believed nor refused.
    #[error("the issuer's keys are not available")]
    KeysUnavailable,
}

/// Checks tokens of one issuer.
pub struct Verifier {
    config: VerifierConfig,
    keys: source::Keys,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(formatter)
    }
}

impl Verifier {
    /// A verifier; keys at an address are fetched with the first token.
    ///
    /// # Errors
    /// When the key source cannot be used: see [`KeySourceError`].
    pub fn new(config: VerifierConfig) -> Result<Self, KeySourceError> {
        let keys = source::Keys::new(config.keys.clone())?;
        Ok(Self { config, keys })
    }

    /// Checks a compact JWT and gives what it says.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn verify(&self, token: &str) -> Result<Claims, Refused> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Refused::Invalid("longer than a token may be"));
        }
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Refused::Invalid("not three parts"));
        };
        let header = Header::parse(&object(header)?)?;
        let now = (self.config.now)();
        let keys = self
            .keys
            .holding(&header.key, now)
            .await
            .map_err(|_| Refused::KeysUnavailable)?;
        let key = keys.get(&header.key).ok_or(Refused::Invalid("an unknown key"))?;
        if !self.config.algorithms.contains(&key.algorithm()) || key.algorithm().name() != header.algorithm {
            return Err(Refused::Invalid("another algorithm than the key's"));
        }
        let signed = &token.as_bytes()[..token.len() - signature.len() - 1];
        if !key.verifies(signed, &decode(signature)?) {
            return Err(Refused::Invalid("the signature is not the key's"));
        }
        let expected = claims::Expected {
            issuer: &self.config.issuer,
            audience: &self.config.audience,
            scope_prefix: &self.config.scope_prefix,
        };
        claims::check(&object(payload)?, &expected, now)
    }
}

struct Header {
    algorithm: String,
    key: String,
}

impl Header {
    /// `alg` and `kid` must be there; `typ`, if there, an access token's; `crit` never, since no extension
    /// is understood here. `jwk`, `jku`, `x5u` and their like are not looked at: keys come from the issuer
    /// alone.
    fn parse(header: &Value) -> Result<Self, Refused> {
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        if header.get("crit").is_some() || header.get("b64").is_some() {
            return Err(Refused::Invalid("a critical extension"));
        }
        let kinds = ["jwt", "at+jwt", "application/at+jwt"];
        match header.get("typ") {
            None => {}
            Some(Value::String(kind)) if kinds.contains(&kind.to_ascii_lowercase().as_str()) => {}
            Some(_) => return Err(Refused::Invalid("not an access token")),
        }
        let algorithm = text("alg").ok_or(Refused::Invalid("no algorithm"))?;
        let known = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];
        // Before any key is looked for: a token that could never be good makes no fetch.
        if !known.iter().any(|one| one.name() == algorithm) {
            return Err(Refused::Invalid("an algorithm that is never allowed"));
        }
        let key = text("kid").ok_or(Refused::Invalid("no key id"))?;
        Ok(Self {
            algorithm: algorithm.to_owned(),
            key: key.to_owned(),
        })
    }
}

fn decode(part: &str) -> Result<Vec<u8>, Refused> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Refused::Invalid("not base64url"))
}

fn object(part: &str) -> Result<Value, Refused> {
    strict_value(&decode(part)?)
        .filter(Value::is_object)
        .ok_or(Refused::Invalid("not a JSON object"))
}

#[cfg(test)]
mod tests;
