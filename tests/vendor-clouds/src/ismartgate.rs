//! The face of an ismartgate, and of the older Gogogate2: a controller in the home, and no cloud. `GET /api.php`, with all that is asked
//! hidden in one parameter.
//!
//! The wire shapes are those that ismartgate 5.0.2 was seen to need; the vendor publishes none. `activate` is a bare pulse: it opens,
//! closes or stops, and there is no word for a movement. What is guessed is said where it stands, and listed in this crate's README.

mod answers;
mod cipher;

use axum::Router;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::config::{Config, DEMO_EMAIL, DEMO_PASSWORD, DoorPlan, HomePlan, UserPlan};
use crate::door::Disposition;
use crate::error::CloudError;
use crate::face::answers::{broken, error, none};
use crate::face::form::Fields;
use crate::face::{controller, detached, strike_identity, through};
use crate::faults::Target;
use crate::names::{Email, Serial};
use crate::server::connection::Connection;
use crate::shared::Shared;
use crate::world::World;
use answers::{Refused, WITH_CAMERA};
pub(crate) use cipher::Key;

/// The name that people know.
pub(crate) const NAME: &str = "ismartgate";

/// Which of the two controllers it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// The newer one: a key for each user, a token, and a code for each door.
    #[default]
    Ismartgate,
    /// The older one: one key for all there are, and one code for all doors.
    Gogogate2,
}

