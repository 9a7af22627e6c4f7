//! Quotas: what is counted, across however many functions, and what happens where it cannot be counted.
#![cfg(test)]

use std::sync::Arc;

use jiff::SignedDuration;
use postern_contract::{
    carrier::{Allowance, CarrierRecord},
    ids::CarrierId,
};
use postern_core::{
    Error, Platform,
    deliveries::UNDER_WAY_MAX,
    rates::{Admission, Window},
    store::{Key, Write},
};
use postern_embedded_record::{Fault, Faults};
use postern_test_world::World;

fn north() -> CarrierId {
    "north".parse().unwrap()
}

async fn allow(world: &World, allowance: Allowance) {
    let store = &world.platform.store;
    let found = store.carrier(&north()).await.unwrap().unwrap();
    let record = CarrierRecord { allowance, ..found };
    let write = Write::put_carrier(&north(), &record).unwrap();
    store.transact(vec![write]).await.unwrap();
}

async fn ask(platform: &Platform, changes: bool) -> Result<(), Error> {
    Admission::of(platform, north(), changes).demand().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_calls_through_many_instances_at_once_exactly_the_allowed_go_through() {
    let world = Arc::new(World::new().await);
    allow(
        &world,
        Allowance {
            calls_per_minute: 30,
            changes_per_minute: 10,
            ..Allowance::default()
        },
    )
    .await;
    for turn in 0..3 {
        let calls: Vec<_> = (0..60)
            .map(|call| {
                let platform = world.through(None, None);
                // Every third changes something: twenty, and half of them are too many.
                tokio::spawn(async move { (call % 3 == 0, ask(&platform, call % 3 == 0).await) })
            })
            .collect();
        let (mut calls_done, mut changes_done) = (0, 0);
        for call in calls {
            match call.await.unwrap() {
                (changes, Ok(())) => {
                    calls_done += 1;
                    changes_done += usize::from(changes);
                }
                (_, Err(Error::TooManyCalls(quota))) => {
                    assert!(
                        (1..=60).contains(&quota.resets_in_s) && quota.left == 0,
                        "{quota:?}"
                    );
                }
                (_, Err(error)) => panic!("{error}"),
            }
        }
        // A call that is refused is counted too; so the changes that were refused leave fewer reads.
        assert!(
            calls_done <= 30 && changes_done <= 10,
            "{turn}: {calls_done} {changes_done}"
        );
        let window = Window::minute(world.now());
        let count = world
            .platform
            .store
            .count_call(&north(), window.starts_at_s, window.ends_at(), false)
            .await
            .unwrap();
        assert_eq!((count.calls, count.changes), (61, 20), "{turn}");
        world.clock.advance(SignedDuration::from_secs(i64::from(
            window.ends_in_s(world.now()),
        )));
    }
}

#[tokio::test]
async fn reads_alone_go_through_up_to_the_last_allowed_one_and_again_in_the_next_minute() {
    let world = World::new().await;
    allow(
        &world,
        Allowance {
            calls_per_minute: 3,
            ..Allowance::default()
        },
    )
    .await;
    for _ in 0..2 {
        for left in [2, 1, 0] {
            let admission = Admission::of(&world.platform, north(), false);
            admission.demand().await.unwrap();
            // Asking twice counts once.
            assert_eq!(admission.verdict().await.unwrap().calls.left, left);
        }
        let Err(Error::TooManyCalls(quota)) = ask(&world.platform, false).await else {
            panic!("the fourth went through");
        };
        assert_eq!(quota.name, "calls");
        world
            .clock
            .advance(SignedDuration::from_secs(i64::from(quota.resets_in_s)));
    }
}

#[tokio::test]
async fn where_the_count_cannot_be_had_the_call_goes_on() {
    let world = World::new().await;
    allow(
        &world,
        Allowance {
            calls_per_minute: 0,
            ..Allowance::default()
        },
    )
    .await;
    assert!(ask(&world.platform, false).await.is_err());
    for fault in [
        Fault::Throttled,
        Fault::NotConnected,
        Fault::ServerError,
        Fault::TimeoutAfter,
    ] {
        let faults = Faults::new(move |request| (request.operation == "UpdateItem").then_some(fault));
        let platform = world.through(None, Some(faults));
        let admission = Admission::of(&platform, north(), true);
        admission.demand().await.unwrap();
        assert_eq!(admission.verdict().await, None, "{fault:?}");
    }
}

#[tokio::test]
async fn a_door_that_was_opened_often_enough_stays_closed_and_keeps_the_code_until_the_hour_turns() {
    let world = World::new().await;
    world.ready(12).await;
    let (first, second) = (world.armed(12).await, world.armed(12).await);
    allow(
        &world,
        Allowance {
            opens_per_door_hour: 1,
            ..Allowance::default()
        },
    )
    .await;
    world.open(first).await.unwrap();
    let before = world.vendor.count("door.open");
    let refused = world.open(second).await.unwrap_err();
    let Error::DoorOpenedTooOften { retry_after_s } = refused else {
        panic!("{refused}");
    };
    assert!((1..=3_600).contains(&retry_after_s));
    assert_eq!(world.vendor.count("door.open"), before);
    let found = world
        .platform
        .store
        .load_grant::<serde_json::Value>(second)
        .await
        .unwrap();
    assert_eq!(found.unwrap().code.unwrap().redeemed_at, None);
    world
        .clock
        .advance(SignedDuration::from_secs(i64::from(retry_after_s)));
    let again = world.open(second).await;
    assert!(
        !matches!(again, Err(Error::DoorOpenedTooOften { .. })),
        "{again:?}"
    );
}

#[test]
fn a_count_is_of_one_window_and_tells_no_door() {
    let door = "a-door".parse().unwrap();
    let vendor = "vendor".parse().unwrap();
    let (one, next) = (Key::opens(&vendor, &door, 0), Key::opens(&vendor, &door, 3_600));
    assert_eq!(one.pk(), next.pk());
    assert!(one.sk() < next.sk() && !one.pk().contains("a-door"));
}

#[tokio::test]
async fn a_household_has_a_hundred_deliveries_under_way_at_the_most() {
    let world = World::new().await;
    world.ready(12).await;
    for _ in 0..UNDER_WAY_MAX {
        world.try_book(12).await.unwrap();
    }
    let refused = world.try_book(12).await.unwrap_err();
    assert!(matches!(refused, Error::TooManyUnderWay), "{refused}");
    world.ready(14).await;
    world.try_book(14).await.unwrap();
}
