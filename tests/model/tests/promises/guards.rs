//! Each guard is taken away, and the promise that it keeps is found broken. Where others stand in for it, they go with it; without
//! them, and with it, the promise holds.

use std::collections::BTreeSet;

use postern_core::promises::Guard;
use postern_model::{
    check::breaks,
    configs::{
        BOOKED, CHANGED, Config, KILL_SWITCH, LATE_ORDERS, LYING_DOOR, LYING_START, OBSTRUCTIONS, REFUSED,
        TENANTS, TWO_DRIVERS,
    },
};

/// A guard, and where its absence shows.
struct Needed {
    guard: Guard,
    /// The guards that stand in for it.
    twins: &'static [Guard],
    config: Config,
}

const fn alone(guard: Guard, config: Config) -> Needed {
    with(guard, &[], config)
}

const fn with(guard: Guard, twins: &'static [Guard], config: Config) -> Needed {
    Needed { guard, twins, config }
}

const OPENS_ONCE: [Needed; 4] = [
    with(
        Guard::OnlyArmedOpens,
        &[Guard::CodeLiesReady, Guard::CodeRedeemedOnce],
        TWO_DRIVERS,
    ),
    with(
        Guard::CodeLiesReady,
        &[Guard::OnlyArmedOpens, Guard::CodeRedeemedOnce],
        TWO_DRIVERS,
    ),
    with(Guard::CodeRedeemedOnce, &[Guard::NobodyWasFaster], TWO_DRIVERS),
    with(Guard::NobodyWasFaster, &[Guard::CodeRedeemedOnce], TWO_DRIVERS),
];

const RIGHT_HOLDS: [Needed; 12] = [
    with(
        Guard::NotOver,
        &[Guard::OnlyArmedOpens, Guard::CodeLiesReady],
        BOOKED,
    ),
    with(Guard::NotRevoked, &[Guard::CodeLiesReady], REFUSED),
    alone(Guard::InsideWindow, BOOKED),
    alone(Guard::ConsentCovers, KILL_SWITCH),
    alone(Guard::ConsentUnchanged, KILL_SWITCH),
    with(Guard::DoorStillTheirs, &[Guard::ConsentUnchanged], TENANTS),
    alone(Guard::LeavesInTime, BOOKED),
    alone(Guard::OffWaits, TENANTS),
    alone(Guard::ChangedUntouched, CHANGED),
    alone(Guard::BoundToDriver, TWO_DRIVERS),
    alone(Guard::BoundToPlace, BOOKED),
    alone(Guard::BoundToParcel, BOOKED),
];

const NO_BLIND_REPEAT: [Needed; 4] = [
    alone(Guard::DoubtEndsAtTheDoor, LATE_ORDERS),
    alone(Guard::CutOffIsUnknown, LATE_ORDERS),
    alone(Guard::OpenGetsItsTime, LATE_ORDERS),
    alone(Guard::LateOpenWatched, LATE_ORDERS),
];

const CLOSED_OR_TOLD: [Needed; 7] = [
    alone(Guard::OnlyClosedCompletes, BOOKED),
    alone(Guard::ClosedAfterTheOrder, LYING_START),
    alone(Guard::NoFutureReading, LYING_START),
    alone(Guard::NoThirdClose, OBSTRUCTIONS),
    alone(Guard::NoEndInUse, BOOKED),
    alone(Guard::SilenceIsTold, LYING_DOOR),
    alone(Guard::OpenDoorStaysDue, BOOKED),
];

const THE_REST: [Needed; 5] = [
    alone(Guard::IntentOnRecord, BOOKED),
    alone(Guard::CutOffIsFound, BOOKED),
    alone(Guard::CarrierOwnsDelivery, TENANTS),
    alone(Guard::HouseholdOwnsDelivery, TENANTS),
    alone(Guard::CodeSealedAtRest, BOOKED),
];

fn every() -> impl Iterator<Item = &'static Needed> {
    let lists: [&[Needed]; 5] = [
        &OPENS_ONCE,
        &RIGHT_HOLDS,
        &NO_BLIND_REPEAT,
        &CLOSED_OR_TOLD,
        &THE_REST,
    ];
    lists.into_iter().flatten()
}

#[test]
fn every_guard_is_needed_somewhere() {
    let named: BTreeSet<Guard> = every().map(|needed| needed.guard).collect();
    assert_eq!(named, Guard::ALL.iter().copied().collect());
}

#[test]
fn without_a_guard_its_promise_is_found_broken() {
    for Needed { guard, twins, config } in every() {
        let without: Vec<Guard> = [*guard].into_iter().chain(twins.iter().copied()).collect();
        assert!(
            breaks(config, &without, guard.promise()),
            "{} holds on {} without {without:?}",
            guard.promise().name(),
            config.name
        );
    }
}

#[test]
fn a_guard_holds_its_promise_where_those_that_stand_in_for_it_are_gone() {
    for Needed { guard, twins, config } in every().filter(|needed| !needed.twins.is_empty()) {
        assert!(
            !breaks(config, twins, guard.promise()),
            "{guard:?} does not hold {} on {} without {twins:?}",
            guard.promise().name(),
            config.name
        );
    }
}
