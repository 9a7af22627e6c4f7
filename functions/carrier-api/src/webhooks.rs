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
use postern_http::{Authorized, Empty, Idempotent, Json as Body, NoBody, NoQuery, PathId, Problem};

use crate::{
    Carriers,
    caller::{WebhooksWrite, carrier, idempotent},
    problems::problem,
};

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

pub(crate) async fn change(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    _: NoQuery,
    Body(body): Body<ChangeWebhook>,
) -> Result<Json<WebhookView>, Problem> {
    webhooks::change(&state.platform, state.webhooks, &carrier(&token)?, webhook, body)
        .await
        .map(Json)
        .map_err(problem)
}

pub(crate) async fn delete(
    token: Authorized<WebhooksWrite>,
    State(state): State<Carriers>,
    PathId(webhook): PathId<WebhookId>,
    _: NoQuery,
    _: Empty,
) -> Result<StatusCode, Problem> {
    webhooks::delete(&state.platform, &carrier(&token)?, webhook)
        .await
        .map(|()| StatusCode::NO_CONTENT)
        .map_err(problem)
}

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
