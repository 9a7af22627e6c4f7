//! The face of SmartThings: login and tokens, devices with their status and commands, subscriptions, and what is pushed. Doors come here
//! from many makers, by drivers that lay them out differently.
//!
//! The wire shapes are those of the vendor's documents and samples, of its `@smartthings/core-sdk` 8.5.3 and `@smartthings/smartapp`
//! 4.3.6, and of pysmartthings 1.2.0 and 4.0.3, all of which run against it unchanged. What is guessed is said where it stands, and listed
//! in this crate's README. Every path is there with `/v1` before it and without, as clients of both kinds exist.

mod authorize;
mod commands;
mod devices;
mod errors;
mod events;
mod layout;
mod limits;
mod pushing;
mod signing;
mod sinks;
mod subscriptions;
mod token;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::apps::Installation;
use crate::config::{
    Config, DEMO_EMAIL, DEMO_PASSWORD, DoorPlan, HomePlan, RefreshTokens, Settings, UserPlan,
};
use crate::door::Disposition;
use crate::error::CloudError;
use crate::face::answers::{broken, error, too_many};
use crate::face::form::Fields;
use crate::face::{self, bearer, detached, orders, strike, through};
use crate::faults::Target;
use crate::names::{Email, Serial};
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;
use commands::Orders;
use devices::{Depth, Wanted};
use errors::{error_body, malformed};
use layout::Layout;
use limits::Limit;

pub(crate) use pushing::{begin as pushing, ping, register, uninstall};
pub(crate) use sinks::Sinks;

/// The name that people know.
pub(crate) const NAME: &str = "SmartThings";

/// A day less a second, as it has been seen.
const ACCESS_TOKEN_TTL_S: u32 = 86_399;

/// A homeowner with a door of each layout that a client of every kind can read, and a microwave, which has a door too.
pub(crate) fn demo() -> Config {
    let door = |device_type: &str, name: &str, battery: Option<u8>| DoorPlan {
        device_type: device_type.to_owned(),
        sensor_battery_percent: battery,
        ..DoorPlan::closed(name)
    };
    let doors = vec![
        door("doorControl", "Main door", Some(90)),
        door("sensor", "Second bay", Some(35)),
        door("garageDoorControl", "Workshop", None),
        door("microwave", "Microwave", None),
    ];
    let homeowner = UserPlan {
        email: Email::from(DEMO_EMAIL),
        password: SecretString::from(DEMO_PASSWORD),
        homes: vec![HomePlan {
            name: "Home".to_owned(),
            doors,
            decoys: Vec::new(),
        }],
    };
    let settings = Settings {
        access_token_ttl_s: ACCESS_TOKEN_TTL_S,
        refresh_tokens: RefreshTokens::Rotating,
        command_status: 200,
        ..Settings::default()
    };
    Config {
        people: vec![homeowner],
        settings,
        ..Config::empty()
    }
}

/// The routes of the cloud. The vendor has a host of its own for keys; here it is this host's path.
pub(crate) fn router(shared: Shared) -> Router {
    let api = || {
        Router::new()
            .route("/devices", get(list))
            .route("/devices/{id}", get(one))
            .route("/devices/{id}/status", get(status))
            .route("/devices/{id}/components/{component}/status", get(component))
            .route(
                "/devices/{id}/components/{component}/capabilities/{capability}/status",
                get(capability),
            )
            .route("/devices/{id}/health", get(health))
            .route("/devices/{id}/commands", post(command))
            .route(
                "/installedapps/{id}/subscriptions",
                get(subscriptions_list).post(subscribe).delete(unsubscribe_all),
            )
            .route(
                "/installedapps/{id}/subscriptions/{subscription}",
                delete(unsubscribe),
            )
            .route("/subscriptions", post(sink))
            .route("/subscriptions/{id}", delete(sink_gone))
            .route("/subscriptions/{id}/stream", get(stream))
    };
    Router::new()
        .route("/oauth/authorize", get(authorize::page).post(authorize::submit))
        .route(
            "/oauth/authorize/location",
            get(authorize::locations).post(authorize::locate),
        )
        .route("/oauth/token", post(token::token))
        .route("/apps/{id}/confirm-registration", get(confirm))
        .route(signing::KEY_ID, get(async || signing::CERTIFICATE))
        .merge(api())
        .nest("/v1", api())
        .fallback(async || error(StatusCode::NOT_FOUND, error_body))
        .method_not_allowed_fallback(async || error(StatusCode::METHOD_NOT_ALLOWED, error_body))
        .with_state(shared)
}

