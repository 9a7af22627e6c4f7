//! `GET /v1/deliveries/{id}`: one delivery, now or once it has changed.

use axum::{Json, extract::State};
use jiff::SignedDuration;
use postern_contract::{delivery::DeliveryView, ids::DeliveryId};
use postern_core::{deliveries, grant::Viewer};
use postern_http::{Authorized, PathId, Problem, Query, Wait};
use serde::Deserialize;

use crate::{
    Carriers,
    caller::{DeliveriesRead, carrier},
    problems::problem,
};

/// `?wait=20&after=7` holds the line until the log is longer than seven entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    #[serde(default)]
    wait: Option<Wait>,
    #[serde(default)]
    after: Option<u64>,
}

pub(crate) async fn get(
    token: Authorized<DeliveriesRead>,
    State(state): State<Carriers>,
    PathId(delivery): PathId<DeliveryId>,
    Query(change): Query<Change>,
) -> Result<Json<DeliveryView>, Problem> {
    let platform = &state.platform;
    let view = deliveries::get(platform, &carrier(&token)?, delivery)
        .await
        .map_err(problem)?;
    let known = change.after.unwrap_or(view.log_length);
    let Some(wait) = change.wait.filter(|_| view.log_length <= known) else {
        return Ok(Json(view));
    };
    let patience = SignedDuration::from_secs(wait.seconds().into());
    deliveries::wait_until(platform, delivery, Viewer::Carrier, patience, |view| {
        view.log_length > known
    })
    .await
    .map(Json)
    .map_err(problem)
}
