//! `POST /v1/deliveries/{id}/close`: close the door behind the driver.

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use postern_contract::{carrier::CloseDoor, delivery::GrantState, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, PathId, Problem, Query, openapi::Keyed};

use super::{Patience, patiently};
use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Close the door behind the driver.
///
/// Accepted is not done: the delivery's state tells what the door did, and `?wait=` holds the line for it.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/close",
    operation_id = "closeDoor",
    tag = "at the door",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Patience, Keyed),
    request_body = inline(messages::CloseDoor),
    responses((status = 202, description = "The door was told to close.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, messages::BY_THE_OPENER, ["wrong_driver", "door_never_opened", "close_not_allowed"]])))
)]
pub(crate) async fn close(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    Query(patience): Query<Patience>,
    request: Idempotent<CloseDoor>,
) -> Result<impl IntoResponse, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let platform = &state.platform;
    let view = deliveries::close(platform, &caller, delivery, request.body)
        .await
        .map_err(problem)?;
    let closing = GrantState::Closing;
    let view = patiently(platform, patience, view, |view| view.state != closing)
        .await
        .map_err(problem)?;
    Ok((StatusCode::ACCEPTED, Json(view)))
}
