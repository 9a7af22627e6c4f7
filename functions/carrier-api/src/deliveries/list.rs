//! `GET /v1/deliveries`: the carrier's deliveries, the newest first, all or those that are as the query says.

use axum::{Json, extract::State};
use postern_contract::delivery::{DeliveryView, Page};
use postern_core::deliveries;
use postern_http::{Authorized, Problem, Query};

use super::Listing;
use crate::{
    Carriers,
    caller::{DeliveriesRead, carrier},
    messages,
    problems::problem,
};

/// List your deliveries, the newest first.
///
/// All of them, those of a `day`, or those of a `tracking_number`; and of either of these two, those in one `state` or of one `driver`.
/// What `state` and `driver` leave out is left out of its page: a page may be short, or empty, and the list goes on as long as there
/// is a `next_cursor`. A cursor goes on in the list that it was given out for, with the same filters.
#[utoipa::path(
    get,
    path = "/v1/deliveries",
    operation_id = "listDeliveries",
    tag = "deliveries",
    params(Listing),
    responses((status = 200, description = "A page of them.", body = inline(messages::DeliveryPage))),
    security(("carrier" = ["deliveries:read"]))
)]
pub(crate) async fn list(
    token: Authorized<DeliveriesRead>,
    State(state): State<Carriers>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let carrier = carrier(&token)?;
    let wanted = listing.wanted()?;
    let name = listing.name();
    let paging = listing.paging();
    let after = paging.position(&state.cursors, &name, carrier.as_str())?;
    let page = deliveries::list(&state.platform, &carrier, &wanted, paging.limit(), after)
        .await
        .map_err(problem)?;
    let next_cursor = state.cursors.next(&name, carrier.as_str(), page.next)?;
    Ok(Json(Page {
        items: page.items,
        next_cursor,
    }))
}
