//! The keys of the one table, all of them: no other file writes a key.
//!
//! docs/record.md tells which question each of them answers. What a stranger chooses (an address, a person's subject, a login
//! state, an idempotency key) is hashed before it becomes part of a key: it is private, and it may be long.

mod due;

use std::fmt;

use jiff::civil::Date;
use postern_contract::{
    ids::{
        ActivityId, CarrierId, DeliveryId, DoorId, EventId, HouseholdId, LinkId, PushId, VendorId, WebhookId,
    },
    text::{DoorRef, SecretText, TrackingNumber},
};
use sha2::{Digest as _, Sha256};

pub use self::due::{DUE_SHARDS, due_shard, sortable};
pub(super) use self::due::{due_sort, push_due_sort, push_shard, read_due, read_push_due};
use crate::household::EndingScope;

/// A SHA-256 digest of something that a stranger chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Display for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// One item of the table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A delivery's grant.
    Grant(DeliveryId),
    /// A delivery's one-time code, sealed.
    Code(DeliveryId),
    /// One entry of a delivery's log.
    Log(DeliveryId, u64),
    /// A household.
    Household(HouseholdId),
    /// What a household agreed to.
    Consent(HouseholdId),
    /// A household's delivery that is under way.
    Active(HouseholdId, DeliveryId),
    /// A household's delivery that has ended.
    Past(HouseholdId, DeliveryId),
    /// A household's tie to a vendor.
    Link(HouseholdId, LinkId),
    /// A household's door.
    Door(HouseholdId, DoorId),
    /// A household's taking back of rights, until it is done.
    Ending(HouseholdId, EndingScope),
    /// An entry of a household's activity log, outside any delivery.
    Activity(HouseholdId, ActivityId),
    /// Which household an address belongs to.
    Address(KeyDigest),
    /// Which household a person belongs to.
    Person(KeyDigest),
    /// A login at a vendor that has begun.
    LinkState(KeyDigest),
    /// Which household a vendor's door belongs to.
    DoorClaim(VendorId, KeyDigest),
    /// A carrier.
    Carrier(CarrierId),
    /// The head of a carrier's feed: the last number that was given out.
    Feed(CarrierId),
    /// A carrier's webhook endpoints.
    Webhooks(CarrierId),
    /// A carrier's delivery among those of a day.
    OfDay(CarrierId, Date, DeliveryId),
    /// A carrier's delivery among those of a parcel.
    OfParcel(CarrierId, KeyDigest, DeliveryId),
    /// An event of a carrier's feed, by its number.
    Event(CarrierId, u64),
    /// Under which number of which carrier an event is.
    EventPlace(EventId),
    /// An event on its way to a webhook endpoint.
    Push(WebhookId, PushId),
    /// A vendor.
    Vendor(VendorId),
    /// The answer to a request that came under an idempotency key.
    Idempotency(String, KeyDigest),
    /// How many calls a carrier made in the window that began then, in seconds since 1970.
    Calls(CarrierId, i64),
    /// How often a vendor's door was opened in the window that began then, in seconds since 1970.
    Opens(VendorId, KeyDigest, i64),
    /// How often a vendor was asked to take answers, for an account or by a household, in the window that began then, in seconds
    /// since 1970.
    Logins(VendorId, KeyDigest, i64),
}

impl Key {
    /// The claim on an address, by its one spelling.
    #[must_use]
    pub fn address(normalised: &str) -> Self {
        Self::Address(KeyDigest::of(normalised))
    }

    /// The claim on a person, by the subject of their token.
    #[must_use]
    pub fn person(subject: &str) -> Self {
        Self::Person(KeyDigest::of(subject))
    }

    /// The login that was begun with this `state`.
    #[must_use]
    pub fn link_state(state: &SecretText) -> Self {
        Self::LinkState(KeyDigest::of(state.expose()))
    }

    /// The claim on a vendor's door.
    #[must_use]
    pub fn door_claim(vendor: &VendorId, door: &DoorRef) -> Self {
        Self::DoorClaim(vendor.clone(), KeyDigest::of(door.as_str()))
    }

    /// A carrier's delivery among those of the parcel with this number.
    #[must_use]
    pub fn of_parcel(carrier: &CarrierId, number: &TrackingNumber, delivery: DeliveryId) -> Self {
        Self::OfParcel(carrier.clone(), KeyDigest::of(number.as_str()), delivery)
    }

    /// What `tenant` asked for under this idempotency key.
    #[must_use]
    pub fn idempotency(tenant: &str, key: &str) -> Self {
        Self::Idempotency(tenant.to_owned(), KeyDigest::of(key))
    }

