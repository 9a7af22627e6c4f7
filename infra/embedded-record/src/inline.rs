//! The record without a socket or a thread: the engine is called in the task that asks, so that a simulation with a clock of its own
//! decides what happens when.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use aws_sdk_dynamodb::{
    Client,
    config::{
        BehaviorVersion, Credentials, Region, RuntimeComponents, StalledStreamProtectionConfig,
        http::{HttpRequest, HttpResponse},
        retry::RetryConfig,
    },
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use rusqlite::Connection;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    EmbeddedRecordError, Fault, Request,
    engine::{engine, index_stream},
    fault::{instead, timeout},
};

/// What stands around each call of a client: it may hold the call up, let it go wrong, or never let it return.
#[async_trait]
pub trait Hook: Send + Sync {
    /// Comes before the engine acts. A fault that is answered here takes the engine's place, or, where it is
    /// [`Fault::TimeoutAfter`], that of its answer.
    async fn before(&self, operation: &str) -> Option<Fault>;

    /// Comes after the engine has acted, or a fault in its place.
    async fn after(&self, operation: &str);
}

/// A record in memory that lives as long as this value and its clients. Calls of one record are carried out one after another.
pub struct InlineRecord {
    db: Database,
}

impl fmt::Debug for InlineRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InlineRecord")
    }
}

impl InlineRecord {
    /// An empty record.
    ///
    /// # Errors
    /// [`EmbeddedRecordError`] when the engine cannot be started.
    pub fn memory() -> Result<Self, EmbeddedRecordError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "file:postern-inline-{}-{}?mode=memory&cache=shared",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let db = Database::new(&name).map_err(|error| engine(&error))?;
        let side = Connection::open(&name)?;
        index_stream(&side)?;
        Ok(Self { db })
    }

    /// A client of this record, with `hook` around each call. It does not repeat calls by itself: that is the store's affair.
    #[must_use]
    pub fn client(&self, hook: Option<Arc<dyn Hook>>) -> Client {
        let connector = Inline {
            db: self.db.clone(),
            hook,
        };
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ca-central-1"))
            .endpoint_url("http://record.invalid")
            .credentials_provider(Credentials::new("local", "local", None, None, "local"))
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(connector)
            .build();
        Client::from_conf(config)
    }
}

#[derive(Clone)]
struct Inline {
    db: Database,
    hook: Option<Arc<dyn Hook>>,
}

impl fmt::Debug for Inline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inline")
    }
}

impl HttpClient for Inline {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Inline {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let inline = self.clone();
        HttpConnectorFuture::new(async move { inline.carry(&request).await })
    }
}

impl Inline {
    async fn carry(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let operation = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.rsplit('.').next())
            .unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let Some(hook) = &self.hook else {
            return answer(&self.db, operation, body);
        };
        let result = match hook.before(operation).await {
            None => answer(&self.db, operation, body),
            Some(Fault::TimeoutAfter) => answer(&self.db, operation, body).and(Err(timeout())),
            Some(fault) => {
                let body = serde_json::from_slice(body).unwrap_or_default();
                instead(
                    fault,
                    &Request {
                        operation,
                        body: &body,
                    },
                )
            }
        };
        hook.after(operation).await;
        result
    }
}

/// The engine's answer, as DynamoDB would send it.
fn answer(db: &Database, operation: &str, body: &[u8]) -> Result<HttpResponse, ConnectorError> {
    let done = match operation {
        "GetItem" => call(body, |request| db.get_item(request)),
        "Query" => call(body, |request| db.query(request)),
        "BatchGetItem" => call(body, |request| db.batch_get_item(request)),
        "TransactWriteItems" => call(body, |request| db.transact_write_items(request)),
        "TransactGetItems" => call(body, |request| db.transact_get_items(request)),
        "PutItem" => call(body, |request| db.put_item(request)),
        "UpdateItem" => call(body, |request| db.update_item(request)),
        "DeleteItem" => call(body, |request| db.delete_item(request)),
        "Scan" => call(body, |request| db.scan(request)),
        "CreateTable" => call(body, |request| db.create_table(request)),
        "DescribeTable" => call(body, |request| db.describe_table(request)),
        "UpdateTimeToLive" => call(body, |request| db.update_time_to_live(request)),
        "DescribeTimeToLive" => call(body, |request| db.describe_time_to_live(request)),
        other => {
            let unknown = format!("the inline record has no {other}");
            return Err(ConnectorError::user(unknown.into()));
        }
    };
    let (status, body) = match done {
        Ok(body) => (200, body),
        Err(error) => (error.status_code(), error.to_json()),
    };
    let status = StatusCode::try_from(status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response
        .headers_mut()
        .insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

fn call<Asked: DeserializeOwned, Answered: Serialize>(
    body: &[u8],
    run: impl FnOnce(Asked) -> Result<Answered, DynoxideError>,
) -> Result<String, DynoxideError> {
    let malformed = |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let asked = serde_json::from_slice(body).map_err(malformed)?;
    serde_json::to_string(&run(asked)?).map_err(malformed)
}
