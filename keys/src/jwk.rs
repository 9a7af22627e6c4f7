//! The public keys as a JWK set (RFC 7517): what `GET /v1/signing-keys` answers and whoever checks a signature reads.

use ring::digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{BundleKey, PublicKey, text};

/// The keys that the platform signs by. A reader skips keys of kinds that it does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// A public key for signatures (RFC 7517; RFC 8037 for Ed25519). What is missing in a key of somebody else's set is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Jwk {
    /// The kind of key: `OKP` for Ed25519, `EC` for P-256.
    #[serde(default)]
    pub kty: String,
    /// The curve.
    #[serde(default)]
    pub crv: String,
    /// The algorithm that it is for: `EdDSA` or `ES256`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alg: String,
    /// What it is for: `sig`.
    #[serde(default, rename = "use", skip_serializing_if = "String::is_empty")]
    pub usage: String,
    /// Its name: its thumbprint (RFC 7638).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kid: String,
    /// The key, or the first coordinate of its point, as base64url.
    #[serde(default)]
    pub x: String,
    /// The second coordinate, for keys that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

impl JwkSet {
    /// The key that the logs are signed by, and the one that bundles are.
    #[must_use]
    pub fn of(logs: PublicKey, bundles: BundleKey) -> Self {
        Self {
            keys: vec![logs.into(), bundles.into()],
        }
    }

    /// The keys among these by which logs are signed: several while one takes another's place.
    #[must_use]
    pub fn of_logs(&self) -> Vec<PublicKey> {
        let ours = self.keys.iter().filter(|key| key.crv == "Ed25519");
        ours.filter_map(|key| PublicKey::try_from(key.x.clone()).ok())
            .collect()
    }

    /// The keys among these by which bundles are signed.
    #[must_use]
    pub fn of_bundles(&self) -> Vec<BundleKey> {
        let ours = self.keys.iter().filter(|key| key.crv == "P-256");
        ours.filter_map(|key| BundleKey::from_coordinates(&key.x, key.y.as_deref()?).ok())
            .collect()
    }
}

impl From<PublicKey> for Jwk {
    fn from(key: PublicKey) -> Self {
        let x = String::from(key);
        Self {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            alg: "EdDSA".to_owned(),
            usage: "sig".to_owned(),
            kid: thumbprint(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)),
            x,
            y: None,
        }
    }
}

impl From<BundleKey> for Jwk {
    fn from(key: BundleKey) -> Self {
        let (x, y) = key.coordinates();
        Self {
            kty: "EC".to_owned(),
            crv: "P-256".to_owned(),
            alg: "ES256".to_owned(),
            usage: "sig".to_owned(),
            kid: key.kid(),
            x,
            y: Some(y),
        }
    }
}

impl BundleKey {
    /// The key's name: its thumbprint (RFC 7638).
    #[must_use]
    pub fn kid(&self) -> String {
        let (x, y) = self.coordinates();
        thumbprint(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#))
    }
}

/// The members that make a key, in the order of their names and without spaces, hashed (RFC 7638, 3).
fn thumbprint(members: &str) -> String {
    text::encode(digest::digest(&digest::SHA256, members.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ed25519_key_has_the_thumbprint_that_rfc_8037_shows() {
        let key = PublicKey::try_from("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned()).unwrap();
        let jwk = Jwk::from(key);
        assert_eq!(jwk.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn a_p256_key_is_read_from_its_coordinates_and_told_by_them_again() {
        // The key of RFC 7515, A.3.
        let (x, y) = (
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        );
        let key = BundleKey::from_coordinates(x, y).unwrap();
        assert_eq!(key.coordinates(), (x.to_owned(), y.to_owned()));
        assert!(
            BundleKey::from_coordinates(y, x).is_err(),
            "no point of the curve"
        );
        assert!(BundleKey::from_coordinates(x, "AA").is_err());
    }

    #[test]
    fn keys_of_other_kinds_are_skipped() {
        let set = r#"{ "keys": [{ "kty": "RSA", "n": "AA", "e": "AQAB" }, { "kty": "EC", "crv": "P-256", "x": "AA" }] }"#;
        let set: JwkSet = serde_json::from_str(set).unwrap();
        assert!(set.of_logs().is_empty() && set.of_bundles().is_empty());
    }
}
