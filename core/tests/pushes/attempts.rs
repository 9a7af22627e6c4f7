//! Each event to each endpoint that wants it, tried again for days, by one at a time, and never forgotten.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use postern_contract::push::{AttemptOutcome, PushState};
use postern_core::webhooks::{self, ATTEMPTS_MAX, CLAIMED_FOR, PAUSES_S, Told};
use serde_json::json;

use crate::post::{Post, answer};

#[tokio::test]
async fn an_event_is_pushed_to_each_endpoint_that_wants_it_and_once_however_often_it_is_told() {
    let post = Post::new().await;
    let all = post.endpoint(json!({})).await;
    let armed = post
        .endpoint(json!({ "types": ["com.postern.delivery.armed"] }))
        .await;
    let opened = post
        .endpoint(json!({ "types": ["com.postern.delivery.opened"] }))
        .await;
    let off = post.endpoint(json!({ "enabled": false })).await;
    for _ in 0..2 {
        post.happens(3).await;
    }
    for (webhook, pushed) in [(all, 3), (armed, 3), (opened, 0), (off, 0)] {
        assert_eq!(post.pushes(webhook).await.len(), pushed);
    }
    let place = post.place(all, post.pushes(all).await[0].id);
    let letter = webhooks::begin(&post.outbox, &place).await.unwrap().unwrap();
    let told = post.told().await;
    let told = told.iter().find(|event| event.id == letter.id).unwrap();
    assert_eq!(letter.body, serde_json::to_string(told).unwrap());
    assert_eq!(letter.signatures.split(' ').count(), 2);
    webhooks::settle(&post.outbox, letter, answer(204)).await.unwrap();
    let pushed = &post.pushes(all).await[0];
    assert_eq!((pushed.state, pushed.next_attempt_at), (PushState::Arrived, None));
    assert!(webhooks::begin(&post.outbox, &place).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_not_taken_is_tried_ten_times_over_about_75_hours() {
    let post = Post::new().await;
    let webhook = post.endpoint(json!({})).await;
    post.happens(1).await;
    let place = post.place(webhook, post.only(webhook).await.id);
    for pause_s in PAUSES_S {
        let begun = post.world.now();
        let next = post.attempt(&place, answer(500)).await.unwrap();
        let pause = next.duration_since(begun).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a day has few seconds")]
        let near = (pause_s as f64 * 0.9)..(pause_s as f64 * 1.1 + 2.0);
        assert!(near.contains(&pause), "{pause_s}: {pause}");
        // Before its time nobody gets to try, and from then on it is found by whoever looks.
        assert!(webhooks::begin(&post.outbox, &place).await.unwrap().is_none());
        assert_eq!(post.due(next - SignedDuration::from_secs(1)).await, []);
        assert_eq!(post.due(next).await.len(), 1);
        post.wait_until(next);
    }
    assert_eq!(post.attempt(&place, answer(500)).await, None);
    let given_up = post.only(webhook).await;
    assert_eq!(given_up.state, PushState::GivenUp);
    assert_eq!(given_up.attempts.len(), ATTEMPTS_MAX);
    let took = given_up.attempts[9].at.duration_since(given_up.created_at);
    assert!((67..84).contains(&took.as_hours()), "{took:?}");
    assert_eq!(post.due(Timestamp::MAX).await, []);
}

#[tokio::test]
async fn an_endpoint_that_asks_for_more_time_gets_it_up_to_a_day() {
    let post = Post::new().await;
    let webhook = post.endpoint(json!({})).await;
    post.happens(1).await;
    let place = post.place(webhook, post.only(webhook).await.id);
    for (asked_s, least_s) in [(600, 600), (u32::MAX, 86_400)] {
        let busy = Told {
            retry_after_s: Some(asked_s),
            ..answer(429)
        };
        let begun = post.world.now();
        let next = post.attempt(&place, busy).await.unwrap();
        let pause_s = next.duration_since(begun).as_secs();
        assert!((least_s..least_s + 5).contains(&pause_s), "{pause_s}");
        post.wait_until(next);
    }
}

#[tokio::test]
async fn an_attempt_that_was_cut_off_is_one_of_unknown_outcome_and_the_next_goes_out() {
    let post = Post::new().await;
    let webhook = post.endpoint(json!({})).await;
    post.happens(1).await;
    let place = post.place(webhook, post.only(webhook).await.id);
    let lost = webhooks::begin(&post.outbox, &place).await.unwrap().unwrap();
    assert!(webhooks::begin(&post.outbox, &place).await.unwrap().is_none());
    let under_way = post.only(webhook).await;
    assert_eq!((under_way.attempts.len(), under_way.next_attempt_at), (1, None));
    post.world
        .clock
        .advance(CLAIMED_FOR + SignedDuration::from_secs(1));
    assert_eq!(post.due(post.world.now()).await.len(), 1);
    assert_eq!(post.attempt(&place, answer(200)).await, None);
    // Whoever comes back from the dead changes nothing.
    assert_eq!(
        webhooks::settle(&post.outbox, lost, answer(500)).await.unwrap(),
        None
    );
    let arrived = post.only(webhook).await;
    let outcomes: Vec<_> = arrived.attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(
        outcomes,
        [Some(AttemptOutcome::Unknown), Some(AttemptOutcome::Arrived)]
    );
    assert_eq!(arrived.state, PushState::Arrived);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_come_for_one_push_at_once_one_posts_it() {
    let post = Arc::new(Post::new().await);
    let webhook = post.endpoint(json!({})).await;
    post.happens(1).await;
    let place = post.place(webhook, post.only(webhook).await.id);
    let coming: Vec<_> = (0..8)
        .map(|_| {
            let (post, place) = (Arc::clone(&post), place.clone());
            tokio::spawn(async move { webhooks::begin(&post.outbox, &place).await.unwrap() })
        })
        .collect();
    let mut letters = 0;
    for one in coming {
        letters += usize::from(one.await.unwrap().is_some());
    }
    assert_eq!(letters, 1);
}
