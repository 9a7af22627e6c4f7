//! `POST /v1/deliveries/{id}/dispatch`: the parcels are out for delivery.

use axum::{Json, extract::State};
use postern_contract::{carrier::Dispatch, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, NoQuery, PathId, Problem, openapi::Keyed};

use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Say that the parcels are out for delivery.
///
/// From then on, inside its window, the door can be opened. A driver who is named here is the only one who may.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/dispatch",
    operation_id = "dispatchDelivery",
    tag = "deliveries",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Keyed),
    request_body = inline(messages::Dispatch),
    responses((status = 200, description = "It is armed.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, messages::UNWANTED, ["outside_window", "already_used", "carrier_inactive"]])))
)]
pub(crate) async fn dispatch(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    request: Idempotent<Dispatch>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    deliveries::dispatch(&state.platform, &caller, delivery, request.body)
        .await
        .map(Json)
        .map_err(problem)
}
