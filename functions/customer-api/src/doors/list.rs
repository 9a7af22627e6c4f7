//! `GET /v1/doors`: the household's doors, as they were last seen; `?refresh=true` has each vendor list them first.

use axum::{Json, extract::State};
use postern_contract::{customer::HouseholdDoor, delivery::Page};
use postern_core::links;
use postern_http::{Problem, Query};

use super::Freshness;
use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// List your doors, as they were last seen.
#[utoipa::path(
    get,
    path = "/v1/doors",
    operation_id = "listDoors",
    tag = "openers",
    params(Freshness),
    responses((status = 200, description = "All of them, in one page.", body = inline(messages::DoorPage))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up", "opener_link_broken", "opener_offline", "opener_door_gone", "opener_cloud_unavailable"]])))
)]
pub(crate) async fn list(
    member: Member,
    State(state): Shared,
    Query(freshness): Query<Freshness>,
) -> Result<Json<Page<HouseholdDoor>>, Problem> {
    let (platform, household) = (&state.platform, member.household);
    if freshness.refresh {
        links::sync_all_doors(platform, household)
            .await
            .map_err(problem)?;
    }
    let items = links::doors(platform, household).await.map_err(problem)?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}
