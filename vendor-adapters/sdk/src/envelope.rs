//! Reading a request from bytes: pure, and never a panic or a secret in what it says of a bad one.

use std::borrow::Cow;

use jiff::Timestamp;
use postern_contract::adapter::{AdapterError, AdapterErrorKind, AdapterRequest, ContractVersion};
use serde::Deserialize;
use serde_json::Value;

/// The longest request that is read, in bytes: four times the largest webhook that a vendor is known to send.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// How much of an id is handed back in a refusal, in characters.
const REQUEST_ID_CHARS_MAX: usize = 200;

/// The operations of contract 1.
const OPERATIONS: [&str; 12] = [
    "describe",
    "link.begin",
    "link.complete",
    "link.refresh",
    "link.revoke",
    "doors.list",
    "door.read",
    "door.open",
    "door.close",
    "events.subscribe",
    "events.parse",
    "clip.get",
];

/// A request that can't be carried out, with its id as far as it could be read.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) request_id: String,
    pub(crate) error: Box<AdapterError>,
}

/// The request in `bytes`, if it follows the contract and its deadline is still to come.
pub(crate) fn read_request(bytes: &[u8], now: Timestamp) -> Result<AdapterRequest, Refusal> {
    let message = if bytes.len() > REQUEST_BYTES_MAX {
        None
    } else {
        serde_json::from_slice::<Value>(bytes).ok()
    };
    let Some(message) = message else {
        let named = serde_json::from_slice::<Named>(bytes).ok();
        return Err(Refusal {
            request_id: fitted_id(named.as_ref().map(|named| &*named.request_id)),
            error: Box::new(invalid("the message is too long, or not JSON")),
        });
    };
    judge(&message, now).map_err(|error| Refusal {
        request_id: fitted_id(message["request_id"].as_str()),
        error: Box::new(error),
    })
}

/// As much of a message as says which one it is.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
}

/// An id that may be handed back.
fn fitted_id(id: Option<&str>) -> String {
    id.unwrap_or_default()
        .chars()
        .take(REQUEST_ID_CHARS_MAX)
        .collect()
}

fn judge(message: &Value, now: Timestamp) -> Result<AdapterRequest, AdapterError> {
    let version = message["contract"]
        .as_str()
        .and_then(|version| version.parse::<ContractVersion>().ok());
    if !version.is_some_and(ContractVersion::is_understood) {
        let ours = ContractVersion::CURRENT;
        return Err(invalid(format!("the message does not follow contract {ours}")));
    }
    if !message["call"]["operation"]
        .as_str()
        .is_some_and(|operation| OPERATIONS.contains(&operation))
    {
        return Err(invalid("the contract has no such operation"));
    }
    let request = AdapterRequest::deserialize(message).map_err(|error| invalid(explain(&error)))?;
    if request.deadline <= now {
        let message = "the deadline had passed before the call arrived";
        return Err(AdapterError::not_executed(AdapterErrorKind::TimedOut, message));
    }
    Ok(request)
}

fn invalid(message: impl Into<String>) -> AdapterError {
    AdapterError::not_executed(AdapterErrorKind::InvalidRequest, message)
}

/// What is wrong, as far as it can be said without repeating a value: most of serde's messages quote one.
fn explain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("missing field") {
        return format!("the message does not have the form of its operation: {text}");
    }
    "the message does not have the form of its operation".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_too_long_is_refused_by_its_name() {
        let padding = " ".repeat(REQUEST_BYTES_MAX);
        let named = |id: &str| format!("{{\"call\":{{}},\"request_id\":\"{id}\",\"padding\":\"{padding}\"}}");
        let refused = |message: &str| read_request(message.as_bytes(), Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(refused(&named("req-1")).request_id, "req-1");
        assert_eq!(refused(&named("req\\u0020-2")).request_id, "req -2");
        let long = refused(&named(&"x".repeat(REQUEST_ID_CHARS_MAX + 1)));
        assert_eq!(long.request_id.len(), REQUEST_ID_CHARS_MAX);
        for unnamed in [
            padding.clone(),
            "[".repeat(REQUEST_BYTES_MAX + 1),
            named("x").replace("request_id", "id"),
        ] {
            let refused = refused(&unnamed);
            assert_eq!(
                (refused.request_id.as_str(), refused.error.kind),
                ("", AdapterErrorKind::InvalidRequest)
            );
        }
    }
}
