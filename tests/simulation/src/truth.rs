//! The truth of a run: what left for the vendor, what the doors really did, and what people were told.
//!
//! Nothing here is the platform's opinion. Orders are noted where they leave an adapter, motions come from the journal of the
//! simulated cloud, and the words of an answer count from the moment in which a caller heard them.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Mutex,
};

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    delivery::{DeliveryView, Window},
    door::DoorReading,
    ids::{CommandId, DeliveryId},
};
use postern_vendor_clouds::{Direction, JournalEntry, Serial, door::Happening, journal::JournalEvent};

use crate::scene::lock;

/// An order that left for the vendor.
#[derive(Debug, Clone)]
pub(crate) struct Departure {
    pub(crate) at: Timestamp,
    pub(crate) serial: Serial,
    pub(crate) way: Direction,
    pub(crate) command: CommandId,
    pub(crate) delivery: DeliveryId,
}

/// What the harness knows of a delivery, by its own booking.
#[derive(Debug, Clone)]
pub(crate) struct Booked {
    /// The place of the delivery in the workload.
    pub(crate) number: usize,
    pub(crate) carrier: usize,
    pub(crate) household: usize,
    /// The window; while it is not known whether a change of it was done, all that it may be.
    pub(crate) windows: Vec<Window>,
    pub(crate) parcels: Vec<String>,
    /// The one driver who may open, once the platform knows one.
    pub(crate) driver: Option<String>,
    /// When somebody was told that no open of it leaves any more, and by what.
    pub(crate) taken_back: Option<(Timestamp, &'static str)>,
}

/// Something acknowledged: the delivery's log has an entry of this number and hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Acknowledged {
    pub(crate) delivery: DeliveryId,
    pub(crate) length: u64,
    pub(crate) head: String,
}

/// A span in which a household's word forbids a carrier to open, long enough after it was given for every open from before to have
/// left.
#[derive(Debug, Clone)]
pub(crate) struct Ban {
    pub(crate) household: usize,
    /// The carriers that may still open.
    pub(crate) spared: BTreeSet<usize>,
    pub(crate) from: Timestamp,
    pub(crate) until: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Known {
    departures: Vec<Departure>,
    carried_again: BTreeMap<CommandId, u64>,
    booked: BTreeMap<DeliveryId, Booked>,
    acknowledged: BTreeSet<Acknowledged>,
    bans: Vec<Ban>,
    lies: HashSet<String>,
}

/// The truth.
#[derive(Debug, Default)]
pub(crate) struct Truth(Mutex<Known>);

impl Truth {
    /// An order leaves.
    pub(crate) fn departs(&self, departure: Departure) {
        lock(&self.0).departures.push(departure);
    }

    /// The orders of a delivery that have left so far.
    pub(crate) fn departures_of(&self, delivery: DeliveryId) -> Vec<Departure> {
        let known = lock(&self.0);
        let of_it = known
            .departures
            .iter()
            .filter(|departure| departure.delivery == delivery);
        of_it.cloned().collect()
    }

    /// The orders that have left so far, for one door.
    pub(crate) fn departures_to(&self, serial: &Serial) -> Vec<Departure> {
        let known = lock(&self.0);
        let to_it = known
            .departures
            .iter()
            .filter(|departure| departure.serial == *serial);
        to_it.cloned().collect()
    }

    /// The line brings a command to an adapter once more.
    pub(crate) fn carried_again(&self, command: CommandId) {
        *lock(&self.0).carried_again.entry(command).or_default() += 1;
    }

    /// How often a command was brought to an adapter.
    pub(crate) fn times_carried(&self, command: CommandId) -> u64 {
        1 + lock(&self.0).carried_again.get(&command).copied().unwrap_or(0)
    }

    /// A booking was answered.
    pub(crate) fn booked(&self, delivery: DeliveryId, booked: Booked) {
        lock(&self.0).booked.entry(delivery).or_insert(booked);
    }

    /// What is known of a delivery.
    pub(crate) fn of(&self, delivery: DeliveryId) -> Option<Booked> {
        lock(&self.0).booked.get(&delivery).cloned()
    }

    /// Everything that was booked.
    pub(crate) fn all_booked(&self) -> BTreeMap<DeliveryId, Booked> {
        lock(&self.0).booked.clone()
    }

    /// The window is one of these from now on, as far as its carrier knows.
    pub(crate) fn windows(&self, delivery: DeliveryId, windows: Vec<Window>) {
        if let Some(booked) = lock(&self.0).booked.get_mut(&delivery) {
            booked.windows = windows;
        }
    }

    /// From now on only this driver may open.
    pub(crate) fn bind_driver(&self, delivery: DeliveryId, driver: &str) {
        if let Some(booked) = lock(&self.0).booked.get_mut(&delivery) {
            booked.driver.get_or_insert_with(|| driver.to_owned());
        }
    }

    /// Somebody was told that no open of this delivery leaves any more.
    pub(crate) fn taken_back(&self, delivery: DeliveryId, at: Timestamp, by: &'static str) {
        if let Some(booked) = lock(&self.0).booked.get_mut(&delivery) {
            booked.taken_back.get_or_insert((at, by));
        }
    }

