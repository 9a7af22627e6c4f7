//! `POST /v1/household`: register the household of the person who asks.
//!
//! A repeat for the same address answers the household as it is, with 200 instead of 201.

use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use postern_contract::customer::SignUp;
use postern_core::households;
use postern_http::{Authorized, Json, NoQuery, Problem};

use crate::{
    caller::{OwnHousehold, Shared},
    messages,
    problems::problem,
};

/// Register your household.
///
/// A repeat for the same address answers the household as it is.
#[utoipa::path(
    post,
    path = "/v1/household",
    operation_id = "signUp",
    tag = "household",
    request_body = inline(messages::SignUp),
    responses((status = 201, description = "It is registered.", body = inline(messages::Household)), (status = 200, description = "It was registered before.", body = inline(messages::Household))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["already_signed_up", "address_taken", "unknown_time_zone"]])))
)]
pub(crate) async fn sign_up(
    token: Authorized<OwnHousehold>,
    State(state): Shared,
    _: NoQuery,
    Json(body): Json<SignUp>,
) -> Result<impl IntoResponse, Problem> {
    let signed_up = households::sign_up(&state.platform, &token.claims.subject, body)
        .await
        .map_err(problem)?;
    let status = if signed_up.is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Answer(signed_up.household)))
}
