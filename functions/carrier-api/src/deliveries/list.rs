//! `GET /v1/deliveries`: the carrier's deliveries, the newest first.

use axum::{Json, extract::State};
use postern_contract::delivery::{DeliveryView, Page};
use postern_core::deliveries;
use postern_http::{Authorized, Paging, Problem, Query};

use crate::{
    Carriers,
    caller::{DeliveriesRead, carrier},
    messages,
    problems::problem,
};

const LIST: &str = "deliveries";

/// List your deliveries, the newest first.
#[utoipa::path(
    get,
    path = "/v1/deliveries",
    operation_id = "listDeliveries",
    tag = "deliveries",
    params(Paging),
    responses((status = 200, description = "A page of them.", body = inline(messages::DeliveryPage))),
    security(("carrier" = ["deliveries:read"]))
)]
pub(crate) async fn list(
    token: Authorized<DeliveriesRead>,
    State(state): State<Carriers>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let carrier = carrier(&token)?;
    let after = paging.position(&state.cursors, LIST, carrier.as_str())?;
    let page = deliveries::list(&state.platform, &carrier, paging.limit(), after)
        .await
        .map_err(problem)?;
    let next_cursor = state.cursors.next(LIST, carrier.as_str(), page.next)?;
    Ok(Json(Page {
        items: page.items,
        next_cursor,
    }))
}
