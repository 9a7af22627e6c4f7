//! `GET /v1/preferences`.

use axum::{Json, extract::State};
use postern_contract::customer::PreferencesView;
use postern_core::households;
use postern_http::{NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// See what your household wants.
#[utoipa::path(
    get,
    path = "/v1/preferences",
    operation_id = "getPreferences",
    tag = "household",
    responses((status = 200, description = "What it wants.", body = inline(messages::PreferencesView))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn read(
    member: Member,
    State(state): Shared,
    _: NoQuery,
) -> Result<Json<PreferencesView>, Problem> {
    households::preferences(&state.platform, member.household)
        .await
        .map(Json)
        .map_err(problem)
}
