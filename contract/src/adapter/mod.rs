//! The delivery-access contract: what the platform asks of a vendor's adapter, and what the adapter answers.
//!
//! One request and one reply, both JSON, whatever carries them: a Lambda invocation, a call in one process, a program on a
//! pipe. A reply either answers the call or says what went wrong, with an outcome that tells whether the door may have moved.

mod error;
mod operations;
mod sign_in;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    error::{AdapterError, AdapterErrorKind, Outcome},
    operations::*,
    sign_in::{
        ANSWER_CHARS_MAX, Answers, FieldKind, FormField, FormFields, LinkForm, Misfit, SignIn, SignedIn,
    },
};
use crate::Invalid;

/// The version of the contract, in every message. A reader takes every minor version of its own major one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9]+\\.[0-9]+$"))]
pub struct ContractVersion {
    major: u16,
    minor: u16,
}

impl ContractVersion {
    /// The version that these types describe.
    pub const CURRENT: Self = Self { major: 1, minor: 0 };

    /// Whether a message of this version can be understood by these types.
    #[must_use]
    pub const fn is_understood(self) -> bool {
        self.major == Self::CURRENT.major
    }
}

impl fmt::Display for ContractVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl fmt::Debug for ContractVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContractVersion {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::new("contract", "a version like 1.0");
        let number = |part: &str| -> Result<u16, Invalid> {
            let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            if plain {
                part.parse().map_err(|_| RULE)
            } else {
                Err(RULE)
            }
        };
        let (major, minor) = text.split_once('.').ok_or(RULE)?;
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
        })
    }
}

impl From<ContractVersion> for String {
    fn from(version: ContractVersion) -> Self {
        version.to_string()
    }
}

impl TryFrom<String> for ContractVersion {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

/// One call of an adapter.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AdapterRequest {
    /// The contract this message follows.
    pub contract: ContractVersion,
    /// Names this call in both sides' logs.
    pub request_id: String,
    /// The adapter gives up at this moment, and sends no command to a door at or after it.
    pub deadline: Timestamp,
    /// What is asked.
    pub call: Call,
}

/// What an adapter is asked to do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", content = "input")]
pub enum Call {
    /// Who are you, and what can you do?
    #[serde(rename = "describe")]
    Describe(DescribeInput),
    /// Start linking a household to its account with the vendor.
    #[serde(rename = "link.begin")]
    LinkBegin(LinkBeginInput),
    /// Finish linking with what came of signing in.
    #[serde(rename = "link.complete")]
    LinkComplete(LinkCompleteInput),
    /// Exchange the credentials for fresh ones.
    #[serde(rename = "link.refresh")]
    LinkRefresh(LinkInput),
    /// Give the credentials back to the vendor.
    #[serde(rename = "link.revoke")]
    LinkRevoke(LinkInput),
    /// Which doors does the account have?
    #[serde(rename = "doors.list")]
    DoorsList(LinkInput),
    /// How does this door stand?
    #[serde(rename = "door.read")]
    DoorRead(DoorInput),
    /// Open this door.
    #[serde(rename = "door.open")]
    DoorOpen(DoorOpenInput),
    /// Close this door.
    #[serde(rename = "door.close")]
    DoorClose(DoorCloseInput),
    /// Have the vendor push events of these doors.
    #[serde(rename = "events.subscribe")]
    EventsSubscribe(EventsSubscribeInput),
    /// Check and translate a webhook that the vendor sent.
    #[serde(rename = "events.parse")]
    EventsParse(EventsParseInput),
    /// Find footage of a door.
    #[serde(rename = "clip.get")]
    ClipGet(ClipGetInput),
}

impl Call {
    /// The operation's name, as it stands on the wire.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::Describe(_) => "describe",
            Self::LinkBegin(_) => "link.begin",
            Self::LinkComplete(_) => "link.complete",
            Self::LinkRefresh(_) => "link.refresh",
            Self::LinkRevoke(_) => "link.revoke",
            Self::DoorsList(_) => "doors.list",
            Self::DoorRead(_) => "door.read",
            Self::DoorOpen(_) => "door.open",
            Self::DoorClose(_) => "door.close",
            Self::EventsSubscribe(_) => "events.subscribe",
            Self::EventsParse(_) => "events.parse",
            Self::ClipGet(_) => "clip.get",
        }
    }
}

/// One adapter's reply to one call.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AdapterReply {
    /// The contract this message follows.
    pub contract: ContractVersion,
    /// The call's own id, handed back.
    pub request_id: String,
    /// The answer, or what went wrong.
    pub result: AdapterResult,
}

/// Either the answer to a call or an error.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdapterResult {
    /// The call was carried out; for a door command that means accepted, not done.
    Ok(Answer),
    /// It was not, or nobody knows.
    Error(AdapterError),
}

/// The answer to a [`Call`], under the same operation name.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", content = "output")]
pub enum Answer {
    /// To [`Call::Describe`].
    #[serde(rename = "describe")]
    Describe(Description),
    /// To [`Call::LinkBegin`].
    #[serde(rename = "link.begin")]
    LinkBegin(LinkBegun),
    /// To [`Call::LinkComplete`].
    #[serde(rename = "link.complete")]
    LinkComplete(LinkGranted),
    /// To [`Call::LinkRefresh`].
    #[serde(rename = "link.refresh")]
    LinkRefresh(LinkGranted),
    /// To [`Call::LinkRevoke`].
    #[serde(rename = "link.revoke")]
    LinkRevoke(LinkRevoked),
    /// To [`Call::DoorsList`].
    #[serde(rename = "doors.list")]
    DoorsList(DoorsListed),
    /// To [`Call::DoorRead`].
    #[serde(rename = "door.read")]
    DoorRead(DoorRead),
    /// To [`Call::DoorOpen`].
    #[serde(rename = "door.open")]
    DoorOpen(CommandAccepted),
    /// To [`Call::DoorClose`].
    #[serde(rename = "door.close")]
    DoorClose(CommandAccepted),
    /// To [`Call::EventsSubscribe`].
    #[serde(rename = "events.subscribe")]
    EventsSubscribe(EventsSubscribed),
    /// To [`Call::EventsParse`].
    #[serde(rename = "events.parse")]
    EventsParse(EventsParsed),
    /// To [`Call::ClipGet`].
    #[serde(rename = "clip.get")]
    ClipGet(ClipsFound),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_version_reads_back_and_nothing_makes_the_reader_panic(major: u16, minor: u16, noise in ".{0,12}") {
            let version = ContractVersion { major, minor };
            prop_assert_eq!(version.to_string().parse::<ContractVersion>(), Ok(version));
            let _ = noise.parse::<ContractVersion>();
        }
    }

    #[test]
    fn another_major_version_is_not_understood() {
        assert!(
            "1.7"
                .parse::<ContractVersion>()
                .is_ok_and(ContractVersion::is_understood)
        );
        assert!("2.0".parse::<ContractVersion>().is_ok_and(|v| !v.is_understood()));
    }
}
