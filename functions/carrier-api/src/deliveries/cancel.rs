//! `POST /v1/deliveries/{id}/cancel`: the carrier calls it off.

use axum::{Json, extract::State};
use postern_contract::{carrier::Cancel, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, NoQuery, PathId, Problem, openapi::Keyed};

use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Call a delivery off.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/cancel",
    operation_id = "cancelDelivery",
    tag = "deliveries",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Keyed),
    request_body = inline(messages::Cancel),
    responses((status = 200, description = "It is called off.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, ["door_in_use"]])))
)]
pub(crate) async fn cancel(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    request: Idempotent<Cancel>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    deliveries::cancel(&state.platform, &caller, delivery, request.body)
        .await
        .map(Json)
        .map_err(problem)
}
