//! `GET /v1/signing-keys`: the public key under which the logs of deliveries are signed, as a JWK set (RFC 8037). For everybody:
//! who holds a delivery's log can check it without an account here.

use axum::{Json, extract::State};
use postern_core::Error;
use postern_http::{NoQuery, Problem};
use serde_json::{Value, json};

use crate::{Carriers, problems::problem};

pub(crate) async fn list(State(state): State<Carriers>, _: NoQuery) -> Result<Json<Value>, Problem> {
    let key = state
        .platform
        .signer
        .public_key()
        .await
        .map_err(|error| problem(Error::from(error)))?;
    Ok(Json(
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "x": String::from(key) }] }),
    ))
}
