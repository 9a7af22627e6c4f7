//! The deployed life of both ports, against a KMS in memory that speaks its JSON protocol.
#![cfg(test)]
#![cfg(feature = "aws")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_kms::config::http::HttpRequest;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_keys::{
    BundleSigner, KeyError, KeyFile, KmsBundleSigner, KmsSealer, KmsSigner, SealContext, Sealed, Sealer,
    Signer, kms_derived_key, verify,
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Wrapped keys it gave out, with the context and plaintext of each; and every request it saw.
#[derive(Debug, Default)]
struct FakeKms {
    wrapped: HashMap<String, (Value, String)>,
    seen: Vec<(String, Value)>,
    refuse_with: Option<&'static str>,
}

#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<FakeKms>>);

impl HttpClient for Shared {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Shared {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request
            .headers()
            .get("x-amz-target")
            .unwrap_or_default()
            .to_owned();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let operation = target.strip_prefix("TrentService.").unwrap().to_owned();
        let (status, answer) = answer(&mut self.0.lock().unwrap(), &operation, &body);
        self.0.lock().unwrap().seen.push((operation, body));
        let status = StatusCode::try_from(status).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer.to_string()))))
    }
}

fn signing_key() -> ring::signature::Ed25519KeyPair {
    ring::signature::Ed25519KeyPair::from_seed_unchecked(&[9; 32]).unwrap()
}

fn bundle_key() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap()
}

fn answer(kms: &mut FakeKms, operation: &str, body: &Value) -> (u16, Value) {
    if let Some(code) = kms.refuse_with {
        return (400, json!({ "__type": code, "message": "no" }));
    }
    match operation {
        "GenerateDataKey" => {
            let number = u8::try_from(kms.wrapped.len()).unwrap();
            let (wrapped, key) = (
                STANDARD.encode([number; 184]),
                STANDARD.encode([number ^ 0x5a; 32]),
            );
            kms.wrapped
                .insert(wrapped.clone(), (body["EncryptionContext"].clone(), key.clone()));
            (
                200,
                json!({ "KeyId": body["KeyId"], "CiphertextBlob": wrapped, "Plaintext": key }),
            )
        }
        "Decrypt" => match kms.wrapped.get(body["CiphertextBlob"].as_str().unwrap()) {
            Some((context, key)) if *context == body["EncryptionContext"] => {
                (200, json!({ "KeyId": body["KeyId"], "Plaintext": key }))
            }
            _ => (400, json!({ "__type": "InvalidCiphertextException" })),
        },
        "Sign" if body["MessageType"] == "DIGEST" => {
            use p256::ecdsa::signature::hazmat::PrehashSigner;
            let digest = STANDARD.decode(body["Message"].as_str().unwrap()).unwrap();
            let signature: p256::ecdsa::Signature = bundle_key().sign_prehash(&digest).unwrap();
            let der = STANDARD.encode(signature.to_der().as_bytes());
            (200, json!({ "KeyId": body["KeyId"], "Signature": der }))
        }
        "Sign" => {
            let message = STANDARD.decode(body["Message"].as_str().unwrap()).unwrap();
            let signature = STANDARD.encode(signing_key().sign(&message));
            (200, json!({ "KeyId": body["KeyId"], "Signature": signature }))
        }
        "GetPublicKey" if body["KeyId"] == "alias/bundles" => {
            use p256::pkcs8::EncodePublicKey;
            let der = bundle_key().verifying_key().to_public_key_der().unwrap();
            let der = STANDARD.encode(der.as_bytes());
            (200, json!({ "KeyId": body["KeyId"], "PublicKey": der }))
        }
        "GetPublicKey" => {
            let mut der = vec![
                0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
            ];
            der.extend_from_slice(ring::signature::KeyPair::public_key(&signing_key()).as_ref());
            (
                200,
                json!({ "KeyId": body["KeyId"], "PublicKey": STANDARD.encode(der) }),
            )
        }
        "GenerateMac" => {
            let key = ring::hmac::Key::new(
                ring::hmac::HMAC_SHA256,
                body["KeyId"].as_str().unwrap().as_bytes(),
            );
            let message = STANDARD.decode(body["Message"].as_str().unwrap()).unwrap();
            let mac = STANDARD.encode(ring::hmac::sign(&key, &message));
            (
                200,
                json!({ "KeyId": body["KeyId"], "Mac": mac, "MacAlgorithm": body["MacAlgorithm"] }),
            )
        }
        other => panic!("nobody should call {other}"),
    }
}

