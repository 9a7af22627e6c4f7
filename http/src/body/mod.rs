//! Reading what a caller sends: JSON bodies, queries and ids in paths, each refused in the house's words.
//!
//! - [`Json`] for a body, [`Idempotent`] for a body that comes with an `Idempotency-Key`, [`Empty`] for none.
//! - [`Query`] for the query string, [`NoQuery`] for none.
//! - [`PathId`] and [`PathIds`] for ids: one that cannot be an id is answered as one that names nothing.
//!
//! Put `#[serde(deny_unknown_fields)]` on every `T`: that is what makes an unknown field a refusal.

mod fault;
mod params;
mod strict;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use params::{NoQuery, PathId, PathIds, Query};

use crate::problem::wire::{BODY_TOO_LARGE, MALFORMED_JSON, UNSUPPORTED_MEDIA_TYPE};
use crate::{Fingerprint, IdempotencyKey, Problem};

/// The most a body may hold. No call of either API needs a tenth of it.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON object as the body, read strictly.
///
/// Refused: another content type (`unsupported_media_type`), more than [`BODY_BYTES_MAX`]
/// (`body_too_large`), what is not one JSON document with each name once (`malformed_json`), a field that
/// `T` does not know (`unknown_field`), and one that is missing, of the wrong type or out of range
/// (`invalid_field`, naming the path and what is expected, never the value).
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(
    /// The body.
    pub T,
);

/// A JSON body that came with an `Idempotency-Key`, and the fingerprint to compare repeats by.
///
/// An empty body reads as `{}`, for calls that need none: see [`NoBody`].
#[derive(Debug, Clone)]
pub struct Idempotent<T> {
    /// The key that the caller gave.
    pub key: IdempotencyKey,
    /// The method, path and canonical body, hashed.
    pub fingerprint: Fingerprint,
    /// The body.
    pub body: T,
}

/// No body, or `{}`: what a call without words takes. Anything else is refused as [`Json`] would refuse it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Empty;

/// The body of a call that takes none: nothing at all, or `{}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoBody {}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        require_json(request.headers())?;
        let bytes = read_body(request).await?;
        parse(&bytes).map(|(_, body)| Self(body))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Idempotent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let key = IdempotencyKey::from_headers(request.headers())?;
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let json = require_json(request.headers());
        let bytes = read_body(request).await?;
        let (value, body) = if bytes.is_empty() {
            parse(b"{}")?
        } else {
            json?;
            parse(&bytes)?
        };
        let fingerprint = Fingerprint::new(method.as_str(), &path, &strict::canonical(&value));
        Ok(Self {
            key,
            fingerprint,
            body,
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Empty {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let json = require_json(request.headers());
        let bytes = read_body(request).await?;
        if !bytes.is_empty() {
            json?;
            parse::<NoBody>(&bytes)?;
        }
        Ok(Self)
    }
}

/// Reads JSON bytes into a type, refused as [`Json`] refuses. For bodies that come another way, such as
/// webhooks whose signature covers the bytes.
///
/// # Errors
/// `malformed_json`, `unknown_field` or `invalid_field`.
pub fn from_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    parse(bytes).map(|(_, body)| body)
}

/// Reads one of many things in a body that was read already, refused as [`Json`] refuses.
///
/// # Errors
/// `unknown_field` or `invalid_field`, with the field's path within the thing.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| fault::in_body(&error.path().to_string(), &error.inner().to_string()))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<(Value, T), Problem> {
    let value = strict::parse(bytes)
        .map_err(|not_json| Problem::new(&MALFORMED_JSON).with("reason", not_json.words()))?;
    if !value.is_object() {
        return Err(fault::no_object());
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| fault::in_body(&error.path().to_string(), &error.inner().to_string()))?;
    Ok((value, body))
}

/// JSON parsed as strictly as a body, for the parts of a token.
pub(crate) fn strict_value(bytes: &[u8]) -> Option<Value> {
    strict::parse(bytes).ok()
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let only = match (types.next(), types.next()) {
        (Some(only), None) => only.to_str().ok(),
        _ => None,
    };
    let essence = only.map(|t| {
        t.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    });
    let json = essence.is_some_and(|essence| {
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    });
    if json {
        Ok(())
    } else {
        Err(Problem::new(&UNSUPPORTED_MEDIA_TYPE))
    }
}

async fn read_body(request: Request) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(&BODY_TOO_LARGE)
            .with("limit_kib", (BODY_BYTES_MAX / 1024).to_string())
            .member("limit_bytes", BODY_BYTES_MAX)
    };
    // The house's DefaultBodyLimit stops the reading; without it the default of 2 MiB does, and we count.
    let bytes = Bytes::from_request(request, &()).await.map_err(|rejection| {
        if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
            too_large()
        } else {
            let broken_off = crate::Words::new("it broke off", "il s’est interrompu");
            Problem::new(&MALFORMED_JSON).with("reason", broken_off)
        }
    })?;
    if bytes.len() > BODY_BYTES_MAX {
        Err(too_large())
    } else {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
