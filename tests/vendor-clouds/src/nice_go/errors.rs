//! The errors of the two sides of this cloud: the user pool's, and those of GraphQL.
//!
//! Known are `NotAuthorizedException` for a login or a refresh that is refused, and `UnauthorizedException` for a token that has run out.
//! All other names are guesses that a client can tell from those two.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// How the user pool words everything that it says.
const AMZ_JSON: &str = "application/x-amz-json-1.1";

/// Why the user pool refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// A wrong password, somebody unknown, or a refresh token that is worth nothing.
    NotAuthorized,
    /// A call without what it needs.
    InvalidParameter,
    /// An app that the pool does not know.
    NoSuchClient,
    /// A call that is not simulated.
    UnknownOperation,
}

impl Refused {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotAuthorized => ("NotAuthorizedException", "Incorrect username or password."),
            Self::InvalidParameter => ("InvalidParameterException", "A parameter is missing or wrong."),
            Self::NoSuchClient => ("ResourceNotFoundException", "This client does not exist."),
            Self::UnknownOperation => ("UnknownOperationException", "This call is not known."),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (kind, message) = self.words();
        pool_says(
            StatusCode::BAD_REQUEST,
            json!({ "__type": kind, "message": message }),
        )
    }
}

/// An answer of the user pool.
pub(super) fn pool_says(status: StatusCode, body: Value) -> Response {
    (status, [(header::CONTENT_TYPE, AMZ_JSON)], body.to_string()).into_response()
}

/// How the user pool words trouble.
pub(super) fn pool_error(status: StatusCode) -> Value {
    let kind = match status {
        StatusCode::TOO_MANY_REQUESTS => "TooManyRequestsException",
        status if status.is_server_error() => "InternalErrorException",
        _ => "InvalidParameterException",
    };
    json!({ "__type": kind, "message": reason(status) })
}

/// How the API words trouble.
pub(super) fn error_body(status: StatusCode) -> Value {
    let kind = format!("{}Exception", reason(status).replace(' ', ""));
    json!({ "errors": [{ "errorType": kind, "message": reason(status) }] })
}

/// What the API answers to an id token that it does not take, with a status that says nothing.
pub(super) fn token_expired(status: u16) -> Response {
    // The setting is 200 or 401.
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let body = json!({
        "errors": [{ "errorType": "UnauthorizedException", "message": "Token has expired." }],
    });
    (status, Json(body)).into_response()
}

/// An error inside a 200, as GraphQL has them.
pub(super) fn failed(message: &str) -> Response {
    let body =
        json!({ "data": null, "errors": [{ "errorType": "BadRequestException", "message": message }] });
    Json(body).into_response()
}

fn reason(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Error")
}
