//! Returns: parcels are taken out of a garage whose household agreed to that, and the log says so.

use postern_contract::{
    carrier::{BookDelivery, Dispatch},
    customer::PreferencesView,
    delivery::{DeliveryView, GrantState, Purpose},
};
use postern_end_to_end::stage::{Stage, driver, key, open_for};
use postern_local::play::booking;
use reqwest::Method;
use serde_json::json;

async fn agree(stage: &Stage, returns: bool) {
    let body = json!({"return_pickups": returns});
    let set = stage.customer.send(Method::PUT, "/v1/preferences", &body).await;
    let view: PreferencesView = set.unwrap().done().unwrap();
    assert_eq!(view.preferences.return_pickups, returns);
}

fn returning(stage: &Stage) -> BookDelivery {
    BookDelivery {
        purpose: Purpose::ReturnPickup,
        ..booking(stage.local.platform.now(), "RETURN-1")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_is_taken_out_where_the_household_agreed_to_it() {
    let stage = Stage::set().await;
    let body = serde_json::to_value(returning(&stage)).unwrap();
    let refused = stage.carrier.post("/v1/deliveries", &key(), &body).await.unwrap();
    assert_eq!(
        (refused.code(), &refused.body["reasons"]),
        ("not_eligible", &json!(["returns_not_taken"]))
    );

    agree(&stage, true).await;
    let booked = stage.carrier.book(&key(), &returning(&stage)).await.unwrap();
    assert_eq!(booked.purpose, Purpose::ReturnPickup);
    stage
        .carrier
        .dispatch(booked.id, &key(), &Dispatch::default())
        .await
        .unwrap();
    agree(&stage, false).await;
    let refused = stage.ask_to_open(&booked, &key()).await;
    assert_eq!(refused.code(), "returns_not_taken");
    agree(&stage, true).await;
    let open = stage
        .carrier
        .open(booked.id, &key(), &open_for(&booked))
        .await
        .unwrap();
    assert_eq!(open.state, GrantState::Open);
    stage.carrier.close(booked.id, &key(), &driver()).await.unwrap();

    let body = json!({"reason": "other"});
    let doorstep = stage
        .carrier
        .verb(booked.id, "doorstep", &key(), &body)
        .await
        .unwrap();
    assert_eq!(doorstep.code(), "wrong_purpose");
    let wrong = json!({"dropped": ["RETURN-1"]});
    let refused = stage
        .carrier
        .verb(booked.id, "complete", &key(), &wrong)
        .await
        .unwrap();
    assert_eq!(refused.code(), "wrong_purpose");
    let right = json!({"taken": ["RETURN-1"]});
    let answer = stage
        .carrier
        .verb(booked.id, "complete", &key(), &right)
        .await
        .unwrap();
    let done: DeliveryView = answer.done().unwrap();
    assert_eq!(done.state, GrantState::Completed);
    let log = serde_json::to_value(stage.log(booked.id).await).unwrap();
    assert_eq!(log[0]["event"]["purpose"], "return_pickup");
    assert_eq!(
        log.as_array().unwrap().last().unwrap()["event"]["taken"],
        json!(["RETURN-1"])
    );
    let told: DeliveryView = stage
        .customer
        .get(&format!("/v1/deliveries/{}", booked.id))
        .await
        .unwrap()
        .done()
        .unwrap();
    assert_eq!(told.purpose, Purpose::ReturnPickup);
}