    /// How often a vendor's door was opened in the window that began then.
    #[must_use]
    pub fn opens(vendor: &VendorId, door: &DoorRef, window_s: i64) -> Self {
        Self::Opens(vendor.clone(), KeyDigest::of(door.as_str()), window_s)
    }

    /// How often a vendor was asked to take answers, for the account of this e-mail address or by this household, in the window that
    /// began then. Spaces around an address and capitals do not make another account.
    #[must_use]
    pub fn logins(vendor: &VendorId, whose: &SecretText, window_s: i64) -> Self {
        let whose = whose.expose().trim().to_lowercase();
        Self::Logins(vendor.clone(), KeyDigest::of(&whose), window_s)
    }

    /// The value of `PK`.
    #[must_use]
    pub fn pk(&self) -> String {
        match self {
            Self::Grant(delivery) | Self::Code(delivery) | Self::Log(delivery, _) => {
                Partition::Delivery(*delivery).value()
            }
            Self::Household(household)
            | Self::Consent(household)
            | Self::Active(household, _)
            | Self::Past(household, _)
            | Self::Link(household, _)
            | Self::Door(household, _)
            | Self::Ending(household, _)
            | Self::Activity(household, _) => Partition::Household(*household).value(),
            Self::Address(digest) => format!("ADDRESS#{digest}"),
            Self::Person(digest) => format!("PERSON#{digest}"),
            Self::LinkState(digest) => format!("LINKSTATE#{digest}"),
            Self::DoorClaim(vendor, digest) => format!("DOORCLAIM#{vendor}#{digest}"),
            Self::Carrier(carrier) | Self::Feed(carrier) | Self::Webhooks(carrier) => {
                format!("CARRIER#{carrier}")
            }
            Self::OfDay(carrier, day, _) => Partition::DayOf(carrier.clone(), *day).value(),
            Self::OfParcel(carrier, parcel, _) => Partition::ParcelOf(carrier.clone(), *parcel).value(),
            Self::Event(carrier, _) => Partition::Feed(carrier.clone()).value(),
            Self::EventPlace(event) => format!("EVENT#{event}"),
            Self::Push(webhook, _) => Partition::PushesTo(*webhook).value(),
            Self::Vendor(vendor) => format!("VENDOR#{vendor}"),
            Self::Idempotency(tenant, digest) => format!("IDEM#{tenant}#{digest}"),
            Self::Calls(carrier, _) => format!("CALLS#{carrier}"),
            Self::Opens(vendor, digest, _) => format!("OPENS#{vendor}#{digest}"),
            Self::Logins(vendor, digest, _) => format!("LOGINS#{vendor}#{digest}"),
        }
    }

    /// The value of `SK`.
    #[must_use]
    pub fn sk(&self) -> String {
        match self {
            Self::Grant(_) => "GRANT".to_owned(),
            Self::Code(_) => "GRANT#CODE".to_owned(),
            Self::Log(_, sequence) => format!("{}{sequence:010}", prefix::LOG),
            Self::Household(_) | Self::Address(_) | Self::Person(_) => "HOUSEHOLD".to_owned(),
            Self::Consent(_) => "CONSENT".to_owned(),
            Self::Active(_, delivery) => format!("{}{delivery}", prefix::ACTIVE),
            Self::Past(_, delivery) => format!("{}{delivery}", prefix::PAST),
            Self::Link(_, link) => format!("{}{link}", prefix::LINK),
            Self::Door(_, door) => format!("{}{door}", prefix::DOOR),
            Self::Ending(_, scope) => format!("{}{}", prefix::ENDING, scope_text(*scope)),
            Self::Activity(_, activity) => format!("{}{activity}", prefix::ACTIVITY),
            Self::LinkState(_) => "STATE".to_owned(),
            Self::DoorClaim(..) => "OWNER".to_owned(),
            Self::OfDay(.., delivery) | Self::OfParcel(.., delivery) => {
                format!("{}{delivery}", prefix::DELIVERY)
            }
            Self::Carrier(_) => "CARRIER".to_owned(),
            Self::Feed(_) => "FEED".to_owned(),
            Self::Webhooks(_) => "WEBHOOKS".to_owned(),
            Self::Event(_, number) => event_sort(*number),
            Self::EventPlace(_) => "PLACE".to_owned(),
            Self::Push(_, push) => format!("{}{push}", prefix::PUSH),
            Self::Vendor(_) => "VENDOR".to_owned(),
            Self::Idempotency(..) => "IDEM".to_owned(),
            Self::Calls(_, window_s) | Self::Opens(_, _, window_s) | Self::Logins(_, _, window_s) => {
                format!("SINCE#{window_s:012}")
            }
        }
    }

