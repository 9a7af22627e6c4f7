//! `POST /v1/links`: begin linking an opener. A repeat begins another login; either may be finished, and both run out.

use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use postern_contract::customer::BeginLink;
use postern_core::links;
use postern_http::{Json, NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Begin to link an opener.
///
/// A repeat begins another login; either may be finished, and both run out.
#[utoipa::path(
    post,
    path = "/v1/links",
    operation_id = "beginLink",
    tag = "openers",
    request_body = inline(messages::BeginLink),
    responses((status = 201, description = "How to sign in with the vendor: on its page, or by a form.", body = inline(messages::LinkStarted))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up", "too_many_links", "unknown_vendor", "login_refused", "opener_cloud_unavailable"]])))
)]
pub(crate) async fn begin(
    member: Member,
    State(state): Shared,
    _: NoQuery,
    Json(body): Json<BeginLink>,
) -> Result<impl IntoResponse, Problem> {
    let started = links::begin(&state.platform, member.household, body.vendor)
        .await
        .map_err(problem)?;
    Ok((StatusCode::CREATED, Answer(started)))
}
