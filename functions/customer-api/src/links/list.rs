//! `GET /v1/links`: the household's links, a short list in one page.

use axum::{Json, extract::State};
use postern_contract::{customer::LinkView, delivery::Page};
use postern_core::links;
use postern_http::{NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// List your links.
#[utoipa::path(
    get,
    path = "/v1/links",
    operation_id = "listLinks",
    tag = "openers",
    responses((status = 200, description = "All of them, in one page.", body = inline(messages::LinkPage))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up"]])))
)]
pub(crate) async fn list(
    member: Member,
    State(state): Shared,
    _: NoQuery,
) -> Result<Json<Page<LinkView>>, Problem> {
    let items = links::list(&state.platform, member.household)
        .await
        .map_err(problem)?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}
