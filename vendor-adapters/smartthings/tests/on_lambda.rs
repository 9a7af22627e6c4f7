//! The `smartthings-adapter` binary, as Lambda runs it: polling a Runtime API, here one on loopback. Its client secret stands in
//! the environment only sealed, so it asks a key service at its start, here one in this process.
#![cfg(test)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use postern_keys::{KmsSealer, SealContext, Sealer};
use postern_lambda_host::{Function, LambdaHost};
use serde_json::{Value, json};

/// Which context each wrapped key was made for.
type Wrapped = Arc<Mutex<HashMap<String, Value>>>;

/// 32 bytes in base64: the one data key that this key service ever gives.
const DATA_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

async fn kms(State(wrapped): State<Wrapped>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    let body: Value = serde_json::from_str(&body).unwrap();
    let mut wrapped = wrapped.lock().unwrap();
    let answer = if headers["x-amz-target"] == "TrentService.GenerateDataKey" {
        let blob = format!("a2V5{:04}", wrapped.len());
        wrapped.insert(blob.clone(), body["EncryptionContext"].clone());
        json!({ "CiphertextBlob": blob, "Plaintext": DATA_KEY, "KeyId": "key" })
    } else if wrapped.get(body["CiphertextBlob"].as_str().unwrap()) == Some(&body["EncryptionContext"]) {
        json!({ "Plaintext": DATA_KEY, "KeyId": "key" })
    } else {
        let refused = json!({ "__type": "InvalidCiphertextException" });
        return (StatusCode::BAD_REQUEST, Json(refused));
    };
    (StatusCode::OK, Json(answer))
}

/// A key service, and what seals by it.
async fn key_service() -> (String, KmsSealer) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().route("/", post(kms)).with_state(Wrapped::default());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ca-central-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(&address)
        .http_client(http)
        .build();
    let client = aws_sdk_kms::Client::from_conf(config);
    (address, KmsSealer::new(client, "alias/credentials"))
}

async fn sealed(sealer: &KmsSealer, vendor: &str, setting: &str, value: &str) -> String {
    let context = SealContext::for_setting(vendor, setting);
    sealer.seal(value.as_bytes(), &context).await.unwrap().into()
}

async fn adapter(host: &LambdaHost) -> Function {
    let (address, sealer) = key_service().await;
    let secret = async |name: &str| sealed(&sealer, "smartthings", name, "swordfish").await;
    host.function(env!("CARGO_BIN_EXE_smartthings-adapter"))
        .with("AWS_ENDPOINT_URL_KMS", &address)
        .with("SMARTTHINGS_CLIENT_ID", "our-client")
        .with(
            "SMARTTHINGS_CLIENT_SECRET_SEALED",
            &secret("SMARTTHINGS_CLIENT_SECRET").await,
        )
        .with("POSTERN_CREDENTIALS_KEY", "alias/credentials")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invocation_gets_the_contracts_reply_and_a_bad_one_does_not_fail_the_function() {
    let host = LambdaHost::start().await.unwrap();
    let _running = adapter(&host).await.start().unwrap();
    let describe = json!({
        "contract": "1.0", "request_id": "req-1", "deadline": "2100-01-01T00:00:00Z",
        "call": { "operation": "describe", "input": {} },
    });
    let described = host.invoke(describe).await.unwrap().unwrap();
    assert_eq!(described["request_id"], "req-1");
    assert_eq!(described["result"]["ok"]["output"]["name"], "SmartThings");
    let refused = host.invoke(json!({ "hello": "world" })).await.unwrap().unwrap();
    assert_eq!(refused["result"]["error"]["kind"], "invalid_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_setting_is_named_at_the_start() {
    for setting in [
        "SMARTTHINGS_CLIENT_ID",
        "SMARTTHINGS_CLIENT_SECRET_SEALED",
        "POSTERN_CREDENTIALS_KEY",
    ] {
        let host = LambdaHost::start().await.unwrap();
        let function = adapter(&host).await.without(setting);
        let output = ended(function).await;
        assert!(!output.status.success(), "{setting}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(setting) && said.contains("is missing"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_clear_or_sealed_for_something_else_is_refused_and_not_repeated() {
    let host = LambdaHost::start().await.unwrap();
    let clear = adapter(&host)
        .await
        .with("SMARTTHINGS_CLIENT_SECRET", "swordfish");
    let (address, sealer) = key_service().await;
    let others = sealed(
        &sealer,
        "another-vendor",
        "SMARTTHINGS_CLIENT_SECRET",
        "swordfish",
    )
    .await;
    let elsewhere = adapter(&host)
        .await
        .with("AWS_ENDPOINT_URL_KMS", &address)
        .with("SMARTTHINGS_CLIENT_SECRET_SEALED", &others);
    for (function, said_of) in [
        (clear, ["SMARTTHINGS_CLIENT_SECRET", "lies here in clear"]),
        (elsewhere, ["SMARTTHINGS_CLIENT_SECRET_SEALED", "does not open"]),
    ] {
        let output = ended(function).await;
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said_of.iter().all(|part| said.contains(part)), "{said}");
        assert!(!said.contains("swordfish"), "{said}");
    }
}

/// What the function said until it ended, while the key service goes on answering.
async fn ended(function: Function) -> std::process::Output {
    tokio::task::spawn_blocking(move || function.run().unwrap())
        .await
        .unwrap()
}
