//! `POST /v1/deliveries/{id}/reissue`: the driver has to go back in.

use axum::{Json, extract::State};
use postern_contract::{carrier::Reissue, delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Authorized, Idempotent, PathId, Problem, Query, openapi::Keyed};

use super::{Patience, once_closed};
use crate::{
    Carriers,
    caller::{DeliveriesWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Ask to open once more, for a driver who has to go back in.
///
/// At most twice, within five minutes of the door having closed; `?wait=` waits for a closing one. The customer is told.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/reissue",
    operation_id = "reissueDelivery",
    tag = "at the door",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Patience, Keyed),
    request_body = inline(messages::Reissue),
    responses((status = 200, description = "It is armed again.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:write"])),
    extensions(("x-refusals" = json!([messages::OVER, messages::UNWANTED, ["nothing_to_reissue", "reissue_too_late", "reissue_limit", "wrong_driver", "outside_window", "carrier_inactive", "too_many_attempts"]])))
)]
pub(crate) async fn reissue(
    token: Authorized<DeliveriesWrite>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    Query(patience): Query<Patience>,
    request: Idempotent<Reissue>,
) -> Result<Json<DeliveryView>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let platform = &state.platform;
    once_closed(platform, &caller, delivery, patience)
        .await
        .map_err(problem)?;
    deliveries::reissue(platform, &caller, delivery, request.body)
        .await
        .map(Json)
        .map_err(problem)
}
