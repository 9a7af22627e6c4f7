//! `GET /v1/signing-keys`: the public keys under which the logs and the evidence of deliveries are signed, as a JWK set (RFC 7517).
//! For everybody: who holds a delivery's log or its evidence can check it without an account here.

use axum::{Json, extract::State};
use postern_core::Error;
use postern_http::{NoQuery, Problem};
use postern_keys::JwkSet;

use crate::{Carriers, messages, problems::problem};

/// Get the public keys under which logs and evidence are signed (RFC 7517).
///
/// For everybody: who holds a log or evidence can check it without an account here.
#[utoipa::path(
    get,
    path = "/v1/signing-keys",
    operation_id = "getSigningKeys",
    tag = "evidence",
    responses((status = 200, description = "The keys.", body = inline(messages::SigningKeys))),
    security(())
)]
pub(crate) async fn list(State(state): State<Carriers>, _: NoQuery) -> Result<Json<JwkSet>, Problem> {
    let key = |error| problem(Error::from(error));
    let logs = state.platform.signer.public_key().await.map_err(key)?;
    let bundles = state.bundles.public_key().await.map_err(key)?;
    Ok(Json(JwkSet::of(logs, bundles)))
}
