//! `POST /v1/deliveries/{id}/arrive`: the driver is at the address.

use axum::{Json, extract::State};
use postern_contract::{carrier::Arrive, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, NoQuery, PathId, Problem, openapi::Keyed};

use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Say that the driver has come to the address.
///
/// The customer sees that the driver is there, before the door moves. It opens nothing, binds no driver, and may be left out.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/arrive",
    operation_id = "arriveAtDelivery",
    tag = "at the door",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Keyed),
    request_body = inline(messages::Arrive),
    responses((status = 200, description = "It is noted.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, ["not_out_for_delivery", "wrong_driver", "outside_geofence", "position_too_vague"]])))
)]
pub(crate) async fn arrive(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    request: Idempotent<Arrive>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    deliveries::arrive(&state.platform, &caller, delivery, request.body)
        .await
        .map(Json)
        .map_err(problem)
}
