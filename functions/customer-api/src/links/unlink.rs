//! `DELETE /v1/links/{id}`: end a link and everything that hangs on it. A repeat finds nothing: 404.

use axum::{extract::State, http::StatusCode};
use postern_contract::ids::LinkId;
use postern_core::links;
use postern_http::{Empty, NoQuery, PathId, Problem};

use crate::{
    caller::{Member, Shared},
    problems::problem,
};

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
