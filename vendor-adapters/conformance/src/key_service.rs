//! A key service on loopback, for adapters that seal by KMS: as much of its API as sealing and opening take.
//!
//! What it wraps is a handle to what it keeps in memory. Like the real one it opens nothing under another encryption context.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use postern_keys::{KmsSealer, SealContext, Sealer as _};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::KitError;

/// What the key is called.
pub(crate) const KEY: &str = "alias/postern-conformance";

/// What was wrapped: its text in base64, and the context, by handle.
type Wrapped = Arc<Mutex<HashMap<String, (String, Value)>>>;

/// A key service that runs. Dropping it stops it.
pub struct KeyService {
    address: String,
    task: JoinHandle<()>,
}

impl KeyService {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let app = Router::new()
            .route("/", post(answer))
            .with_state(Wrapped::default());
        let task = tokio::spawn(async move {
            // It ends with the kit; then nobody is left to be told.
            let _ended = axum::serve(listener, app).await;
        });
        Ok(Self { address, task })
    }

    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Seals a secret setting, as the operator does for the deployed adapter.
    ///
    /// # Errors
    /// [`KitError::Sealing`].
    pub async fn seal(&self, vendor: &str, setting: &str, secret: &str) -> Result<String, KitError> {
        use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
        use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let config = aws_sdk_kms::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("kit", "kit", None, None, "kit"))
            .endpoint_url(&self.address)
            .http_client(http)
            .build();
        let sealer = KmsSealer::new(aws_sdk_kms::Client::from_conf(config), KEY);
        let context = SealContext::for_setting(vendor, setting);
        let sealed = sealer.seal(secret.as_bytes(), &context).await;
        let sealed = sealed.map_err(|error| KitError::Sealing {
            setting: setting.to_owned(),
            problem: error.to_string(),
        })?;
        Ok(sealed.into())
    }
}

impl Drop for KeyService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One call of KMS's JSON API.
async fn answer(
    State(wrapped): State<Wrapped>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, Json<Value>) {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    let done = match target.and_then(|target| target.strip_prefix("TrentService.")) {
        Some("GenerateDataKey") => generate(&wrapped, &body),
        Some("Encrypt") => encrypt(&wrapped, &body),
        Some("Decrypt") => decrypt(&wrapped, &body),
        _ => Err("UnsupportedOperationException"),
    };
    match done {
        Ok(answer) => (StatusCode::OK, Json(answer)),
        Err(kind) => (StatusCode::BAD_REQUEST, Json(json!({ "__type": kind }))),
    }
}

fn kept(wrapped: &Wrapped) -> MutexGuard<'_, HashMap<String, (String, Value)>> {
    wrapped.lock().unwrap_or_else(PoisonError::into_inner)
}

fn context(body: &Value) -> Value {
    match &body["EncryptionContext"] {
        Value::Null => json!({}),
        context => context.clone(),
    }
}

fn random() -> Result<[u8; 32], &'static str> {
    let mut bytes = [0; 32];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| "KMSInternalException").map(|()| bytes)
}

fn keep(wrapped: &Wrapped, plaintext: String, body: &Value) -> Result<String, &'static str> {
    let handle = BASE64_STANDARD.encode(random()?);
    kept(wrapped).insert(handle.clone(), (plaintext, context(body)));
    Ok(handle)
}

fn generate(wrapped: &Wrapped, body: &Value) -> Result<Value, &'static str> {
    let key = BASE64_STANDARD.encode(random()?);
    let handle = keep(wrapped, key.clone(), body)?;
    Ok(json!({ "CiphertextBlob": handle, "Plaintext": key, "KeyId": KEY }))
}

fn encrypt(wrapped: &Wrapped, body: &Value) -> Result<Value, &'static str> {
    let plaintext = body["Plaintext"].as_str().ok_or("ValidationException")?;
    let handle = keep(wrapped, plaintext.to_owned(), body)?;
    Ok(json!({ "CiphertextBlob": handle, "KeyId": KEY }))
}

fn decrypt(wrapped: &Wrapped, body: &Value) -> Result<Value, &'static str> {
    let handle = body["CiphertextBlob"].as_str().ok_or("ValidationException")?;
    match kept(wrapped).get(handle) {
        Some((plaintext, under)) if *under == context(body) => {
            Ok(json!({ "Plaintext": plaintext, "KeyId": KEY }))
        }
        _ => Err("InvalidCiphertextException"),
    }
}
