//! The face of Aladdin Connect and OHD Anywhere: the partner API of Genie and Overhead Door, and the login page before it.
//!
//! The wire shapes are those that genie-partner-sdk 1.0.11 was seen to need; the vendor's public pages say no more. What is guessed is
//! said where it stands, and listed in this crate's README: the bodies of errors but for their lack of the usual keys, what a command
//! to an opener that is not connected is answered, and how a door that reverses is shown.

mod authorize;
mod commands;
mod devices;
mod errors;
mod token;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{
    Config, DEMO_EMAIL, DEMO_PASSWORD, DoorPlan, HomePlan, RefreshTokens, Settings, UserPlan,
};
use crate::door::Disposition;
use crate::error::CloudError;
use crate::face::answers::{broken, error, too_many};
use crate::face::orders::DoorOrder;
use crate::face::{self, bearer, detached, orders, strike, through};
use crate::faults::Target;
use crate::names::{Email, Serial};
use crate::server::connection::Connection;
use crate::shared::Shared;
use errors::error_body;

/// The name that its pages show.
pub(crate) const NAME: &str = "Aladdin Connect";

/// The header that says which partner's program asks.
const API_KEY: &str = "x-api-key";

/// A day: what the access token of the vendor's older API was seen to live.
const ACCESS_TOKEN_TTL_S: u32 = 24 * 60 * 60;

/// A homeowner with two controllers: one with three doors, and one whose single door has no battery to speak of.
pub(crate) fn demo() -> Config {
    let door = |serial: &str, name: &str, battery: Option<u8>| DoorPlan {
        serial: Some(Serial::from(serial)),
        sensor_battery_percent: battery,
        ..DoorPlan::closed(name)
    };
    let doors = vec![
        door("5c0a7e41-1", "Main door", Some(88)),
        door("5c0a7e41-2", "Second bay", None),
        door("5c0a7e41-3", "Workshop", Some(41)),
        door("9d13b8f2-1", "Garden shed", Some(0)),
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
    Config {
        people: vec![homeowner],
        settings: settings(),
        ..Config::empty()
    }
}

/// How the cloud behaves unless told otherwise.
fn settings() -> Settings {
    Settings {
        access_token_ttl_s: ACCESS_TOKEN_TTL_S,
        // Not documented: the one that is harder to get right.
        refresh_tokens: RefreshTokens::Rotating,
        command_status: 200,
        redundant_is_refused: true,
        ..Settings::default()
    }
}

/// The routes of the cloud.
pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/login", get(authorize::page).post(authorize::submit))
        .route("/v1/oauth2/token", post(token::token))
        .route("/v1/devices", get(list))
        .route("/v1/devices/{device}/doors/{index}", get(one))
        .route("/v1/devices/{device}/doors/{index}/command", post(command))
        .fallback(async || error(StatusCode::NOT_FOUND, error_body))
        .method_not_allowed_fallback(async || error(StatusCode::METHOD_NOT_ALLOWED, error_body))
        .with_state(shared)
}

/// What is asked of the API.
enum Asked {
    List,
    Door(Serial),
    Command(DoorOrder),
    /// A body that is no command.
    Nonsense,
}

impl Asked {
    fn order(&self) -> Option<&DoorOrder> {
        match self {
            Self::Command(order) => Some(order),
            Self::List | Self::Door(_) | Self::Nonsense => None,
        }
    }
}

/// `{device id}-{index}`: how the vendor's own client names a door.
fn serial(device: &str, index: &str) -> Serial {
    Serial::from(format!("{device}-{index}"))
}

async fn list(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
) -> Response {
    call(shared, connection, headers, Asked::List).await
}

async fn one(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((device, index)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    call(shared, connection, headers, Asked::Door(serial(&device, &index))).await
}

async fn command(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((device, index)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = commands::direction(&body).map_or(Asked::Nonsense, |command| {
        Asked::Command(DoorOrder {
            account_id: None,
            serial: serial(&device, &index),
            command,
        })
    });
    call(shared, connection, headers, asked).await
}

/// Everything that needs a key and an access token.
async fn call(shared: Shared, connection: Connection, headers: HeaderMap, asked: Asked) -> Response {
    // On its own task: a client that gives up waiting does not make the cloud forget what it was asked.
    detached(async move {
        let token = bearer(&headers);
        let key = headers.get(API_KEY).and_then(|key| key.to_str().ok());
        let kind = match &asked {
            Asked::List | Asked::Door(_) => Target::Read,
            Asked::Command(_) | Asked::Nonsense => Target::Command,
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
        let answered = || answer(&shared, &asked, key, token.as_ref()).unwrap_or_else(|error| broken(&error));
        through(fault, &connection, error_body, answered).await
    })
    .await
}

/// The normal answer: the key is looked at first, then the token, then the account.
fn answer(
    shared: &Shared,
    asked: &Asked,
    key: Option<&str>,
    token: Option<&SecretString>,
) -> Result<Response, CloudError> {
    let refused = |by, response| {
        orders::note(shared, asked.order(), by, Disposition::Unauthorised)?;
        Ok(response)
    };
    let known = |key: &str| {
        shared.look(|world, _| {
            let keys = &world.settings.api_keys;
            !key.is_empty() && (keys.is_empty() || keys.iter().any(|known| known == key))
        })
    };
    if !key.map(known).transpose()?.unwrap_or(false) {
        return refused(None, error(StatusCode::FORBIDDEN, error_body));
    }
    let usable = token.filter(|token| !token.expose_secret().is_empty());
    let Some(email) = face::owner(shared, usable)? else {
        return refused(None, error(StatusCode::UNAUTHORIZED, error_body));
    };
    if let Some(locked) = shared.look(|world, now| world.identity.locked(now, &email))? {
        return refused(Some(email), too_many(locked.retry_after, error_body));
    }
    match asked {
        Asked::List => devices::list(shared, &email),
        Asked::Door(serial) => devices::one(shared, &email, serial),
        Asked::Command(order) => commands::door(shared, &email, order),
        Asked::Nonsense => Ok(error(StatusCode::BAD_REQUEST, error_body)),
    }
}
