//! `POST /v1/links/finish`: finish linking with what the vendor's page handed back.
//!
//! A login's state is good once, so a repeat is refused; `GET /v1/links` tells whether the first try came through.

use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use postern_contract::customer::FinishLink;
use postern_core::links;
use postern_http::{Json, NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Finish linking with what the vendor's page handed back.
///
/// It is good once: a repeat is refused, and the list of links tells whether the first try came through.
#[utoipa::path(
    post,
    path = "/v1/links/finish",
    operation_id = "finishLink",
    tag = "openers",
    request_body = inline(messages::FinishLink),
    responses((status = 201, description = "The link.", body = inline(messages::Link))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up", "login_not_known", "login_refused", "unknown_vendor", "too_many_links", "opener_cloud_unavailable", "opener_offline", "opener_door_gone"]])))
)]
pub(crate) async fn finish(
    member: Member,
    State(state): Shared,
    _: NoQuery,
    Json(body): Json<FinishLink>,
) -> Result<impl IntoResponse, Problem> {
    let link = links::finish(&state.platform, member.household, body)
        .await
        .map_err(problem)?;
    Ok((StatusCode::CREATED, Answer(link)))
}
