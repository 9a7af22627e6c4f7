//! Before its window and after it no door is opened.

use jiff::SignedDuration;
use postern_contract::{
    carrier::BookDelivery,
    delivery::{DeliveryView, GrantState, Window},
};
use postern_local::play::booking;
use serde_json::json;

use postern_end_to_end::stage::{Stage, key};

use crate::at_the_door::{AtTheDoor, at_the_door};

/// A delivery that is armed, with this window.
async fn armed_in(scene: &AtTheDoor, parcel: &str, window: Window) -> DeliveryView {
    let book = BookDelivery {
        window,
        ..booking(scene.stage.local.platform.now(), parcel)
    };
    let booked = scene.stage.carrier.book(&key(), &book).await.unwrap();
    let answer = scene
        .stage
        .carrier
        .verb(booked.id, "dispatch", &key(), &json!({}))
        .await;
    assert_eq!(answer.unwrap().body["state"], "armed");
    booked
}

#[tokio::test(flavor = "multi_thread")]
async fn before_its_window_no_door_is_opened() {
    let scene = AtTheDoor::set(Stage::set().await).await;
    let window = scene
        .stage
        .window_later_today(SignedDuration::from_hours(1))
        .await;
    let early = armed_in(&scene, "PARCEL-1", window).await;
    let reply = scene.refused(&early, 409, "outside_window").await;
    assert_eq!(reply.body["window"], json!(window));
    // It keeps its right: once the window begins, the door opens.
    let soon = scene.stage.local.platform.now() + SignedDuration::from_millis(2_500);
    let window = Window::new(soon, soon + SignedDuration::from_hours(1)).unwrap();
    let waiting = armed_in(&scene, "PARCEL-2", window).await;
    while scene.stage.local.platform.now() < soon {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    scene.can_be_delivered(&waiting).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_window_no_door_is_opened() {
    let scene = AtTheDoor::set(Stage::set().await).await;
    let now = scene.stage.local.platform.now();
    let ends_at = now + SignedDuration::from_secs(2);
    let window = Window::new(now - SignedDuration::from_hours(1), ends_at).unwrap();
    let late = armed_in(&scene, "PARCEL-1", window).await;
    while scene.stage.local.platform.now() < ends_at {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    // From the very end on; whether the guardian has been there yet shows in the code.
    let first = scene
        .ask(&scene.wire, &late, &at_the_door(&late), &key(), "en")
        .await;
    assert!(
        ["outside_window", "delivery_expired"].contains(&first.code()),
        "{first:#?}"
    );
    first.refused(409, first.code());
    scene
        .stage
        .until(late.id, |view| view.state == GrantState::Expired)
        .await;
    scene.refused(&late, 409, "delivery_expired").await;
    assert_eq!(scene.stage.myq().commands_received(&scene.stage.door).unwrap(), 0);
}
