//! `POST /v1/links/answer`: finish linking with what was filled in.
//!
//! The answers go to the opener's maker and are kept nowhere. A login that was finished is refused; one whose answers were not taken
//! can be tried again, a few times.

use axum::{Json as Answer, extract::State, http::StatusCode, response::IntoResponse};
use postern_contract::customer::AnswerForm;
use postern_core::links;
use postern_http::{Json, NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Finish linking with what was filled in.
///
/// For a link that was begun with a `form`. The answers go to the opener's maker and are kept nowhere. Answers that it does not take
/// can be given again, three times in all, four times in an hour for one account and twelve times in an hour for one household, so that nobody's account is
/// locked.
#[utoipa::path(
    post,
    path = "/v1/links/answer",
    operation_id = "answerForm",
    tag = "openers",
    request_body = inline(messages::AnswerForm),
    responses((status = 201, description = "The link.", body = inline(messages::Link))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up", "login_not_known", "login_answers_refused", "too_many_logins", "too_many_links", "opener_cloud_unavailable", "opener_offline", "opener_door_gone"]])))
)]
pub(crate) async fn answer(
    member: Member,
    State(state): Shared,
    _: NoQuery,
    Json(body): Json<AnswerForm>,
) -> Result<impl IntoResponse, Problem> {
    let link = links::finish(&state.platform, member.household, body)
        .await
        .map_err(problem)?;
    Ok((StatusCode::CREATED, Answer(link)))
}
