//! `POST /v1/deliveries/{id}/open`: open the door for the driver who stands before it.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use postern_contract::{carrier::OpenDoor, delivery::GrantState, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, PathId, Problem, Query};

use super::{Patience, patiently};
use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    problems::problem,
};

/// 202: accepted is not done. The delivery's state tells what the door did; `?wait=` holds the line for it.
pub(crate) async fn open(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    Query(patience): Query<Patience>,
    request: Idempotent<OpenDoor>,
) -> Result<impl IntoResponse, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let platform = &state.platform;
    let view = deliveries::open(platform, &caller, delivery, request.body)
        .await
        .map_err(problem)?;
    let opening = GrantState::Opening;
    let view = patiently(platform, patience, view, |view| view.state != opening)
        .await
        .map_err(problem)?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}
