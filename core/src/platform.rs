//! The platform as its flows see it: the record, the ports, and the numbers they go by.

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use postern_contract::ids::{
    ActivityId, CommandId, DeliveryId, DoorId, EventId, HouseholdId, LinkId, PushId, WebhookId,
};
use postern_keys::{Sealer, Signer};

use crate::{
    grant::Limits,
    ports::{Adapters, Chance, Clock, FollowUps},
    store::Store,
};

/// Everything a flow may touch. Cheap to clone: a flow that must not be cut off runs on a clone in a task of its own.
#[derive(Clone)]
pub struct Platform {
    /// The record.
    pub store: Store,
    /// The vendors' adapters.
    pub adapters: Adapters,
    /// Seals one-time codes.
    pub sealer: Arc<dyn Sealer>,
    /// Signs the logs of deliveries that have ended.
    pub signer: Arc<dyn Signer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub chance: Arc<dyn Chance>,
    /// Leaves follow-ups for the guardian.
    pub follow_ups: Arc<dyn FollowUps>,
    /// The bounds of grants.
    pub limits: Limits,
    /// Where a vendor's login page sends the household's browser.
    pub link_redirect_uri: String,
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Platform")
    }
}

impl Platform {
    /// The present.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Parts for a new id: the present in milliseconds, and a random number.
    fn parts(&self) -> (u64, u128) {
        let unix_ms = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        (unix_ms, self.chance.number())
    }

    /// A new delivery's id.
    #[must_use]
    pub fn new_delivery(&self) -> DeliveryId {
        let (unix_ms, random) = self.parts();
        DeliveryId::from_parts(unix_ms, random)
    }

    /// A new command's id.
    #[must_use]
    pub fn new_command(&self) -> CommandId {
        let (unix_ms, random) = self.parts();
        CommandId::from_parts(unix_ms, random)
    }

    /// A new household's id.
    #[must_use]
    pub fn new_household(&self) -> HouseholdId {
        let (unix_ms, random) = self.parts();
        HouseholdId::from_parts(unix_ms, random)
    }

    /// A new link's id.
    #[must_use]
    pub fn new_link(&self) -> LinkId {
        let (unix_ms, random) = self.parts();
        LinkId::from_parts(unix_ms, random)
    }

    /// A new door's id.
    #[must_use]
    pub fn new_door(&self) -> DoorId {
        let (unix_ms, random) = self.parts();
        DoorId::from_parts(unix_ms, random)
    }

    /// A new webhook endpoint's id.
    #[must_use]
    pub fn new_webhook(&self) -> WebhookId {
        let (unix_ms, random) = self.parts();
        WebhookId::from_parts(unix_ms, random)
    }

    /// A new push's id.
    #[must_use]
    pub fn new_push(&self) -> PushId {
        let (unix_ms, random) = self.parts();
        PushId::from_parts(unix_ms, random)
    }

    /// A new event's id: for an event that no entry of a log gives its own.
    #[must_use]
    pub fn new_event(&self) -> EventId {
        let (unix_ms, random) = self.parts();
        EventId::from_parts(unix_ms, random)
    }

    /// A new activity entry's id.
    #[must_use]
    pub fn new_activity(&self) -> ActivityId {
        let (unix_ms, random) = self.parts();
        ActivityId::from_parts(unix_ms, random)
    }
}
