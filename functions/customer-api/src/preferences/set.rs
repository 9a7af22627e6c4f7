//! `PUT /v1/preferences`: all of them at once; what is left out goes back to its default.
//!
//! A repeat sets what is set, and counts no new version.

use axum::{Json as Answer, extract::State};
use postern_contract::customer::{Preferences, PreferencesView};
use postern_core::households;
use postern_http::{Json, NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    problems::problem,
};

pub(crate) async fn set(
    member: Member,
    State(state): Shared,
    _: NoQuery,
    Json(wanted): Json<Preferences>,
) -> Result<Answer<PreferencesView>, Problem> {
    households::set_preferences(&state.platform, member.household, wanted)
        .await
        .map(Answer)
        .map_err(problem)
}
