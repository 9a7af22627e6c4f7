//! `POST /v1/eligibility`: can a parcel to this address be left in the garage?

use axum::{Json as Answer, extract::State};
use postern_contract::carrier::{AskEligibility, Eligibility};
use postern_core::deliveries;
use postern_http::{Authorized, Json, NoQuery, Problem};

use crate::{
    Carriers,
    caller::{EligibilityRead, carrier},
    messages,
    problems::problem,
};

/// Ask whether a parcel can be left in the garage.
///
/// For a checkout: an address is eligible when its household takes deliveries of this carrier and its door is ready.
#[utoipa::path(
    post,
    path = "/v1/eligibility",
    operation_id = "askEligibility",
    tag = "eligibility",
    request_body = inline(messages::AskEligibility),
    responses((status = 200, description = "Whether it can, and why not.", body = inline(messages::Eligibility))),
    security(("carrier" = ["eligibility:read"])),
    extensions(("x-refusals" = json!([["carrier_inactive"]])))
)]
pub(crate) async fn ask(
    token: Authorized<EligibilityRead>,
    State(state): State<Carriers>,
    _: NoQuery,
    Json(question): Json<AskEligibility>,
) -> Result<Answer<Eligibility>, Problem> {
    let carrier = carrier(&token)?;
    deliveries::ask_eligibility(&state.platform, &carrier, &question)
        .await
        .map(Answer)
        .map_err(problem)
}
