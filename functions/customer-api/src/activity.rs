//! `GET /v1/activity`: what happened in the household, its deliveries included, the youngest first.

use axum::{Json, extract::State};
use postern_contract::{customer::ActivityEntry, delivery::Page};
use postern_core::households;
use postern_http::{Problem, Query};

use crate::{
    caller::{Member, Shared},
    paging::Paging,
    problems::problem,
};

const LIST: &str = "activity";

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
    paging.page(&state.cursors, LIST, &tenant, page).map(Json)
}
