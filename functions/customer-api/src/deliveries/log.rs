//! `GET /v1/deliveries/{id}/log`: what happened, each entry chained to the one before.

use axum::{Json, extract::State};
use postern_contract::{delivery::Page, event::LogEntry, ids::DeliveryId};
use postern_core::households;
use postern_http::{Paging, PathId, Problem, Query};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Read what happened in a delivery, each entry chained to the one before.
#[utoipa::path(
    get,
    path = "/v1/deliveries/{id}/log",
    operation_id = "readLog",
    tag = "deliveries",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Paging),
    responses((status = 200, description = "A page of the log, the oldest entry first.", body = inline(messages::LogPage))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn log(
    member: Member,
    State(state): Shared,
    PathId(delivery): PathId<DeliveryId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<LogEntry>>, Problem> {
    let (list, tenant) = (format!("log of {delivery}"), member.tenant());
    let after = paging.position(&state.cursors, &list, &tenant)?;
    let page = households::log(&state.platform, member.household, delivery, paging.limit(), after)
        .await
        .map_err(problem)?;
    let next_cursor = state.cursors.next(&list, &tenant, page.next)?;
    Ok(Json(Page {
        items: page.items,
        next_cursor,
    }))
}
