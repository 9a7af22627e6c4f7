//! `POST /v1/deliveries/{id}/take-over`: "I see to the door". From the answer on nothing closes it from afar.
//!
//! Where no door needs a person, nothing changes and the delivery is answered as it is.

use axum::{Json, extract::State};
use postern_contract::{delivery::DeliveryView, ids::DeliveryId};
use postern_core::deliveries;
use postern_http::{Empty, NoQuery, PathId, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// See to the door yourself.
///
/// From the answer on nothing closes it from afar. Where no door needs a person, nothing changes.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/take-over",
    operation_id = "takeOver",
    tag = "deliveries",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery.")),
    responses((status = 200, description = "As it stands.", body = inline(messages::Delivery))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn take_over(
    member: Member,
    State(state): Shared,
    PathId(delivery): PathId<DeliveryId>,
    _: NoQuery,
    _: Empty,
) -> Result<Json<DeliveryView>, Problem> {
    deliveries::take_over(&state.platform, member.household, delivery)
        .await
        .map(Json)
        .map_err(problem)
}
