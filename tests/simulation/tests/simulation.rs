//! The simulation as the suite runs it: a fixed set of seeds that together meet everything there is, a few fresh ones, and the proofs
//! that it is repeatable, that it finds what is broken, and that it makes it smaller.
//!
//! Many more seeds: `cargo run --release -p postern-simulation -- --deliveries 100000 --jobs 2`.

use std::hash::{BuildHasher, Hasher, RandomState};

use postern_core::promises::Promise;
use postern_simulation::{Plan, Report, Summary, Weather, replay, run};

/// How many runs, from seed 1 on, meet every kind of fault and every event of a delivery at the latest.
const RUNS_MAX: u64 = 16;

fn stormy(seed: u64) -> Plan {
    Plan {
        seed,
        deliveries: 8,
        weather: Weather::Everything,
        ..Plan::default()
    }
}

/// Plays a plan in which every promise must be kept.
fn kept(plan: &Plan) -> Report {
    let report = run(plan);
    assert!(
        report.breaches.is_empty(),
        "{:#?}\nreplay: {}",
        report.breaches,
        replay(plan)
    );
    report
}

#[test]
fn every_promise_is_kept_while_everything_goes_wrong_that_can() {
    let mut summary = Summary::default();
    for seed in 1..=RUNS_MAX {
        summary.add(&kept(&stormy(seed)));
        if is_whole(&summary) {
            break;
        }
    }
    println!("{summary}");
    assert_eq!(summary.never(), [], "kinds of faults that never struck");
    assert!(
        is_whole(&summary),
        "something never happened: {:?}",
        summary.events
    );
}

/// Whether everything happened that can, and each promise was looked at.
fn is_whole(summary: &Summary) -> bool {
    let happened = |event: &&str| summary.events.contains_key(*event);
    summary.never().is_empty()
        && Promise::ALL
            .iter()
            .all(|promise| summary.checked.get(promise).is_some_and(|checks| *checks > 0))
        && summary.crashes > 0
        && EVENTS.iter().all(happened)
}

/// What happens in deliveries, beside what is so rare that a few runs need not meet it.
const EVENTS: [&str; 14] = [
    "booked",
    "dispatched",
    "armed",
    "open_requested",
    "open_accepted",
    "open_not_executed",
    "open_unknown",
    "opened",
    "close_requested",
    "close_accepted",
    "closed",
    "attention_raised",
    "completed",
    "revoked",
];

#[test]
fn every_promise_is_kept_over_seeds_that_were_never_used_before() {
    for _ in 0..2 {
        let seed = RandomState::new().build_hasher().finish() >> 16;
        let plan = Plan {
            seed,
            deliveries: 5,
            ..Plan::default()
        };
        println!("{}", replay(&plan));
        kept(&plan);
    }
}

#[test]
fn one_seed_gives_one_trace() {
    let plan = Plan {
        deliveries: 4,
        keeps_lines: true,
        ..stormy(5)
    };
    let (one, other) = (run(&plan), run(&plan));
    for (one, other) in one.lines.iter().zip(&other.lines) {
        assert_eq!(one, other);
    }
    assert_eq!(one.trace, other.trace);
    let another = run(&Plan { seed: 6, ..plan });
    assert_ne!(one.trace, another.trace);
}
