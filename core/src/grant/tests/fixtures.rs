//! A household that agreed, a sectional door that may be closed unattended, a booking, and what is seen of the door.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    adapter::{AdapterErrorKind, CommandAccepted, Disposition},
    delivery::Window,
    door::{DoorKind, DoorReading, DoorState, Observer, UnattendedOpen},
    ids::{CarrierId, CommandId, DeliveryId, DoorId, HouseholdId, LinkId},
    place::{Fix, Position},
    text::{DriverRef, TrackingNumber},
    unattended::{DeliberateAct, UnattendedClose, WarningSeconds},
};

use crate::{
    consent::{ChosenDoor, Consent},
    grant::{Booking, CommandResult, DeliverySite, GrantedDoor, Policy},
    log::LogSalt,
};

/// The Friday on which the delivery is booked.
pub(super) const BOOKED: &str = "2026-11-20T12:00:00Z";
/// Midnight in Toronto of the Monday of the delivery.
pub(super) const MIDNIGHT: &str = "2026-11-23T05:00:00Z";
/// Ten in the morning in Toronto.
pub(super) const STARTS: &str = "2026-11-23T15:00:00Z";
/// Two in the afternoon in Toronto.
pub(super) const ENDS: &str = "2026-11-23T19:00:00Z";

/// Ten in the morning in Toronto, of the Tuesday after.
pub(super) const LATER: &str = "2026-11-24T15:00:00Z";
/// Two in the afternoon of that day.
pub(super) const LATER_ENDS: &str = "2026-11-24T19:00:00Z";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

pub(super) fn carrier(name: &str) -> CarrierId {
    name.parse().unwrap()
}

pub(super) fn driver(name: &str) -> DriverRef {
    name.parse().unwrap()
}

pub(super) fn parcel(name: &str) -> TrackingNumber {
    name.parse().unwrap()
}

pub(super) fn garage() -> DoorId {
    DoorId::from_parts(1, 1)
}

pub(super) fn command(number: u128) -> CommandId {
    CommandId::from_parts(1, number)
}

fn home() -> Position {
    Position::new(43.55, -80.25).unwrap()
}

/// A fix that far north of the door: a degree is 111 195 metres.
pub(super) fn fix(metres_north: f64, accuracy_m: f64) -> Fix {
    let north = Position::new(43.55 + metres_north / 111_195.0, -80.25).unwrap();
    Fix::new(north, accuracy_m).unwrap()
}

pub(super) fn household_on() -> Policy {
    let consent = Consent::initial().changed(|consent| {
        consent.enabled = true;
        consent.delivery_door = Some(ChosenDoor {
            door: garage(),
            sectional: true,
            unattended_close: Some(DeliberateAct { at: at(BOOKED) }),
        });
    });
    Policy {
        consent,
        position: home(),
        time_zone: "America/Toronto".to_owned(),
    }
}

pub(super) fn sectional_door() -> GrantedDoor {
    GrantedDoor {
        door: garage(),
        link: LinkId::from_parts(1, 2),
        vendor: "some-vendor".parse().unwrap(),
        door_ref: "garage-1".parse().unwrap(),
        opener: None,
        kind: DoorKind::Sectional,
        unattended_open: UnattendedOpen::Allowed,
        unattended_close: UnattendedClose::Allowed {
            warning_seconds: WarningSeconds::LEAST,
        },
        close_act: Some(DeliberateAct { at: at(BOOKED) }),
    }
}

pub(super) fn site() -> DeliverySite {
    DeliverySite {
        household: HouseholdId::from_parts(1, 3),
        policy: household_on(),
        door: Some(sectional_door()),
    }
}

pub(super) fn window(from: &str, until: &str) -> Window {
    Window::new(at(from), at(until)).unwrap()
}

pub(super) fn booking() -> Booking {
    Booking {
        delivery: DeliveryId::from_parts(1, 4),
        carrier: carrier("north"),
        window: window(STARTS, ENDS),
        tracking_numbers: vec![parcel("A1"), parcel("B2")],
        carrier_reference: None,
        purpose: postern_contract::delivery::Purpose::Delivery,
        log_salt: LogSalt::new([4; 32]),
    }
}

/// A reading without a doubt in it.
pub(super) fn seen(state: DoorState, observed_at: Timestamp) -> DoorReading {
    DoorReading {
        state,
        online: true,
        obstructed: Some(false),
        battery: None,
        observed_by: Observer::VendorCloud,
        observed_at,
        changed_at: None,
        read_at: observed_at,
        stale: false,
    }
}

pub(super) fn blocked(state: DoorState, observed_at: Timestamp) -> DoorReading {
    DoorReading {
        obstructed: Some(true),
        ..seen(state, observed_at)
    }
}

pub(super) fn stale(state: DoorState, observed_at: Timestamp) -> DoorReading {
    DoorReading {
        stale: true,
        ..seen(state, observed_at)
    }
}

pub(super) fn accepted(disposition: Disposition, before: DoorReading) -> CommandResult {
    CommandResult::Accepted(CommandAccepted { disposition, before })
}

pub(super) fn not_executed(kind: AdapterErrorKind) -> CommandResult {
    CommandResult::NotExecuted { kind, reading: None }
}

pub(super) fn unknown() -> CommandResult {
    CommandResult::Unknown {
        kind: AdapterErrorKind::TimedOut,
    }
}
