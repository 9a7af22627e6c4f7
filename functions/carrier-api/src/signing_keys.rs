//! `GET /v1/signing-keys`: the public key under which the logs of deliveries are signed, as a JWK set (RFC 8037). For everybody:
//! who holds a delivery's log can check it without an account here.

use axum::{Json, extract::State};
use postern_core::Error;
use postern_http::{NoQuery, Problem};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Carriers, messages, problems::problem};

/// The public keys under which logs are signed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SigningKeys {
    /// Each fits some logs; while one takes another's place there are several.
    keys: Vec<SigningKey>,
}

/// A public key (RFC 8037).
#[derive(Debug, Serialize, JsonSchema)]
struct SigningKey {
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// `sig`.
    r#use: &'static str,
    /// The key, base64url.
    x: String,
}

/// Get the public keys under which logs are signed (RFC 8037).
///
/// For everybody: who holds a log can check it without an account here.
#[utoipa::path(
    get,
    path = "/v1/signing-keys",
    operation_id = "getSigningKeys",
    tag = "evidence",
    responses((status = 200, description = "The keys.", body = inline(messages::SigningKeys))),
    security(())
)]
pub(crate) async fn list(State(state): State<Carriers>, _: NoQuery) -> Result<Json<SigningKeys>, Problem> {
    let key = state
        .platform
        .signer
        .public_key()
        .await
        .map_err(|error| problem(Error::from(error)))?;
    let key = SigningKey {
        kty: "OKP",
        crv: "Ed25519",
        r#use: "sig",
        x: String::from(key),
    };
    Ok(Json(SigningKeys { keys: vec![key] }))
}
