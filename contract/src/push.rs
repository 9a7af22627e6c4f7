//! Pushes: one event on its way to one webhook endpoint, how each attempt went, and having events pushed again.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    Invalid,
    feed::{EventType, FeedCursor},
    ids::{EventId, PushId},
};

/// How many events can be named in one replay.
pub const REPLAY_EVENTS_MAX: usize = 50;

/// Why an event is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushReason {
    /// It happened.
    Happened,
    /// The carrier wanted it again.
    Replayed,
    /// The carrier asked for a test. It is attempted once.
    Test,
}

/// What has become of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PushState {
    /// It is attempted, or will be.
    Waiting,
    /// The endpoint answered with a status from 200 to 299.
    Arrived,
    /// Every attempt failed, or the endpoint answered 410.
    GivenUp,
    /// The endpoint was switched off, or ended, before it arrived.
    Dropped,
}

/// How one attempt went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// The endpoint answered with a status from 200 to 299.
    Arrived,
    /// It answered with another status. Redirections are not followed.
    Refused,
    /// It did not answer in time.
    TimedOut,
    /// It could not be reached: no such name, no connection, no trusted certificate, or the connection broke.
    Unreachable,
    /// Its name stands for an address that not everybody on the internet can reach. Nothing was posted.
    AddressNotAllowed,
    /// It was cut off on our side; the endpoint may have been told.
    Unknown,
}

/// One attempt to tell an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AttemptView {
    /// When it began.
    pub at: Timestamp,
    /// How it went; absent while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AttemptOutcome>,
    /// The HTTP status of the answer, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u32>,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PushView {
    /// Its id.
    pub id: PushId,
    /// The event.
    pub event: EventId,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// What the event happened to.
    pub subject: String,
    /// Why it is pushed.
    pub reason: PushReason,
    /// What has become of it.
    pub state: PushState,
    /// The attempts, the first one first.
    pub attempts: Vec<AttemptView>,
    /// When it is attempted next, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// When it came to be.
    pub created_at: Timestamp,
}

/// Have events pushed again: those named, or those that came into the feed since a time or after a place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The events, by their ids.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "some_events"
    )]
    #[schemars(length(min = 1, max = 50), extend("uniqueItems" = true))]
    pub events: Option<Vec<EventId>>,
    /// All that came into the feed at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// All after this place of the feed: a `next_cursor`, of the feed or of an earlier replay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<FeedCursor>,
    /// With `since` or `after`: nothing that came into the feed at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

fn some_events<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<EventId>>, D::Error> {
    let Some(events) = Option::<Vec<EventId>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let distinct = events.iter().collect::<BTreeSet<_>>().len();
    if (1..=REPLAY_EVENTS_MAX).contains(&events.len()) && distinct == events.len() {
        Ok(Some(events))
    } else {
        Err(de::Error::custom(Invalid::new(
            "events",
            "1 to 50 ids of events, each once",
        )))
    }
}

/// Which events a replay means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayable {
    /// These.
    Events(Vec<EventId>),
    /// Those from a time on.
    Since(Timestamp, Option<Timestamp>),
    /// Those after a place.
    After(FeedCursor, Option<Timestamp>),
}

impl Replay {
    /// Which events are meant.
    ///
    /// # Errors
    /// [`Invalid`] unless exactly one of `events`, `since` and `after` is there, and `until` only beside the latter two.
    pub fn what(&self) -> Result<Replayable, Invalid> {
        match (&self.events, self.since, self.after, self.until) {
            (Some(events), None, None, None) => Ok(Replayable::Events(events.clone())),
            (None, Some(since), None, until) => Ok(Replayable::Since(since, until)),
            (None, None, Some(after), until) => Ok(Replayable::After(after, until)),
            _ => Err(Invalid::new(
                "after",
                "one of `events`, `since` and `after`, and `until` only beside `since` or `after`",
            )),
        }
    }
}

/// What a replay did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replayed {
    /// How many events are pushed again.
    pub pushes: u32,
    /// Where to go on, as `after`, when there may be more than one replay takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<FeedCursor>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn replay(body: serde_json::Value) -> Option<Replayable> {
        serde_json::from_value::<Replay>(body).ok()?.what().ok()
    }

    #[test]
    fn a_replay_names_events_or_a_stretch_and_never_both() {
        let event = EventId::from_parts(1, 1);
        let since = "2026-11-26T12:00:00Z";
        assert_eq!(
            replay(json!({ "events": [event] })),
            Some(Replayable::Events(vec![event]))
        );
        assert!(replay(json!({ "since": since, "until": "2026-11-26T13:00:00Z" })).is_some());
        assert!(replay(json!({ "after": "7" })).is_some());
        let many: Vec<EventId> = (0..51).map(|n| EventId::from_parts(1, n)).collect();
        for wrong in [
            json!({}),
            json!({ "until": since }),
            json!({ "events": [] }),
            json!({ "events": many }),
            json!({ "events": [event, event] }),
            json!({ "events": [event], "since": since }),
            json!({ "events": [event], "until": since }),
            json!({ "since": since, "after": "7" }),
        ] {
            assert!(replay(wrong.clone()).is_none(), "{wrong}");
        }
    }
}
