//! Faults that the engine never shows by itself, injected between the client and the engine.

use std::{fmt, sync::Arc};

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The table's or the partition's throughput is exceeded; nothing was done.
    Throttled,
    /// The account's limit is reached (`ThrottlingException`); nothing was done.
    AccountThrottled,
    /// Another transaction is at work on an item of this call; nothing was done.
    Conflict,
    /// The caller's credentials have run out; nothing was done.
    CredentialsExpired,
    /// A batch is answered with none of its items, all left for later; any other call goes through.
    LeftForLater,
    /// DynamoDB answers with an error of its own, before anything was done; the caller cannot know that.
    ServerError,
    /// No connection could be made; nothing was done, and the caller can know that.
    NotConnected,
    /// No answer in time; nothing was done, and the caller cannot know that.
    TimeoutBefore,
    /// No answer in time, though everything was done.
    TimeoutAfter,
}

/// A call on its way to the engine.
#[derive(Debug)]
pub struct Request<'a> {
    /// The operation, such as `TransactWriteItems`.
    pub operation: &'a str,
    /// Its body.
    pub body: &'a Value,
}

type Judge = dyn Fn(&Request<'_>) -> Option<Fault> + Send + Sync;

/// Decides, call by call, what goes wrong.
#[derive(Clone)]
pub struct Faults(Arc<Judge>);

impl Faults {
    /// Faults as `judge` says; it is asked before each call.
    pub fn new(judge: impl Fn(&Request<'_>) -> Option<Fault> + Send + Sync + 'static) -> Self {
        Self(Arc::new(judge))
    }

    pub(crate) fn judge(&self, request: &Request<'_>) -> Option<Fault> {
        (self.0)(request)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults")
    }
}

/// What the client gets to see of a fault that keeps the call from the engine.
pub(crate) fn instead(fault: Fault, request: &Request<'_>) -> Result<HttpResponse, ConnectorError> {
    match fault {
        Fault::Throttled => Ok(refusal(400, "ProvisionedThroughputExceededException", None)),
        Fault::AccountThrottled => Ok(refusal(400, "ThrottlingException", None)),
        Fault::CredentialsExpired => Ok(refusal(400, "ExpiredTokenException", None)),
        Fault::LeftForLater => {
            let nothing = json!({"Responses": {}, "UnprocessedKeys": request.body["RequestItems"]});
            Ok(answer(200, &nothing))
        }
        Fault::ServerError => Ok(refusal(500, "InternalServerError", None)),
        Fault::Conflict => Ok(match request.body["TransactItems"].as_array() {
            Some(items) => refusal(400, "TransactionCanceledException", Some(items.len())),
            None => refusal(400, "TransactionConflictException", None),
        }),
        Fault::NotConnected => {
            let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
            Err(ConnectorError::io(refused.into()).never_connected())
        }
        Fault::TimeoutBefore | Fault::TimeoutAfter => Err(timeout()),
    }
}

pub(crate) fn timeout() -> ConnectorError {
    ConnectorError::timeout("no answer in time".into())
}

fn refusal(status: u16, code: &str, cancelled_items: Option<usize>) -> HttpResponse {
    let mut body = json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"),
        "message": "injected",
    });
    if let Some(items) = cancelled_items {
        let reasons: Vec<Value> = (0..items)
            .map(|at| json!({"Code": if at == 0 { "TransactionConflict" } else { "None" }}))
            .collect();
        body["CancellationReasons"] = reasons.into();
    }
    answer(status, &body)
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("the statuses above are between 100 and 999");
    let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
    response
        .headers_mut()
        .insert("content-type", "application/x-amz-json-1.0");
    response
}