fn client(kms: &Shared) -> aws_sdk_kms::Client {
    let config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("AKID", "unused", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(kms.clone())
        .build();
    aws_sdk_kms::Client::from_conf(config)
}

fn link(name: &str) -> SealContext {
    SealContext::for_link("myq", name)
}

#[tokio::test]
async fn a_token_blob_above_the_limit_of_kms_encrypt_round_trips_under_its_context() {
    let kms = Shared::default();
    let sealer = KmsSealer::new(client(&kms), "alias/credentials");
    let tokens = vec![b't'; 6000];
    let sealed = sealer.seal(&tokens, &link("link_a")).await.unwrap();
    assert_eq!(
        sealer
            .open(&sealed, &link("link_a"))
            .await
            .unwrap()
            .expose_secret(),
        tokens
    );
    let seen = &kms.0.lock().unwrap().seen;
    for (operation, body) in seen {
        assert_eq!(
            body["EncryptionContext"],
            json!({ "vendor": "myq", "link": "link_a" }),
            "{operation}"
        );
        assert_eq!(body["KeyId"], "alias/credentials");
        assert!(
            !body.to_string().contains(&STANDARD.encode(b"tttttt")),
            "the secret went to KMS"
        );
    }
    assert_eq!(seen.len(), 2, "one call to seal and one to open");
}

#[tokio::test]
async fn a_blob_of_kms_changed_in_any_byte_does_not_open() {
    let kms = Shared::default();
    let sealer = KmsSealer::new(client(&kms), "alias/credentials");
    let sealed = sealer.seal(b"access and refresh", &link("link_a")).await.unwrap();
    for position in 0..sealed.as_bytes().len() {
        let mut changed = sealed.as_bytes().to_vec();
        changed[position] ^= 1;
        let opened = sealer.open(&Sealed::from_bytes(changed), &link("link_a")).await;
        assert!(
            matches!(opened, Err(KeyError::DoesNotOpen)),
            "byte {position}: {opened:?}"
        );
    }
}

#[tokio::test]
async fn another_context_is_refused_and_so_is_a_blob_of_the_other_life() {
    let kms = Shared::default();
    let sealer = KmsSealer::new(client(&kms), "alias/credentials");
    let sealed = sealer.seal(b"tokens", &link("link_a")).await.unwrap();
    assert!(matches!(
        sealer.open(&sealed, &link("link_b")).await,
        Err(KeyError::DoesNotOpen)
    ));
    let local = KeyFile::ephemeral().unwrap().sealer();
    assert!(matches!(
        local.open(&sealed, &link("link_a")).await,
        Err(KeyError::DoesNotOpen)
    ));
    let sealed = local.seal(b"tokens", &link("link_a")).await.unwrap();
    assert!(matches!(
        sealer.open(&sealed, &link("link_a")).await,
        Err(KeyError::DoesNotOpen)
    ));
}

#[tokio::test]
async fn a_signature_of_kms_verifies_under_its_public_key_which_is_asked_for_once() {
    let kms = Shared::default();
    let signer = KmsSigner::new(client(&kms), "alias/evidence");
    let signature = signer.sign(b"delivered").await.unwrap();
    for _ in 0..3 {
        verify(&signer.public_key().await.unwrap(), b"delivered", &signature).unwrap();
    }
    let seen = &kms.0.lock().unwrap().seen;
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].1["SigningAlgorithm"], "ED25519_SHA_512");
    assert_eq!(seen[0].1["MessageType"], "RAW");
}

#[tokio::test]
async fn a_bundles_signature_of_kms_is_of_the_digest_and_is_told_as_jose_has_it() {
    let kms = Shared::default();
    let signer = KmsBundleSigner::new(client(&kms), "alias/bundles");
    let message = vec![b'x'; 100_000];
    let signature = signer.sign(&message).await.unwrap();
    for _ in 0..3 {
        signer
            .public_key()
            .await
            .unwrap()
            .verify(&message, &signature)
            .unwrap();
    }
    assert!(
        signer
            .public_key()
            .await
            .unwrap()
            .verify(b"another", &signature)
            .is_err()
    );
    let ed25519 = KmsBundleSigner::new(client(&kms), "alias/evidence")
        .public_key()
        .await;
    assert!(matches!(ed25519, Err(KeyError::Refused { .. })), "{ed25519:?}");
    let seen = &kms.0.lock().unwrap().seen;
    assert_eq!(seen[0].1["SigningAlgorithm"], "ECDSA_SHA_256");
    assert_eq!(seen[0].1["MessageType"], "DIGEST");
    assert_eq!(
        STANDARD
            .decode(seen[0].1["Message"].as_str().unwrap())
            .unwrap()
            .len(),
        32
    );
}

#[tokio::test]
async fn a_derived_key_is_the_same_for_everyone_and_another_for_every_purpose() {
    let kms = Shared::default();
    let derive = async |key: &str, purpose: &str| {
        let derived = kms_derived_key(&client(&kms), key, purpose).await.unwrap();
        derived.expose_secret().to_vec()
    };
    let derived = derive("alias/cursors", "carrier-api cursors").await;
    assert_eq!(derived.len(), 32);
    assert_eq!(derived, derive("alias/cursors", "carrier-api cursors").await);
    assert_ne!(derived, derive("alias/cursors", "customer-api cursors").await);
    assert_ne!(derived, derive("alias/other", "carrier-api cursors").await);
    kms.0.lock().unwrap().refuse_with = Some("AccessDeniedException");
    let refused = kms_derived_key(&client(&kms), "alias/cursors", "carrier-api cursors").await;
    assert!(matches!(
        refused,
        Err(KeyError::Refused {
            operation: "GenerateMac",
            ..
        })
    ));
}

#[tokio::test]
async fn a_throttled_or_denied_call_is_told_apart() {
    let kms = Shared::default();
    let sealer = KmsSealer::new(client(&kms), "alias/credentials");
    let sealed = sealer.seal(b"tokens", &link("link_a")).await.unwrap();
    let mut results = Vec::new();
    for code in [
        "ThrottlingException",
        "KeyUnavailableException",
        "AccessDeniedException",
        "DisabledException",
    ] {
        kms.0.lock().unwrap().refuse_with = Some(code);
        let error = sealer.open(&sealed, &link("link_a")).await.unwrap_err();
        assert!(error.to_string().contains(code));
        results.push(matches!(error, KeyError::Unavailable { .. }));
    }
    assert_eq!(results, [true, true, false, false]);
}
