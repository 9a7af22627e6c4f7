//! `POST /v1/deliveries/{id}/complete`: the parcels are inside.

use axum::{Json, extract::State};
use postern_contract::{carrier::Complete, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, PathId, Problem, Query, openapi::Keyed};

use super::{Patience, once_closed};
use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Say that the parcels are inside.
///
/// Only a door that was seen closed completes a delivery; `?wait=` waits for a closing one.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/complete",
    operation_id = "completeDelivery",
    tag = "at the door",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Patience, Keyed),
    request_body = inline(messages::Complete),
    responses((status = 200, description = "It is completed.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, ["door_in_use", "door_not_closed", "door_never_opened", "wrong_parcel", "wrong_purpose", "wrong_driver"]])))
)]
pub(crate) async fn complete(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    Query(patience): Query<Patience>,
    request: Idempotent<Complete>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let platform = &state.platform;
    once_closed(platform, &caller, delivery, patience)
        .await
        .map_err(problem)?;
    deliveries::complete(platform, &caller, delivery, request.body)
        .await
        .map(Json)
        .map_err(problem)
}
