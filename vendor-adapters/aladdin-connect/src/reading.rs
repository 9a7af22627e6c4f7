//! From the vendor's words to the contract's. Pure.
//!
//! Nothing in the API says when the opener was last heard, and a state was seen to stay as it was for up to four minutes (Home Assistant
//! issue 75279). So a reading of a connected door counts as observed when it was read: that is an assumption. It holds where it
//! matters, because the platform never believes a standstill at once: a door that should open and is read as closed is watched for ten
//! minutes more, and a door is sent a close only after it was read as open, so a `closed` after that is news that the cloud got since.
//! Of a door that is not connected nothing is believed, whatever the status beside it still says.

use jiff::Timestamp;
use postern_adapter_sdk::fitted_label;
use postern_contract::door::{
    Battery, Door, DoorKind, DoorReading, DoorState as State, Observer, UnattendedOpen,
};
use postern_contract::text::DoorRef;
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar, WarningSeconds};

use crate::wire::{DoorState, Link};

/// The charge at which a battery is called low, in per cent: our own choice, as the vendor only tells the charge.
const BATTERY_LOW_PERCENT: u8 = 15;

/// What `door` says, read at `now`.
pub fn reading(door: &DoorState, now: Timestamp) -> DoorReading {
    let online = door.link == Some(Link::Connected);
    DoorReading {
        state: if online {
            state(door.status.as_deref())
        } else {
            State::Unknown
        },
        online,
        // The partner API has no word for it.
        obstructed: None,
        battery: battery(door.battery),
        observed_by: Observer::VendorCloud,
        // For a door that is not connected nothing later than the beginning of time is certain.
        observed_at: if online { now } else { Timestamp::UNIX_EPOCH },
        changed_at: None,
        read_at: now,
        stale: !online,
    }
}

/// A door that never reached the end of its way has stopped somewhere: it counts as open, also after a close. A word that is not known
/// is an unknown door.
fn state(word: Option<&str>) -> State {
    match word {
        Some("open") => State::Open,
        Some("closed") => State::Closed,
        Some("opening") => State::Opening,
        Some("closing") => State::Closing,
        Some("timeout_opening" | "timeout_closing") => State::Stopped,
        _ => State::Unknown,
    }
}

/// 0 usually means that there is no battery, not that it is empty: nothing is said of it then.
fn battery(percent: Option<u64>) -> Option<Battery> {
    let percent = u8::try_from(percent?)
        .ok()
        .filter(|percent| (1..=100).contains(percent))?;
    Some(Battery {
        percent: Some(percent),
        low: percent <= BATTERY_LOW_PERCENT,
    })
}

/// Whether the opener may be closed with nobody there. The API does not say: only by the operator's word, which is the vendor's.
pub fn unattended_close(door: &DoorState, warning: Option<WarningSeconds>) -> UnattendedClose {
    let reason = match (door.link, warning) {
        (Some(Link::NotConfigured), _) => UnattendedCloseBar::OpenerForbids,
        (_, None) => UnattendedCloseBar::OpenerDoesNotSay,
        (_, Some(warning_seconds)) => return UnattendedClose::Allowed { warning_seconds },
    };
    UnattendedClose::NotAllowed { reason }
}

/// Whether the opener may be opened with nobody there: the partner API offers that for every door, and has no word for one that
/// forbids it. A door that was never set up can't be.
pub fn unattended_open(door: &DoorState) -> UnattendedOpen {
    match door.link {
        Some(Link::Connected | Link::Paired) => UnattendedOpen::Allowed,
        Some(Link::NotConfigured) | None => UnattendedOpen::NotAllowed,
    }
}

/// A door for the list.
pub fn door(
    reference: DoorRef,
    door: &DoorState,
    warning: Option<WarningSeconds>,
    now: Timestamp,
) -> Option<Door> {
    let name = door.name.as_deref().and_then(fitted_label);
    Some(Door {
        door: reference,
        opener: None,
        name: name.or_else(|| fitted_label("Garage door"))?,
        site: None,
        // The vendor does not tell how a door is built.
        kind: DoorKind::Unknown,
        unattended_open: unattended_open(door),
        unattended_close: unattended_close(door, warning),
        camera: false,
        reading: reading(door, now),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    fn connected(word: &str) -> DoorState {
        DoorState {
            status: Some(word.to_owned()),
            link: Some(Link::Connected),
            ..DoorState::default()
        }
    }

    proptest! {
        #[test]
        fn a_word_that_is_not_known_is_an_unknown_door(word in "[a-z_]{0,16}") {
            let known = ["open", "closed", "opening", "closing", "timeout_opening", "timeout_closing"];
            let seen = reading(&connected(&word), now());
            prop_assert_eq!(seen.state == State::Unknown, !known.contains(&word.as_str()));
        }

        #[test]
        fn no_charge_makes_a_battery_of_more_than_a_hundred_per_cent(percent: u64) {
            if let Some(told) = battery(Some(percent)) {
                prop_assert!((1..=100).contains(&told.percent.unwrap()));
            }
        }
    }

    #[test]
    fn only_the_word_closed_of_a_connected_door_ever_means_closed() {
        for word in [
            "open",
            "opening",
            "closing",
            "timeout_opening",
            "timeout_closing",
            "unknown",
            "",
            "CLOSED",
        ] {
            assert_ne!(reading(&connected(word), now()).state, State::Closed, "{word}");
        }
        assert_eq!(reading(&connected("closed"), now()).state, State::Closed);
        for link in [None, Some(Link::Paired), Some(Link::NotConfigured)] {
            let seen = reading(
                &DoorState {
                    link,
                    ..connected("closed")
                },
                now(),
            );
            assert_eq!(
                (seen.state, seen.online, seen.stale),
                (State::Unknown, false, true),
                "{link:?}"
            );
            assert!(!seen.proves_closed_after(Timestamp::UNIX_EPOCH));
        }
    }

    #[test]
    fn a_door_that_timed_out_stands_somewhere_between() {
        for word in ["timeout_opening", "timeout_closing"] {
            let seen = reading(&connected(word), now());
            assert_eq!((seen.state, seen.obstructed), (State::Stopped, None));
        }
    }

    #[test]
    fn a_battery_of_nothing_is_no_battery() {
        assert_eq!(battery(None), None);
        assert_eq!(battery(Some(0)), None);
        assert_eq!(battery(Some(101)), None);
        let (full, low) = (battery(Some(88)).unwrap(), battery(Some(9)).unwrap());
        assert_eq!((full.percent, full.low, low.low), (Some(88), false, true));
    }

    #[test]
    fn without_the_vendors_word_no_door_is_closed_unattended() {
        let door = connected("open");
        let reason = UnattendedCloseBar::OpenerDoesNotSay;
        assert_eq!(
            unattended_close(&door, None),
            UnattendedClose::NotAllowed { reason }
        );
        let warning_seconds = WarningSeconds::LEAST;
        assert_eq!(
            unattended_close(&door, Some(warning_seconds)),
            UnattendedClose::Allowed { warning_seconds }
        );
        let never_set_up = DoorState {
            link: Some(Link::NotConfigured),
            ..door
        };
        let reason = UnattendedCloseBar::OpenerForbids;
        assert_eq!(
            unattended_close(&never_set_up, Some(warning_seconds)),
            UnattendedClose::NotAllowed { reason }
        );
        assert_eq!(unattended_open(&never_set_up), UnattendedOpen::NotAllowed);
    }
}
