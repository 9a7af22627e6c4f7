//! `GET /v1/activity`: what happened in the household, its deliveries included, the youngest first.

use axum::{Json, extract::State};
use postern_contract::{customer::ActivityEntry, delivery::Page};
use postern_core::households;
use postern_http::{Paging, Problem, Query};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

const LIST: &str = "activity";

/// Read what happened in your household, its deliveries included, the newest first.
#[utoipa::path(
    get,
    path = "/v1/activity",
    operation_id = "listActivity",
    tag = "household",
    params(Paging),
    responses((status = 200, description = "A page of it.", body = inline(messages::ActivityPage))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn list(
    member: Member,
    State(state): Shared,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<ActivityEntry>>, Problem> {
    let tenant = member.tenant();
    let after = paging.position(&state.cursors, LIST, &tenant)?;
    let page = households::activity(&state.platform, member.household, paging.limit(), after)
        .await
        .map_err(problem)?;
    let next_cursor = state.cursors.next(LIST, &tenant, page.next)?;
    Ok(Json(Page {
        items: page.items,
        next_cursor,
    }))
}
