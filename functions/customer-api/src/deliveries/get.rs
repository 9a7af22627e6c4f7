//! `GET /v1/deliveries/{id}`: one delivery, now or once it has changed.

use axum::{Json, extract::State};
use jiff::SignedDuration;
use postern_contract::{delivery::DeliveryView, ids::DeliveryId};
use postern_core::households;
use postern_http::{PathId, Problem, Query, Wait};
use serde::Deserialize;

use crate::{
    caller::{Member, Shared},
    problems::problem,
};

/// `?wait=20&after=7` holds the line until the log is longer than seven entries; without `after`, longer than now.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    #[serde(default)]
    wait: Option<Wait>,
    #[serde(default)]
    after: Option<u64>,
}

pub(crate) async fn get(
    member: Member,
    State(state): Shared,
    PathId(delivery): PathId<DeliveryId>,
    Query(change): Query<Change>,
) -> Result<Json<DeliveryView>, Problem> {
    let (platform, household) = (&state.platform, member.household);
    let view = match change.wait {
        Some(wait) => {
            let patience = SignedDuration::from_secs(wait.seconds().into());
            households::wait_for_change(platform, household, delivery, change.after, patience).await
        }
        None => households::delivery(platform, household, delivery).await,
    };
    view.map(Json).map_err(problem)
}
