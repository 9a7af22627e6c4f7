//! Apps of others that a household has let into a home: what they may, what they want to hear of, and what is pushed to them.
//!
//! Only the cloud of SmartThings has these. The parts are plain values; who makes pushes of what happened, and who sends them, is the
//! face's own.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::door::Direction;
use crate::names::{AccountId, Email, Serial};
use crate::seed::{Seed, Stream};

/// Pushes remembered; the oldest go first.
const DELIVERIES_MAX: usize = 1_000;

/// How long a late push is held back.
pub const LATE: Duration = Duration::from_secs(60);

/// How a push goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushTrouble {
    /// It is never sent.
    Lost,
    /// It is sent twice.
    Twice,
    /// It is sent after the one that follows it.
    Swapped,
    /// It is sent a minute later, with the time of what happened as it was.
    Late,
    /// Its digest, which is signed, is that of another body.
    WrongDigest,
    /// Its date, which is signed, is older than it may be.
    OldDate,
    /// It is signed by a key that nobody has heard of.
    UnknownKey,
    /// Its key is said to be at another host.
    ForeignKey,
    /// Its signature is that of something else.
    WrongSignature,
    /// It has no signature.
    Unsigned,
}

/// What was sent, and what came back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    /// When, in the cloud's time.
    pub at: Timestamp,
    /// How it went wrong on order.
    pub trouble: Option<PushTrouble>,
    /// The body.
    pub body: Value,
    /// The status that came back; nothing if nobody answered, or it was never sent.
    pub status: Option<u16>,
    /// The body that came back.
    pub answer: String,
}

/// Something to be pushed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Push {
    pub(crate) body: Value,
    pub(crate) not_before: Timestamp,
    /// Whether it is late already.
    #[serde(default)]
    pub(crate) late: bool,
}

/// The address that the maker of an app had registered for what is pushed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) target_url: String,
    /// What the confirmation must name.
    pub(crate) token: String,
    pub(crate) confirmed: bool,
}

/// An app in a home.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Installation {
    pub(crate) email: Email,
    pub(crate) location: AccountId,
    pub(crate) scope: String,
    pub(crate) subscriptions: Vec<Subscription>,
}

impl Installation {
    /// Whether the household granted this.
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scope.split_whitespace().any(|granted| granted == scope)
    }
}

/// What an app wants to hear of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `DEVICE`, `CAPABILITY` and so on.
    pub(crate) source: String,
    /// The rest, as it was asked for.
    pub(crate) detail: Value,
    /// The whole of it, as it is told.
    pub(crate) told: Value,
}

/// A door that is shown as moving because its order was taken.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Optimistic {
    pub(crate) way: Direction,
    pub(crate) since: Timestamp,
}

/// All of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Apps {
    names: Stream,
    pub(crate) app: Option<App>,
    pub(crate) installations: BTreeMap<String, Installation>,
    pub(crate) optimistic: BTreeMap<Serial, Optimistic>,
    calls: BTreeMap<Serial, VecDeque<Timestamp>>,
    /// What was last told of each thing that can be heard of.
    pub(crate) told: BTreeMap<String, Value>,
    pub(crate) outbox: VecDeque<Push>,
    pub(crate) held: Option<Push>,
    pub(crate) troubles: VecDeque<PushTrouble>,
    deliveries: VecDeque<Delivery>,
}

impl Default for Apps {
    fn default() -> Self {
        Self::new(Seed::default())
    }
}

impl Apps {
    pub(crate) fn new(seed: Seed) -> Self {
        Self {
            names: Stream::new(seed, "apps"),
            app: None,
            installations: BTreeMap::new(),
            optimistic: BTreeMap::new(),
            calls: BTreeMap::new(),
            told: BTreeMap::new(),
            outbox: VecDeque::new(),
            held: None,
            troubles: VecDeque::new(),
            deliveries: VecDeque::new(),
        }
    }

    /// A name for something new.
    pub(crate) fn name(&mut self) -> String {
        self.names.uuid()
    }

    /// The app's installation for this user in this home, made if there is none. Whoever grants again grants anew.
    pub(crate) fn install(&mut self, email: &Email, location: &AccountId, scope: &str) -> String {
        let found = self
            .installations
            .iter_mut()
            .find(|(_, app)| app.email == *email && app.location == *location);
        if let Some((id, app)) = found {
            scope.clone_into(&mut app.scope);
            return id.clone();
        }
        let id = self.name();
        let installation = Installation {
            email: email.clone(),
            location: location.clone(),
            scope: scope.to_owned(),
            subscriptions: Vec::new(),
        };
        self.installations.insert(id.clone(), installation);
        id
    }

    /// Counts a call about a door: how many are left, and after how many seconds there is room again.
    pub(crate) fn count_call(&mut self, now: Timestamp, serial: &Serial, most: u32) -> Room {
        let calls = self.calls.entry(serial.clone()).or_default();
        calls.retain(|at| *at + MINUTE > now);
        let taken = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        let first = *calls.front().unwrap_or(&now);
        let reset = (first + MINUTE).duration_since(now).as_secs().unsigned_abs();
        if taken >= most {
            return Room { left: None, reset };
        }
        calls.push_back(now);
        Room {
            left: Some(most - taken - 1),
            reset,
        }
    }

    /// Puts something into the outbox.
    pub(crate) fn push(&mut self, now: Timestamp, body: Value) {
        self.outbox.push_back(Push {
            body,
            not_before: now,
            late: false,
        });
    }

    /// Notes what became of a push.
    pub(crate) fn delivered(&mut self, delivery: Delivery) {
        if self.deliveries.len() == DELIVERIES_MAX {
            self.deliveries.pop_front();
        }
        self.deliveries.push_back(delivery);
    }

    /// What was pushed, oldest first.
    pub fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.deliveries.iter()
    }
}

/// A minute.
const MINUTE: Duration = Duration::from_secs(60);

/// What is left of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// How many calls; none if this one was one too many.
    pub(crate) left: Option<u32>,
    /// In how many seconds there is more.
    pub(crate) reset: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_room_for_so_many_calls_about_one_door() {
        let mut apps = Apps::default();
        let start = Timestamp::from_second(1_000).unwrap();
        let (door, other) = (Serial::from("door"), Serial::from("other"));
        for left in [1, 0] {
            let room = apps.count_call(start, &door, 2);
            assert_eq!((room.left, room.reset), (Some(left), 60));
        }
        let later = start + Duration::from_secs(20);
        let room = apps.count_call(later, &door, 2);
        assert_eq!((room.left, room.reset), (None, 40));
        assert_eq!(apps.count_call(later, &other, 2).left, Some(1));
        assert_eq!(apps.count_call(start + MINUTE, &door, 2).left, Some(1));
    }
}
