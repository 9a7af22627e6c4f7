//! `GET /v1/deliveries/{id}`: one delivery, now or once it has changed.

use axum::{Json, extract::State};
use jiff::SignedDuration;
use postern_contract::{delivery::DeliveryView, ids::DeliveryId};
use postern_core::households;
use postern_http::{PathId, Problem, Query};

use super::Change;
use crate::{
    caller::{Member, Shared},
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
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn get(
    member: Member,
    State(state): Shared,
    PathId(delivery): PathId<DeliveryId>,
    Query(change): Query<Change>,
) -> Result<Json<DeliveryView>, Problem> {
    let (platform, household) = (&state.platform, member.household);
    let view = match change.wait {
        Some(wait) => {
            let patience = SignedDuration::from_secs(wait.seconds().into());
            households::wait_for_change(platform, household, delivery, change.after, patience).await
        }
        None => households::delivery(platform, household, delivery).await,
    };
    view.map(Json).map_err(problem)
}
