//! Promise 2: once turning off has returned, no open leaves.

use std::{sync::Arc, time::Duration};

use postern_contract::{
    adapter::Call,
    delivery::{GrantState, RevocationReason},
    door::DoorState,
};
use postern_core::{Error, deliveries, grant::Refusal, households};
use postern_test_world::{Trouble, World};
use tokio::sync::Notify;

use super::happened;

/// Waits for a condition that is certain to come.
async fn until(mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came");
}

#[tokio::test]
async fn turning_off_ends_every_delivery_and_nothing_can_be_opened_or_booked_after_it() {
    let world = World::new().await;
    let household = world.ready(1).await;
    let (first, second) = (world.armed(1).await, world.try_book(1).await.unwrap().id);
    let off = households::turn_off(&world.platform, household).await.unwrap();
    assert!(!off.preferences.enabled);
    assert_eq!(off.closing, []);
    assert_eq!(off.revoked.len(), 2);
    for delivery in [first, second] {
        let view = households::delivery(&world.platform, household, delivery)
            .await
            .unwrap();
        assert_eq!(view.state, GrantState::Revoked);
    }
    let refused = world.open(first).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::DeliveryRevoked))),
        "{refused:?}"
    );
    let refused = world.try_book(1).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::NotEligible { .. }))),
        "{refused:?}"
    );
    assert_eq!(world.vendor.count("door.open"), 0);
    let again = households::turn_off(&world.platform, household).await.unwrap();
    assert_eq!(again.preferences.version, off.preferences.version);
    assert!(again.revoked.is_empty());
    assert!(
        happened(&world, household)
            .await
            .contains(&"turned_off".to_owned())
    );
}

#[tokio::test]
async fn turning_off_waits_for_an_open_that_is_on_its_way() {
    let world = Arc::new(World::new().await);
    let household = world.ready(1).await;
    let delivery = world.armed(1).await;
    let (reached, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (seen, held) = (Arc::clone(&reached), Arc::clone(&release));
    world.vendor.trouble(move |call| {
        matches!(call, Call::DoorOpen(_)).then(|| {
            seen.notify_one();
            Trouble::Hold(Arc::clone(&held))
        })
    });
    let driver = Arc::clone(&world);
    let opening = tokio::spawn(async move { driver.open(delivery).await });
    reached.notified().await;
    let resident = Arc::clone(&world);
    let turning_off = tokio::spawn(async move { households::turn_off(&resident.platform, household).await });
    until(async || {
        let view = households::delivery(&world.platform, household, delivery)
            .await
            .unwrap();
        view.revocation == Some(RevocationReason::Disabled)
    })
    .await;
    assert!(
        !turning_off.is_finished(),
        "it was answered with an open on its way"
    );
    release.notify_one();
    opening.await.unwrap().unwrap();
    let off = turning_off.await.unwrap().unwrap();
    let returned_at = world.now();
    assert_eq!((off.revoked, off.closing), (vec![], vec![delivery]));
    let opens: Vec<_> = world
        .vendor
        .seen()
        .into_iter()
        .filter(|seen| seen.operation == "door.open")
        .collect();
    assert_eq!(opens.len(), 1);
    assert!(opens[0].at <= returned_at);
    assert_eq!(world.vendor.state_of("account-1", "door-1"), DoorState::Open);
}

#[tokio::test]
async fn an_open_whose_sender_died_is_waited_out_no_longer_than_its_own_time() {
    let world = Arc::new(World::new().await);
    let household = world.ready(1).await;
    let delivery = world.armed(1).await;
    // Held for ever: as if the process had died with the intent on record.
    let reached = Arc::new(Notify::new());
    let seen = Arc::clone(&reached);
    world.vendor.trouble(move |call| {
        matches!(call, Call::DoorOpen(_)).then(|| {
            seen.notify_one();
            Trouble::Hold(Arc::new(Notify::new()))
        })
    });
    let driver = Arc::clone(&world);
    let opening = tokio::spawn(async move { driver.open(delivery).await });
    reached.notified().await;
    let resident = Arc::clone(&world);
    let turning_off = tokio::spawn(async move { households::turn_off(&resident.platform, household).await });
    until(async || {
        let view = households::delivery(&world.platform, household, delivery)
            .await
            .unwrap();
        view.revocation.is_some()
    })
    .await;
    assert!(!turning_off.is_finished());
    // Its own time, and the skew between two clocks.
    let limits = world.platform.limits;
    world.clock.advance(limits.send_within + limits.lapse_after);
    let off = turning_off.await.unwrap().unwrap();
    assert_eq!(off.closing, [delivery]);
    opening.abort();
}

#[tokio::test]
async fn no_open_leaves_after_the_answer_however_the_two_fall() {
    let world = Arc::new(World::new().await);
    for number in 1..=12 {
        let household = world.ready(number).await;
        let delivery = world.armed(number).await;
        let driver = Arc::clone(&world);
        let opening = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(u64::from(number % 4) * 3)).await;
            driver.open(delivery).await
        });
        households::turn_off(&world.platform, household).await.unwrap();
        let opens_at_the_answer = world.vendor.count("door.open");
        let opened = opening.await.unwrap();
        assert_eq!(
            world.vendor.count("door.open"),
            opens_at_the_answer,
            "an open left after the answer"
        );
        let refused = world.open(delivery).await;
        assert!(
            matches!(refused, Err(Error::Refused(_))),
            "{opened:?}, then {refused:?}"
        );
    }
}

#[tokio::test]
async fn refusing_one_delivery_leaves_the_others_and_is_not_for_strangers() {
    let world = World::new().await;
    let household = world.ready(1).await;
    let stranger = world.ready(2).await;
    let (first, second) = (world.armed(1).await, world.armed(1).await);
    let foreign = households::refuse(&world.platform, stranger, first).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    let refused = households::refuse(&world.platform, household, first)
        .await
        .unwrap();
    assert_eq!(refused.state, GrantState::Revoked);
    let again = households::refuse(&world.platform, household, first)
        .await
        .unwrap();
    assert_eq!(again.log_length, refused.log_length);
    world.open(second).await.unwrap();
    let lists = async |which| {
        let page = households::list(&world.platform, household, which, 10, None)
            .await
            .unwrap();
        page.items.into_iter().map(|view| view.id).collect::<Vec<_>>()
    };
    assert_eq!(lists(households::Which::Past).await, [first]);
    assert_eq!(lists(households::Which::Current).await, [second]);
}

#[tokio::test]
async fn a_pause_set_before_the_driver_asks_stops_the_open() {
    let world = World::new().await;
    let household = world.ready(1).await;
    let delivery = world.armed(1).await;
    let paused = postern_contract::customer::Preferences {
        paused_until: Some(world.now() + jiff::SignedDuration::from_hours(5)),
        ..Default::default()
    };
    households::set_preferences(&world.platform, household, paused)
        .await
        .unwrap();
    let refused = world.open(delivery).await;
    assert!(
        matches!(refused, Err(Error::Refused(Refusal::DeliveryPaused { .. }))),
        "{refused:?}"
    );
    assert_eq!(world.vendor.count("door.open"), 0);
    let view = deliveries::get_of_household(&world.platform, household, delivery)
        .await
        .unwrap();
    assert_eq!(view.state, GrantState::Armed);
}
