//! `GET /v1/deliveries?which=current|past`: the household's deliveries, the youngest first.

use axum::{Json, extract::State};
use postern_contract::delivery::{DeliveryView, Page};
use postern_core::households;
use postern_http::{Paging, Problem, Query};

use super::{Listing, Which};
use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// List your deliveries, the newest first.
#[utoipa::path(
    get,
    path = "/v1/deliveries",
    operation_id = "listDeliveries",
    tag = "deliveries",
    params(Listing),
    responses((status = 200, description = "A page of them.", body = inline(messages::DeliveryPage))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn list(
    member: Member,
    State(state): Shared,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    let (which, name) = match listing.which {
        Which::Current => (households::Which::Current, "current deliveries"),
        Which::Past => (households::Which::Past, "past deliveries"),
    };
    let paging = Paging::new(listing.limit, listing.cursor);
    let tenant = member.tenant();
    let after = paging.position(&state.cursors, name, &tenant)?;
    let page = households::list(&state.platform, member.household, which, paging.limit(), after)
        .await
        .map_err(problem)?;
    let next_cursor = state.cursors.next(name, &tenant, page.next)?;
    Ok(Json(Page {
        items: page.items,
        next_cursor,
    }))
}
