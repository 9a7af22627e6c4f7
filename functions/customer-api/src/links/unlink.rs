//! `DELETE /v1/links/{id}`: end a link and everything that hangs on it. A repeat finds nothing: 404.

use axum::{extract::State, http::StatusCode};
use postern_contract::ids::LinkId;
use postern_core::links;
use postern_http::{Empty, NoQuery, PathId, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// End a link and everything that hangs on it.
#[utoipa::path(
    delete,
    path = "/v1/links/{id}",
    operation_id = "unlink",
    tag = "openers",
    params(("id" = inline(messages::LinkId), Path, description = "The link.")),
    responses((status = 204, description = "It is gone.")),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up", "door_being_closed"]])))
)]
pub(crate) async fn unlink(
    member: Member,
    State(state): Shared,
    PathId(link): PathId<LinkId>,
    _: NoQuery,
    _: Empty,
) -> Result<StatusCode, Problem> {
    links::unlink(&state.platform, member.household, link)
        .await
        .map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}
