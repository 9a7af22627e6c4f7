//! `GET /v1/events`: what happened in the carrier's deliveries, from a place on; now or once something has.

mod stretch;

use axum::{Json, extract::State};
use jiff::SignedDuration;
use postern_contract::feed::FeedPage;
use postern_core::feed;
use postern_http::{Authorized, Paging, Problem, Query};

use self::stretch::Stretch;
use crate::{
    Carriers,
    caller::{DeliveriesRead, carrier},
    messages,
    problems::problem,
};

/// Read on in what happened in your deliveries, now or once something has.
///
/// Give the last number that you know; without it the feed begins with the oldest event that is kept, which is 30 days.
#[utoipa::path(
    get,
    path = "/v1/events",
    operation_id = "listEvents",
    tag = "events",
    params(Stretch),
    responses((status = 200, description = "The events after that one, the oldest first.", body = inline(messages::FeedPage))),
    security(("carrier" = ["deliveries:read"]))
)]
pub(crate) async fn list(
    token: Authorized<DeliveriesRead>,
    State(state): State<Carriers>,
    Query(stretch): Query<Stretch>,
) -> Result<Json<FeedPage>, Problem> {
    let limit = Paging::new(stretch.limit, None).limit();
    let patience = SignedDuration::from_secs(stretch.wait.map_or(0, |wait| i64::from(wait.seconds())));
    feed::read(&state.platform, &carrier(&token)?, stretch.after, limit, patience)
        .await
        .map(Json)
        .map_err(problem)
}
