//! The answers of a cloud in trouble: on order, or because the simulator itself fails.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::ErrorBody;
use crate::error::CloudError;
use crate::faults::Fault;
use crate::server::connection::Connection;

/// What a web application firewall in front of a cloud shows to clients that it does not like.
const FIREWALL_PAGE: &str = "<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>Attention Required! | Cloudflare\
</title></head>\n<body><h1>Sorry, you have been blocked</h1><p>You are unable to access this site</p>\
</body></html>\n";

/// How long a huge answer is: more than any client should read.
const HUGE_BYTES: usize = 32 * 1024 * 1024;

/// 200 with something that says it is JSON.
fn no_answer(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// An error as this vendor words it.
pub(crate) fn error(status: StatusCode, body: ErrorBody) -> Response {
    (status, Json(body(status))).into_response()
}

/// 429: the account is locked out.
pub(crate) fn too_many(retry_after: Option<u64>, body: ErrorBody) -> Response {
    with_retry_after(StatusCode::TOO_MANY_REQUESTS, retry_after, body)
}

/// No answer: the connection is hung up, and what this gives is never sent.
pub(crate) fn none(connection: &Connection) -> Response {
    connection.hang_up();
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

/// The answer of a fault that replaces the normal one.
pub(crate) fn fault(fault: &Fault, connection: &Connection, body: ErrorBody) -> Response {
    if fault.drop_connection {
        return none(connection);
    }
    if fault.html_403 {
        return (StatusCode::FORBIDDEN, Html(FIREWALL_PAGE)).into_response();
    }
    if fault.cut_short {
        return no_answer("{\"state\": \"closed\", \"devices\": [{\"doo".to_owned());
    }
    if fault.huge {
        return no_answer(format!("[{}0]", "0,".repeat(HUGE_BYTES / 2)));
    }
    let status = fault.status.and_then(|status| StatusCode::from_u16(status).ok());
    with_retry_after(
        status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        fault.retry_after,
        body,
    )
}

/// The simulator itself is in trouble, for instance because its disk is full.
pub(crate) fn broken(error: &CloudError) -> Response {
    tracing::error!(error = %Chain(error), "the simulator failed");
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        format!("the simulator failed: {error}\n"),
    )
        .into_response()
}

/// A request's task panicked: a bug in the simulator.
pub(crate) fn broken_task(error: &tokio::task::JoinError) -> Response {
    tracing::error!(%error, "the simulator failed");
    (StatusCode::INTERNAL_SERVER_ERROR, "the simulator failed\n").into_response()
}

fn with_retry_after(status: StatusCode, retry_after: Option<u64>, body: ErrorBody) -> Response {
    let body = Json(body(status));
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
