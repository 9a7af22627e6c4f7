//! Tests, and what happened before.

use jiff::SignedDuration;
use postern_contract::{
    feed::FeedCursor,
    push::{PushReason, PushState, Replay, Replayed},
};
use postern_core::{
    Error, feed,
    webhooks::{self, REPLAY_MAX, WebhookRefusal},
};
use postern_test_world::logged;
use serde_json::json;

use crate::post::{PATIENCE, Post, answer};

#[tokio::test]
async fn a_test_goes_out_once_also_to_an_endpoint_that_is_off_and_a_repeat_is_the_same_test() {
    let post = Post::new().await;
    let webhook = post.endpoint(json!({ "enabled": false })).await;
    let (platform, caller) = (&post.world.platform, post.world.carrier());
    let test = webhooks::test(platform, &caller, webhook, PATIENCE)
        .await
        .unwrap();
    assert_eq!(
        webhooks::test(platform, &caller, webhook, PATIENCE)
            .await
            .unwrap(),
        test
    );
    assert_eq!(post.only(webhook).await, test);
    assert_eq!(test.reason, PushReason::Test);
    let place = post.place(webhook, test.id);
    assert_eq!(post.attempt(&place, answer(500)).await, None);
    assert_eq!(post.only(webhook).await.state, PushState::GivenUp);
    assert_eq!(post.told().await, []);
}

#[tokio::test]
async fn events_are_pushed_again_by_their_ids_by_time_and_by_place() {
    let post = Post::new().await;
    let (platform, before) = (&post.world.platform, post.world.now());
    post.happens(2).await;
    post.world.clock.advance(SignedDuration::from_hours(1));
    let since = post.world.now();
    post.happens(5).await;
    let webhook = post.endpoint(json!({})).await;
    let replay = async |body: serde_json::Value| {
        let wanted: Replay = serde_json::from_value(body).unwrap();
        webhooks::replay(platform, &post.world.carrier(), webhook, &wanted).await
    };
    let pushes = async |body| replay(body).await.unwrap().pushes;
    assert_eq!(pushes(json!({ "since": before })).await, 5);
    assert_eq!(
        pushes(json!({ "since": since - SignedDuration::from_secs(2) })).await,
        3
    );
    assert_eq!(
        pushes(json!({ "since": before, "until": since - SignedDuration::from_secs(2) })).await,
        2
    );
    assert_eq!(
        pushes(json!({ "since": since + SignedDuration::from_hours(1) })).await,
        0
    );
    assert_eq!(pushes(json!({ "after": "4" })).await, 1);
    let last = post.pushes(webhook).await[0].clone();
    assert_eq!(last.reason, PushReason::Replayed);
    assert_eq!(pushes(json!({ "events": [last.event] })).await, 1);
    assert_eq!(post.pushes(webhook).await[0].event, last.event);
    assert_eq!(post.pushes(webhook).await.len(), 5 + 3 + 2 + 1 + 1);
    // Another's events are none.
    let south = logged("south", 2, 1);
    feed::publish(&post.outbox, std::slice::from_ref(&south)).await;
    let theirs = feed::event_of(&south).id;
    assert!(matches!(
        replay(json!({ "events": [theirs] })).await,
        Err(Error::Invalid(_))
    ));
}

#[tokio::test]
async fn a_long_replay_goes_on_where_it_stopped_and_a_repeat_pushes_nothing_twice() {
    let post = Post::new().await;
    let events = u64::try_from(REPLAY_MAX).unwrap() + 10;
    post.happens(events).await;
    let webhook = post.endpoint(json!({})).await;
    let (platform, caller) = (&post.world.platform, post.world.carrier());
    let all = Replay {
        after: Some(FeedCursor::default()),
        ..Replay::default()
    };
    let first = webhooks::replay(platform, &caller, webhook, &all).await.unwrap();
    assert_eq!(first.pushes as usize, REPLAY_MAX);
    let again = webhooks::replay(platform, &caller, webhook, &all).await.unwrap();
    assert_eq!(again, first);
    let rest = Replay {
        after: first.next_cursor,
        ..Replay::default()
    };
    let rest = webhooks::replay(platform, &post.world.carrier(), webhook, &rest).await;
    let end = Replayed {
        pushes: 10,
        next_cursor: None,
    };
    assert_eq!(rest.unwrap(), end);
    assert_eq!(post.pushes(webhook).await.len() as u64, events);
}

#[tokio::test]
async fn nothing_is_replayed_to_an_endpoint_that_is_off_or_anothers() {
    let post = Post::new().await;
    let webhook = post.endpoint(json!({ "enabled": false })).await;
    let (platform, caller) = (&post.world.platform, post.world.carrier());
    let all = Replay {
        after: Some(FeedCursor::default()),
        ..Replay::default()
    };
    for _ in 0..2 {
        let refused = webhooks::replay(platform, &caller, webhook, &all).await;
        assert!(matches!(refused, Err(Error::Webhook(WebhookRefusal::Disabled))));
    }
    let mut south = post.world.carrier();
    south.carrier = "south".parse().unwrap();
    let strange = webhooks::replay(platform, &south, webhook, &all).await;
    assert!(matches!(strange, Err(Error::NotFound)));
    let strange = webhooks::test(platform, &south, webhook, PATIENCE).await;
    assert!(matches!(strange, Err(Error::NotFound)));
    let strange = webhooks::pushes(platform, &south.carrier, webhook, 10, None).await;
    assert!(matches!(strange, Err(Error::NotFound)));
}
