//! Every refusal of an open: its own code, its sentence in both languages, and no command that reaches the door.

use jiff::{SignedDuration, ToSpan, tz::TimeZone};
use postern_contract::customer::Weekday;
use postern_core::store::Write;
use postern_vendor_clouds::{
    DEMO_EMAIL, Direction, DoorTimings, Fault, Target,
    control::{DoorPatch, LockOutOrder},
    door::ReportedState,
};
use reqwest::Method;
use serde_json::{Value, json};

use postern_end_to_end::stage::{Stage, config, key};

use crate::{
    at_the_door::{AtTheDoor, at_the_door},
    wire::strangers,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_the_driver_gets_wrong_is_told_and_the_door_can_still_be_opened() {
    let scene = AtTheDoor::set(Stage::set().await).await;
    let booked = scene.stage.booked("PARCEL-1").await;
    let early = scene.refused(&booked, 409, "not_out_for_delivery").await;
    assert!(early.body["window"]["starts_at"].is_string(), "{early:#?}");
    let dispatched = scene
        .stage
        .carrier
        .verb(booked.id, "dispatch", &key(), &json!({"driver": "driver-7"}))
        .await
        .unwrap();
    assert_eq!(dispatched.body["state"], "armed");
    let right = at_the_door(&booked);
    let wrong = |pointer: &str, value: Value| {
        let mut body = right.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body
    };
    let body = wrong("/tracking_number", json!("PARCEL-2"));
    scene.refused_with(&booked, &body, 409, "wrong_parcel").await;
    let body = wrong("/driver", json!("driver-8"));
    scene.refused_with(&booked, &body, 409, "wrong_driver").await;
    let body = wrong("/driver", json!("Jane Doe"));
    let reply = scene.refused_with(&booked, &body, 400, "invalid_field").await;
    assert_eq!(reply.body["field"], "driver");
    let body = wrong("/position/latitude", json!(43.5548));
    let reply = scene.refused_with(&booked, &body, 409, "outside_geofence").await;
    assert_eq!(
        (&reply.body["limit_m"], &reply.body["distance_m"]),
        (&json!(150), &json!(1113))
    );
    let body = wrong("/position/accuracy_m", json!(100.5));
    let reply = scene
        .refused_with(&booked, &body, 409, "position_too_vague")
        .await;
    assert_eq!(
        (&reply.body["limit_m"], &reply.body["accuracy_m"]),
        (&json!(100), &json!(101))
    );
    let (_, _, stranger) = strangers(&scene.stage.local).await;
    scene
        .refused_for(&stranger, &booked, &right, 404, "not_found")
        .await;
    scene.can_be_delivered(&booked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_household_or_the_operator_does_not_want_is_told_and_the_door_opens_once_it_is_wanted_again()
{
    let scene = AtTheDoor::set(Stage::set().await).await;
    let armed = scene.stage.armed("PARCEL-1").await;
    let local = &scene.stage.local;
    let now = local.platform.now();
    let toronto = TimeZone::get("America/Toronto").unwrap();
    let in_three_days = toronto.to_datetime(now).date().checked_add(3.days()).unwrap();
    let another_day = json!({
        "days": [Weekday::from(in_three_days.weekday())], "from": "00:00:00", "until": "23:59:59",
    });
    scene.prefer(json!({"hours": [another_day]})).await;
    scene.refused(&armed, 409, "outside_hours").await;
    let until = (now + SignedDuration::from_hours(1)).to_string();
    scene.prefer(json!({"paused_until": until})).await;
    let paused = scene.refused(&armed, 409, "delivery_paused").await;
    assert_eq!(paused.body["until"], json!(until));
    scene.prefer(json!({"carriers": {"only": ["southpost"]}})).await;
    scene.refused(&armed, 409, "carrier_not_allowed").await;
    scene.prefer(json!({})).await;
    let carrier = &local.seeds.carriers[0].id;
    for active in [false, true] {
        let mut record = local.platform.store.carrier(carrier).await.unwrap().unwrap();
        record.active = active;
        let write = Write::put_carrier(carrier, &record).unwrap();
        local.platform.store.transact(vec![write]).await.unwrap();
        if !active {
            scene.refused(&armed, 403, "carrier_inactive").await;
        }
    }
    // The moment after consent has ended and before this delivery's right has.
    let household = scene.stage.customer.household().await.unwrap().unwrap().id;
    for enabled in [false, true] {
        let consent = local.platform.store.consent(household).await.unwrap().unwrap();
        let changed = consent.changed(|consent| consent.enabled = enabled);
        let write = Write::put_consent(household, &changed, Some(consent.version)).unwrap();
        local.platform.store.transact(vec![write]).await.unwrap();
        if !enabled {
            scene.refused(&armed, 409, "delivery_disabled").await;
        }
    }
    scene.can_be_delivered(&armed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_door_and_its_cloud_cannot_do_is_told_and_the_door_opens_once_they_can() {
    let scene = AtTheDoor::set(Stage::set().await).await;
    let armed = scene.stage.armed("PARCEL-1").await;
    let (myq, door) = (scene.stage.myq(), &scene.stage.door);

    myq.set_online(door, false).unwrap();
    scene.refused(&armed, 409, "door_offline").await;
    myq.set_online(door, true).unwrap();

    myq.set_unattended_open_allowed(door, false).unwrap();
    scene.refused(&armed, 409, "door_locked_out").await;
    myq.set_unattended_open_allowed(door, true).unwrap();

    scene.by_hand(Direction::Open, ReportedState::Open).await;
    scene.refused(&armed, 409, "door_already_open").await;
    scene.by_hand(Direction::Close, ReportedState::Closed).await;

    let timings = |open_travel| DoorPatch {
        timings: Some(DoorTimings {
            open_travel,
            ..DoorTimings::fast()
        }),
        ..DoorPatch::default()
    };
    scene.patch(timings(std::time::Duration::from_secs(20)));
    scene.by_hand(Direction::Open, ReportedState::Opening).await;
    scene.refused(&armed, 409, "door_moving").await;
    scene.patch(timings(DoorTimings::fast().open_travel));
    scene.by_hand(Direction::Close, ReportedState::Closed).await;

    myq.fail_next(Target::Read, Fault::status(503), 50).unwrap();
    let reply = scene.refused(&armed, 503, "vendor_unavailable").await;
    assert!(!reply.text.contains("503 "), "{reply:#?}");
    myq.clear_faults().unwrap();

    let lock_out = |seconds| LockOutOrder {
        email: DEMO_EMAIL.into(),
        seconds,
        retry_after: true,
    };
    myq.lock_out(&lock_out(600)).unwrap();
    let reply = scene.refused(&armed, 503, "vendor_busy").await;
    let wait: u32 = reply.header("retry-after").parse().unwrap();
    assert!((500..=600).contains(&wait), "{reply:#?}");
    assert_eq!(reply.body["retry_after_s"], wait);
    myq.lock_out(&lock_out(0)).unwrap();

    scene.can_be_delivered(&armed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_many_attempts_that_failed_no_more_are_made() {
    let mut config = config();
    config.limits.codes_max = 2;
    let scene = AtTheDoor::set(Stage::with(config).await).await;
    let armed = scene.stage.armed("PARCEL-1").await;
    scene
        .stage
        .myq()
        .set_unattended_open_allowed(&scene.stage.door, false)
        .unwrap();
    scene.refused(&armed, 409, "door_locked_out").await;
    scene.refused(&armed, 409, "door_locked_out").await;
    scene
        .stage
        .myq()
        .set_unattended_open_allowed(&scene.stage.door, true)
        .unwrap();
    scene.refused(&armed, 409, "too_many_attempts").await;
    assert_eq!(scene.stage.times_opened(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_over_is_never_opened_again() {
    let scene = AtTheDoor::set(Stage::set().await).await;
    let cancelled = scene.stage.armed("PARCEL-1").await;
    let body = json!({"reason": "the van broke down"});
    let answer = scene
        .stage
        .carrier
        .verb(cancelled.id, "cancel", &key(), &body)
        .await;
    assert_eq!(answer.unwrap().body["state"], "cancelled");
    scene.refused(&cancelled, 409, "delivery_cancelled").await;

    let refused = scene.stage.armed("PARCEL-2").await;
    let path = format!("/v1/deliveries/{}/refuse", refused.id);
    let answer = scene.stage.customer.send(Method::POST, &path, &json!({})).await;
    assert_eq!(answer.unwrap().body["state"], "revoked");
    scene.refused(&refused, 409, "delivery_revoked").await;

    let disabled = scene.stage.armed("PARCEL-3").await;
    scene.stage.customer.turn_off().await.unwrap();
    scene.refused(&disabled, 409, "delivery_revoked").await;
    // Turning it on again brings no right back.
    scene.stage.customer.turn_on().await.unwrap();
    for (over, code) in [
        (&cancelled, "delivery_cancelled"),
        (&refused, "delivery_revoked"),
        (&disabled, "delivery_revoked"),
    ] {
        scene.refused(over, 409, code).await;
    }
    assert_eq!(scene.stage.times_opened(), 0);
    let fresh = scene.stage.armed("PARCEL-4").await;
    scene.can_be_delivered(&fresh).await;
}
