//! `POST /v1/enable`: turn in-garage delivery on. Turning on what is on changes nothing.

use axum::{Json, body::Bytes, extract::State};
use postern_contract::customer::PreferencesView;
use postern_core::households;
use postern_http::Problem;

use crate::{
    caller::{Member, Shared, no_body},
    problems::problem,
};

pub(crate) async fn enable(
    member: Member,
    State(state): Shared,
    body: Bytes,
) -> Result<Json<PreferencesView>, Problem> {
    no_body(&body)?;
    households::turn_on(&state.platform, member.household)
        .await
        .map(Json)
        .map_err(problem)
}
