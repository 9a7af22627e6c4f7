//! Attacks on the verifier, and what it must believe.

mod key_sources;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use jiff::Timestamp;
use proptest::prelude::*;
use ring::hmac;
use serde_json::json;
use tokio::net::TcpListener;

use super::issue::SigningKey;
use super::*;

const NOW: i64 = 1_800_000_000;

fn key() -> SigningKey {
    SigningKey::generate().unwrap()
}

fn good() -> Value {
    json!({
        "iss": "https://issuer.test", "aud": "postern-carrier-api", "sub": "carrier-1", "client_id": "carrier-1",
        "scope": "postern/deliveries.read deliveries.write", "exp": NOW + 600, "iat": NOW, "jti": "t-1",
    })
}

fn config(keys: KeySource) -> VerifierConfig {
    VerifierConfig {
        issuer: "https://issuer.test".to_owned(),
        audience: Audience::Claim("postern-carrier-api".to_owned()),
        algorithms: vec![Algorithm::Es256],
        keys,
        scope_prefix: "postern/".to_owned(),
        now: Arc::new(|| Timestamp::from_second(NOW).unwrap()),
    }
}

fn verifier(key: &SigningKey) -> Verifier {
    Verifier::new(config(KeySource::Fixed(key.jwks()))).unwrap()
}

async fn with(change: impl FnOnce(&mut Value)) -> Result<Claims, Refused> {
    let key = key();
    let mut claims = good();
    change(&mut claims);
    verifier(&key).verify(&key.sign(&claims).unwrap()).await
}

async fn with_header(header: impl FnOnce(&SigningKey) -> Value) -> Result<Claims, Refused> {
    let key = key();
    verifier(&key)
        .verify(&key.sign_with(&header(&key), &good()).unwrap())
        .await
}

fn invalid(result: Result<Claims, Refused>) -> &'static str {
    match result {
        Err(Refused::Invalid(reason)) => reason,
        other => panic!("it should be invalid and is {other:?}"),
    }
}

#[tokio::test]
async fn a_good_token_is_believed() {
    let claims = with(|_| ()).await.unwrap();
    assert_eq!(claims.subject, "carrier-1");
    assert_eq!(claims.client_id.as_deref(), Some("carrier-1"));
    assert_eq!(
        claims.scopes,
        ["deliveries.read", "deliveries.write"].map(str::to_owned).into()
    );
    assert_eq!(claims.expires_at.as_second(), NOW + 600);
    assert_eq!(claims.token_id.as_deref(), Some("t-1"));
    assert!(
        with(|c| c["aud"] = json!(["other", "postern-carrier-api"]))
            .await
            .is_ok()
    );
    assert!(with(|c| c["exp"] = json!(NOW as f64 + 0.5)).await.is_ok());
    assert!(
        with_header(|k| json!({"alg": "ES256", "kid": k.id()}))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn alg_none_is_refused_with_and_without_a_signature() {
    for alg in ["none", "None", "nOnE", ""] {
        let key = key();
        let token = key
            .sign_with(&json!({"alg": alg, "kid": key.id()}), &good())
            .unwrap();
        invalid(verifier(&key).verify(&token).await);
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        invalid(verifier(&key).verify(&unsigned).await);
    }
}

#[tokio::test]
async fn hs256_with_the_public_key_as_its_secret_is_refused() {
    let key = key();
    let jwk = &key.jwks()["keys"][0];
    let point = [
        &[4u8],
        decode(jwk["x"].as_str().unwrap()).unwrap().as_slice(),
        &decode(jwk["y"].as_str().unwrap()).unwrap(),
    ]
    .concat();
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for secret in [
        point,
        key.jwks().to_string().into_bytes(),
        jwk.to_string().into_bytes(),
    ] {
        for alg in ["HS256", "ES256"] {
            let input = format!(
                "{}.{}",
                part(&json!({"alg": alg, "kid": key.id()})),
                part(&good())
            );
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), input.as_bytes());
            let token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag));
            invalid(verifier(&key).verify(&token).await);
        }
    }
}

#[tokio::test]
async fn headers_that_lie_are_refused() {
    let reason = invalid(with_header(|_| json!({"alg": "ES256", "kid": "another"})).await);
    assert_eq!(reason, "an unknown key");
    assert_eq!(
        invalid(with_header(|_| json!({"alg": "ES256"})).await),
        "no key id"
    );
    let rs = invalid(with_header(|k| json!({"alg": "RS256", "kid": k.id()})).await);
    assert_eq!(rs, "another algorithm than the key's");
    let crit = invalid(with_header(|k| json!({"alg": "ES256", "kid": k.id(), "crit": ["exp"]})).await);
    assert_eq!(crit, "a critical extension");
    for typ in [json!("id+jwt"), json!("logout+jwt"), json!(1)] {
        let wrong = invalid(with_header(|k| json!({"alg": "ES256", "kid": k.id(), "typ": typ})).await);
        assert_eq!(wrong, "not an access token");
    }
}

#[tokio::test]
async fn a_key_that_the_token_brings_itself_is_not_used() {
    let (ours, theirs) = (key(), key());
    let own_key = theirs.jwks()["keys"][0].clone();
    let header = json!({"alg": "ES256", "kid": ours.id(), "jwk": own_key, "jku": "https://evil.test/jwks"});
    let token = theirs.sign_with(&header, &good()).unwrap();
    assert_eq!(
        invalid(verifier(&ours).verify(&token).await),
        "the signature is not the key's"
    );
}

