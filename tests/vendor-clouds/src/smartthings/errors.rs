//! The errors of this cloud. Their form, and the words `ConstraintViolationError` and `ConflictError`, are known; the other words are
//! made up.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Counts the requests that were refused, for their ids.
static REFUSED: AtomicU64 = AtomicU64::new(1);

/// An error that has no other words.
pub(super) fn error_body(status: StatusCode) -> Value {
    let (code, message) = match status.as_u16() {
        401 => ("UnauthorizedError", "The access token is not valid."),
        403 => ("ForbiddenError", "The access token does not allow this."),
        404 => ("NotFoundError", "There is no such thing."),
        409 => ("ConflictError", "invalid device state"),
        422 => ("ConstraintViolationError", "The request is malformed."),
        429 => ("TooManyRequestsError", "Too many requests."),
        _ => ("UnexpectedError", "Something went wrong."),
    };
    with(code, message, &[])
}

/// 422, for this part of the request.
pub(super) fn malformed(target: &str, message: &str) -> Response {
    let detail = json!({ "code": "NotValidValue", "target": target, "message": message, "details": [] });
    let body = with("ConstraintViolationError", "The request is malformed.", &[detail]);
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

fn with(code: &str, message: &str, details: &[Value]) -> Value {
    let count = REFUSED.fetch_add(1, Ordering::Relaxed);
    json!({
        "requestId": format!("00000000-0000-4000-8000-{count:012x}"),
        "error": { "code": code, "message": message, "details": details },
    })
}