    /// Whether an item with this sort key is an entry of a delivery's log.
    pub(super) fn is_log(sort: &str) -> bool {
        sort.starts_with(prefix::LOG)
    }

    /// Whether an item with this sort key is a push.
    pub(super) fn is_push(sort: &str) -> bool {
        sort.starts_with(prefix::PUSH)
    }
}

/// The sort key of the event with this number in its carrier's feed.
pub(super) fn event_sort(number: u64) -> String {
    format!("EVT#{number:017}")
}

/// What the sort keys of things that come in numbers start with.
pub(super) mod prefix {
    pub(in crate::store) const GRANT: &str = "GRANT";
    pub(in crate::store) const LOG: &str = "LOG#";
    pub(in crate::store) const ACTIVE: &str = "ACTIVE#";
    pub(in crate::store) const PAST: &str = "PAST#";
    pub(in crate::store) const DELIVERY: &str = "DLV#";
    pub(in crate::store) const LINK: &str = "LINK#";
    pub(in crate::store) const DOOR: &str = "DOOR#";
    pub(in crate::store) const ENDING: &str = "ENDING#";
    pub(in crate::store) const ACTIVITY: &str = "ACT#";
    pub(in crate::store) const PUSH: &str = "PUSH#";
}

fn scope_text(scope: EndingScope) -> String {
    match scope {
        EndingScope::Everything => "ALL".to_owned(),
        EndingScope::DoorsBut { door } => format!("BUT#{door}"),
        EndingScope::Door { door, .. } => format!("DOOR#{door}"),
        EndingScope::Link { link } => format!("LINK#{link}"),
        EndingScope::BrokenLink { link } => format!("BROKEN#{link}"),
    }
}

/// Where a query looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Partition {
    /// In the table: a delivery's items.
    Delivery(DeliveryId),
    /// In the table: a household's items.
    Household(HouseholdId),
    /// In `by_owner`: the deliveries of a carrier.
    DeliveriesOf(CarrierId),
    /// In the table: the deliveries of a carrier whose windows start on a day, by their households' clocks.
    DayOf(CarrierId, Date),
    /// In the table: the deliveries of a carrier that have a parcel.
    ParcelOf(CarrierId, KeyDigest),
    /// In the table: the events of a carrier's feed.
    Feed(CarrierId),
    /// In `by_owner`: the activity of a household.
    ActivityOf(HouseholdId),
    /// In `by_owner`: the carriers that the operator registered.
    Carriers,
    /// In `by_owner`: the vendors that the operator registered.
    Vendors,
    /// In the table: what is pushed to a webhook endpoint.
    PushesTo(WebhookId),
    /// In `by_due`: one shard of what is due.
    Due(u8),
    /// In `by_due`: one shard of the pushes that are due.
    PushesDue(u8),
}

impl Partition {
    /// The deliveries of a carrier that have the parcel with this number.
    #[must_use]
    pub fn parcel_of(carrier: &CarrierId, number: &TrackingNumber) -> Self {
        Self::ParcelOf(carrier.clone(), KeyDigest::of(number.as_str()))
    }

    /// The value of the partition's key.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Delivery(delivery) => format!("DLV#{delivery}"),
            Self::Household(household) => format!("HH#{household}"),
            Self::DeliveriesOf(carrier) => format!("CARRIER#{carrier}"),
            Self::DayOf(carrier, day) => format!("DAY#{carrier}#{day}"),
            Self::ParcelOf(carrier, parcel) => format!("PARCEL#{carrier}#{parcel}"),
            Self::Feed(carrier) => format!("FEED#{carrier}"),
            Self::ActivityOf(household) => format!("ACT#{household}"),
            Self::Carriers => "OPERATOR#CARRIERS".to_owned(),
            Self::Vendors => "OPERATOR#VENDORS".to_owned(),
            Self::PushesTo(webhook) => format!("WEBHOOK#{webhook}"),
            Self::Due(shard) => format!("DUE#{shard}"),
            Self::PushesDue(shard) => format!("PUSHDUE#{shard}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_chose_is_not_in_a_key() {
        let keys = [
            Key::person("someone@example.com"),
            Key::address("CA|ON|N1G2W1|GUELPH|12ELMST|"),
            Key::link_state(&SecretText::new("open-sesame")),
            Key::idempotency("north", "my key"),
        ];
        for key in keys {
            let text = format!("{} {}", key.pk(), key.sk());
            for private in ["example", "ELM", "sesame", "my key"] {
                assert!(!text.contains(private), "{text}");
            }
        }
    }
}
