//! What this crate publishes: a JSON Schema for each message.

use schemars::{JsonSchema, Schema, schema_for};

use crate::{
    adapter::{AdapterReply, AdapterRequest},
    carrier::{
        AskEligibility, BookDelivery, Cancel, CloseDoor, Complete, Dispatch, Eligibility, OpenDoor, Reissue,
    },
    customer::{
        ActivityEntry, BeginLink, ChooseDoor, FinishLink, HouseholdDoor, HouseholdView, LinkStarted,
        LinkView, NameDoor, Preferences, PreferencesView, SignUp, TurnedOff,
    },
    delivery::DeliveryView,
    event::LogEntry,
};

/// A published schema, by the name of its file.
#[derive(Debug)]
pub struct Published {
    /// The file's stem under `contract/schemas`.
    pub name: &'static str,
    /// The schema.
    pub schema: Schema,
}

fn published<T: JsonSchema>(name: &'static str) -> Published {
    Published {
        name,
        schema: schema_for!(T),
    }
}

/// Every schema that this crate publishes.
#[must_use]
pub fn all() -> Vec<Published> {
    vec![
        published::<AdapterRequest>("adapter-request"),
        published::<AdapterReply>("adapter-reply"),
        published::<AskEligibility>("ask-eligibility"),
        published::<Eligibility>("eligibility"),
        published::<BookDelivery>("book-delivery"),
        published::<Dispatch>("dispatch"),
        published::<OpenDoor>("open-door"),
        published::<CloseDoor>("close-door"),
        published::<Complete>("complete"),
        published::<Reissue>("reissue"),
        published::<Cancel>("cancel"),
        published::<DeliveryView>("delivery"),
        published::<LogEntry>("log-entry"),
        published::<SignUp>("sign-up"),
        published::<HouseholdView>("household"),
        published::<BeginLink>("begin-link"),
        published::<LinkStarted>("link-started"),
        published::<FinishLink>("finish-link"),
        published::<LinkView>("link"),
        published::<HouseholdDoor>("household-door"),
        published::<NameDoor>("name-door"),
        published::<ChooseDoor>("choose-door"),
        published::<Preferences>("preferences"),
        published::<PreferencesView>("preferences-view"),
        published::<TurnedOff>("turned-off"),
        published::<ActivityEntry>("activity-entry"),
    ]
}
