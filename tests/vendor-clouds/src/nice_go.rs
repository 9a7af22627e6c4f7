//! The face of Nice G.O.: the cloud behind the app for openers of Nice, Linear and Nortek. It is no partner API: a client reads where
//! everything is, logs in to a user pool of Amazon Cognito, and then asks an API in GraphQL.
//!
//! The wire shapes are those that nice-go 1.0.3 was seen to need, and its recorded answers. What is guessed is said where it stands, and
//! listed in this crate's README: most numbers of a door's status, what an order is answered that the opener will not follow, and every
//! error but a refused login and a token that has run out. The two sockets over which the vendor pushes states are named and not there.

mod cognito;
mod commands;
mod devices;
mod errors;
mod graphql;
mod pool;

use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::config::{
    Config, DEMO_EMAIL, DEMO_PASSWORD, DoorPlan, HomePlan, RefreshTokens, Settings, UserPlan,
};
use crate::error::CloudError;
use crate::face::answers::{broken, error};
use crate::face::{strike_identity, through};
use crate::faults::Target;
use crate::identity::srp::Verifier;
use crate::names::Email;
use crate::seed::{Seed, Stream};
use crate::server::connection::Connection;
use crate::shared::Shared;
use errors::error_body;
use pool::Pool;

/// The name that people know.
pub(crate) const NAME: &str = "Nice G.O.";

/// An hour, which is what Cognito gives an id token unless told otherwise.
const ID_TOKEN_TTL_S: u32 = 60 * 60;

/// A homeowner with a door of each type, and one whose firmware is too old.
pub(crate) fn demo() -> Config {
    let door = |device_type: &str, name: &str| DoorPlan {
        device_type: device_type.to_owned(),
        ..DoorPlan::closed(name)
    };
    let doors = vec![
        door("WallStation", "Main door"),
        door("WallStation_ESP32", "Second bay"),
        door("Mms100", "Workshop"),
        DoorPlan {
            old_firmware: true,
            ..door("WallStation", "Garden shed")
        },
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
        access_token_ttl_s: ID_TOKEN_TTL_S,
        refresh_tokens: RefreshTokens::Fixed,
        command_status: 200,
        ..Settings::default()
    };
    Config {
        people: vec![homeowner],
        settings,
        ..Config::empty()
    }
}

/// What the pool keeps of a password.
pub(crate) fn verifier(seed: Seed, user_id: &str, password: &SecretString) -> Verifier {
    let salt = Stream::new(seed, user_id).block();
    Verifier::of(&Pool::of(seed).name, user_id, password, salt)
}

/// The routes of the cloud. The vendor has four hosts for them; here they are one host's paths.
pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/endpoints", get(endpoints))
        .route("/", post(cognito::pool))
        .route("/device/graphql", post(graphql::call))
        .fallback(async || error(StatusCode::NOT_FOUND, error_body))
        .method_not_allowed_fallback(async || error(StatusCode::METHOD_NOT_ALLOWED, error_body))
        .with_state(shared)
}

/// `GET /endpoints`: where everything is, told to anybody. A login begins with it.
async fn endpoints(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
) -> Response {
    let fault = match strike_identity(&shared, Target::Login, None) {
        Ok(fault) => fault,
        Err(error) => return broken(&error),
    };
    through(fault, &connection, error_body, || match places(&shared) {
        Ok(places) => Json(places).into_response(),
        Err(error) => broken(&error),
    })
    .await
}

fn places(shared: &Shared) -> Result<Value, CloudError> {
    let pool = shared.look(|world, _| Pool::of(world.seed()))?;
    let base = shared.base_url();
    let sockets = base.replacen("http", "ws", 1);
    let at = |api: &str| {
        json!({
            "https": format!("{base}/{api}/graphql"),
            "wss": format!("{sockets}/{api}/graphql"),
        })
    };
    Ok(json!({
        "endpoints": {
            "GraphQL": { "device": at("device"), "events": at("events") },
            "Config": {
                "Region": pool.region,
                "ClientId": pool.client_id,
                "UserPoolId": pool.id(),
                "IdentityPoolId": pool.identity_pool_id,
            },
        },
    }))
}
