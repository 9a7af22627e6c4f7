//! Left at the doorstep: at once where the door is at rest, once it was seen closed where it may yet open, and never with it open.

use postern_contract::delivery::{DeliveryView, DoorstepReason, GrantState};
use postern_end_to_end::stage::{Stage, driver, key};
use postern_local::play::CarrierClient;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_the_delivery_tells_the_customer_why_and_opens_nothing_any_more() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let (key, body) = (
        key(),
        json!({"reason": "animal", "remark": "a large dog behind the door"}),
    );
    let answer = stage
        .carrier
        .verb(armed.id, "doorstep", &key, &body)
        .await
        .unwrap();
    let repeat = stage
        .carrier
        .verb(armed.id, "doorstep", &key, &body)
        .await
        .unwrap();
    assert_eq!(repeat.body, answer.body);
    let left: DeliveryView = answer.done().unwrap();
    assert_eq!(left.state, GrantState::Cancelled);
    let refused = stage.ask_to_open(&armed, &self::key()).await;
    assert_eq!(refused.code(), "delivery_cancelled");
    assert_eq!(stage.times_opened(), 0);

    let path = format!("/v1/deliveries/{}", armed.id);
    let told: DeliveryView = stage.customer.get(&path).await.unwrap().done().unwrap();
    let doorstep = told.doorstep.unwrap();
    assert_eq!(doorstep.reason, DoorstepReason::Animal);
    assert_eq!(doorstep.remark.unwrap().as_str(), "a large dog behind the door");
    let activity = stage.customer.get("/v1/activity").await.unwrap();
    assert!(activity.body.to_string().contains("left_at_doorstep"));
    let story = ["booked", "dispatched", "armed", "left_at_doorstep"];
    assert_eq!(stage.story(armed.id).await, story);
    let log = stage.log(armed.id).await;
    assert!(serde_json::to_string(&log).unwrap().contains("a large dog"));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_door_open_it_is_refused_until_the_door_was_closed() {
    let stage = Stage::set().await;
    let open = stage.opened("PARCEL-1").await;
    let body = json!({"reason": "too_large"});
    let refused = stage
        .carrier
        .verb(open.id, "doorstep", &key(), &body)
        .await
        .unwrap();
    assert_eq!(refused.code(), "door_not_closed");
    let closed = stage.carrier.close(open.id, &key(), &driver()).await.unwrap();
    assert_eq!(closed.state, GrantState::Closed);
    let answer = stage
        .carrier
        .verb(open.id, "doorstep", &key(), &body)
        .await
        .unwrap();
    let left: DeliveryView = answer.done().unwrap();
    assert_eq!(left.state, GrantState::Cancelled);
    assert_eq!((stage.times_opened(), stage.times_closed()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_door_opens_it_is_noted_and_the_guardian_closes_the_door_and_ends_it() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let opening = stage.ask_to_open(&armed, &key()).await;
    assert_eq!(opening.body["state"], "opening", "{}", opening.body);
    let body = json!({"reason": "door_did_not_open"});
    let noted = stage
        .carrier
        .verb(armed.id, "doorstep?wait=25", &key(), &body)
        .await
        .unwrap();
    assert_eq!(noted.status.as_u16(), 200, "{}", noted.body);
    let left = stage.until(armed.id, |view| view.state.is_end()).await;
    assert_eq!(left.state, GrantState::Cancelled);
    assert_eq!((stage.times_opened(), stage.times_closed()), (1, 1));
    let story = stage.story(armed.id).await;
    let noted = story
        .iter()
        .position(|name| *name == "doorstep_requested")
        .unwrap();
    let closed = story.iter().position(|name| *name == "closed").unwrap();
    assert!(
        noted < closed && story.last() == Some(&"left_at_doorstep"),
        "{story:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_carrier_finds_no_such_delivery() {
    let stage = Stage::set().await;
    let armed = stage.armed("PARCEL-1").await;
    let local = &stage.local;
    let other = CarrierClient::connect(&local.addresses, &local.seeds.carriers[1])
        .await
        .unwrap();
    let body = json!({"reason": "other"});
    let answer = other.verb(armed.id, "doorstep", &key(), &body).await.unwrap();
    assert_eq!(answer.code(), "not_found");
    assert_eq!(
        stage.carrier.delivery(armed.id).await.unwrap().state,
        GrantState::Armed
    );
}