/// A homeowner with a door that has a camera and a sensor without wires, and one that has neither.
pub(crate) fn demo() -> Config {
    let main = DoorPlan {
        device_type: WITH_CAMERA.to_owned(),
        sensor_battery_percent: Some(88),
        ..DoorPlan::closed("Main door")
    };
    let homeowner = UserPlan {
        email: Email::from(DEMO_EMAIL),
        password: SecretString::from(DEMO_PASSWORD),
        homes: vec![HomePlan {
            name: "Home".to_owned(),
            doors: vec![main, DoorPlan::closed("Second bay")],
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
        .route("/api.php", get(call))
        .fallback(async || error(StatusCode::NOT_FOUND, error_body))
        .method_not_allowed_fallback(async || error(StatusCode::METHOD_NOT_ALLOWED, error_body))
        .with_state(shared)
}

/// What is said with a status on order, which the controller itself never has.
fn error_body(status: StatusCode) -> Value {
    json!({ "error": status.canonical_reason().unwrap_or("Error") })
}

/// What is asked, by somebody who may.
struct Asked {
    by: Email,
    key: Key,
    option: String,
    door: String,
    code: String,
}

impl Asked {
    /// Finds out who asks, and what. What is looked at first is a guess.
    fn read(world: &World, fields: &Fields) -> Result<Self, Refused> {
        let model = world.settings.model;
        let key = match model {
            Model::Ismartgate => {
                let token = fields.get("token").ok_or(Refused::NoToken)?;
                let mut users = world.users();
                let user = users.find(|(email, _)| cipher::token(email) == token);
                let key = user.and_then(|(_, user)| user.key().cloned());
                key.ok_or(Refused::WrongCredentials)?
            }
            Model::Gogogate2 => cipher::SHARED,
        };
        let data = fields.get("data").ok_or(Refused::NoCredentials)?;
        let text = key.open(data).ok_or(Refused::Unreadable)?;
        let parts: [String; 5] = serde_json::from_str(&text).map_err(|_| Refused::Unreadable)?;
        let [user, password, option, door, code] = parts;
        if user.is_empty() || password.is_empty() {
            return Err(Refused::NoCredentials);
        }
        let by = Email::from(user);
        if !controller::knows(world, &by) || !world.password_fits(&by, &SecretString::from(password)) {
            return Err(Refused::WrongCredentials);
        }
        Ok(Self {
            by,
            key,
            option,
            door,
            code,
        })
    }

    fn is_activate(&self) -> bool {
        self.option == "activate"
    }

    /// The door that is to have a pulse, and its number from 0.
    fn door(&self, world: &World) -> Result<(usize, Serial), Refused> {
        if self.door.is_empty() {
            return Err(Refused::NoDoor);
        }
        let number: usize = self.door.parse().map_err(|_| Refused::InvalidDoor)?;
        let index = number.checked_sub(1).ok_or(Refused::InvalidDoor)?;
        if index >= controller::DOORS_MAX {
            return Err(Refused::InvalidDoor);
        }
        let serial = controller::door_at(world, index).ok_or(Refused::NoDoor)?;
        let paired = world.door(&serial).is_ok_and(|known| known.door.switches.paired);
        paired.then_some((index, serial)).ok_or(Refused::NoDoor)
    }

    /// Notes a pulse that reached no door.
    fn note(&self, shared: &Shared, disposition: Disposition) -> Result<(), CloudError> {
        if !self.is_activate() {
            return Ok(());
        }
        shared.change(|world, now| {
            if let Ok((_, serial)) = self.door(world) {
                world.record_pulse(now, &serial, Some(self.by.clone()), disposition);
            }
            Ok(())
        })
    }
}

async fn call(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    RawQuery(query): RawQuery,
) -> Response {
    // On its own task: a client that gives up waiting does not make the controller forget what it was asked.
    detached(async move {
        let fields = Fields::parse(query.unwrap_or_default().as_bytes());
        answer(&shared, &connection, &fields)
            .await
            .unwrap_or_else(|error| broken(&error))
    })
    .await
}

async fn answer(shared: &Shared, connection: &Connection, fields: &Fields) -> Result<Response, CloudError> {
    let (asked, away) = shared.look(|world, _| (Asked::read(world, fields), controller::is_away(world)))?;
    let lost = |disposition| match &asked {
        Ok(asked) => asked.note(shared, disposition),
        Err(_) => Ok(()),
    };
    if away {
        lost(Disposition::Offline)?;
        return Ok(none(connection));
    }
    let (kind, by) = match &asked {
        Ok(asked) if asked.is_activate() => (Target::Command, Some(&asked.by)),
        Ok(asked) => (Target::Read, Some(&asked.by)),
        Err(_) => (Target::Read, None),
    };
    let fault = strike_identity(shared, kind, by)?;
    if let Some(fault) = &fault
        && fault.replaces_answer()
        && !fault.after_motion
    {
        lost(Disposition::LostToFault)?;
    }
    let sent = fields.get("data").unwrap_or_default();
    let done = || {
        let done = match &asked {
            Ok(asked) => carry_out(shared, asked, sent),
            Err(refused) => shared.look(|world, _| refused.answer(world.settings.model)),
        };
        done.unwrap_or_else(|error| broken(&error))
    };
    Ok(through(fault, connection, error_body, done).await)
}

/// The normal answer to somebody who may ask.
fn carry_out(shared: &Shared, asked: &Asked, sent: &str) -> Result<Response, CloudError> {
    match asked.option.as_str() {
        "info" => shared.look(|world, now| {
            let xml = answers::info(world, world.settings.model, &asked.by, now);
            answers::hidden(&asked.key, &xml, world.seed(), sent)
        }),
        "activate" => activate(shared, asked, sent),
        _ => shared.look(|world, _| Refused::Option.answer(world.settings.model)),
    }
}

/// A pulse. That it is `OK` whatever the opener makes of it is a guess.
fn activate(shared: &Shared, asked: &Asked, sent: &str) -> Result<Response, CloudError> {
    shared.change(|world, now| {
        let model = world.settings.model;
        let (index, serial) = match asked.door(world) {
            Ok(door) => door,
            Err(refused) => return Ok(refused.answer(model)),
        };
        if asked.code != answers::api_code(world, model, index) {
            world.record_pulse(now, &serial, Some(asked.by.clone()), Disposition::Unauthorised);
            return Ok(Refused::ApiCode.answer(model));
        }
        let disposition = world.pulse(now, &serial, &asked.by)?;
        tracing::debug!(%serial, ?disposition, "pulse");
        let xml = "<response><result>OK</result></response>";
        Ok(answers::hidden(&asked.key, xml, world.seed(), sent))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::Vendor;

    /// `info`, as a client sends it.
    fn asked(user: &str, password: &str) -> Fields {
        let user = Email::from(user);
        let key = Key::of(&user, &SecretString::from(password));
        let text = json!([user.as_str(), password, "info", "", ""]).to_string();
        let data = key.seal(&text, "0123456789abcdef");
        let query =
            crate::face::form::query(&[("data", &data), ("t", "1"), ("token", &cipher::token(&user))]);
        Fields::parse(query.as_bytes())
    }

    #[tokio::test]
    async fn a_user_is_known_over_a_restart_and_nobody_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            snapshot: Some(folder.path().join("world.json")),
            ..demo()
        };
        for _ in 0..2 {
            let shared =
                Shared::begin(Vendor::Ismartgate, config.clone(), "http://localhost".to_owned()).unwrap();
            let read = |user: &str, password: &str| {
                let read =
                    |world: &World, _| Asked::read(world, &asked(user, password)).map(|asked| asked.option);
                shared.look(read).unwrap()
            };
            assert_eq!(read(DEMO_EMAIL, DEMO_PASSWORD), Ok("info".to_owned()));
            assert_eq!(
                read(&DEMO_EMAIL.to_uppercase(), DEMO_PASSWORD),
                Ok("info".to_owned())
            );
            assert_eq!(read(DEMO_EMAIL, "wrong"), Err(Refused::Unreadable));
            assert_eq!(
                read("nobody@example.com", DEMO_PASSWORD),
                Err(Refused::WrongCredentials)
            );
        }
    }
}
