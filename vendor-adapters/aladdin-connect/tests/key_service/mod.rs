//! A key service in this process, for functions that open sealed settings at their start.

use std::collections::HashMap;
use std::process::Output;
use std::sync::{Arc, Mutex};

use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use postern_keys::{KmsSealer, SealContext, Sealer};
use postern_lambda_host::Function;
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
pub(crate) async fn key_service() -> (String, KmsSealer) {
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

/// A setting as `postern vendor seal` would seal it.
pub(crate) async fn sealed(sealer: &KmsSealer, vendor: &str, setting: &str, value: &str) -> String {
    let context = SealContext::for_setting(vendor, setting);
    sealer.seal(value.as_bytes(), &context).await.unwrap().into()
}

/// What a function said until it ended, while the key service goes on answering.
pub(crate) async fn ended(function: Function) -> Output {
    tokio::task::spawn_blocking(move || function.run().unwrap())
        .await
        .unwrap()
}
