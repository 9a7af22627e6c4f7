//! `GET /v1/doors/{id}`: one door, as it was last seen; `?refresh=true` reads it at its vendor.

use axum::{Json, extract::State};
use postern_contract::{customer::HouseholdDoor, ids::DoorId};
use postern_core::links;
use postern_http::{PathId, Problem, Query};

use super::Freshness;
use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// See a door, as it was last seen or as it is.
#[utoipa::path(
    get,
    path = "/v1/doors/{id}",
    operation_id = "getDoor",
    tag = "openers",
    params(("id" = inline(messages::DoorId), Path, description = "The door."), Freshness),
    responses((status = 200, description = "The door.", body = inline(messages::Door))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up", "opener_link_broken", "opener_offline", "opener_door_gone", "opener_cloud_unavailable"]])))
)]
pub(crate) async fn read(
    member: Member,
    State(state): Shared,
    PathId(door): PathId<DoorId>,
    Query(freshness): Query<Freshness>,
) -> Result<Json<HouseholdDoor>, Problem> {
    let (platform, household) = (&state.platform, member.household);
    let found = if freshness.refresh {
        links::read_door(platform, household, door).await
    } else {
        links::door(platform, household, door).await
    };
    found.map(Json).map_err(problem)
}
