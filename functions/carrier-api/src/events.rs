//! `GET /v1/events`: what happened in the carrier's deliveries, from a place on; now or once something has.

use axum::{Json, extract::State};
use jiff::SignedDuration;
use postern_contract::feed::{FeedCursor, FeedPage};
use postern_core::feed;
use postern_http::{Authorized, Paging, Problem, Query, Wait, paging};
use serde::Deserialize;

use crate::{
    Carriers,
    caller::{DeliveriesRead, carrier},
    problems::problem,
};

/// `?after=17&limit=50&wait=20`: at most fifty events after the seventeenth, or, as long as there are none, twenty seconds' patience.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stretch {
    #[serde(default)]
    after: FeedCursor,
    #[serde(default, deserialize_with = "paging::limit")]
    limit: Option<usize>,
    #[serde(default)]
    wait: Option<Wait>,
}

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
