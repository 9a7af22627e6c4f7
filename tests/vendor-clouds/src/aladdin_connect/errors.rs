//! The errors of this cloud: those of an API gateway, with none of the keys that a client expects.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// `{"message": …}`.
pub(super) fn error_body(status: StatusCode) -> Value {
    json!({ "message": status.canonical_reason().unwrap_or("Error") })
}
