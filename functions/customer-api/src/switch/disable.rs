//! `POST /v1/disable`: turn in-garage delivery off. Once this has answered, no open leaves.
//!
//! A repeat ends whatever an earlier try left, and otherwise changes nothing.

use axum::{Json, extract::State};
use postern_contract::customer::TurnedOff;
use postern_core::households;
use postern_http::{Empty, NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    problems::problem,
};

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
