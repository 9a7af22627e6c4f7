//! From myQ's words to the contract's. Pure.

use std::time::Duration;

use jiff::Timestamp;
use postern_adapter_sdk::fitted_label;
use postern_contract::door::{Battery, Door, DoorKind, DoorReading, DoorState, Observer, UnattendedOpen};
use postern_contract::text::DoorRef;
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar, WarningSeconds};

use crate::wire::State;

/// What `state` says, read at `now`. It is stale if the cloud says that the opener or its sensor is not heard, or has
/// not heard it for `silence_max`, or does not say.
pub fn reading(state: &State, now: Timestamp, silence_max: Duration) -> DoorReading {
    let (door_state, obstructed) = door_state(state.door_state.as_deref());
    let online = state.online == Some(true);
    // A change of state is a contact, too. No contact is later than now, whatever the vendor's clock says.
    let contact = state.last_status.max(state.last_update).map(|at| at.min(now));
    let silent = contact.is_none_or(|at| now.duration_since(at).unsigned_abs() > silence_max);
    let deaf = state.dps_no_communication == Some(true) || state.sensor_comm_error == Some(true);
    DoorReading {
        state: door_state,
        online,
        obstructed,
        battery: battery(state),
        observed_by: Observer::VendorCloud,
        // The cloud does not tell: then nothing later than the beginning of time is certain.
        observed_at: contact.unwrap_or(Timestamp::UNIX_EPOCH),
        changed_at: state.last_update.map(|at| at.min(now)),
        read_at: now,
        stale: !online || silent || deaf,
    }
}

/// The state, and whether something stands in the door's way. `autoreverse` lasts only the seconds in which the door goes
/// up again; older firmware says `transition` for any movement.
fn door_state(word: Option<&str>) -> (DoorState, Option<bool>) {
    match word {
        Some("open") => (DoorState::Open, Some(false)),
        Some("closed") => (DoorState::Closed, Some(false)),
        Some("opening") => (DoorState::Opening, Some(false)),
        Some("closing") => (DoorState::Closing, Some(false)),
        Some("stopped") => (DoorState::Stopped, Some(false)),
        Some("autoreverse") => (DoorState::Opening, Some(true)),
        _ => (DoorState::Unknown, None),
    }
}

/// The position sensor's battery: low or not, where the door has one.
fn battery(state: &State) -> Option<Battery> {
    let low = [state.dps_low_battery_mode, state.dps_battery_critical];
    if low.iter().all(Option::is_none) {
        return None;
    }
    Some(Battery {
        percent: None,
        low: low.contains(&Some(true)),
    })
}

/// Whether the opener may be closed with nobody there. What myQ does not say is not allowed.
pub fn unattended_close(state: &State) -> UnattendedClose {
    if state.is_unattended_close_allowed == Some(true) && !locked_out(state) {
        // The opener warns for as long as the rule asks; myQ does not tell for how much longer.
        UnattendedClose::Allowed {
            warning_seconds: WarningSeconds::LEAST,
        }
    } else {
        UnattendedClose::NotAllowed {
            reason: UnattendedCloseBar::OpenerForbids,
        }
    }
}

/// Whether the opener may be opened with nobody there.
pub fn unattended_open(state: &State) -> UnattendedOpen {
    if state.is_unattended_open_allowed == Some(true) && !locked_out(state) {
        UnattendedOpen::Allowed
    } else {
        UnattendedOpen::NotAllowed
    }
}

fn locked_out(state: &State) -> bool {
    state.in_vacation_mode == Some(true) || state.monitor_only_mode == Some(true)
}