#[tokio::test]
async fn an_algorithm_that_is_not_configured_is_refused_though_the_key_is_good() {
    let key = key();
    let mut config = config(KeySource::Fixed(key.jwks()));
    config.algorithms = vec![Algorithm::Rs256, Algorithm::EdDsa];
    let verifier = Verifier::new(config).unwrap();
    let token = key.sign(&good()).unwrap();
    assert_eq!(
        invalid(verifier.verify(&token).await),
        "another algorithm than the key's"
    );
}

#[tokio::test]
async fn claims_that_are_not_for_us_or_not_now_are_refused() {
    assert_eq!(
        invalid(with(|c| c["iss"] = json!("https://issuer.test/")).await),
        "another issuer"
    );
    assert_eq!(
        invalid(with(|c| c["iss"] = json!(["https://issuer.test"])).await),
        "another issuer"
    );
    assert_eq!(
        invalid(with(|c| c["aud"] = json!("postern-customer-api")).await),
        "another audience"
    );
    assert_eq!(
        invalid(with(|c| c["aud"] = Value::Null).await),
        "another audience"
    );
    assert_eq!(
        invalid(with(|c| drop(c.as_object_mut().unwrap().remove("exp"))).await),
        "no expiry"
    );
    assert_eq!(
        invalid(with(|c| drop(c.as_object_mut().unwrap().remove("sub"))).await),
        "no subject"
    );
    for time in [
        json!("never"),
        json!(1e300),
        json!(i64::MAX),
        json!(-1e30),
        json!(true),
    ] {
        assert_eq!(
            invalid(with(|c| c["exp"] = time).await),
            "a time is not a number of seconds"
        );
    }
    assert_eq!(
        invalid(with(|c| c["scope"] = json!(["deliveries.read"])).await),
        "the scope is not a text"
    );
    assert_eq!(
        invalid(with(|c| c["nbf"] = json!(NOW + 61)).await),
        "not valid yet"
    );
    assert_eq!(
        invalid(with(|c| c["iat"] = json!(NOW + 61)).await),
        "not valid yet"
    );
    assert!(with(|c| c["nbf"] = json!(NOW + 60)).await.is_ok());
    assert_eq!(with(|c| c["exp"] = json!(NOW - 60)).await, Err(Refused::Expired));
    assert!(with(|c| c["exp"] = json!(NOW - 59)).await.is_ok());
}

#[tokio::test]
async fn cognito_tokens_are_known_by_their_use_and_client() {
    let cognito = |clients| {
        let key = key();
        let mut config = config(KeySource::Fixed(key.jwks()));
        config.audience = Audience::Cognito(clients);
        (Verifier::new(config).unwrap(), key)
    };
    let mut claims = good();
    claims.as_object_mut().unwrap().remove("aud");
    claims["token_use"] = json!("access");
    let mut id = claims.clone();
    id["token_use"] = json!("id");
    let only = |name: &str| Clients::Only([name.to_owned()].into());
    for (clients, claims, good) in [
        (Clients::AnyOfThePool, &claims, true),
        (only("carrier-1"), &claims, true),
        (only("carrier-2"), &claims, false),
        (Clients::AnyOfThePool, &id, false),
    ] {
        let (verifier, key) = cognito(clients);
        assert_eq!(verifier.verify(&key.sign(claims).unwrap()).await.is_ok(), good);
    }
}

#[tokio::test]
async fn a_changed_payload_is_refused() {
    let key = key();
    let token = key.sign(&good()).unwrap();
    let mut parts: Vec<&str> = token.split('.').collect();
    let mut claims = good();
    claims["sub"] = json!("carrier-2");
    let changed = URL_SAFE_NO_PAD.encode(claims.to_string());
    parts[1] = &changed;
    assert_eq!(
        invalid(verifier(&key).verify(&parts.join(".")).await),
        "the signature is not the key's"
    );
}

#[tokio::test]
async fn huge_and_shapeless_tokens_are_refused() {
    let key = key();
    let verifier = verifier(&key);
    let mut claims = good();
    claims["filler"] = json!("x".repeat(8 * 1024));
    let huge = key.sign(&claims).unwrap();
    assert_eq!(
        invalid(verifier.verify(&huge).await),
        "longer than a token may be"
    );
    for garbage in [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "e30.e30.",
        "e30=.e30=.e30=",
        "🔑.🔑.🔑",
    ] {
        invalid(verifier.verify(garbage).await);
    }
    // Two names alike in the header: another reader might take the other one.
    let twice = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"a","kid":"b"}"#);
    assert_eq!(
        invalid(verifier.verify(&format!("{twice}.e30.AA")).await),
        "not a JSON object"
    );
}

proptest! {
    #[test]
    fn no_token_upsets_the_verifier(token in "\\PC{0,40}(\\.\\PC{0,40}){0,3}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        thread_local!(static VERIFIER: Verifier = verifier(&key()));
        VERIFIER.with(|verifier| runtime.block_on(verifier.verify(&token))).unwrap_err();
    }

    #[test]
    fn a_flipped_bit_anywhere_is_refused(place: prop::sample::Index, bit in 0u8..6) {
        thread_local!(static KEY: (SigningKey, Verifier) = { let key = key(); let v = verifier(&key); (key, v) });
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        KEY.with(|(key, verifier)| {
            let token = key.sign(&good()).unwrap();
            let parts: Vec<Vec<u8>> = token.split('.').map(|part| decode(part).unwrap()).collect();
            let mut bytes = parts.concat();
            bytes[place.index(token.len() * 3 / 4 - 4).min(parts.concat().len() - 1)] ^= 1 << bit;
            let (header, rest) = bytes.split_at(parts[0].len());
            let (payload, signature) = rest.split_at(parts[1].len());
            let forged = [header, payload, signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
            assert!(runtime.block_on(verifier.verify(&forged)).is_err());
        });
    }
}
