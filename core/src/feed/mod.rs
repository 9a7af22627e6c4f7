//! Carriers' feeds: what happened in their deliveries, in an order that loses nothing.
//!
//! The log of a delivery is where an event comes to be; its carrier's feed is where it is told. Between them lies the table's stream,
//! which brings every entry of every log at least once, in order for each delivery and in no order across them. [`publish`] gives
//! each entry the next number of its carrier, once; [`read`](fn@read) hands out what lies after a number.

mod publish;
mod read;

use std::{fmt, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    event::LogEntry,
    feed::{CarrierEvent, DeliveryChanged},
    ids::EventId,
};
use postern_keys::Sealer;
use sha2::{Digest, Sha256};

pub(crate) use self::publish::writes;
pub use self::{
    publish::{publish, publish_again},
    read::read,
};
use crate::{
    Platform,
    ports::Clock,
    store::{Logged, Store},
};

/// For how long an event is kept in its feed.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What telling carriers takes: less than a [`Platform`] has, because what tells them may do less.
#[derive(Clone)]
pub struct Outbox {
    /// The record.
    pub store: Store,
    /// Opens the secrets that sign.
    pub sealer: Arc<dyn Sealer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbox")
    }
}

impl Outbox {
    /// The outbox of a platform, on the same record and clock.
    #[must_use]
    pub fn of(platform: &Platform) -> Self {
        Self {
            store: platform.store.clone(),
            sealer: Arc::clone(&platform.sealer),
            clock: Arc::clone(&platform.clock),
        }
    }

    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// The event of an entry of a log, as its carrier may see it: the same whoever makes it, and whenever.
#[must_use]
pub fn event_of(logged: &Logged) -> CarrierEvent {
    // The record holds the household's own copy.
    let entry = logged.entry.shared();
    let changed = DeliveryChanged {
        delivery: entry.delivery,
        state: logged.standing.state,
        attention: logged.standing.attention,
        entry,
    };
    CarrierEvent::of_delivery(event_id(&logged.entry), &logged.carrier, changed)
}

/// An entry's id as an event, made of its place in its log alone.
fn event_id(entry: &LogEntry) -> EventId {
    let unix_ms = u64::try_from(entry.at.as_millisecond()).unwrap_or(0);
    let digest = Sha256::digest(format!("event {}#{}", entry.delivery, entry.sequence).as_bytes());
    let mut random = [0_u8; 16];
    random.copy_from_slice(&digest[..16]);
    EventId::from_parts(unix_ms, u128::from_be_bytes(random))
}
