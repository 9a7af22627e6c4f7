//! `GET /v1/deliveries/{id}`: one delivery, now or once it has changed.

use axum::{Json, extract::State};
use jiff::SignedDuration;
use postern_contract::{delivery::DeliveryView, ids::DeliveryId};
use postern_core::{deliveries, grant::Viewer};
use postern_http::{Authorized, PathId, Problem, Query};

use super::Change;
use crate::{
    Carriers,
    caller::{DeliveriesRead, carrier},
    messages,
    problems::problem,
};

/// See a delivery, now or once it has changed.
#[utoipa::path(
    get,
    path = "/v1/deliveries/{id}",
    operation_id = "getDelivery",
    tag = "deliveries",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Change),
    responses((status = 200, description = "As it stands.", body = inline(messages::Delivery))),
    security(("carrier" = ["deliveries:read"]))
)]
pub(crate) async fn get(
    token: Authorized<DeliveriesRead>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    Query(change): Query<Change>,
) -> Result<Json<DeliveryView>, Problem> {
    let platform = &state.platform;
    let view = deliveries::get(platform, &carrier(&token)?, delivery)
        .await
        .map_err(problem)?;
    let known = change.after.unwrap_or(view.log_length);
    let Some(wait) = change.wait.filter(|_| view.log_length <= known) else {
        return Ok(Json(view));
    };
    let patience = SignedDuration::from_secs(wait.seconds().into());
    deliveries::wait_until(platform, delivery, Viewer::Carrier, patience, |view| {
        view.log_length > known
    })
    .await
    .map(Json)
    .map_err(problem)
}
