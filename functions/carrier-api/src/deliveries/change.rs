//! `PATCH /v1/deliveries/{id}`: another window, driver or parcels.

use axum::{Json, extract::State};
use postern_contract::{carrier::ChangeDelivery, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{
    Authorized, Idempotent, IfMatch, NoQuery, PathId, Problem,
    openapi::{Keyed, Matched},
};

use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Change a delivery's window, driver or parcels.
///
/// Until the door is told to open; an order that was certainly not carried out does not count. The household must take the window as it
/// takes one at booking. A delivery that is out already stays so: it is armed for the new window, at once or on its day, and what was
/// armed for the old one opens nothing any more. The log says what changed.
#[utoipa::path(
    patch,
    path = "/v1/deliveries/{id}",
    operation_id = "changeDelivery",
    tag = "deliveries",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Keyed, Matched),
    request_body = inline(messages::ChangeDelivery),
    responses((status = 200, description = "As it is now.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, messages::UNWANTED, ["not_eligible", "door_in_use", "outside_window", "too_many_attempts", "carrier_inactive"]])))
)]
pub(crate) async fn change(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    if_match: IfMatch,
    request: Idempotent<ChangeDelivery>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let as_seen = |view: &DeliveryView| if_match.holds(view);
    deliveries::change_if(&state.platform, &caller, delivery, request.body, as_seen)
        .await
        .map(Json)
        .map_err(problem)
}
