//! Changing a delivery: what becomes of it, of its code, of its place in the lists; and who may not.

use jiff::SignedDuration;
use postern_contract::{
    delivery::{DeliveryView, GrantState, Page, Window},
    ids::DeliveryId,
};
use postern_core::store::Key;
use postern_end_to_end::{
    record::items,
    stage::{Stage, key},
};
use postern_local::play::CarrierClient;
use serde_json::json;

/// A window like the delivery's, some days later.
fn days_after(view: &DeliveryView, days: i64) -> Window {
    let shift = SignedDuration::from_hours(24 * days);
    Window::new(view.window.starts_at() + shift, view.window.ends_at() + shift).unwrap()
}

async fn listed(stage: &Stage, query: String) -> Vec<DeliveryId> {
    let answer = stage
        .carrier
        .get(&format!("/v1/deliveries?{query}"))
        .await
        .unwrap();
    let page: Page<DeliveryView> = answer.done().unwrap();
    page.items.iter().map(|view| view.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_moves_to_another_day_and_the_code_of_the_old_window_is_gone() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let code = Key::Code(armed.id);
    let place = format!("{} {}", code.pk(), code.sk());
    assert!(items(&stage.local).await.contains_key(&place));

    let (key, later) = (key(), days_after(&armed, 2));
    let body = json!({"window": later, "tracking_numbers": ["PARCEL-2", "PARCEL-3"]});
    let answer = stage.carrier.change(armed.id, &key, &body).await.unwrap();
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    let repeat = stage.carrier.change(armed.id, &key, &body).await.unwrap();
    assert_eq!(repeat.body, answer.body);
    let moved: DeliveryView = answer.done().unwrap();
    assert_eq!((moved.state, moved.window), (GrantState::Scheduled, later));
    assert!(!items(&stage.local).await.contains_key(&place));
    assert_eq!(
        stage.story(armed.id).await,
        ["booked", "dispatched", "armed", "changed"]
    );

    // It is found where it is now, and no longer where it was.
    let day = |view: &DeliveryView| format!("day={}", view.day.unwrap());
    assert_eq!(listed(&stage, day(&armed)).await, []);
    assert_eq!(listed(&stage, day(&moved)).await, [armed.id]);
    assert_eq!(listed(&stage, "tracking_number=PARCEL-1".to_owned()).await, []);
    assert_eq!(
        listed(&stage, "tracking_number=PARCEL-3".to_owned()).await,
        [armed.id]
    );
    let refused = stage.ask_to_open(&moved, &self::key()).await;
    assert_eq!(refused.code(), "not_out_for_delivery");
    // The household reads of it too.
    let told = stage.customer.get(&format!("/v1/deliveries/{}", armed.id)).await;
    let told: DeliveryView = told.unwrap().done().unwrap();
    assert_eq!((told.window, told.tracking_numbers.len()), (later, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn within_its_day_a_changed_delivery_opens_in_its_new_window_for_its_new_driver() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let ends = armed.window.ends_at() - SignedDuration::from_mins(1);
    let window = Window::new(armed.window.starts_at(), ends).unwrap();
    let body = json!({"window": window, "driver": "driver-8"});
    let answer = stage.carrier.change(armed.id, &key(), &body).await.unwrap();
    let changed: DeliveryView = answer.done().unwrap();
    assert_eq!(changed.state, GrantState::Armed);
    let refused = stage.ask_to_open(&changed, &key()).await;
    assert_eq!(refused.code(), "wrong_driver");

    let body = json!({"driver": "driver-7"});
    stage.carrier.change(armed.id, &key(), &body).await.unwrap();
    let opening = stage.ask_to_open(&changed, &key()).await;
    assert_eq!(opening.status.as_u16(), 202, "{}", opening.body);
    let body = json!({"driver": "driver-9"});
    let late = stage.carrier.change(armed.id, &key(), &body).await.unwrap();
    assert_eq!(late.code(), "door_in_use");
    stage.until(armed.id, |view| view.state == GrantState::Open).await;
    stage.closed_and_completed(armed.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_household_takes_and_what_is_anothers_is_refused() {
    let stage = Stage::set().await;
    let booked = stage.booked("PARCEL-1").await;
    let body = json!({"window": days_after(&booked, 60)});
    let refused = stage.carrier.change(booked.id, &key(), &body).await.unwrap();
    assert_eq!(refused.code(), "not_eligible");
    assert_eq!(refused.body["reasons"], json!(["window_unusable"]));

    let local = &stage.local;
    let other = CarrierClient::connect(&local.addresses, &local.seeds.carriers[1])
        .await
        .unwrap();
    let stolen = other
        .change(booked.id, &key(), &json!({"driver": "driver-9"}))
        .await;
    assert_eq!(stolen.unwrap().code(), "not_found");
    assert_eq!(stage.story(booked.id).await, ["booked"]);
}
