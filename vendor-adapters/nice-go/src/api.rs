//! The API of the doors, in GraphQL: what is asked, and what the answers mean. An error can come with any status, a success included, so
//! the errors are looked at first.

use postern_adapter_sdk::{CallContext, DeadlineClient, Reply, SendError, Target, VendorRequest};
use postern_contract::adapter::{AdapterError, AdapterErrorKind, Disposition};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::link::NiceGoLink;
use crate::wire::{DoorState, Page, door_of};

const LIST: &str = "query devicesListAll($nextToken: String) { devicesListAll(nextToken: $nextToken) { \
    devices { id type state { reported connectionState { connected } } } nextToken } }";
const CONTROL: &str = "mutation devicesControl($deviceId: ID!, $payload: ControlPayload!) { \
    devicesControl(deviceId: $deviceId, payload: $payload) }";

/// The error of a token that has run out.
const TOKEN_RUN_OUT: &str = "UnauthorizedException";

/// How many pages of a list are read: far more than a household has doors.
const PAGES_MAX: usize = 20;

/// An answer in GraphQL.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Value,
    #[serde(default)]
    errors: Option<Vec<Value>>,
}

/// Every door that the account sees.
///
/// # Errors
/// As every read: always `not_executed`.
pub async fn doors(
    http: &DeadlineClient,
    call: &CallContext,
    link: &NiceGoLink,
) -> Result<Vec<(String, DoorState)>, AdapterError> {
    let mut doors = Vec::new();
    let mut next_token = None;
    for _ in 0..PAGES_MAX {
        let variables = json!({ "nextToken": next_token });
        let request = request(link, "devicesListAll", LIST, &variables)?;
        let reply = http.read(&request, call.deadline()).await?;
        let page = page(&reply)?;
        doors.extend(page.devices.iter().filter_map(door_of));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(doors);
        }
    }
    Err(AdapterError::not_executed(
        AdapterErrorKind::VendorUnavailable,
        "the vendor's list of doors does not end",
    ))
}

/// Orders a door, once. Success means that the cloud took the order, and nothing more about the door.
///
/// # Errors
/// `not_executed` if it was too late to send, or nobody answered the connection. Everything else is `unknown`: nothing that is known of
/// this cloud says that an order which it answered with an error has not reached the opener, be it that the token had run out.
pub async fn command(
    http: &DeadlineClient,
    call: &CallContext,
    link: &NiceGoLink,
    door: &str,
    target: Target,
) -> Result<Disposition, AdapterError> {
    let action = match target {
        Target::Open => 1,
        Target::Closed => 0,
    };
    let variables = json!({ "deviceId": door, "payload": { "target": "B", "action": action } });
    let request = request(link, "devicesControl", CONTROL, &variables)?;
    let reply = http.command_with_answer(&request, call.deadline()).await?;
    let answer = answer(&reply);
    if let Some(named) = answer.as_ref().and_then(Answer::error) {
        let kind = match named {
            TOKEN_RUN_OUT => AdapterErrorKind::CredentialsExpired,
            _ if reply.status.is_success() => AdapterErrorKind::Rejected,
            _ => reply.command_error().kind,
        };
        let message = format!("the vendor answered the command with {named}; the door may move all the same");
        return Err(AdapterError::unknown(kind, message).with_retry_after(reply.retry_after_seconds));
    }
    match answer {
        _ if !reply.status.is_success() => Err(reply.command_error()),
        Some(Answer { data, .. }) if data["devicesControl"] == true => Ok(Disposition::Sent),
        _ => Err(AdapterError::unknown(
            AdapterErrorKind::VendorUnavailable,
            "the vendor answered the command with neither a yes nor an error; the door may move all the same",
        )),
    }
}

fn request(
    link: &NiceGoLink,
    operation: &str,
    query: &str,
    variables: &Value,
) -> Result<VendorRequest, AdapterError> {
    // As it is, without `Bearer`.
    let token = HeaderValue::try_from(link.tokens.access_token.expose_secret())
        .map_err(|_| AdapterError::from(SendError::not_sendable()))?;
    let body = json!({ "operationName": operation, "query": query, "variables": variables });
    Ok(VendorRequest::new(Method::POST, link.api.clone())
        .header(AUTHORIZATION, token)
        .body("application/json", body.to_string().into_bytes()))
}

fn page(reply: &Reply) -> Result<Page, AdapterError> {
    let answer = answer(reply);
    if let Some(named) = answer.as_ref().and_then(Answer::error) {
        let kind = match named {
            TOKEN_RUN_OUT => AdapterErrorKind::CredentialsExpired,
            _ if reply.status.as_u16() == 429 => AdapterErrorKind::RateLimited,
            _ => AdapterErrorKind::VendorUnavailable,
        };
        let message = format!("the vendor answered a read with {named}");
        return Err(AdapterError::not_executed(kind, message).with_retry_after(reply.retry_after_seconds));
    }
    if !reply.status.is_success() {
        let error = reply.read_error();
        return Err(match error.kind {
            // The API itself is not there, which says nothing of a door.
            AdapterErrorKind::DoorNotFound => AdapterError {
                kind: AdapterErrorKind::VendorUnavailable,
                ..error
            },
            _ => error,
        });
    }
    let page = answer.and_then(|mut answer| {
        let list = answer.data.get_mut("devicesListAll").map(Value::take)?;
        serde_json::from_value(list).ok()
    });
    page.ok_or_else(|| {
        AdapterError::not_executed(
            AdapterErrorKind::VendorUnavailable,
            "the vendor answered a read with no list of doors",
        )
    })
}

/// The answer, if it is one.
fn answer(reply: &Reply) -> Option<Answer> {
    reply
        .is_json
        .then(|| serde_json::from_slice(&reply.body).ok())
        .flatten()
}

impl Answer {
    /// The type of its first error. What does not look like a type is not repeated.
    fn error(&self) -> Option<&str> {
        let first = self.errors.as_ref()?.first()?;
        let named = first["errorType"].as_str().filter(|named| {
            (1..=60).contains(&named.len()) && named.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        Some(named.unwrap_or("an error without a name"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(body: &str) -> Option<String> {
        let answer: Answer = serde_json::from_str(body).unwrap();
        answer.error().map(str::to_owned)
    }

    #[test]
    fn an_error_is_found_beside_data_and_its_text_is_not_repeated() {
        let both = r#"{"data":{"devicesControl":true},"errors":[{"errorType":"UnauthorizedException","message":"Token has expired."}]}"#;
        assert_eq!(said(both).as_deref(), Some(TOKEN_RUN_OUT));
        let odd = r#"{"errors":[{"errorType":"12 Elm Street","message":"m"}]}"#;
        assert_eq!(said(odd).as_deref(), Some("an error without a name"));
        for none in [
            r#"{"data":{}}"#,
            r#"{"data":{},"errors":null}"#,
            r#"{"data":{},"errors":[]}"#,
        ] {
            assert_eq!(said(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(body in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(answer) = serde_json::from_slice::<Answer>(&body) {
                let _ = answer.error();
            }
        }
    }
}
