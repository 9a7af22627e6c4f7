//! `POST device/graphql`: the list, orders, and what is set on a door. The id token stands in `Authorization` as it is, without `Bearer`.
//!
//! Of a query only its root field is read, and always the same fields are answered. A token that is worth nothing is told as the
//! vendor tells one that has run out; that it tells every worthless one so is a guess.

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::errors::{error_body, token_expired};
use super::{commands, devices};
use crate::door::{Direction, Disposition};
use crate::error::CloudError;
use crate::face::answers::{broken, error, too_many};
use crate::face::orders::DoorOrder;
use crate::face::{self, detached, orders, strike, through};
use crate::faults::Target;
use crate::names::Serial;
use crate::server::connection::Connection;
use crate::shared::Shared;

/// What is asked of the API.
pub(super) enum Asked {
    /// A page of the list, by the token that the page before gave.
    List { page: Option<String> },
    /// The door is to move.
    Move(DoorOrder),
    /// The light of a door.
    Light { serial: Serial, on: bool },
    /// Vacation mode of a door.
    Vacation { serial: Serial, on: bool },
    /// Something that the API does not know, to read or to change.
    Nonsense(Target),
}

#[derive(Deserialize)]
struct Body {
    query: String,
    #[serde(default)]
    variables: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListVariables {
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ControlVariables {
    device_id: Serial,
    payload: ControlPayload,
}

#[derive(Deserialize)]
struct ControlPayload {
    target: String,
    action: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StateVariables {
    device_id: Serial,
    /// JSON as text.
    state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WantedState {
    vcn_mode: bool,
}

impl Asked {
    fn read(body: &[u8]) -> Self {
        let Ok(body) = serde_json::from_slice::<Body>(body) else {
            return Self::Nonsense(Target::Command);
        };
        let query = body.query.trim_start();
        let kind = if query.starts_with("mutation") {
            Target::Command
        } else {
            Target::Read
        };
        let read = match (kind, root_field(query)) {
            (Target::Read, Some("devicesListAll")) => list(body.variables),
            (Target::Command, Some("devicesControl")) => control(body.variables),
            (Target::Command, Some("devicesStatesUpdate")) => state(body.variables),
            _ => None,
        };
        read.unwrap_or(Self::Nonsense(kind))
    }

    const fn kind(&self) -> Target {
        match self {
            Self::List { .. } => Target::Read,
            Self::Move(_) | Self::Light { .. } | Self::Vacation { .. } => Target::Command,
            Self::Nonsense(kind) => *kind,
        }
    }

    const fn order(&self) -> Option<&DoorOrder> {
        match self {
            Self::Move(order) => Some(order),
            Self::List { .. } | Self::Light { .. } | Self::Vacation { .. } | Self::Nonsense(_) => None,
        }
    }
}

/// The first name in the outermost braces: what the operation is about, whatever it calls itself.
fn root_field(query: &str) -> Option<&str> {
    let (_, inside) = query.split_once('{')?;
    let inside = inside.trim_start();
    let end = inside
        .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
        .unwrap_or(inside.len());
    inside.get(..end)
}

fn list(variables: Value) -> Option<Asked> {
    if variables.is_null() {
        return Some(Asked::List { page: None });
    }
    let variables: ListVariables = serde_json::from_value(variables).ok()?;
    Some(Asked::List {
        page: variables.next_token,
    })
}

fn control(variables: Value) -> Option<Asked> {
    let ControlVariables { device_id, payload } = serde_json::from_value(variables).ok()?;
    match (payload.target.as_str(), payload.action) {
        ("B", action @ (0 | 1)) => Some(Asked::Move(DoorOrder {
            account_id: None,
            serial: device_id,
            command: if action == 1 {
                Direction::Open
            } else {
                Direction::Close
            },
        })),
        ("L", action @ (0 | 1)) => Some(Asked::Light {
            serial: device_id,
            on: action == 1,
        }),
        _ => None,
    }
}

fn state(variables: Value) -> Option<Asked> {
    let variables: StateVariables = serde_json::from_value(variables).ok()?;
    let wanted: WantedState = serde_json::from_str(&variables.state).ok()?;
    Some(Asked::Vacation {
        serial: variables.device_id,
        on: wanted.vcn_mode,
    })
}

/// The endpoint.
pub(super) async fn call(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // On its own task: a client that gives up waiting does not make the cloud forget what it was asked.
    detached(async move {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|token| token.to_str().ok())
            .map(SecretString::from);
        let asked = Asked::read(&body);
        let fault = match strike(&shared, asked.kind(), None, token.as_ref()) {
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

/// The normal answer: the token is looked at first, then the account.
fn answer(shared: &Shared, asked: &Asked, token: Option<&SecretString>) -> Result<Response, CloudError> {
    let refused = |by, response| {
        orders::note(shared, asked.order(), by, Disposition::Unauthorised)?;
        Ok(response)
    };
    let Some(email) = face::owner(shared, token)? else {
        let status = shared.look(|world, _| world.settings.expired_token_status)?;
        return refused(None, token_expired(status));
    };
    if let Some(locked) = shared.look(|world, now| world.identity.locked(now, &email))? {
        return refused(Some(email), too_many(locked.retry_after, error_body));
    }
    match asked {
        Asked::List { page } => devices::list(shared, &email, page.as_deref()),
        Asked::Move(order) => commands::door(shared, &email, order),
        Asked::Light { serial, on } => commands::light(shared, &email, serial, *on),
        Asked::Vacation { serial, on } => commands::vacation(shared, &email, serial, *on),
        Asked::Nonsense(_) => Ok(error(StatusCode::BAD_REQUEST, error_body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_read_from_the_root_field_and_not_from_the_name_of_the_operation() {
        let named =
            "query devicesControl($nextToken: String) {\n  devicesListAll(nextToken: $nextToken) {id}}";
        assert_eq!(root_field(named), Some("devicesListAll"));
        assert_eq!(root_field("{devicesListAll"), Some("devicesListAll"));
        for (query, reads) in [
            ("mutation {devicesListAll}", Target::Command),
            ("query {devicesControl}", Target::Read),
            ("", Target::Read),
        ] {
            let body = serde_json::json!({ "query": query }).to_string();
            let Asked::Nonsense(kind) = Asked::read(body.as_bytes()) else {
                panic!("{query} was understood");
            };
            assert_eq!(kind, reads, "{query}");
        }
    }
}
