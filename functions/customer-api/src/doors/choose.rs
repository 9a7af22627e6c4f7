//! `PUT /v1/delivery-door`: choose the door that deliveries use. Choosing what is chosen, in the same words, changes nothing.

use axum::{Json as Answer, extract::State};
use postern_contract::customer::{ChooseDoor, HouseholdDoor};
use postern_core::links;
use postern_http::{Json, NoQuery, Problem};

use crate::{
    caller::{Member, Shared},
    messages,
    problems::problem,
};

/// Choose the door that deliveries use.
#[utoipa::path(
    put,
    path = "/v1/delivery-door",
    operation_id = "chooseDoor",
    tag = "openers",
    request_body = inline(messages::ChooseDoor),
    responses((status = 200, description = "The door.", body = inline(messages::Door))),
    security(("customer" = ["household"])),
    extensions(("x-refusals" = json!([["not_signed_up", "not_found", "unattended_open_barred", "unattended_close_barred", "opener_link_broken", "door_being_closed", "opener_offline", "opener_door_gone", "opener_cloud_unavailable"]])))
)]
pub(crate) async fn choose(
    member: Member,
    State(state): Shared,
    _: NoQuery,
    Json(choice): Json<ChooseDoor>,
) -> Result<Answer<HouseholdDoor>, Problem> {
    links::choose_door(&state.platform, member.household, choice)
        .await
        .map(Answer)
        .map_err(problem)
}
