//! Promises with a guard of theirs taken away: the simulation finds that very promise broken. A guard that could go unnoticed would be
//! either needless or unwatched.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use postern_core::promises::Guard;
use postern_simulation::{Plan, Report, Spared, Weather, read_kinds, replay, run, shrink};

/// A run of `seed` without these guards, in which only these kinds of things go wrong, and often.
fn without(guards: &[Guard], only: &str, seed: u64, deliveries: usize) -> Plan {
    Plan {
        seed,
        deliveries,
        weather: Weather::Everything,
        spared: Spared {
            kinds: read_kinds(only).unwrap(),
            ..Spared::default()
        },
        broken: guards.to_vec(),
        ..Plan::default()
    }
}

/// Plays a plan that must break the promise of the guards that it lacks.
fn breaks(plan: &Plan) -> Report {
    let report = run(plan);
    let promise = plan.broken[0].promise();
    assert!(
        report.breaches.iter().any(|breach| breach.promise == promise),
        "{promise:?} was not found broken, but {:#?}\nreplay: {}",
        report.breaches,
        replay(plan)
    );
    report
}

#[test]
fn without_its_guards_a_code_opens_twice() {
    // Each of the three alone would still hold it.
    let guards = [
        Guard::OnlyArmedOpens,
        Guard::CodeLiesReady,
        Guard::CodeRedeemedOnce,
    ];
    breaks(&without(&guards, "opens-again", 2, 3));
}

#[test]
fn without_its_guard_an_open_is_repeated_before_the_first_had_its_time() {
    breaks(&without(&[Guard::OpenGetsItsTime], "door-late", 4, 4));
}

#[test]
fn without_its_guard_an_open_leaves_outside_the_window() {
    breaks(&without(&[Guard::InsideWindow], "window-edge", 3, 4));
}

#[test]
fn without_its_guard_a_delivery_is_completed_with_the_door_open() {
    breaks(&without(&[Guard::OnlyClosedCompletes], "left-open", 2, 4));
}

#[test]
fn without_its_guard_an_order_of_a_process_that_died_has_no_outcome() {
    breaks(&without(&[Guard::CutOffIsFound], "dies-after,dies-before", 1, 4));
}

#[test]
fn without_its_guard_a_carrier_sees_anothers_deliveries() {
    breaks(&without(&[Guard::CarrierOwnsDelivery], "stranger", 1, 2));
}

#[test]
fn without_its_guard_a_household_sees_anothers_deliveries() {
    breaks(&without(&[Guard::HouseholdOwnsDelivery], "stranger", 1, 2));
}

#[test]
fn a_code_that_lies_in_clear_is_found_and_its_run_made_as_small_as_it_goes() {
    let plan = without(&[Guard::CodeSealedAtRest], "left-open", 1, 2);
    let report = breaks(&plan);
    let shrunk = shrink(&plan, report, Guard::CodeSealedAtRest.promise(), &|_| ());
    assert_eq!(shrunk.plan.kept.map(|kept| kept.len()), Some(1));
    assert!(shrunk.report.faults.is_empty(), "{:?}", shrunk.report.faults);
}
