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
    messages,
    problems::problem,
};

/// Name a door.
#[utoipa::path(
    patch,
    path = "/v1/doors/{id}",
    operation_id = "nameDoor",
    tag = "openers",
    params(("id" = inline(messages::DoorId), Path, description = "The door.")),
    request_body = inline(messages::NameDoor),
    responses((status = 200, description = "The door.", body = inline(messages::Door))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
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