    /// The same for every delivery of a household that was known when it was asked.
    pub(crate) fn all_taken_back(
        &self,
        household: usize,
        deliveries: &BTreeSet<DeliveryId>,
        at: Timestamp,
        by: &'static str,
    ) {
        for (delivery, booked) in &mut lock(&self.0).booked {
            if booked.household == household && deliveries.contains(delivery) {
                booked.taken_back.get_or_insert((at, by));
            }
        }
    }

    /// The deliveries of a household that are known now.
    pub(crate) fn known_of(&self, household: usize) -> BTreeSet<DeliveryId> {
        let known = lock(&self.0);
        let of_it = known
            .booked
            .iter()
            .filter(|(_, booked)| booked.household == household);
        of_it.map(|(delivery, _)| *delivery).collect()
    }

    /// A caller was answered with this view.
    pub(crate) fn acknowledged(&self, view: &DeliveryView) {
        lock(&self.0).acknowledged.insert(Acknowledged {
            delivery: view.id,
            length: view.log_length,
            head: view.log_head.clone(),
        });
    }

    /// Everything that was acknowledged.
    pub(crate) fn all_acknowledged(&self) -> BTreeSet<Acknowledged> {
        lock(&self.0).acknowledged.clone()
    }

    /// A household's ban begins.
    pub(crate) fn ban(&self, household: usize, spared: BTreeSet<usize>, from: Timestamp) {
        lock(&self.0).bans.push(Ban {
            household,
            spared,
            from,
            until: None,
        });
    }

    /// A household asks for something else: its bans end.
    pub(crate) fn lift_bans(&self, household: usize, now: Timestamp) {
        for ban in &mut lock(&self.0).bans {
            if ban.household == household {
                ban.until.get_or_insert(now);
            }
        }
    }

    /// Whether a carrier is banned from a household's door at a moment.
    pub(crate) fn banned(&self, household: usize, carrier: usize, at: Timestamp) -> bool {
        lock(&self.0).bans.iter().any(|ban| {
            ban.household == household
                && !ban.spared.contains(&carrier)
                && ban.from <= at
                && ban.until.is_none_or(|until| at < until)
        })
    }

    /// A sensor that flaps has made this reading.
    pub(crate) fn lie(&self, reading: DoorReading) {
        lock(&self.0).lies.insert(written(&reading));
    }

    /// Whether a reading is a lie of a sensor that flaps.
    pub(crate) fn is_lie(&self, reading: &DoorReading) -> bool {
        lock(&self.0).lies.contains(&written(reading))
    }
}

fn written(reading: &DoorReading) -> String {
    // `stale` is a judgement that the platform may add.
    format!(
        "{:?} {} {} {:?}",
        reading.state, reading.observed_at, reading.read_at, reading.changed_at
    )
}

/// What one door really did, from the vendor's journal.
#[derive(Debug)]
pub(crate) struct DoorLife {
    /// When it came to rest on the floor, or left it; true times.
    changes: Vec<(Timestamp, bool)>,
    /// When it began to move up, and by which line of the journal, where a command through the cloud made it move.
    pub(crate) ups: Vec<(Timestamp, Option<u64>)>,
}

impl DoorLife {
    /// Reads the journal of one door, whose cloud's clock runs ahead by `skew`. Every door begins closed.
    pub(crate) fn read(entries: &[JournalEntry], skew: SignedDuration) -> Self {
        let mut life = Self {
            changes: Vec::new(),
            ups: Vec::new(),
        };
        for entry in entries {
            let at = entry.at - skew;
            let JournalEvent::Happening(happening) = entry.event else {
                continue;
            };
            match happening {
                Happening::Motion { direction, cause, .. } => {
                    life.changes.push((at, false));
                    if direction == Direction::Open {
                        use postern_vendor_clouds::door::Cause;
                        let seq = match cause {
                            Cause::Command { seq } => Some(seq),
                            Cause::WallButton { .. } | Cause::Obstruction => None,
                        };
                        life.ups.push((at, seq));
                    }
                }
                Happening::Arrived {
                    end: Direction::Close,
                } => life.changes.push((at, true)),
                _ => {}
            }
        }
        life
    }

    /// Whether the door lay on the floor at a moment.
    pub(crate) fn closed_at(&self, at: Timestamp) -> bool {
        self.changes
            .iter()
            .rev()
            .find(|(when, _)| *when <= at)
            .is_none_or(|(_, closed)| *closed)
    }

    /// Whether the door lay on the floor at some moment of a span.
    pub(crate) fn closed_within(&self, from: Timestamp, until: Timestamp) -> bool {
        self.closed_at(from)
            || self
                .changes
                .iter()
                .any(|(when, closed)| *closed && from <= *when && *when <= until)
    }

    /// When the door next came to rest on the floor.
    pub(crate) fn closed_after(&self, at: Timestamp) -> Option<Timestamp> {
        let closing = self.changes.iter().find(|(when, closed)| *closed && *when > at);
        closing.map(|(when, _)| *when)
    }
}
