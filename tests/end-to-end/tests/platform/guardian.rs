//! What nobody finishes, the guardian does.

use jiff::SignedDuration;
use postern_contract::delivery::GrantState;
use postern_vendor_clouds::Direction;

use crate::stage::{Stage, config, driver, key};

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_the_driver_left_open_is_closed_and_the_delivery_ends() {
    let mut config = config();
    config.limits.left_open_after = SignedDuration::from_millis(700);
    config.limits.complete_after = SignedDuration::from_millis(300);
    let stage = Stage::with(config).await;
    let open = stage.opened("PARCEL-1").await;
    let ended = stage
        .until(open.id, |view| {
            view.state.is_end() && view.log_signature.is_some()
        })
        .await;
    assert_eq!(ended.state, GrantState::Completed);
    assert_eq!((stage.times_opened(), stage.times_closed()), (1, 1));
    let log = stage.log(open.id).await;
    let by = |name: &str| {
        let entry = log.iter().find(|entry| entry.event.name() == name).unwrap();
        serde_json::to_value(&entry.event).unwrap()["by"].clone()
    };
    assert_eq!(
        (by("close_requested"), by("completed")),
        ("guardian".into(), "guardian".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_who_closes_by_the_button_on_the_wall_is_seen() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    stage
        .myq()
        .press_wall_button(&stage.door, Some(Direction::Close))
        .unwrap();
    stage
        .until(open.id, |view| view.state == GrantState::Closed)
        .await;
    let log = stage.log(open.id).await;
    let closed = log.iter().find(|entry| entry.event.name() == "closed").unwrap();
    assert_eq!(serde_json::to_value(&closed.event).unwrap()["ordered"], false);
    let already = stage.carrier.close(open.id, &key(), &driver()).await.unwrap();
    assert_eq!(already.state, GrantState::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_goes_by_unused_expires_and_opens_nothing() {
    let stage = Stage::set().await;
    let now = stage.local.platform.now();
    let mut booking = postern_local::play::booking(now, "PARCEL-1");
    let second = SignedDuration::from_secs(1);
    booking.window = postern_contract::delivery::Window::new(now - second, now + second * 2).unwrap();
    let booked = stage.carrier.book(&key(), &booking).await.unwrap();
    stage
        .carrier
        .dispatch(booked.id, &key(), &postern_contract::carrier::Dispatch::default())
        .await
        .unwrap();
    stage
        .until(booked.id, |view| view.state == GrantState::Expired)
        .await;
    let late = stage.ask_to_open(&booked, &key()).await;
    assert_eq!(late.code(), "delivery_expired");
    assert_eq!(stage.times_opened(), 0);
}
