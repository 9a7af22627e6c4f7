//! The record as docs/record.md describes it, in memory: every item, every condition, every order.

mod deliveries;
mod households;
mod links;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use postern_contract::{
    carrier::CarrierRecord,
    customer::HouseholdActivity,
    event::LogEntry,
    ids::{CarrierId, DeliveryId, DoorId, HouseholdId, LinkId},
};
use postern_core::{
    consent::Consent,
    household::{Household, HouseholdDoorRecord},
    store::{CodeRecord, DoorClaim, IdempotencyRecord, LinkStatePending, Recent},
    vendor::VendorRecord,
};

pub(crate) use self::{deliveries::GrantItem, links::LinkItem};
use crate::steps::{Action, Expect, Step};

/// How many writes one transaction takes.
const WRITES_MAX: usize = 100;

/// What a condition that does not hold found in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    /// An item, in this version if it has one.
    Item(Option<u64>),
}

/// What a call answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// The condition of this write does not hold, and nothing was done.
    Failed(usize, Found),
    /// Two writes of one item.
    Refused,
    /// More writes than a transaction takes.
    TooMany,
    /// The lease was given: the link's version.
    Lease(u64),
    NoLease,
}

/// Where an item lies: two writes of one place cannot be in one transaction.
pub(crate) type Place = (&'static str, String);

/// Everything the record holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Model {
    pub(crate) grants: BTreeMap<DeliveryId, GrantItem>,
    pub(crate) codes: BTreeMap<DeliveryId, CodeRecord>,
    pub(crate) log: BTreeMap<(DeliveryId, u64), (HouseholdId, LogEntry)>,
    pub(crate) active: BTreeSet<(HouseholdId, DeliveryId)>,
    pub(crate) past: BTreeSet<(HouseholdId, DeliveryId)>,
    pub(crate) households: BTreeMap<HouseholdId, Household>,
    pub(crate) people: BTreeMap<String, HouseholdId>,
    pub(crate) addresses: BTreeMap<String, HouseholdId>,
    pub(crate) consents: BTreeMap<HouseholdId, Consent>,
    pub(crate) activity: BTreeMap<(HouseholdId, String), HouseholdActivity>,
    pub(crate) links: BTreeMap<(HouseholdId, LinkId), LinkItem>,
    pub(crate) logins: BTreeMap<String, LinkStatePending>,
    pub(crate) doors: BTreeMap<(HouseholdId, DoorId), (HouseholdDoorRecord, u64)>,
    pub(crate) claims: BTreeMap<String, DoorClaim>,
    pub(crate) answers: BTreeMap<(String, String), (IdempotencyRecord, Timestamp)>,
    pub(crate) carriers: BTreeMap<CarrierId, CarrierRecord>,
    pub(crate) vendor: Option<VendorRecord>,
}

/// The version that a write demands, where `current` is there.
pub(crate) fn expected(expect: Expect, current: Option<u64>) -> Option<u64> {
    match expect {
        Expect::Absent => None,
        Expect::Current => current,
        Expect::Stale => Some(current.map_or(0, |version| version - 1)),
        Expect::Ahead => Some(current.unwrap_or(0) + 1),
        Expect::Exactly(version) => version,
    }
}

/// What a write over a version finds against it: `None` when it may be done.
fn version_bar(expect: Expect, current: Option<u64>) -> Option<Found> {
    (expected(expect, current) != current).then(|| current.map_or(Found::Nothing, |at| Found::Item(Some(at))))
}

/// What a write that only makes new things finds against it.
fn taken(is_there: bool) -> Option<Found> {
    is_there.then_some(Found::Item(None))
}

impl Model {
    /// Does what is asked, and answers.
    pub(crate) fn ask(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Transact(steps) => self.transact(steps),
            Action::Crowd { whose, many } => self.crowd(*whose, *many),
            Action::TakeLease {
                whose,
                which,
                holder,
                until,
                now,
            } => self.take_lease((*whose, *which), *holder, *until, *now),
            Action::Sweep => {
                self.logins.clear();
                self.answers.clear();
                Outcome::Done
            }
        }
    }

    fn transact(&mut self, steps: &[Step]) -> Outcome {
        let mut seen = BTreeSet::new();
        let places: Vec<Vec<Place>> = steps.iter().map(Self::places).collect();
        let count: usize = places.iter().map(Vec::len).sum();
        if count > WRITES_MAX {
            return Outcome::TooMany;
        }
        if !places.iter().flatten().all(|place| seen.insert(place.clone())) {
            return Outcome::Refused;
        }
        let mut at = 0;
        for (step, places) in steps.iter().zip(&places) {
            if let Some(found) = self.bar(step) {
                return Outcome::Failed(at, found);
            }
            at += places.len();
        }
        for step in steps {
            self.apply(step);
        }
        Outcome::Done
    }

    /// Which items a step touches, in the order of its writes.
    fn places(step: &Step) -> Vec<Place> {
        deliveries::places(step)
            .or_else(|| households::places(step))
            .or_else(|| links::places(step))
            .unwrap()
    }

    /// Why a step cannot be done.
    fn bar(&self, step: &Step) -> Option<Found> {
        self.delivery_bar(step)
            .or_else(|| self.household_bar(step))
            .or_else(|| self.link_bar(step))
    }

    fn apply(&mut self, step: &Step) {
        self.apply_to_deliveries(step);
        self.apply_to_households(step);
        self.apply_to_links(step);
    }

    /// A household's activity, the youngest first; at one moment by what it is about.
    pub(crate) fn recent(&self, household: HouseholdId) -> Vec<Recent> {
        let own = self
            .activity
            .iter()
            .filter(|((whose, _), _)| *whose == household)
            .map(|((_, id), activity)| {
                let place = (activity.at.as_microsecond(), id.clone(), 0);
                (place, Recent::Household(activity.clone()))
            });
        let of_deliveries = self
            .log
            .values()
            .filter(|(whose, _)| *whose == household)
            .map(|(_, entry)| {
                let place = (
                    entry.at.as_microsecond(),
                    entry.delivery.to_string(),
                    entry.sequence,
                );
                (place, Recent::Delivery(entry.clone()))
            });
        let sorted: BTreeMap<_, _> = own.chain(of_deliveries).collect();
        sorted.into_values().rev().collect()
    }

    /// What is due at `until` or before, and when, in text that sorts.
    pub(crate) fn due(&self, until: Timestamp) -> Vec<(i64, String)> {
        let grants = self.grants.iter().map(|(id, grant)| (grant.due, id.to_string()));
        let links = self
            .links
            .iter()
            .map(|((whose, id), link)| (link.due, format!("{whose}#{id}")));
        let mut due: Vec<_> = grants
            .chain(links)
            .filter_map(|(at, subject)| Some((at?.as_microsecond(), subject)))
            .filter(|(at, _)| *at <= until.as_microsecond())
            .collect();
        due.sort();
        due
    }
}
