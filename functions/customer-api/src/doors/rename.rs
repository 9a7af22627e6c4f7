//! `PATCH /v1/doors/{id}`: name a door. Giving it the name it has changes nothing.

use axum::{Json as Answer, extract::State};
use postern_contract::{
    customer::{HouseholdDoor, NameDoor},
    ids::DoorId,
};
use postern_core::links;
use postern_http::{Json, NoQuery, PathId, Problem};

use crate::{
    caller::{Member, Shared},
    problems::problem,
};

pub(crate) async fn rename(
    member: Member,
    State(state): Shared,
    PathId(door): PathId<DoorId>,
    _: NoQuery,
    Json(body): Json<NameDoor>,
) -> Result<Answer<HouseholdDoor>, Problem> {
    links::rename_door(&state.platform, member.household, door, body.name)
        .await
        .map(Answer)
        .map_err(problem)
}
