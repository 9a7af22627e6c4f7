//! The controls of apps over HTTP.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::Control;
use super::http::{Answer, done, read};
use crate::apps::PushTrouble;
use crate::names::Email;

/// Their routes.
pub(super) fn router() -> Router<Control> {
    Router::new()
        .route("/app", post(register))
        .route("/app/ping", post(ping))
        .route("/app/uninstall", post(uninstall))
        .route("/pushes", get(pushes).post(trouble))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApp {
    target_url: String,
}

async fn register(State(control): State<Control>, body: Bytes) -> Answer {
    let id = control.register_app(&read::<NewApp>(&body)?.target_url)?;
    Ok(Json(json!({ "app_id": id })).into_response())
}

async fn ping(State(control): State<Control>) -> Answer {
    Ok(Json(json!({ "challenge": control.ping_app()? })).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Owner {
    email: Email,
}

async fn uninstall(State(control): State<Control>, body: Bytes) -> Answer {
    control.uninstall_app(&read::<Owner>(&body)?.email)?;
    done()
}

async fn pushes(State(control): State<Control>) -> Answer {
    Ok(Json(json!({ "pushes": control.pushes()? })).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Troubles {
    trouble: PushTrouble,
    times: usize,
}

async fn trouble(State(control): State<Control>, body: Bytes) -> Answer {
    let troubles: Troubles = read(&body)?;
    control.trouble_pushes(troubles.trouble, troubles.times)?;
    done()
}
