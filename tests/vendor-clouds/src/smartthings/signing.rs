//! The signature of what is pushed: HTTP Signatures with RSA and SHA-256, over the path, a digest of the body, and a date; and the
//! certificate by which it is judged.
//!
//! The key is the simulator's, the same in every one, and good for nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use sha2::{Digest, Sha256};

use crate::error::CloudError;

/// Where the certificate is found at the key host.
pub(super) const KEY_ID: &str = "/pl/useast2/70-6f-73-74-65-72-6e";

/// The certificate.
pub(super) const CERTIFICATE: &str = include_str!("certificate.pem");

const KEY: &[u8] = include_bytes!("signer.pk8");

/// The three headers of a push that its signature is about, and is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    pub(super) authorization: String,
    pub(super) digest: String,
    pub(super) date: String,
}

/// `SHA256=`, not `SHA-256=`.
pub(super) fn digest(body: &[u8]) -> String {
    format!("SHA256={}", STANDARD.encode(Sha256::digest(body)))
}

/// A date that ends in `UTC`, not `GMT`.
fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S UTC").to_string()
}

/// Signs a `POST` to `path`.
pub(super) fn sign(path: &str, digest: String, at: Timestamp, key_id: &str) -> Result<Signed, CloudError> {
    let date = date(at);
    let text = format!("(request-target): post {path}\ndigest: {digest}\ndate: {date}");
    let key = RsaKeyPair::from_pkcs8(KEY).map_err(|error| CloudError::Signing(error.to_string().into()))?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        text.as_bytes(),
        &mut signature,
    )
    .map_err(|error| CloudError::Signing(error.to_string().into()))?;
    let signature = STANDARD.encode(signature);
    let authorization = format!(
        "Signature keyId=\"{key_id}\",signature=\"{signature}\",headers=\"(request-target) digest date\",algorithm=\"rsa-sha256\""
    );
    Ok(Signed {
        authorization,
        digest,
        date,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_this_vendors_own() {
        let at = Timestamp::from_second(1_767_225_600).unwrap();
        let signed = sign("/hook", digest(b"{}"), at, KEY_ID).unwrap();
        assert_eq!(signed.date, "Thu, 01 Jan 2026 00:00:00 UTC");
        assert_eq!(
            signed.digest,
            "SHA256=RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="
        );
        assert!(signed.authorization.starts_with("Signature keyId=\"/pl/"));
        assert!(CERTIFICATE.starts_with("-----BEGIN CERTIFICATE-----"));
    }
}
