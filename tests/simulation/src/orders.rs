//! The witness at the gate: judges each order at the moment at which it leaves for the vendor, by what the record holds at that very
//! moment and by what people have been told.

use std::sync::Arc;

use jiff::SignedDuration;
use postern_contract::{
    event::{DeliveryEvent, LogEntry},
    ids::{CommandId, DeliveryId},
};
use postern_core::{promises::Promise, store::Store};
use postern_vendor_clouds::{Direction, Serial};

use crate::{
    scene::{SKEW_MS_MAX, Scene},
    truth::{Booked, Departure, Truth},
};

/// The time that an order to open may take before it moves a door, less what two clocks may differ.
const OPEN_TAKES: SignedDuration = SignedDuration::from_secs(89);
/// How far a driver may be from the door, in metres.
const GEOFENCE_M: u32 = 150;

/// The witness.
pub(crate) struct Witness {
    pub(crate) scene: Arc<Scene>,
    pub(crate) truth: Arc<Truth>,
    /// The record, past every fault.
    pub(crate) record: Store,
    /// Which door each household of the workload has.
    pub(crate) serials: std::sync::Mutex<Vec<Serial>>,
}

impl Witness {
    /// An order leaves for the vendor.
    pub(crate) async fn departs(&self, serial: &Serial, way: Direction, command: Option<CommandId>) {
        let Some(command) = command else {
            self.scene.check(Promise::IntentFirst, false, || {
                format!("an order to {way:?} door {serial} left that nobody had given")
            });
            return;
        };
        let found = self.intent(serial, command).await;
        let verb = if way == Direction::Open { "open" } else { "close" };
        self.scene.check(Promise::IntentFirst, found.is_some(), || {
            format!("order {command} to {verb} door {serial} left with no intent on record")
        });
        let Some((delivery, log)) = found else { return };
        self.scene.note(
            serial.as_str(),
            format_args!("an order to {verb} leaves: {command} of {delivery}"),
        );
        let before = self.truth.departures_of(delivery);
        self.truth.departs(Departure {
            at: self.scene.now(),
            serial: serial.clone(),
            way,
            command,
            delivery,
        });
        if way == Direction::Open {
            self.once(delivery, command, &before, &log);
            self.right(delivery, command, serial, &log);
            self.blind(delivery, command, &before, &log);
        }
    }

    /// The delivery whose log holds this order's intent, and that log.
    async fn intent(&self, serial: &Serial, command: CommandId) -> Option<(DeliveryId, Vec<LogEntry>)> {
        let serials = crate::scene::lock(&self.serials).clone();
        let booked = self.truth.all_booked();
        let mut candidates: Vec<_> = booked
            .iter()
            .filter(|(_, booked)| serials.get(booked.household) == Some(serial))
            .collect();
        // The likeliest first: what is at its door now.
        let now = self.scene.now();
        candidates.sort_by_key(|(_, booked)| !booked.windows.iter().any(|window| window.contains(now)));
        for (delivery, _) in candidates {
            let log = self.record.whole_log(*delivery).await.ok()?;
            if log.iter().any(|entry| intends(&entry.event, command)) {
                return Some((*delivery, log));
            }
        }
        None
    }

    /// Promise 1: an order for each code, a code for each order.
    fn once(&self, delivery: DeliveryId, command: CommandId, before: &[Departure], log: &[LogEntry]) {
        let code_of = |wanted: CommandId| {
            log.iter().find_map(|entry| match &entry.event {
                DeliveryEvent::OpenRequested {
                    command, code_number, ..
                } if *command == wanted => Some(*code_number),
                _ => None,
            })
        };
        let code = code_of(command);
        let same_code = before
            .iter()
            .find(|earlier| {
                earlier.way == Direction::Open
                    && earlier.command != command
                    && code_of(earlier.command) == code
            })
            .map(|earlier| earlier.command);
        self.scene.check(Promise::OpensOnce, same_code.is_none(), || {
            format!("code {code:?} of {delivery} sent two orders: {same_code:?} and {command}")
        });
        let times = before.iter().filter(|earlier| earlier.command == command).count() as u64;
        let carried = self.truth.times_carried(command);
        self.scene.check(Promise::OpensOnce, times < carried, || {
            format!(
                "order {command} of {delivery} left {} times, and was carried to an adapter {carried} times",
                times + 1
            )
        });
        let redeemed = log.iter().filter(|entry| matches!(&entry.event, DeliveryEvent::OpenRequested { code_number, .. } if Some(*code_number) == code)).count();
        self.scene.check(Promise::OpensOnce, redeemed == 1, || {
            format!("code {code:?} of {delivery} was redeemed {redeemed} times")
        });
    }

