//! `POST /v1/deliveries/{id}/doorstep`: the parcels were left before the house instead of inside.

use axum::{Json, extract::State};
use postern_contract::{carrier::LeaveAtDoorstep, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, PathId, Problem, Query, openapi::Keyed};

use super::{Patience, patiently};
use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Say that the parcels were left at the doorstep.
///
/// Nothing opens for this delivery any more, and the customer reads why. It ends as `cancelled`: at once, or, where the door may yet
/// open, once it was seen closed; `?wait=` holds the line for that, and nobody has to stay for it. A door that stands open is closed
/// first.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/doorstep",
    operation_id = "leaveAtDoorstep",
    tag = "at the door",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Patience, Keyed),
    request_body = inline(messages::LeaveAtDoorstep),
    responses((status = 200, description = "It is noted.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, ["door_not_closed"]])))
)]
pub(crate) async fn doorstep(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    Query(patience): Query<Patience>,
    request: Idempotent<LeaveAtDoorstep>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let platform = &state.platform;
    let view = deliveries::leave_at_doorstep(platform, &caller, delivery, request.body)
        .await
        .map_err(problem)?;
    patiently(platform, patience, view, |view| view.state.is_end())
        .await
        .map(Json)
        .map_err(problem)
}
