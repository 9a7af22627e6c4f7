//! `/v1/webhooks`: where the carrier wants to be told of events. Making one and rotating its secret are unsafe and take an
//! `Idempotency-Key`; changing sets a state, and ending one that is ended is ending what does not exist.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
};
use postern_contract::{
    delivery::Page,
    ids::WebhookId,
    webhook::{ChangeWebhook, CreateWebhook, WebhookSecret, WebhookView},
};
use postern_core::webhooks;
use postern_http::{
    Authorized, Empty, Idempotent, IfMatch, Json as Body, NoBody, NoQuery, PathId, Problem,
    openapi::{Keyed, Matched},
};

use crate::{
    Carriers,
    caller::{WebhooksWrite, carrier, idempotent},
    messages,
    problems::problem,
};

/// Say where to be told of events.
///
/// At most five endpoints. The secret is told once. Events that happen from now on are posted there.
#[utoipa::path(
    post,
    path = "/v1/webhooks",
    operation_id = "createWebhook",
    tag = "events",
    params(Keyed),
    request_body = inline(messages::CreateWebhook),
    responses((status = 201, description = "It is made; its secret is told here and nowhere else.", body = inline(messages::WebhookSecret), headers(("location" = String, description = "The path of the endpoint.")))),
    security(("carrier" = ["webhooks:write"])),
    extensions(("x-refusals" = json!([["too_many_webhooks", "webhook_address_not_allowed"]])))
)]
pub(crate) async fn create(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    _: NoQuery,
    request: Idempotent<CreateWebhook>,
) -> Result<impl IntoResponse, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    let made = webhooks::create(&state.platform, state.webhooks, &caller, request.body)
        .await
        .map_err(problem)?;
    let place = format!("/v1/webhooks/{}", made.webhook.id);
    Ok((StatusCode::CREATED, [(LOCATION, place)], Json(made)))
}

/// List your webhook endpoints.
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    operation_id = "listWebhooks",
    tag = "events",
    responses((status = 200, description = "All of them, in one page.", body = inline(messages::WebhookPage))),
    security(("carrier" = ["webhooks:write"]))
)]
pub(crate) async fn list(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    _: NoQuery,
) -> Result<Json<Page<WebhookView>>, Problem> {
    let items = webhooks::list(&state.platform, &carrier(&token)?)
        .await
        .map_err(problem)?;
    Ok(Json(Page {
        items,
        next_cursor: None,
    }))
}

/// See a webhook endpoint.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{id}",
    operation_id = "getWebhook",
    tag = "events",
    params(("id" = inline(messages::WebhookId), Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint.", body = inline(messages::Webhook))),
    security(("carrier" = ["webhooks:write"]))
)]
pub(crate) async fn get(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    _: NoQuery,
) -> Result<Json<WebhookView>, Problem> {
    webhooks::get(&state.platform, &carrier(&token)?, webhook)
        .await
        .map(Json)
        .map_err(problem)
}

/// Change a webhook endpoint.
///
/// What is left out stays.
#[utoipa::path(
    patch,
    path = "/v1/webhooks/{id}",
    operation_id = "changeWebhook",
    tag = "events",
    params(("id" = inline(messages::WebhookId), Path, description = "The endpoint."), Matched),
    request_body = inline(messages::ChangeWebhook),
    responses((status = 200, description = "The endpoint.", body = inline(messages::Webhook))),
    security(("carrier" = ["webhooks:write"])),
    extensions(("x-refusals" = json!([["too_many_webhooks", "webhook_address_not_allowed"]])))
)]
pub(crate) async fn change(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    _: NoQuery,
    if_match: IfMatch,
    Body(body): Body<ChangeWebhook>,
) -> Result<Json<WebhookView>, Problem> {
    let (carrier, as_seen) = (carrier(&token)?, |view: &WebhookView| if_match.holds(view));
    webhooks::change_if(&state.platform, state.webhooks, &carrier, webhook, body, as_seen)
        .await
        .map(Json)
        .map_err(problem)
}

/// End a webhook endpoint.
#[utoipa::path(
    delete,
    path = "/v1/webhooks/{id}",
    operation_id = "deleteWebhook",
    tag = "events",
    params(("id" = inline(messages::WebhookId), Path, description = "The endpoint."), Matched),
    responses((status = 204, description = "It is gone.")),
    security(("carrier" = ["webhooks:write"]))
)]
pub(crate) async fn delete(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    _: NoQuery,
    if_match: IfMatch,
    _: Empty,
) -> Result<StatusCode, Problem> {
    let as_seen = |view: &WebhookView| if_match.holds(view);
    webhooks::delete_if(&state.platform, &carrier(&token)?, webhook, as_seen)
        .await
        .map(|()| StatusCode::NO_CONTENT)
        .map_err(problem)
}

/// Give a webhook endpoint a new secret.
///
/// The one before is good beside it for 24 hours.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{id}/rotate",
    operation_id = "rotateWebhook",
    tag = "events",
    params(("id" = inline(messages::WebhookId), Path, description = "The endpoint."), Keyed),
    responses((status = 200, description = "The new secret, told here and nowhere else.", body = inline(messages::WebhookSecret))),
    security(("carrier" = ["webhooks:write"]))
)]
pub(crate) async fn rotate(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    _: NoQuery,
    request: Idempotent<NoBody>,
) -> Result<Json<WebhookSecret>, Problem> {
    let caller = idempotent(carrier(&token)?, &request.key, &request.fingerprint);
    webhooks::rotate(&state.platform, &caller, webhook)
        .await
        .map(Json)
        .map_err(problem)
}
