//! The answers that are the same everywhere, and those of a cloud in trouble.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::api_path::PathRefusal;
use crate::error::CloudError;
use crate::faults::Fault;
use crate::server::connection::Connection;

/// What a web application firewall in front of the cloud shows to clients that it does not like.
const FIREWALL_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>Attention Required! | Cloudflare\
</title></head>\n<body><h1>Sorry, you have been blocked</h1><p>You are unable to access myq-cloud.com</p>\
</body></html>\n";

/// 401: the token is missing, unknown or expired.
pub(super) fn unauthorised() -> Response {
    let body = json!({
        "code": "401.101",
        "message": "Unauthorized",
        "description": "The Security Token has expired.",
    });
    (StatusCode::UNAUTHORIZED, Json(body)).into_response()
}

/// 403 on a command: the device cannot be reached.
pub(super) fn offline() -> Response {
    let body = json!({ "code": "403", "message": "Forbidden", "description": "The device is offline." });
    (StatusCode::FORBIDDEN, Json(body)).into_response()
}

/// 404: no such account or device, or none that this user sees.
pub(super) fn not_found() -> Response {
    let body = json!({ "code": "404", "message": "Not Found", "description": "No such resource." });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// 429: the account is locked out.
pub(super) fn too_many(retry_after: Option<u64>) -> Response {
    with_retry_after(StatusCode::TOO_MANY_REQUESTS, retry_after)
}

/// A path that leads nowhere.
pub(super) fn refused_path(refusal: &PathRefusal) -> Response {
    match refusal {
        PathRefusal::UnsupportedVersion { version } => {
            let message = format!("The requested API version '{version}' is not supported.");
            let body = json!({ "Error": { "Code": "UnsupportedApiVersion", "Message": message } });
            (StatusCode::NOT_FOUND, Json(body)).into_response()
        }
        PathRefusal::NoSuchPath => not_found(),
        PathRefusal::WrongMethod { allow } => {
            (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, *allow)]).into_response()
        }
    }
}

/// The answer of a fault that replaces the normal one.
pub(super) fn fault(fault: &Fault, connection: &Connection) -> Response {
    if fault.drop_connection {
        connection.hang_up();
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if fault.html_403 {
        return (StatusCode::FORBIDDEN, Html(FIREWALL_PAGE)).into_response();
    }
    let status = fault.status.and_then(|status| StatusCode::from_u16(status).ok());
    with_retry_after(
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        fault.retry_after,
    )
}

/// The simulator itself is in trouble, for instance because its disk is full.
pub(super) fn broken(error: &CloudError) -> Response {
    tracing::error!(error = %Chain(error), "the simulator failed");
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        format!("the simulator failed: {error}\n"),
    )
        .into_response()
}

/// A request's task panicked: a bug in the simulator.
pub(super) fn broken_task(error: &tokio::task::JoinError) -> Response {
    tracing::error!(%error, "the simulator failed");
    (StatusCode::INTERNAL_SERVER_ERROR, "the simulator failed\n").into_response()
}

fn with_retry_after(status: StatusCode, retry_after: Option<u64>) -> Response {
    let body = Json(json!({
        "code": status.as_str(),
        "message": status.canonical_reason().unwrap_or("Error"),
        "description": "",
    }));
    match retry_after {
        Some(seconds) => (status, [(header::RETRY_AFTER, seconds.to_string())], body).into_response(),
        None => (status, body).into_response(),
    }
}

/// An error with everything that caused it, in one line.
struct Chain<'a>(&'a CloudError);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut cause = std::error::Error::source(self.0);
        while let Some(error) = cause {
            write!(formatter, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
