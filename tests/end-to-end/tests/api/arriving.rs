//! The driver is here, and the proof at the end: what the customer sees, and what the log keeps.

use postern_contract::delivery::{DeliveryView, GrantState};
use postern_end_to_end::stage::{Stage, driver, key};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_customer_sees_that_the_driver_is_there_before_the_door_moves() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let position = json!({"latitude": 43.5449, "longitude": -80.2480, "accuracy_m": 8.0});
    let here = json!({"driver": "driver-7", "position": position});
    let (key, far) = (
        key(),
        json!({"latitude": 43.6, "longitude": -80.2480, "accuracy_m": 8.0}),
    );
    let elsewhere = json!({"driver": "driver-7", "position": far});
    let refused = stage
        .carrier
        .verb(armed.id, "arrive", &self::key(), &elsewhere)
        .await
        .unwrap();
    assert_eq!(refused.code(), "outside_geofence");

    let answer = stage.carrier.verb(armed.id, "arrive", &key, &here).await.unwrap();
    let repeat = stage.carrier.verb(armed.id, "arrive", &key, &here).await.unwrap();
    assert_eq!(repeat.body, answer.body);
    let told: DeliveryView = stage
        .customer
        .get(&format!("/v1/deliveries/{}", armed.id))
        .await
        .unwrap()
        .done()
        .unwrap();
    assert!(told.arrived_at.is_some() && told.state == GrantState::Armed);
    let activity = stage.customer.get("/v1/activity").await.unwrap();
    assert!(activity.body.to_string().contains("arrived"));
    assert_eq!(
        stage.story(armed.id).await,
        ["booked", "dispatched", "armed", "arrived"]
    );
    assert_eq!(stage.times_opened(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_of_drop_is_in_the_log_and_its_coordinates_are_not() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    stage.carrier.close(open.id, &key(), &driver()).await.unwrap();
    let proof = |driver: &str| {
        json!({"proof": {
            "driver": driver,
            "position": {"latitude": 43.5449, "longitude": -80.2480, "accuracy_m": 8.0},
            "taken_at": "2026-11-23T15:00:00Z",
            "photo": {"reference": "photos/1.jpg", "sha256": "ab".repeat(32)},
        }})
    };
    let stranger = stage
        .carrier
        .verb(open.id, "complete", &key(), &proof("driver-8"))
        .await
        .unwrap();
    assert_eq!(stranger.code(), "wrong_driver");
    let answer = stage
        .carrier
        .verb(open.id, "complete", &key(), &proof("driver-7"))
        .await
        .unwrap();
    let done: DeliveryView = answer.done().unwrap();
    assert_eq!(done.state, GrantState::Completed);
    let log = serde_json::to_value(stage.log(open.id).await).unwrap();
    let kept = &log.as_array().unwrap().last().unwrap()["event"]["proof"];
    assert_eq!(kept["photo"]["sha256"], "ab".repeat(32));
    assert!(kept["distance_m"].as_u64().unwrap() < 150);
    assert!(!log.to_string().contains("43.54"));
}
