//! From the vendor's numbers to the contract's words. Pure.
//!
//! The times that come with a state are in units that nobody has told, so nothing says when the opener was last heard. A reading of a
//! connected opener counts as observed when it was read: that is an assumption. The opener holds a connection, over which the cloud pushes
//! each change to the vendor's own app as it happens. And it holds where it matters, because the platform never believes a standstill at
//! once: a door that should open and is read as closed is watched for ten minutes more, and a door is sent a close only after it was read
//! as open, so a `closed` after that is news that the cloud got since. Of an opener that is not connected, or of which that is not told,
//! nothing is believed, whatever its numbers still say.

use jiff::Timestamp;
use postern_adapter_sdk::fitted_label;
use postern_contract::door::{Door, DoorKind, DoorReading, DoorState as State, Observer, UnattendedOpen};
use postern_contract::text::DoorRef;
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar, WarningSeconds};

use crate::wire::DoorState;

/// What `door` says, read at `now`.
#[must_use]
pub fn reading(door: &DoorState, now: Timestamp) -> DoorReading {
    let online = door.connected == Some(true);
    DoorReading {
        state: if online {
            state(door.barrier_status.as_deref())
        } else {
            State::Unknown
        },
        online,
        // An obstruction is pushed once, over a socket that is not held open here.
        obstructed: None,
        battery: None,
        observed_by: Observer::VendorCloud,
        // Of an opener that is not connected nothing later than the beginning of time is certain.
        observed_at: if online { now } else { Timestamp::UNIX_EPOCH },
        changed_at: None,
        read_at: now,
        stale: !online,
    }
}

/// Of the numbers, the first is 0 for a closed door and 1 for any other, the third is the movement, and the second looks like how far open
/// the door is: strictly between its ends a door at rest has stopped there, which counts as open. Anything else is an unknown door.
fn state(numbers: Option<&str>) -> State {
    let numbers: Option<Vec<i64>> = numbers.and_then(|numbers| {
        let each = numbers.split(',').map(|number| number.trim().parse().ok());
        each.collect()
    });
    match numbers.as_deref() {
        Some([0 | 1, _, 1, ..]) => State::Opening,
        Some([0 | 1, _, 2, ..]) => State::Closing,
        Some([0, _, 0, ..]) => State::Closed,
        Some([1, 1..=99, 0, ..]) => State::Stopped,
        Some([1, _, 0, ..]) => State::Open,
        _ => State::Unknown,
    }
}

/// Whether the opener may be closed with nobody there. The API does not say: only by the operator's word, which is the vendor's.
#[must_use]
pub fn unattended_close(door: &DoorState, warning: Option<WarningSeconds>) -> UnattendedClose {
    let reason = match (door.vacation_mode, warning) {
        (true, _) => UnattendedCloseBar::OpenerForbids,
        (false, None) => UnattendedCloseBar::OpenerDoesNotSay,
        (false, Some(warning_seconds)) => return UnattendedClose::Allowed { warning_seconds },
    };
    UnattendedClose::NotAllowed { reason }
}

/// Whether the opener may be opened with nobody there: the app offers that for every door, unless its owner is on vacation.
#[must_use]
pub const fn unattended_open(door: &DoorState) -> UnattendedOpen {
    if door.vacation_mode {
        UnattendedOpen::NotAllowed
    } else {
        UnattendedOpen::Allowed
    }
}

/// A door for the list.
#[must_use]
pub fn door(
    reference: DoorRef,
    door: &DoorState,
    warning: Option<WarningSeconds>,
    now: Timestamp,
) -> Option<Door> {
    let name = door.name.as_deref().and_then(fitted_label);
    Some(Door {
        door: reference,
        // The device's id names the opener alone.
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

    fn connected(numbers: &str) -> DoorState {
        DoorState {
            barrier_status: Some(numbers.to_owned()),
            connected: Some(true),
            ..DoorState::default()
        }
    }

    proptest! {
        #[test]
        fn only_a_first_and_third_of_nought_ever_means_closed(numbers in "(-?[0-9]{1,3},?){0,9}|.{0,20}") {
            let closed = reading(&connected(&numbers), now()).state == State::Closed;
            let parts: Vec<_> = numbers.split(',').map(|part| part.trim().parse::<i64>()).collect();
            let may = parts.len() >= 3 && parts[0] == Ok(0) && parts[2] == Ok(0);
            prop_assert!(may || !closed, "{}", numbers);
        }
    }

    #[test]
    fn the_numbers_mean_what_the_vendors_app_takes_them_for() {
        for (numbers, expected) in [
            ("0,0,0,0,-1,0,3,0", State::Closed),
            ("1,100,0,0,-1,0,3,0", State::Open),
            ("1,0,0,0,-1,0,3,0", State::Open),
            ("1,50,0,0,-1,0,3,0", State::Stopped),
            ("1,1,0,0", State::Stopped),
            ("1,99,0,0", State::Stopped),
            ("1,0,1,0,-1,0,3,0", State::Opening),
            ("0,0,1,0,-1,0,3,0", State::Opening),
            ("1,100,2,0,-1,0,3,0", State::Closing),
            ("1,100,3,0", State::Unknown),
            ("2,0,0,0", State::Unknown),
            ("-1,0,0", State::Unknown),
            ("0,0", State::Unknown),
            ("0,,0", State::Unknown),
            ("closed", State::Unknown),
            ("", State::Unknown),
        ] {
            assert_eq!(reading(&connected(numbers), now()).state, expected, "{numbers}");
        }
        let silent = DoorState {
            connected: Some(true),
            ..DoorState::default()
        };
        assert_eq!(reading(&silent, now()).state, State::Unknown);
    }

    #[test]
    fn of_an_opener_that_is_not_connected_nothing_is_believed() {
        for connection in [None, Some(false)] {
            let away = DoorState {
                connected: connection,
                ..connected("0,0,0,0,-1,0,3,0")
            };
            let seen = reading(&away, now());
            assert_eq!(
                (seen.state, seen.online, seen.stale),
                (State::Unknown, false, true),
                "{connection:?}"
            );
            assert!(!seen.proves_closed_after(Timestamp::UNIX_EPOCH));
        }
    }

    #[test]
    fn without_the_vendors_word_or_on_vacation_no_door_is_closed_unattended() {
        let door = connected("1,100,0,0");
        let barred = |reason| UnattendedClose::NotAllowed { reason };
        assert_eq!(
            unattended_close(&door, None),
            barred(UnattendedCloseBar::OpenerDoesNotSay)
        );
        let warning_seconds = WarningSeconds::LEAST;
        assert_eq!(
            unattended_close(&door, Some(warning_seconds)),
            UnattendedClose::Allowed { warning_seconds }
        );
        assert_eq!(unattended_open(&door), UnattendedOpen::Allowed);
        let away = DoorState {
            vacation_mode: true,
            ..door
        };
        assert_eq!(
            unattended_close(&away, Some(warning_seconds)),
            barred(UnattendedCloseBar::OpenerForbids)
        );
        assert_eq!(unattended_open(&away), UnattendedOpen::NotAllowed);
    }
}
