//! `PUT /v1/preferences`: all of them at once; what is left out goes back to its default.
//!
//! A repeat sets what is set, and counts no new version.

use axum::{Json as Answer, extract::State};
use postern_contract::customer::{Preferences, PreferencesView};
use postern_core::households;
use postern_http::{IfMatch, Json, NoQuery, Problem, openapi::Matched};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Say what your household wants.
///
/// All of it at once: what is left out goes back to its default.
#[utoipa::path(
    put,
    path = "/v1/preferences",
    operation_id = "setPreferences",
    tag = "household",
    params(Matched),
    request_body = inline(messages::Preferences),
    responses((status = 200, description = "What it wants now.", body = inline(messages::PreferencesView))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn set(
    member: Member,
    State(state): Shared,
    _: NoQuery,
    if_match: IfMatch,
    Json(wanted): Json<Preferences>,
) -> Result<Answer<PreferencesView>, Problem> {
    let as_seen = |view: &PreferencesView| if_match.holds(view);
    households::set_preferences_if(&state.platform, member.household, wanted, as_seen)
        .await
        .map(Answer)
        .map_err(problem)
}
