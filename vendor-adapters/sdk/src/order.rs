//! Read before write: what to do with an order, given what was just seen of the door.
//!
//! Pure, so that every adapter judges alike. Only a door that is seen at rest, online and with a reading that is not
//! stale, is sent an order. A door that is already where it should be is left alone: an order sent to it
//! would do nothing at best, and at a vendor that toggles it would do the opposite.

use postern_contract::adapter::{AdapterError, AdapterErrorKind, Disposition};
use postern_contract::door::{DoorReading, DoorState};

/// Which way an order wants the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Up.
    Open,
    /// Down.
    Closed,
}

/// What to do with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send it, once.
    Send,
    /// Send nothing and answer this.
    Answer(Disposition),
}

/// Judges an order by the reading taken just before.
///
/// Closing a door that is closed, or on its way down, is already done. Opening one that is open, or on its way up, is
/// already done only if the order `expected` to find it so: an open garage that nobody expected is news, and the
/// platform must hear it. A door that stopped half-way is sent an order only if the order expected that: a set-point is
/// then well defined, but an adapter whose vendor toggles has to refuse it first.
///
/// # Errors
/// Always `not_executed`, with the reading: `door_offline`; `door_obstructed` for a close; `rejected` for a door that is
/// stale, moving or unknown, or in a state that the order did not expect.
pub fn weigh_order(
    target: Target,
    reading: &DoorReading,
    expected: &[DoorState],
) -> Result<Step, AdapterError> {
    let refuse = |kind, why: &str| {
        Err(
            AdapterError::not_executed(kind, format!("{why}; nothing was sent"))
                .with_reading(reading.clone()),
        )
    };
    let is_expected = expected.contains(&reading.state);
    if !reading.online {
        return refuse(AdapterErrorKind::DoorOffline, "the opener is not connected");
    }
    if reading.stale {
        return refuse(
            AdapterErrorKind::Rejected,
            "the last reading of the door is too old to act on",
        );
    }
    match (target, reading.state) {
        (Target::Closed, DoorState::Closed) => return Ok(Step::Answer(Disposition::AlreadyThere)),
        (Target::Closed, DoorState::Closing | DoorState::Warning) => {
            return Ok(Step::Answer(Disposition::AlreadyMoving));
        }
        (Target::Open, DoorState::Open) if is_expected => return Ok(Step::Answer(Disposition::AlreadyThere)),
        (Target::Open, DoorState::Opening) if is_expected => {
            return Ok(Step::Answer(Disposition::AlreadyMoving));
        }
        _ => {}
    }
    if target == Target::Closed && reading.obstructed == Some(true) {
        return refuse(
            AdapterErrorKind::DoorObstructed,
            "something stands in the door's way",
        );
    }
    match reading.state {
        DoorState::Open | DoorState::Closed | DoorState::Stopped if is_expected => Ok(Step::Send),
        DoorState::Open => refuse(
            AdapterErrorKind::Rejected,
            "the door is open, which the order did not expect",
        ),
        DoorState::Closed => refuse(
            AdapterErrorKind::Rejected,
            "the door is closed, which the order did not expect",
        ),
        DoorState::Opening | DoorState::Closing | DoorState::Warning => {
            refuse(AdapterErrorKind::Rejected, "the door is moving or about to")
        }
        DoorState::Stopped => refuse(
            AdapterErrorKind::Rejected,
            "the door has stopped half-way, which the order did not expect",
        ),
        DoorState::Unknown => refuse(AdapterErrorKind::Rejected, "nobody can say how the door stands"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use postern_contract::adapter::Outcome;
    use postern_contract::door::Observer;

    use super::*;

    const STATES: [DoorState; 7] = [
        DoorState::Open,
        DoorState::Opening,
        DoorState::Closed,
        DoorState::Closing,
        DoorState::Stopped,
        DoorState::Warning,
        DoorState::Unknown,
    ];

    fn reading(state: DoorState) -> DoorReading {
        DoorReading {
            state,
            online: true,
            obstructed: Some(false),
            battery: None,
            observed_by: Observer::VendorCloud,
            observed_at: Timestamp::UNIX_EPOCH,
            changed_at: None,
            read_at: Timestamp::UNIX_EPOCH,
            stale: false,
        }
    }

    #[test]
    fn an_order_is_sent_only_to_a_door_at_rest_away_from_its_target() {
        for state in STATES {
            let open = weigh_order(Target::Open, &reading(state), &STATES);
            let close = weigh_order(Target::Closed, &reading(state), &STATES);
            let stopped = state == DoorState::Stopped;
            assert_eq!(
                open == Ok(Step::Send),
                stopped || state == DoorState::Closed,
                "open from {state:?}"
            );
            assert_eq!(
                close == Ok(Step::Send),
                stopped || state == DoorState::Open,
                "close from {state:?}"
            );
        }
    }

    #[test]
    fn nothing_is_sent_to_a_door_in_a_state_that_was_not_expected() {
        for target in [Target::Open, Target::Closed] {
            for state in STATES {
                assert_ne!(weigh_order(target, &reading(state), &[]), Ok(Step::Send));
            }
        }
    }

    #[test]
    fn closing_a_closed_door_is_already_done_but_an_open_garage_that_nobody_expected_is_news() {
        let closed = weigh_order(Target::Closed, &reading(DoorState::Closed), &[DoorState::Open]);
        assert_eq!(closed, Ok(Step::Answer(Disposition::AlreadyThere)));
        let open = weigh_order(Target::Open, &reading(DoorState::Open), &[DoorState::Closed]).unwrap_err();
        assert_eq!(open.reading.map(|seen| seen.state), Some(DoorState::Open));
        let retried = weigh_order(
            Target::Open,
            &reading(DoorState::Open),
            &[DoorState::Closed, DoorState::Open],
        );
        assert_eq!(retried, Ok(Step::Answer(Disposition::AlreadyThere)));
    }

    #[test]
    fn any_doubt_refuses_and_every_refusal_is_not_executed() {
        let doubtful = [
            DoorReading {
                online: false,
                ..reading(DoorState::Closed)
            },
            DoorReading {
                stale: true,
                ..reading(DoorState::Closed)
            },
            DoorReading {
                online: false,
                ..reading(DoorState::Open)
            },
            DoorReading {
                stale: true,
                ..reading(DoorState::Open)
            },
        ];
        for seen in doubtful {
            for target in [Target::Open, Target::Closed] {
                let refusal = weigh_order(target, &seen, &STATES).unwrap_err();
                assert_eq!(refusal.outcome, Outcome::NotExecuted);
                assert_eq!(refusal.reading.as_ref(), Some(&seen));
            }
        }
        let blocked = DoorReading {
            obstructed: Some(true),
            ..reading(DoorState::Open)
        };
        let refusal = weigh_order(Target::Closed, &blocked, &STATES).unwrap_err();
        assert_eq!(refusal.kind, AdapterErrorKind::DoorObstructed);
    }
}
