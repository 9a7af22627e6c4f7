//! From the vendor's words to the contract's. Pure.
//!
//! A state comes with the time at which the driver told it, and nothing says that it still holds but that the device is `ONLINE`. So a
//! reading of such a device counts as observed when it was read: that is an assumption. It holds where it matters, because a door is sent a
//! close only after it was read as open, so a `closed` after that is news. Of a device that is away the last state is shown, as old as it
//! is.
//!
//! Drivers lie: one says `closed` when its battery is low or its sensor missing, others say `opening` as soon as they have the order. So the
//! end of a movement counts only where a contact sensor, if there is one, says the same.

use std::collections::BTreeMap;

use jiff::Timestamp;
use postern_adapter_sdk::fitted_label;
use postern_contract::door::{
    Battery, Door, DoorKind, DoorReading, DoorState as State, Observer, UnattendedOpen,
};
use postern_contract::text::DoorRef;
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar, WarningSeconds};

use crate::wire::{Device, DoorStatus, Health, Told};

/// The charge at which a battery is called low, in per cent: our own choice, as the vendor only tells the charge.
const BATTERY_LOW_PERCENT: u8 = 15;

/// What `door` says, read at `now`.
pub fn reading(door: &DoorStatus, health: Health, now: Timestamp) -> DoorReading {
    let online = health != Health::Away;
    let told = door.door.iter().map(|(_, told)| told).chain(&door.contact);
    // A time to come is a clock that is wrong.
    let last = told.filter_map(|told| told.at).max().map(|at| at.min(now));
    DoorReading {
        state: state(door),
        online,
        // The vendor has no word for it.
        obstructed: None,
        battery: battery(door.battery),
        observed_by: Observer::VendorCloud,
        observed_at: if online {
            now
        } else {
            last.unwrap_or(Timestamp::UNIX_EPOCH)
        },
        changed_at: last,
        read_at: now,
        stale: !online,
    }
}

/// How the door stands by all that is said of it.
fn state(door: &DoorStatus) -> State {
    let mut words = door.door.iter().map(|(_, told)| word(told));
    let first = words.next().unwrap_or(State::Unknown);
    // The twin of a capability says the same, or nobody knows.
    if words.any(|other| other != first) {
        return State::Unknown;
    }
    match &door.contact {
        Some(contact) => agreed(first, contact),
        None => first,
    }
}

/// The vendor's word for a door. `unknown` may also be a door that has stopped on its way.
pub fn word(told: &Told) -> State {
    match told.word.as_deref() {
        Some("open") => State::Open,
        Some("closed") => State::Closed,
        Some("opening") => State::Opening,
        Some("closing") => State::Closing,
        _ => State::Unknown,
    }
}

/// What the door's driver says, where a contact sensor does not speak against it. A sensor that says nothing proves nothing closed.
fn agreed(door: State, contact: &Told) -> State {
    match (door, contact.word.as_deref()) {
        (State::Closed, Some("closed")) => State::Closed,
        (State::Open, Some("closed")) | (State::Closed, _) => State::Unknown,
        (door, _) => door,
    }
}

fn battery(percent: Option<u64>) -> Option<Battery> {
    let percent = u8::try_from(percent?).ok().filter(|percent| *percent <= 100)?;
    Some(Battery {
        percent: Some(percent),
        low: percent <= BATTERY_LOW_PERCENT,
    })
}

/// Whether an opener may be closed with nobody there. The API does not say: only by the operator's word, which is the maker's.
pub fn unattended_close(device: &Device, warnings: &BTreeMap<String, WarningSeconds>) -> UnattendedClose {
    match device.known_by.iter().find_map(|name| warnings.get(name)) {
        Some(warning_seconds) => UnattendedClose::Allowed {
            warning_seconds: *warning_seconds,
        },
        None => UnattendedClose::NotAllowed {
            reason: UnattendedCloseBar::OpenerDoesNotSay,
        },
    }
}

