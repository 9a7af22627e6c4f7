//! What can go wrong in an adapter, and the part that others leave out: whether the door may have moved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::door::DoorReading;

/// Every way in which an adapter can fail: a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdapterErrorKind {
    /// The access token has run out or is about to; refresh the link and call again.
    CredentialsExpired,
    /// The vendor no longer accepts the link; the household has to link again.
    LinkRevoked,
    /// The account has no such door.
    DoorNotFound,
    /// The opener is not connected.
    DoorOffline,
    /// Something stands in the door's way.
    DoorObstructed,
    /// The opener refuses remote commands: a lock-out, a vacation lock, two obstructed closes.
    DoorLockedOut,
    /// The vendor asks us to slow down.
    RateLimited,
    /// The vendor's cloud is down or talks nonsense.
    VendorUnavailable,
    /// No answer before the deadline.
    TimedOut,
    /// This adapter or door cannot do that.
    Unsupported,
    /// The vendor or the adapter's own check said no; for a command, the reading tells why.
    Rejected,
    /// The message does not follow the contract.
    InvalidRequest,
    /// A fault of the adapter itself.
    Internal,
}

/// Whether what was asked may have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It certainly did not happen. It may be tried again.
    NotExecuted,
    /// It may have happened. Read the door first; never just try again.
    Unknown,
}

/// What went wrong in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{kind:?} ({outcome:?}): {message}")]
pub struct AdapterError {
    /// Which of the known ways.
    pub kind: AdapterErrorKind,
    /// Whether it may have happened all the same.
    pub outcome: Outcome,
    /// A sentence for the operator's log. It holds no token, no address, no name of a person.
    pub message: String,
    /// How many seconds to leave the vendor alone, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
    /// What was seen of the door before the command was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<DoorReading>,
}

impl AdapterError {
    /// An error of which it is certain that nothing happened.
    #[must_use]
    pub fn not_executed(kind: AdapterErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            outcome: Outcome::NotExecuted,
            message: message.into(),
            retry_after_seconds: None,
            reading: None,
        }
    }

    /// An error after which nobody knows whether it happened.
    #[must_use]
    pub fn unknown(kind: AdapterErrorKind, message: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Unknown,
            ..Self::not_executed(kind, message)
        }
    }

    /// The same error, with what was seen of the door.
    #[must_use]
    pub fn with_reading(self, reading: DoorReading) -> Self {
        Self {
            reading: Some(reading),
            ..self
        }
    }

    /// The same error, with how long to leave the vendor alone.
    #[must_use]
    pub fn with_retry_after(self, seconds: Option<u32>) -> Self {
        Self {
            retry_after_seconds: seconds,
            ..self
        }
    }
}
