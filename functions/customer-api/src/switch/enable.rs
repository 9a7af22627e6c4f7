//! `POST /v1/enable`: turn in-garage delivery on. Turning on what is on changes nothing.

use axum::{Json, extract::State};
use postern_contract::customer::PreferencesView;
use postern_core::households;
use postern_http::{Empty, NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Turn in-garage delivery on.
#[utoipa::path(
    post,
    path = "/v1/enable",
    operation_id = "enable",
    tag = "switch",
    responses((status = 200, description = "It is on.", body = inline(messages::PreferencesView))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up", "no_delivery_door", "opener_link_broken", "unattended_open_barred", "unattended_close_barred"]])))
)]
pub(crate) async fn enable(
    member: Member,
    State(state): Shared,
    _: NoQuery,
    _: Empty,
) -> Result<Json<PreferencesView>, Problem> {
    households::turn_on(&state.platform, member.household)
        .await
        .map(Json)
        .map_err(problem)
}
