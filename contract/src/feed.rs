//! A carrier's events, as its feed and its webhooks tell them: CloudEvents 1.0 in structured JSON
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md>).
//!
//! The types of events begin with `com.postern.`, a name that this project keeps for them. What is in an event is what the carrier
//! may see anyway: a delivery's standing and one entry of its log.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Invalid,
    delivery::{Attention, GrantState},
    event::LogEntry,
    ids::{CarrierId, DeliveryId, EventId, WebhookId},
    webhook::DisabledReason,
};

/// What `data` is written in.
pub const DATA_CONTENT_TYPE: &str = "application/json";
/// What a whole event is written in.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";
/// What the types of all events begin with.
pub const NAMESPACE: &str = "com.postern.";

/// The type of an event, such as `com.postern.delivery.opened`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = r"^com\.postern(\.[a-z_]+)+$", "maxLength" = 100))]
pub struct EventType(String);

impl EventType {
    /// The longest, in characters.
    pub const LENGTH_MAX: usize = 100;

    /// The type of what a delivery's log calls `name`.
    #[must_use]
    pub fn of_delivery(name: &str) -> Self {
        Self(format!("{NAMESPACE}delivery.{name}"))
    }

    /// The type of what happened to a webhook endpoint.
    #[must_use]
    pub fn of_webhook(name: WebhookEvent) -> Self {
        let name = match name {
            WebhookEvent::Test => "test",
            WebhookEvent::Disabled => "disabled",
        };
        Self(format!("{NAMESPACE}webhook.{name}"))
    }

    /// The type as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EventType {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let ours = text
            .strip_prefix(NAMESPACE)
            .is_some_and(|rest| rest.split('.').all(word));
        if ours && text.len() <= Self::LENGTH_MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "event type",
                "a type of an event, such as com.postern.delivery.opened",
            ))
        }
    }
}

impl From<EventType> for String {
    fn from(name: EventType) -> Self {
        name.0
    }
}

impl TryFrom<String> for EventType {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

/// The version of CloudEvents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SpecVersion {
    /// The one that there is.
    #[serde(rename = "1.0")]
    V1,
}

/// An entry's place in its delivery's log, in ten digits, so that it sorts as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9]{10}$"))]
pub struct EventSequence(u64);

impl From<EventSequence> for String {
    fn from(EventSequence(number): EventSequence) -> Self {
        format!("{number:010}")
    }
}

impl TryFrom<String> for EventSequence {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        let fits = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse().ok())
            .flatten()
            .map(Self)
            .ok_or(Invalid::new("sequence", "ten digits"))
    }
}

/// One event of a carrier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CarrierEvent {
    /// The version of CloudEvents: `1.0`.
    pub specversion: SpecVersion,
    /// Unique, and the same however often the event is told: by it a repeat is known.
    pub id: EventId,
    /// Whose event it is: `/carriers/` and the carrier's id.
    pub source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// What it happened to: the id of a delivery, or of a webhook endpoint.
    pub subject: String,
    /// When it was recorded.
    pub time: Timestamp,
    /// What `data` is written in.
    pub datacontenttype: String,
    /// Of a delivery's event: its place in the delivery's log, in ten digits, so that it sorts as text. CloudEvents' extension
    /// `sequence`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<EventSequence>,
    /// The rest.
    pub data: EventData,
}

/// What an event tells beside its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum EventData {
    /// Something happened in a delivery.
    Delivery(Box<DeliveryChanged>),
    /// Something happened to a webhook endpoint.
    Webhook(WebhookChanged),
}

/// What can happen to a webhook endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookEvent {
    /// Its carrier asked for a test. Told to that endpoint alone.
    Test,
    /// It is told nothing any more, and not because its carrier wanted it so.
    Disabled,
}

/// Something happened to a webhook endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WebhookChanged {
    /// The endpoint.
    pub webhook: WebhookId,
    /// Why it is told nothing any more, if that is what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<DisabledReason>,
    /// Since when nothing that it was told had arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Timestamp>,
}