    /// Promise 2: inside the window, before anything took the right back, for the right driver, place and parcel.
    fn right(&self, delivery: DeliveryId, command: CommandId, serial: &Serial, log: &[LogEntry]) {
        let Some(booked) = self.truth.of(delivery) else {
            return;
        };
        let now = self.scene.now();
        // The window is judged by the clock of the process that decided, and its end by the adapter's.
        let skew = SignedDuration::from_millis(SKEW_MS_MAX + 1);
        let may = |window: &postern_contract::delivery::Window| {
            window.starts_at() - skew <= now && now < window.ends_at() + skew
        };
        let inside = booked.windows.iter().any(may);
        self.scene.check(Promise::RightHolds, inside, || {
            format!(
                "order {command} of {delivery} left at {now}, outside its window: {:?}",
                booked.windows
            )
        });
        self.scene
            .check(Promise::RightHolds, booked.taken_back.is_none(), || {
                let (at, by) = booked.taken_back.unwrap_or((now, "nothing"));
                format!("order {command} of {delivery} left at {now}, though {by} had been answered at {at}")
            });
        let banned = self.truth.banned(booked.household, booked.carrier, now);
        self.scene.check(Promise::RightHolds, !banned, || {
            format!("order {command} of {delivery} left at {now}, though the household's preferences had long forbidden it")
        });
        let own = crate::scene::lock(&self.serials).get(booked.household) == Some(serial);
        self.scene.check(Promise::OpensOnce, own, || {
            format!("order {command} of {delivery} is for door {serial}, which is not its household's")
        });
        self.bound(delivery, command, &booked, log);
    }

    fn bound(&self, delivery: DeliveryId, command: CommandId, booked: &Booked, log: &[LogEntry]) {
        let asked = log.iter().find_map(|entry| match &entry.event {
            DeliveryEvent::OpenRequested {
                command: of,
                driver,
                tracking_number,
                distance_m,
                ..
            } if *of == command => Some((driver, tracking_number, *distance_m)),
            _ => None,
        });
        let Some((driver, parcel, distance_m)) = asked else {
            return;
        };
        let right_driver = booked
            .driver
            .as_ref()
            .is_none_or(|known| known == driver.as_str());
        self.scene.check(Promise::RightHolds, right_driver, || {
            format!("order {command} of {delivery} left for driver {driver}, who is not its driver")
        });
        let right_parcel = booked.parcels.iter().any(|own| own == parcel.as_str());
        self.scene.check(Promise::RightHolds, right_parcel, || {
            format!("order {command} of {delivery} left for parcel {parcel}, which is not its")
        });
        self.scene
            .check(Promise::RightHolds, distance_m <= GEOFENCE_M, || {
                format!("order {command} of {delivery} left for a driver {distance_m} m from the door")
            });
    }

    /// Promise 3: an earlier order to open was settled by a sight of the door before a further one leaves.
    fn blind(&self, delivery: DeliveryId, command: CommandId, before: &[Departure], log: &[LogEntry]) {
        let earlier = before
            .iter()
            .rev()
            .find(|earlier| earlier.way == Direction::Open && earlier.command != command);
        let Some(earlier) = earlier else { return };
        let after = log
            .iter()
            .skip_while(|entry| !intends(&entry.event, earlier.command))
            .take_while(|entry| !intends(&entry.event, command));
        let ordered_at = entry_time(log, earlier.command);
        let settled = after.into_iter().any(|entry| match &entry.event {
            DeliveryEvent::Opened { reading } | DeliveryEvent::Closed { reading, .. } => {
                reading.is_fresh_after(ordered_at)
            }
            // A door that is still closed says nothing before it had the time that an order may take.
            DeliveryEvent::NotOpened { reading, .. } => {
                reading.is_fresh_after(ordered_at) && entry.at.duration_since(ordered_at) >= OPEN_TAKES
            }
            _ => false,
        });
        // A line that brings one call to two adapters is beyond what an answer can tell of: one may send what the other refused.
        let twice = self.truth.times_carried(earlier.command) > 1;
        self.scene.check(Promise::NoBlindRepeat, settled || twice, || {
            format!(
                "order {command} of {delivery} left, and nobody had seen what became of {}",
                earlier.command
            )
        });
    }
}

/// Whether an event is the intent of an order.
pub(crate) fn intends(event: &DeliveryEvent, wanted: CommandId) -> bool {
    match event {
        DeliveryEvent::OpenRequested { command, .. } | DeliveryEvent::CloseRequested { command, .. } => {
            *command == wanted
        }
        _ => false,
    }
}

fn entry_time(log: &[LogEntry], command: CommandId) -> jiff::Timestamp {
    let intent = log.iter().find(|entry| intends(&entry.event, command));
    intent.map_or(jiff::Timestamp::MAX, |entry| entry.at)
}