/// A door for the list.
pub fn door(
    door: DoorRef,
    opener: Option<DoorRef>,
    name: Option<&str>,
    site: Option<&str>,
    state: &State,
    reading: DoorReading,
) -> Option<Door> {
    Some(Door {
        door,
        opener,
        name: name
            .and_then(fitted_label)
            .or_else(|| fitted_label("Garage door"))?,
        site: site.and_then(fitted_label),
        // myQ does not tell how a door is built.
        kind: DoorKind::Unknown,
        unattended_open: unattended_open(state),
        unattended_close: unattended_close(state),
        camera: false,
        reading,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SILENCE_MAX: Duration = Duration::from_secs(900);

    fn now() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    fn fresh(word: &str) -> State {
        State {
            door_state: Some(word.into()),
            last_update: Some("2026-01-01T08:00:00Z".parse().unwrap()),
            last_status: Some("2026-01-01T11:59:50Z".parse().unwrap()),
            online: Some(true),
            ..State::default()
        }
    }

    proptest! {
        #[test]
        fn nothing_is_ever_observed_after_it_was_read(status in -100_000_i64..100_000, update in -100_000_i64..100_000) {
            let at = |offset: i64| Some(Timestamp::from_second(now().as_second() + offset).unwrap());
            let state = State { last_status: at(status), last_update: at(update), ..fresh("closed") };
            let seen = reading(&state, now(), SILENCE_MAX);
            prop_assert!(seen.observed_at <= seen.read_at);
            prop_assert_eq!(seen.stale, status.max(update) < -900);
        }

        #[test]
        fn a_word_that_is_not_known_is_an_unknown_door(word in "[a-z]{0,12}") {
            let known = ["open", "closed", "opening", "closing", "stopped", "autoreverse"];
            let seen = reading(&fresh(&word), now(), SILENCE_MAX);
            prop_assert_eq!(seen.state == DoorState::Unknown, !known.contains(&word.as_str()));
        }
    }

    #[test]
    fn a_reversing_door_is_opening_and_obstructed() {
        let seen = reading(&fresh("autoreverse"), now(), SILENCE_MAX);
        assert_eq!((seen.state, seen.obstructed), (DoorState::Opening, Some(true)));
        let seen = reading(&fresh("transition"), now(), SILENCE_MAX);
        assert_eq!((seen.state, seen.obstructed), (DoorState::Unknown, None));
    }

    #[test]
    fn a_door_that_is_not_heard_is_stale_however_it_is_said() {
        assert!(!reading(&fresh("closed"), now(), SILENCE_MAX).stale);
        for silent in [
            State {
                online: Some(false),
                ..fresh("closed")
            },
            State {
                online: None,
                ..fresh("closed")
            },
            State {
                dps_no_communication: Some(true),
                ..fresh("closed")
            },
            State {
                sensor_comm_error: Some(true),
                ..fresh("closed")
            },
            State {
                last_status: None,
                last_update: None,
                ..fresh("closed")
            },
            State {
                last_status: Some("2026-01-01T11:40:00Z".parse().unwrap()),
                ..fresh("closed")
            },
        ] {
            let seen = reading(&silent, now(), SILENCE_MAX);
            assert!(seen.stale, "{silent:?}");
            assert_eq!(seen.shown_state(), DoorState::Unknown);
        }
    }

    #[test]
    fn what_myq_does_not_say_is_not_allowed() {
        let allowed = State {
            is_unattended_open_allowed: Some(true),
            is_unattended_close_allowed: Some(true),
            ..fresh("closed")
        };
        assert_eq!(unattended_open(&allowed), UnattendedOpen::Allowed);
        assert!(matches!(
            unattended_close(&allowed),
            UnattendedClose::Allowed { .. }
        ));
        let silent = fresh("closed");
        let on_vacation = State {
            in_vacation_mode: Some(true),
            ..allowed
        };
        for state in [silent, on_vacation] {
            assert_eq!(unattended_open(&state), UnattendedOpen::NotAllowed);
            assert!(matches!(
                unattended_close(&state),
                UnattendedClose::NotAllowed { .. }
            ));
        }
    }

    #[test]
    fn a_low_sensor_battery_is_told_and_no_sensor_has_none() {
        assert_eq!(reading(&fresh("open"), now(), SILENCE_MAX).battery, None);
        let low = State {
            dps_low_battery_mode: Some(false),
            dps_battery_critical: Some(true),
            ..fresh("open")
        };
        assert_eq!(
            reading(&low, now(), SILENCE_MAX).battery,
            Some(Battery {
                percent: None,
                low: true
            })
        );
    }
}