/// Something happened in a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryChanged {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Where its grant stood once this was recorded, with all that was recorded at the same time.
    pub state: GrantState,
    /// What then needed a person.
    pub attention: Option<Attention>,
    /// What happened, as it stands in the delivery's log.
    pub entry: LogEntry,
}

impl CarrierEvent {
    /// The event of one entry of a delivery's log.
    #[must_use]
    pub fn of_delivery(id: EventId, carrier: &CarrierId, changed: DeliveryChanged) -> Self {
        Self {
            specversion: SpecVersion::V1,
            id,
            source: source(carrier),
            kind: EventType::of_delivery(changed.entry.event.name()),
            subject: changed.delivery.to_string(),
            time: changed.entry.at,
            datacontenttype: DATA_CONTENT_TYPE.to_owned(),
            sequence: Some(EventSequence(changed.entry.sequence)),
            data: EventData::Delivery(Box::new(changed)),
        }
    }

    /// The event of something that happened to a webhook endpoint at `at`.
    #[must_use]
    pub fn of_webhook(
        id: EventId,
        carrier: &CarrierId,
        what: WebhookEvent,
        at: Timestamp,
        changed: WebhookChanged,
    ) -> Self {
        Self {
            specversion: SpecVersion::V1,
            id,
            source: source(carrier),
            kind: EventType::of_webhook(what),
            subject: changed.webhook.to_string(),
            time: at,
            datacontenttype: DATA_CONTENT_TYPE.to_owned(),
            sequence: None,
            data: EventData::Webhook(changed),
        }
    }
}

fn source(carrier: &CarrierId) -> String {
    format!("/carriers/{carrier}")
}

/// A place in a carrier's feed: everything up to it was seen. Its text is opaque to whoever keeps it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[0-9]{1,17}$"))]
pub struct FeedCursor(u64);

impl FeedCursor {
    /// The longest text, in digits: as many as a number has in the feed's keys.
    const DIGITS_MAX: usize = 17;

    /// The place after the event with this number.
    #[must_use]
    pub const fn after(number: u64) -> Self {
        Self(number)
    }

    /// The number of the last event that was seen; 0 before the first.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl FromStr for FeedCursor {
    type Err = Invalid;
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let fits = (1..=Self::DIGITS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| text.parse().ok())
            .flatten()
            .map(Self)
            .ok_or(Invalid::new("after", "a next_cursor as it came"))
    }
}

impl From<FeedCursor> for String {
    fn from(cursor: FeedCursor) -> Self {
        cursor.0.to_string()
    }
}

impl TryFrom<String> for FeedCursor {
    type Error = Invalid;
    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

/// A stretch of a carrier's feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeedPage {
    /// The events, in the feed's order.
    pub items: Vec<CarrierEvent>,
    /// What to ask for next, as `after`: also when there is nothing yet.
    pub next_cursor: FeedCursor,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_but_a_type_of_ours_is_one() {
        for good in ["com.postern.delivery.opened", "com.postern.webhook.test"] {
            assert_eq!(good.parse::<EventType>().unwrap().as_str(), good);
        }
        let long = format!("com.postern.{}", "a".repeat(100));
        for bad in [
            "",
            "com.postern",
            "com.postern.",
            "com.postern.a..b",
            "org.postern.a",
            "com.postern.A",
            &long,
        ] {
            assert!(bad.parse::<EventType>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back_and_no_text_upsets_its_reader(number in 0_u64..100_000_000_000_000_000, text in "\\PC{0,20}") {
            let cursor = FeedCursor::after(number);
            prop_assert_eq!(String::from(cursor).parse::<FeedCursor>().unwrap(), cursor);
            if let Ok(read) = text.parse::<FeedCursor>() {
                prop_assert!(read.number() < 100_000_000_000_000_000);
            }
            let _ = text.parse::<EventType>();
        }
    }
}
