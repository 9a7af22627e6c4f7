//! `POST /v1/deliveries/{id}/refuse`: take the right back from one delivery. Once this has answered, no open of it leaves.
//!
//! Refusing what is refused, or has ended, changes nothing and answers the delivery as it is.

use axum::{Json, body::Bytes, extract::State};
use postern_contract::{delivery::DeliveryView, ids::DeliveryId};
use postern_core::households;
use postern_http::{PathId, Problem};

use crate::{
    caller::{Member, Shared, no_body},
    problems::problem,
};

pub(crate) async fn refuse(
    member: Member,
    State(state): Shared,
    PathId(delivery): PathId<DeliveryId>,
    body: Bytes,
) -> Result<Json<DeliveryView>, Problem> {
    no_body(&body)?;
    households::refuse(&state.platform, member.household, delivery)
        .await
        .map(Json)
        .map_err(problem)
}
