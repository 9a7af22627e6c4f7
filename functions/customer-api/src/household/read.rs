//! `GET /v1/household`: one's own household.

use axum::{Json, extract::State};
use postern_contract::customer::HouseholdView;
use postern_core::households;
use postern_http::{NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// See your household.
#[utoipa::path(
    get,
    path = "/v1/household",
    operation_id = "getHousehold",
    tag = "household",
    responses((status = 200, description = "Your household.", body = inline(messages::Household))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn read(
    member: Member,
    State(state): Shared,
    _: NoQuery,
) -> Result<Json<HouseholdView>, Problem> {
    households::read(&state.platform, member.household)
        .await
        .map(Json)
        .map_err(problem)
}
