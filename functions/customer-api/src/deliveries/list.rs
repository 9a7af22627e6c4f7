//! `GET /v1/deliveries?which=current|past`: the household's deliveries, the youngest first.

use axum::{Json, extract::State};
use postern_contract::delivery::{DeliveryView, Page};
use postern_core::households;
use postern_http::{Paging, Problem, Query, paging};
use serde::Deserialize;

use crate::{
    caller::{Member, Shared},
    problems::problem,
};

/// Which deliveries, how many of them, and from where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    #[serde(default)]
    which: Which,
    #[serde(default, deserialize_with = "paging::limit")]
    limit: Option<usize>,
    #[serde(default)]
    cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    #[default]
    Current,
    Past,
}

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
