//! Public keys from a JWKS (RFC 7517), and the one thing done with them: checking a signature.
//!
//! The algorithm belongs to the key, never to the token (RFC 8725, 3.1): a key of the set can do exactly
//! one, and a token that names another is refused before any arithmetic. There is no code here for `none` or
//! for HMAC.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value;

/// More keys than this in one set are not looked at. Issuers publish two or three.
const KEYS_MAX: usize = 32;

/// The signature algorithms that can be allowed. All are asymmetric; there is no way to name another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5 with SHA-256, 2048 bits or more. What Cognito signs with.
    Rs256,
    /// ECDSA on P-256 with SHA-256. What the local issuer signs with.
    Es256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// The name in a token's `alg`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// The usable keys of a JWKS.
#[derive(Debug, Default)]
pub(crate) struct KeySet(Vec<PublicKey>);

/// One key, its id, and what it can verify.
#[derive(Debug)]
pub(crate) struct PublicKey {
    id: String,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl KeySet {
    /// The keys of a JWKS document that are for signatures and of a kind we know; others are passed over, as
    /// RFC 7517, 5 asks. `None` when the document is no JWKS.
    pub(crate) fn parse(document: &Value) -> Option<Self> {
        let keys = document.get("keys")?.as_array()?;
        Some(Self(
            keys.iter().take(KEYS_MAX).filter_map(PublicKey::parse).collect(),
        ))
    }

    pub(crate) fn get(&self, id: &str) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.id == id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PublicKey {
    fn parse(jwk: &Value) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let material = match (text("kty")?, text("crv")) {
            ("RSA", _) => Material::Rsa {
                n: bytes("n")?,
                e: bytes("e")?,
            },
            ("EC", Some("P-256")) => {
                let (x, y) = (bytes("x")?, bytes("y")?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                Material::P256([&[4], x.as_slice(), &y].concat())
            }
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes("x").filter(|x| x.len() == 32)?),
            _ => return None,
        };
        let key = Self {
            id: text("kid")?.to_owned(),
            material,
        };
        // A key that says which algorithm it is for is used for no other.
        text("alg")
            .is_none_or(|name| name == key.algorithm().name())
            .then_some(key)
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Rsa { .. } => Algorithm::Rs256,
            Material::P256(_) => Algorithm::Es256,
            Material::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Whether the signature over the message is this key's.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match &self.material {
            Material::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            Material::P256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            Material::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
        };
        checked.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The examples of RFC 7515 (A.2, A.3) and RFC 8037 (A.4): a key, a signing input, its signature.
    fn examples() -> [(Value, &'static str, &'static str, Algorithm); 3] {
        let payload =
            "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let rsa = format!("eyJhbGciOiJSUzI1NiJ9.{payload}").leak();
        let ec = format!("eyJhbGciOiJFUzI1NiJ9.{payload}").leak();
        [
            (
                json!({"kty": "RSA", "kid": "k", "e": "AQAB",
                    "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0\
                          Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5r\
                          exMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvU\
                          K-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}),
                rsa,
                "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdb\
                 F9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383Lc\
                 OLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtV\
                 rBp0igcN_IoypGlUPQGe77Rw",
                Algorithm::Rs256,
            ),
            (
                json!({"kty": "EC", "crv": "P-256", "kid": "k", "use": "sig", "alg": "ES256",
                    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}),
                ec,
                "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
                Algorithm::Es256,
            ),
            (
                json!({"kty": "OKP", "crv": "Ed25519", "kid": "k",
                    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
                "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
                "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
                Algorithm::EdDsa,
            ),
        ]
    }

    fn only(jwk: Value) -> Option<PublicKey> {
        KeySet::parse(&json!({ "keys": [jwk] })).unwrap().0.pop()
    }

    #[test]
    fn the_examples_of_the_standards_verify_and_changed_ones_do_not() {
        for (jwk, input, signature, algorithm) in examples() {
            let key = only(jwk).unwrap();
            let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert!(key.verifies(input.as_bytes(), &signature), "{algorithm:?}");
            assert!(!key.verifies(&input.as_bytes()[1..], &signature), "{algorithm:?}");
            signature[9] ^= 1;
            assert!(!key.verifies(input.as_bytes(), &signature), "{algorithm:?}");
            assert!(!key.verifies(input.as_bytes(), b""), "{algorithm:?}");
        }
    }

    #[test]
    fn keys_that_are_not_for_this_use_are_passed_over() {
        let [rsa, ec, ed] = examples().map(|(jwk, ..)| jwk);
        let with = |jwk: &Value, name: &str, value: Value| {
            let mut jwk = jwk.clone();
            jwk[name] = value;
            only(jwk)
        };
        assert!(with(&rsa, "use", json!("enc")).is_none());
        assert!(with(&rsa, "alg", json!("RS512")).is_none());
        assert!(with(&rsa, "alg", json!("HS256")).is_none());
        assert!(with(&ec, "crv", json!("P-384")).is_none());
        assert!(with(&ec, "x", json!("AAAA")).is_none());
        assert!(with(&ed, "x", json!("AAAA")).is_none());
        assert!(with(&ed, "kid", Value::Null).is_none());
        assert!(only(json!({"kty": "oct", "kid": "k", "k": "c2VjcmV0"})).is_none());
        assert!(KeySet::parse(&json!({"keys": {}})).is_none());
    }
}
