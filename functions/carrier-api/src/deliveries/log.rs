//! `GET /v1/deliveries/{id}/log`: what happened, each entry chained to the one before.

use axum::{Json, extract::State};
use postern_contract::{delivery::Page, event::LogEntry, ids::DeliveryId};
use postern_core::{deliveries, grant::Viewer};
use postern_http::{Authorized, Paging, PathId, Problem, Query};

use crate::{
    Carriers,
    caller::{EvidenceRead, carrier},
    messages,
    problems::problem,
};

/// Read what happened in a delivery, each entry chained to the one before.
#[utoipa::path(
    get,
    path = "/v1/deliveries/{id}/log",
    operation_id = "readLog",
    tag = "evidence",
    params(("id" = inline(messages::DeliveryId), Path, description = "The delivery."), Paging),
    responses((status = 200, description = "A page of the log, the oldest entry first.", body = inline(messages::LogPage))),
    security(("carrier" = ["evidence:read"]))
)]
pub(crate) async fn log(
    token: Authorized<EvidenceRead>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<LogEntry>>, Problem> {
    let carrier = carrier(&token)?;
    let platform = &state.platform;
    deliveries::get(platform, &carrier, delivery)
        .await
        .map_err(problem)?;
    let list = format!("log of {delivery}");
    let after = paging.position(&state.cursors, &list, carrier.as_str())?;
    let page = deliveries::log(platform, delivery, Viewer::Carrier, paging.limit(), after)
        .await
        .map_err(problem)?;
    let next_cursor = state.cursors.next(&list, carrier.as_str(), page.next)?;
    Ok(Json(Page {
        items: page.items,
        next_cursor,
    }))
}
