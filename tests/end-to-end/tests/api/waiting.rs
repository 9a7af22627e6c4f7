//! What a handheld waits for on one line, and bodies that need not be sent.

use postern_contract::{
    carrier::Dispatch,
    delivery::{DeliveryView, GrantState},
};
use postern_end_to_end::{
    openapi::descriptions,
    stage::{Stage, driver, key},
};
use postern_local::play::Answer;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{routes::Api, wire::Wire};

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_who_has_to_go_back_waits_for_the_closing_door_on_one_line() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    let closing = stage
        .carrier
        .verb(open.id, "close", &key(), &driver())
        .await
        .unwrap();
    assert_eq!(closing.body["state"], "closing", "{}", closing.body);
    let hasty: Answer = stage
        .carrier
        .verb(open.id, "reissue", &key(), &driver())
        .await
        .unwrap();
    assert_eq!(hasty.code(), "nothing_to_reissue");
    let patient = stage
        .carrier
        .verb(open.id, "reissue?wait=25", &key(), &driver())
        .await;
    let back: DeliveryView = patient.unwrap().done().unwrap();
    assert_eq!(back.state, GrantState::Armed);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_body_is_needed_exactly_where_the_description_says_so() {
    let stage = Stage::set().await;
    let booked = stage.booked("PARCEL-1").await;
    let wire = Wire::new(&stage.local);
    for verb in ["dispatch", "cancel"] {
        let path = format!("/v1/deliveries/{}/{verb}", booked.id);
        let bare = wire
            .request(Api::Carriers, Method::POST, &path)
            .header("idempotency-key", key());
        let reply = bare.send().await.unwrap();
        let expected = if verb == "dispatch" { 200 } else { 400 };
        assert_eq!(reply.status().as_u16(), expected, "{verb}");
    }
    let api = &descriptions().unwrap()["carriers"];
    let required = |path: &str| api["paths"][path]["post"]["requestBody"]["required"].clone();
    assert_eq!(required("/v1/deliveries/{id}/dispatch"), json!(false));
    assert_eq!(required("/v1/deliveries/{id}/complete"), json!(false));
    assert_eq!(required("/v1/deliveries/{id}/cancel"), Value::Bool(true));
    assert_eq!(required("/v1/deliveries"), Value::Bool(true));
    // A body that says nothing is the same.
    let same = stage
        .carrier
        .dispatch(booked.id, &key(), &Dispatch::default())
        .await
        .unwrap();
    assert_eq!(same.state, GrantState::Armed);
}
