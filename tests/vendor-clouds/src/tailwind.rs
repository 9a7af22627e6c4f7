//! The face of a Tailwind iQ3: a controller in the home, and no cloud. `POST /json`, with the local control key in the header `TOKEN`.
//!
//! The wire shapes are those of the vendor's page about its local API, and what gotailwind 0.4.0 was seen to need. Every answer is HTTP
//! 200, and its `result` says what came of it. What is guessed is said where it stands, and listed in this crate's README.

mod asked;
mod commands;
mod status;
mod telling;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::config::{Config, DEMO_EMAIL, DoorPlan, HomePlan, UserPlan};
use crate::door::Disposition;
use crate::error::CloudError;
use crate::face::answers::{self, broken, error};
use crate::face::{controller, detached, orders, strike_identity, through};
use crate::faults::Target;
use crate::names::Email;
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;
use asked::Asked;
pub(crate) use telling::{Controller, begin as pushing};

/// The name that people know.
pub(crate) const NAME: &str = "Tailwind iQ3";

/// The local control key of the demo: six digits, as the vendor's are.
pub(crate) const DEMO_KEY: &str = "123456";

/// The header that carries the key.
const KEY: &str = "token";

/// A homeowner with two doors on a controller for three.
pub(crate) fn demo() -> Config {
    let homeowner = UserPlan {
        email: Email::from(DEMO_EMAIL),
        password: SecretString::from(DEMO_KEY),
        homes: vec![HomePlan {
            name: "Home".to_owned(),
            doors: vec![DoorPlan::closed("Main door"), DoorPlan::closed("Second bay")],
            decoys: Vec::new(),
        }],
    };
    Config {
        people: vec![homeowner],
        ..Config::empty()
    }
}

/// The one route. What any other path is answered is a guess.
pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/json", post(call))
        .fallback(async || error(StatusCode::NOT_FOUND, error_body))
        .method_not_allowed_fallback(async || error(StatusCode::METHOD_NOT_ALLOWED, error_body))
        .with_state(shared)
}

/// What is said with a status on order, which the controller itself never has.
fn error_body(status: StatusCode) -> Value {
    json!({ "result": "Fail", "info": status.canonical_reason().unwrap_or("Error") })
}

/// `info` is spelled in two ways; that orders to doors have the upper-case one, and all else the other, is a guess.
fn failed(key: &str, why: &str) -> Response {
    Json(json!({ "result": "Fail", key: why })).into_response()
}

fn ok() -> Response {
    Json(json!({ "result": "OK" })).into_response()
}

/// Whose key this is.
fn owner(world: &World, key: Option<&SecretString>) -> Option<Email> {
    let key = key?;
    let mut users = world.users().map(|(email, _)| email);
    users
        .find(|email| controller::knows(world, email) && world.password_fits(email, key))
        .cloned()
}

async fn call(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // On its own task: a client that gives up waiting does not make the controller forget what it was asked.
    detached(async move {
        let key = headers.get(KEY).and_then(|key| key.to_str().ok());
        let key = key.map(SecretString::from);
        answer(&shared, &connection, key.as_ref(), &Asked::read(&body))
            .await
            .unwrap_or_else(|error| broken(&error))
    })
    .await
}

async fn answer(
    shared: &Shared,
    connection: &Connection,
    key: Option<&SecretString>,
    asked: &Asked,
) -> Result<Response, CloudError> {
    let (by, order, away) =
        shared.look(|world, _| (owner(world, key), asked.order(world), controller::is_away(world)))?;
    let lost = |disposition| orders::note(shared, order.as_ref(), by.clone(), disposition);
    if away {
        lost(Disposition::Offline)?;
        return Ok(answers::none(connection));
    }
    let kind = match asked {
        Asked::Operate { .. } => Target::Command,
        _ => Target::Read,
    };
    let fault = strike_identity(shared, kind, by.as_ref())?;
    if let Some(fault) = &fault
        && fault.replaces_answer()
        && !fault.after_motion
    {
        lost(Disposition::LostToFault)?;
    }
    let done = || match &by {
        Some(by) => carry_out(shared, by, asked),
        None => {
            lost(Disposition::Unauthorised).map(|()| Json(json!({ "result": "token fail" })).into_response())
        }
    };
    let done = || done().unwrap_or_else(|error| broken(&error));
    Ok(through(fault, connection, error_body, done).await)
}

/// The normal answer to whoever has the key.
fn carry_out(shared: &Shared, by: &Email, asked: &Asked) -> Result<Response, CloudError> {
    match asked {
        Asked::Status => shared.look(|world, now| Json(status::document(world, now)).into_response()),
        Asked::Operate { index, way, partial } => commands::operate(shared, by, *index, *way, *partial),
        Asked::Notify(wish) => commands::notify(shared, wish),
        Asked::Light(brightness) => commands::light(shared, *brightness),
        Asked::Identify | Asked::Reboot => Ok(ok()),
        Asked::Nonsense(why) => Ok(failed("info", why)),
    }
}
