//! `POST /v1/deliveries/{id}/open`: open the door for the driver who stands before it.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use postern_contract::{carrier::OpenDoor, delivery::GrantState, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, PathId, Problem, Query, openapi::Keyed};

use super::{Patience, patiently};
use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
    quotas::Counted,
};

/// Open the door for the driver who stands before it.
///
/// Accepted is not done: the delivery's state tells what the door did, and `?wait=` holds the line for it. A repeat under the same
/// key never opens twice.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/open",
    operation_id = "openDoor",
    tag = "at the door",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Patience, Keyed),
    request_body = inline(messages::OpenDoor),
    responses((status = 202, description = "The door was told to open.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, messages::UNWANTED, messages::BY_THE_OPENER, ["carrier_inactive", "not_out_for_delivery", "already_used", "outside_window", "wrong_parcel", "wrong_driver", "outside_geofence", "position_too_vague", "too_many_attempts", "door_opened_too_often"]])))
)]
pub(crate) async fn open(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    Counted(admission): Counted,
    PathId(delivery): PathId<DeliveryId>,
    Query(patience): Query<Patience>,
    request: Idempotent<OpenDoor>,
) -> Result<impl IntoResponse, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let platform = &state.platform;
    let view = deliveries::open(platform, &caller, delivery, request.body, admission)
        .await
        .map_err(problem)?;
    let opening = GrantState::Opening;
    let view = patiently(platform, patience, view, |view| view.state != opening)
        .await
        .map_err(problem)?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}
