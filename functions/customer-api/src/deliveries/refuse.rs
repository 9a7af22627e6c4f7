//! `POST /v1/deliveries/{id}/refuse`: take the right back from one delivery. Once this has answered, no open of it leaves.
//!
//! Refusing what is refused, or has ended, changes nothing and answers the delivery as it is.

use axum::{Json, extract::State};
use postern_contract::{delivery::DeliveryView, ids::DeliveryId};
use postern_core::households;
use postern_http::{Empty, NoQuery, PathId, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Take the right back from one delivery.
///
/// Once this has answered, no order to open of it leaves. Refusing what is refused, or has ended, changes nothing.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/refuse",
    operation_id = "refuseDelivery",
    tag = "deliveries",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery.")),
    responses((status = 200, description = "As it stands.", body = inline(messages::Delivery))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn refuse(
    member: Member,
    State(state): Shared,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    _: Empty,
) -> Result<Json<DeliveryView>, Problem> {
    households::refuse(&state.platform, member.household, delivery)
        .await
        .map(Json)
        .map_err(problem)
}
