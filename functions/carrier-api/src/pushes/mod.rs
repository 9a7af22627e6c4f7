//! `/v1/webhooks/{id}/…`: what became of events on their way to an endpoint, and having some pushed again, or a test.

mod patience;

use axum::{Json, extract::State, http::StatusCode, response::IntoResponse};
use jiff::SignedDuration;
use postern_contract::{
    delivery::Page,
    ids::WebhookId,
    push::{PushView, Replay},
};
use postern_core::webhooks;
use postern_http::{Authorized, Idempotent, NoBody, NoQuery, Paging, PathId, Problem, Query, openapi::Keyed};

use self::patience::Patience;
use crate::{
    Carriers,
    caller::{WebhooksWrite, carrier, idempotent},
    messages,
    problems::problem,
};

const LIST: &str = "pushes";

/// List what was pushed to a webhook endpoint, the newest first.
///
/// With each attempt and how it went, for as long as events are kept, which is 30 days.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}/pushes",
    operation_id = "listPushes",
    tag = "events",
    params(("id" = inline(messages::WebhookId), Path, description = "The endpoint."), Paging),
    responses((status = 200, description = "A page of them.", body = inline(messages::PushPage))),
    security(("carrier" = ["webhooks:write"]))
)]
pub(crate) async fn list(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<PushView>>, Problem> {
    let carrier = carrier(&token)?;
    // A cursor is good for one endpoint's list.
    let whose = format!("{carrier} {webhook}");
    let after = paging.position(&state.cursors, LIST, &whose)?;
    let page = webhooks::pushes(&state.platform, &carrier, webhook, paging.limit(), after)
        .await
        .map_err(problem)?;
    let next_cursor = state.cursors.next(LIST, &whose, page.next)?;
    Ok(Json(Page {
        items: page.items,
        next_cursor,
    }))
}

/// Post a test to a webhook endpoint.
///
/// An event of type `com.postern.webhook.test` is posted once, to this endpoint alone, also to one that is switched off. `?wait=` holds the
/// line for how that went.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/test",
    operation_id = "testWebhook",
    tag = "events",
    params(("id" = inline(messages::WebhookId), Path, description = "The endpoint."), Patience, Keyed),
    responses((status = 202, description = "The test, and how it went if that is known.", body = inline(messages::Push))),
    security(("carrier" = ["webhooks:write"]))
)]
pub(crate) async fn test(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    Query(patience): Query<Patience>,
    request: Idempotent<NoBody>,
) -> Result<impl IntoResponse, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let patience = SignedDuration::from_secs(patience.wait.map_or(0, |wait| i64::from(wait.seconds())));
    let push = webhooks::test(&state.platform, &caller, webhook, patience)
        .await
        .map_err(problem)?;
    Ok((StatusCode::ACCEPTED, Json(push)))
}

/// Have events pushed to a webhook endpoint again.
///
/// Those named, whatever types the endpoint is told of; or those that came into the feed since a time, or after a place of it, and that the endpoint
/// is told of. At most 99 at once: `next_cursor` says where to go on. The events keep their ids.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/replay",
    operation_id = "replayWebhook",
    tag = "events",
    params(("id" = inline(messages::WebhookId), Path, description = "The endpoint."), Keyed),
    request_body = inline(messages::Replay),
    responses((status = 202, description = "They are on their way.", body = inline(messages::Replayed))),
    security(("carrier" = ["webhooks:write"])),
    extensions(("x-refusals" = json!([["webhook_disabled"]])))
)]
pub(crate) async fn replay(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    _: NoQuery,
    request: Idempotent<Replay>,
) -> Result<impl IntoResponse, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let replayed = webhooks::replay(&state.platform, &caller, webhook, &request.body)
        .await
        .map_err(problem)?;
    Ok((StatusCode::ACCEPTED, Json(replayed)))
}
