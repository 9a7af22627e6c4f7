//! The errors of the myQ cloud.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api_path::PathRefusal;
use crate::face::answers;

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
    answers::too_many(retry_after, error_body)
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

/// The body of every other error.
pub(super) fn error_body(status: StatusCode) -> Value {
    json!({
        "code": status.as_str(),
        "message": status.canonical_reason().unwrap_or("Error"),
        "description": "",
    })
}