/// A door for the list. The API offers `open` for every door and has no word for one that forbids it.
pub fn door(
    reference: DoorRef,
    device: &Device,
    reading: DoorReading,
    warnings: &BTreeMap<String, WarningSeconds>,
) -> Option<Door> {
    let name = device.label.as_deref().and_then(fitted_label);
    Some(Door {
        door: reference,
        name: name.or_else(|| fitted_label("Garage door"))?,
        // A link is for one home.
        site: None,
        // The reference names the device itself, whoever's link it is listed by.
        opener: None,
        // The vendor does not tell how a door is built.
        kind: DoorKind::Unknown,
        unattended_open: UnattendedOpen::Allowed,
        unattended_close: unattended_close(device, warnings),
        camera: false,
        reading,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    fn told(word: &str) -> Told {
        Told {
            word: Some(word.to_owned()),
            at: None,
        }
    }

    fn says(door: &str, contact: Option<&str>) -> DoorStatus {
        DoorStatus {
            door: vec![("doorControl", told(door))],
            contact: contact.map(told),
            battery: None,
        }
    }

    fn state_of(door: &str, contact: Option<&str>) -> State {
        reading(&says(door, contact), Health::Online, now()).state
    }

    proptest! {
        #[test]
        fn closed_is_said_by_the_door_and_never_against_a_sensor(door in "[a-z]{0,8}|closed", contact in proptest::option::of("[a-z]{0,8}|closed")) {
            if state_of(&door, contact.as_deref()) == State::Closed {
                prop_assert_eq!(door.as_str(), "closed");
                prop_assert!(contact.is_none_or(|contact| contact == "closed"));
            }
        }

        #[test]
        fn no_charge_makes_a_battery_of_more_than_a_hundred_per_cent(percent: u64) {
            if let Some(told) = battery(Some(percent)) {
                prop_assert!(told.percent.unwrap() <= 100);
            }
        }
    }

    #[test]
    fn where_driver_and_sensor_disagree_nobody_can_say_how_the_door_stands() {
        for (door, contact, state) in [
            ("closed", None, State::Closed),
            ("closed", Some("closed"), State::Closed),
            ("closed", Some("open"), State::Unknown),
            ("closed", Some("garbled"), State::Unknown),
            ("open", None, State::Open),
            ("open", Some("open"), State::Open),
            ("open", Some("closed"), State::Unknown),
            ("open", Some("garbled"), State::Open),
            ("opening", Some("closed"), State::Opening),
            ("closing", Some("closed"), State::Closing),
            ("unknown", Some("closed"), State::Unknown),
            ("ajar", None, State::Unknown),
        ] {
            assert_eq!(state_of(door, contact), state, "{door} {contact:?}");
        }
        let silent = DoorStatus {
            contact: Some(Told::default()),
            ..says("closed", None)
        };
        assert_eq!(reading(&silent, Health::Online, now()).state, State::Unknown);
    }

    #[test]
    fn two_capabilities_that_disagree_say_nothing() {
        let both = |older: &str| DoorStatus {
            door: vec![
                ("doorControl", told("closed")),
                ("garageDoorControl", told(older)),
            ],
            ..DoorStatus::default()
        };
        assert_eq!(state(&both("closed")), State::Closed);
        assert_eq!(state(&both("open")), State::Unknown);
    }

    #[test]
    fn a_door_that_is_away_is_as_old_as_what_it_last_said_and_no_proof() {
        let at: Timestamp = "2026-01-01T11:00:00Z".parse().unwrap();
        let mut door = says("closed", None);
        door.door[0].1.at = Some(at);
        let away = reading(&door, Health::Away, now());
        assert_eq!((away.online, away.stale, away.observed_at), (false, true, at));
        assert!(!away.proves_closed_after(Timestamp::UNIX_EPOCH));
        let there = reading(&door, Health::NotTold, now());
        assert_eq!(
            (there.online, there.observed_at, there.changed_at),
            (true, now(), Some(at))
        );
        door.door[0].1.at = Some("2027-01-01T00:00:00Z".parse().unwrap());
        let fast_clock = reading(&door, Health::Away, now());
        assert_eq!(fast_clock.observed_at, now());
        door.door[0].1.at = None;
        assert_eq!(
            reading(&door, Health::Away, now()).observed_at,
            Timestamp::UNIX_EPOCH
        );
    }

    #[test]
    fn only_a_maker_that_the_operator_names_may_be_closed_unattended() {
        let device = |maker: &str, shown: &str| {
            let told =
                serde_json::json!({ "deviceId": "d", "manufacturerName": maker, "presentationId": shown });
            Device::from_value(&told).unwrap()
        };
        let warnings = BTreeMap::from([("Ecolink".to_owned(), WarningSeconds::LEAST)]);
        let warning_seconds = WarningSeconds::LEAST;
        let allowed = UnattendedClose::Allowed { warning_seconds };
        assert_eq!(unattended_close(&device("Ecolink", "p"), &warnings), allowed);
        let reason = UnattendedCloseBar::OpenerDoesNotSay;
        for (maker, shown) in [("", ""), ("ecolink", "p"), ("Another", "p")] {
            let barred = UnattendedClose::NotAllowed { reason };
            assert_eq!(unattended_close(&device(maker, shown), &warnings), barred);
        }
    }
}
