//! `POST /v1/eligibility`: can a parcel to this address be left in the garage?

use axum::{Json as Answer, extract::State};
use postern_contract::carrier::{AskEligibility, Eligibility};
use postern_core::deliveries;
use postern_http::{Authorized, Json, NoQuery, Problem};

use crate::{
    Carriers,
    caller::{EligibilityRead, carrier},
    problems::problem,
};

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
