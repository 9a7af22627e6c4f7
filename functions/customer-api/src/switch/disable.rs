//! `POST /v1/disable`: turn in-garage delivery off. Once this has answered, no open leaves.
//!
//! A repeat ends whatever an earlier try left, and otherwise changes nothing.

use axum::{Json, extract::State};
use postern_contract::customer::TurnedOff;
use postern_core::households;
use postern_http::{Empty, NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Turn in-garage delivery off.
///
/// Once this has answered, no order to open leaves.
#[utoipa::path(
    post,
    path = "/v1/disable",
    operation_id = "disable",
    tag = "switch",
    responses((status = 200, description = "It is off, and what became of the deliveries.", body = inline(messages::TurnedOff))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn disable(
    member: Member,
    State(state): Shared,
    _: NoQuery,
    _: Empty,
) -> Result<Json<TurnedOff>, Problem> {
    households::turn_off(&state.platform, member.household)
        .await
        .map(Json)
        .map_err(problem)
}