/// What is asked of the API.
enum Asked {
    List(Wanted),
    Device(Serial),
    Status(Serial, Depth),
    Health(Serial),
    Command(Serial, Result<Orders, (String, &'static str)>),
    Subscriptions(String),
    Subscribe(String, Bytes),
    Unsubscribe(String, Option<String>),
    Sink(Bytes),
    SinkGone(String),
    Stream(String),
    /// A query that cannot be read.
    Nonsense(String),
}

impl Asked {
    /// The device that it is about.
    const fn device(&self) -> Option<&Serial> {
        match self {
            Self::Device(serial)
            | Self::Status(serial, _)
            | Self::Health(serial)
            | Self::Command(serial, _) => Some(serial),
            _ => None,
        }
    }

    fn order(&self) -> Option<&orders::DoorOrder> {
        match self {
            Self::Command(_, Ok(orders)) => orders.first(),
            _ => None,
        }
    }

    /// What must have been granted for it.
    const fn scope(&self) -> &'static str {
        match self {
            Self::Command(..) => "x:devices:*",
            _ => "r:devices:*",
        }
    }
}

type Parts = (State<Shared>, ConnectInfo<Connection>, HeaderMap);

async fn list(parts: Parts, RawQuery(query): RawQuery) -> Response {
    let asked = Wanted::of(&query.unwrap_or_default()).map_or_else(Asked::Nonsense, Asked::List);
    call(parts, asked).await
}

async fn one(parts: Parts, Path(id): Path<Serial>) -> Response {
    call(parts, Asked::Device(id)).await
}

async fn status(parts: Parts, Path(id): Path<Serial>) -> Response {
    call(parts, Asked::Status(id, Depth::Device)).await
}

async fn component(parts: Parts, Path((id, component)): Path<(Serial, String)>) -> Response {
    call(parts, Asked::Status(id, Depth::Component(component))).await
}

async fn capability(
    parts: Parts,
    Path((id, component, capability)): Path<(Serial, String, String)>,
) -> Response {
    call(parts, Asked::Status(id, Depth::Capability(component, capability))).await
}

async fn health(parts: Parts, Path(id): Path<Serial>) -> Response {
    call(parts, Asked::Health(id)).await
}

async fn command(parts: Parts, Path(id): Path<Serial>, body: Bytes) -> Response {
    let orders = Orders::of(&id, &body);
    call(parts, Asked::Command(id, orders)).await
}

async fn subscriptions_list(parts: Parts, Path(id): Path<String>) -> Response {
    call(parts, Asked::Subscriptions(id)).await
}

async fn subscribe(parts: Parts, Path(id): Path<String>, body: Bytes) -> Response {
    call(parts, Asked::Subscribe(id, body)).await
}

async fn unsubscribe_all(parts: Parts, Path(id): Path<String>) -> Response {
    call(parts, Asked::Unsubscribe(id, None)).await
}

async fn unsubscribe(parts: Parts, Path((id, subscription)): Path<(String, String)>) -> Response {
    call(parts, Asked::Unsubscribe(id, Some(subscription))).await
}

async fn sink(parts: Parts, body: Bytes) -> Response {
    call(parts, Asked::Sink(body)).await
}

async fn sink_gone(parts: Parts, Path(id): Path<String>) -> Response {
    call(parts, Asked::SinkGone(id)).await
}

async fn stream(parts: Parts, Path(id): Path<String>) -> Response {
    call(parts, Asked::Stream(id)).await
}

/// The app's maker confirms that its address is its own, by asking for the one that it was sent.
async fn confirm(
    State(shared): State<Shared>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let confirmed = shared.change(|world, _| {
        let fits = |app: &&mut crate::apps::App| app.id == id && fields.get("token") == Some(&app.token);
        Ok(world.apps.app.as_mut().filter(fits).map(|app| {
            app.confirmed = true;
            app.target_url.clone()
        }))
    });
    match confirmed {
        Ok(Some(target)) => axum::Json(json!({ "targetUrl": target })).into_response(),
        Ok(None) => error(StatusCode::NOT_FOUND, error_body),
        Err(error) => broken(&error),
    }
}

/// Everything that needs an access token.
async fn call((State(shared), ConnectInfo(connection), headers): Parts, asked: Asked) -> Response {
    // On its own task: a client that gives up waiting does not make the cloud forget what it was asked.
    detached(async move {
        let token = bearer(&headers);
        let kind = if matches!(asked, Asked::Command(..)) {
            Target::Command
        } else {
            Target::Read
        };
        let fault = match strike(&shared, kind, None, token.as_ref()) {
            Ok(fault) => fault,
            Err(error) => return broken(&error),
        };
        if let Some(fault) = &fault
            && fault.replaces_answer()
            && !fault.after_motion
            && let Err(error) = face::owner(&shared, token.as_ref())
                .and_then(|by| orders::note(&shared, asked.order(), by, Disposition::LostToFault))
        {
            return broken(&error);
        }
        let answered = || answer(&shared, &asked, token.as_ref()).unwrap_or_else(|error| broken(&error));
        through(fault, &connection, error_body, answered).await
    })
    .await
}

/// The normal answer: the token is looked at first, then what was granted, then the limit, then what is asked.
fn answer(shared: &Shared, asked: &Asked, token: Option<&SecretString>) -> Result<Response, CloudError> {
    shared.change(|world, now| {
        let refused = |world: &mut World, by, response| {
            if let Some(order) = asked.order() {
                world.record_command(now, order, by, Disposition::Unauthorised);
            }
            Ok(response)
        };
        let usable = token.filter(|token| !token.expose_secret().is_empty());
        let installed = usable.and_then(|token| {
            let id = world.identity.access_installation(now, token)?;
            Some((id.to_owned(), world.apps.installations.get(id)?.clone()))
        });
        let Some((id, app)) = installed else {
            return refused(world, None, error(StatusCode::UNAUTHORIZED, error_body));
        };
        if let Some(locked) = world.identity.locked(now, &app.email) {
            let by = Some(app.email);
            return refused(world, by, too_many(locked.retry_after, error_body));
        }
        if !app.may(asked.scope()) {
            let by = Some(app.email);
            return refused(world, by, error(StatusCode::FORBIDDEN, error_body));
        }
        let limit = Limit::count(world, asked.device(), now);
        if limit.is_over() {
            if let Some(order) = asked.order() {
                world.record_command(now, order, Some(app.email), Disposition::LostToFault);
            }
            return Ok(limit.tell(error(StatusCode::TOO_MANY_REQUESTS, error_body)));
        }
        let answer = answer_to(shared, world, asked, &id, &app, now)?;
        Ok(limit.tell(answer))
    })
}

fn answer_to(
    shared: &Shared,
    world: &mut World,
    asked: &Asked,
    id: &str,
    app: &Installation,
    now: Timestamp,
) -> Result<Response, CloudError> {
    if let Some(serial) = asked.device() {
        let door = match devices::seen(world, app, serial) {
            Ok(door) => door,
            Err(status) => {
                if let Some(order) = asked.order() {
                    world.record_command(now, order, Some(app.email.clone()), Disposition::Unauthorised);
                }
                return Ok(error(status, error_body));
            }
        };
        return match asked {
            Asked::Status(_, depth) => Ok(devices::status(world, serial, door, depth, now)),
            Asked::Health(_) => Ok(devices::health(world, serial, door, now)),
            Asked::Command(_, Ok(orders)) => {
                let layout = Layout::of(door);
                commands::carry_out(world, app, layout, orders, now)
            }
            Asked::Command(_, Err((target, message))) => Ok(malformed(target, message)),
            _ => Ok(devices::one(world, app, serial, door)),
        };
    }
    let others = match asked {
        Asked::Subscriptions(named) | Asked::Subscribe(named, _) | Asked::Unsubscribe(named, _) => {
            named != id
        }
        _ => false,
    };
    if others {
        return Ok(error(StatusCode::FORBIDDEN, error_body));
    }
    Ok(match asked {
        Asked::List(wanted) => devices::list(world, app, shared.base_url(), wanted),
        Asked::Subscriptions(_) => subscriptions::list(app),
        Asked::Subscribe(_, body) => subscriptions::create(world, id, body, now),
        Asked::Unsubscribe(_, subscription) => subscriptions::delete(world, id, subscription.as_deref()),
        Asked::Sink(body) => sinks::create(shared, world, id, body, now),
        Asked::SinkGone(sink) => sinks::delete(shared, sink),
        Asked::Stream(sink) => sinks::listen(shared, sink),
        Asked::Nonsense(target) => malformed(target, "A number is expected."),
        Asked::Device(_) | Asked::Status(..) | Asked::Health(_) | Asked::Command(..) => {
            error(StatusCode::NOT_FOUND, error_body)
        }
    })
}
