//! Webhooks: what happens is posted, proven by other people's libraries, tried again, tested, replayed and accounted for.

use std::{collections::BTreeSet, time::Duration};

use postern_contract::{
    delivery::Page,
    push::{AttemptOutcome, PushReason, PushState, PushView, Replayed},
    webhook::WebhookSecret,
};
use postern_local::play::CarrierClient;
use serde_json::{Value, json};

use crate::{
    receiver::{Receiver, proven},
    stage::{Stage, key},
};

async fn endpoint(carrier: &CarrierClient, url: &str, types: &str) -> WebhookSecret {
    let body = json!({ "url": url, "types": [types] });
    let made = carrier.post("/v1/webhooks", &key(), &body).await.unwrap();
    made.done().unwrap()
}

async fn pushes(carrier: &CarrierClient, endpoint: &WebhookSecret) -> Vec<PushView> {
    let path = format!("/v1/webhooks/{}/pushes?limit=100", endpoint.webhook.id);
    let page: Page<PushView> = carrier.get(&path).await.unwrap().done().unwrap();
    page.items
}

async fn post<T: serde::de::DeserializeOwned>(
    carrier: &CarrierClient,
    endpoint: &WebhookSecret,
    verb: &str,
    body: Value,
) -> T {
    let path = format!("/v1/webhooks/{}/{verb}", endpoint.webhook.id);
    let answer = carrier.post(&path, &key(), &body).await.unwrap();
    assert_eq!(answer.status.as_u16(), 202, "{}", answer.body);
    answer.done().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_delivery_is_posted_and_the_libraries_of_two_languages_prove_it() {
    let stage = Stage::set().await;
    let receiver = Receiver::start(&[]).await;
    let endpoint = endpoint(&stage.carrier, &receiver.url, "com.postern.delivery.*").await;
    let open = stage.opened("PARCEL-1").await;
    stage.closed_and_completed(open.id).await;
    let log = stage.log(open.id).await;
    let posts = receiver.posts(log.len()).await;
    let told: BTreeSet<_> = posts.iter().map(|post| post.event().id).collect();
    let feed = stage.carrier.events(None, 0).await.unwrap().items;
    assert_eq!(told, feed.iter().map(|event| event.id).collect());
    let post = &posts[0];
    assert!(feed.contains(&post.event()));
    assert_eq!(post.header("webhook-id"), post.event().id.to_string());
    assert_eq!(post.header("content-type"), "application/cloudevents+json");
    assert_eq!(proven(post, &endpoint), [true; 3]);
    // Of another body, or with another's secret, they say that it is not ours.
    let mut forged = post.clone();
    forged.body = forged.body.replace("northwind", "southwind");
    assert_ne!(forged.body, post.body);
    assert_eq!(proven(&forged, &endpoint), [false; 3]);
    let other = self::endpoint(&stage.carrier, &receiver.url, "com.postern.webhook.*").await;
    assert_eq!(proven(post, &other), [false; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_taken_comes_again_under_the_same_id_and_every_attempt_is_accounted_for() {
    let stage = Stage::set().await;
    let receiver = Receiver::start(&[503, 302]).await;
    let endpoint = endpoint(&stage.carrier, &receiver.url, "com.postern.delivery.booked").await;
    stage.booked("PARCEL-1").await;
    stage.booked("PARCEL-2").await;
    let posts = receiver.posts(4).await;
    let ids: BTreeSet<_> = posts.iter().map(|post| post.event().id).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(proven(&posts[3], &endpoint), [true; 3]);
    let pushes = loop {
        let pushes = pushes(&stage.carrier, &endpoint).await;
        if pushes.iter().all(|push| push.state == PushState::Arrived) {
            break pushes;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(pushes.len(), 2);
    for push in &pushes {
        let [first, second] = &push.attempts[..] else {
            panic!("two attempts: {push:#?}")
        };
        assert_eq!(first.outcome, Some(AttemptOutcome::Refused));
        assert_eq!(
            (second.outcome, second.status),
            (Some(AttemptOutcome::Arrived), Some(204))
        );
    }
    let first = pushes.iter().map(|push| push.attempts[0].status.unwrap());
    assert_eq!(first.collect::<BTreeSet<_>>(), BTreeSet::from([302, 503]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_rotated_without_a_post_that_either_could_not_prove() {
    let stage = Stage::set().await;
    let receiver = Receiver::start(&[]).await;
    let old = endpoint(&stage.carrier, &receiver.url, "com.postern.*").await;
    let path = format!("/v1/webhooks/{}/rotate", old.webhook.id);
    let rotated = stage.carrier.post(&path, &key(), &json!({})).await.unwrap();
    let new: WebhookSecret = rotated.done().unwrap();
    stage.booked("PARCEL-1").await;
    let post = &receiver.posts(1).await[0];
    assert_eq!(proven(post, &new), [true; 3]);
    assert_eq!(proven(post, &old), [true; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_tells_at_once_whether_an_endpoint_can_be_told() {
    let stage = Stage::set().await;
    let receiver = Receiver::start(&[401]).await;
    let endpoint = endpoint(&stage.carrier, &receiver.url, "com.postern.delivery.*").await;
    for (outcome, state, status) in [
        (AttemptOutcome::Refused, PushState::GivenUp, 401),
        (AttemptOutcome::Arrived, PushState::Arrived, 204),
    ] {
        let test: PushView = post(&stage.carrier, &endpoint, "test?wait=20", json!({})).await;
        assert_eq!((test.reason, test.state), (PushReason::Test, state));
        assert_eq!(test.attempts[0].outcome, Some(outcome));
        assert_eq!(test.attempts[0].status, Some(status));
    }
    let posts = receiver.posts(2).await;
    assert_eq!(posts[1].event().kind.as_str(), "com.postern.webhook.test");
    assert_eq!(proven(&posts[1], &endpoint), [true; 3]);
    // A test is nobody's event.
    assert_eq!(stage.carrier.events(None, 0).await.unwrap().items, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_before_an_endpoint_was_made_can_be_replayed_to_it() {
    let stage = Stage::set().await;
    let booked = stage.booked("PARCEL-1").await;
    stage.carrier.events(None, 25).await.unwrap();
    let receiver = Receiver::start(&[]).await;
    let endpoint = endpoint(&stage.carrier, &receiver.url, "com.postern.delivery.*").await;
    let since = json!({ "since": booked.created_at });
    let replayed: Replayed = post(&stage.carrier, &endpoint, "replay", since).await;
    assert_eq!((replayed.pushes, replayed.next_cursor), (1, None));
    let posts = receiver.posts(1).await;
    assert_eq!(posts[0].event().subject, booked.id.to_string());
    let events = json!({ "events": [posts[0].event().id] });
    let replayed: Replayed = post(&stage.carrier, &endpoint, "replay", events).await;
    assert_eq!(replayed.pushes, 1);
    let posts = receiver.posts(2).await;
    assert_eq!(posts[0].body, posts[1].body);
    for wrong in [
        json!({}),
        json!({ "events": [] }),
        json!({ "events": ["evt_01M84BA2F0NTY3J1JYY483FS24"] }),
    ] {
        let path = format!("/v1/webhooks/{}/replay", endpoint.webhook.id);
        let refused = stage.carrier.post(&path, &key(), &wrong).await.unwrap();
        assert!(refused.status.is_client_error(), "{wrong}: {}", refused.body);
    }
}
