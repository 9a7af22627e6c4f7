//! Pushes: each event to each endpoint that wants it, tried again for days, never forgotten, and what becomes of an endpoint that takes
//! nothing.
#![cfg(test)]

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    feed::{CarrierEvent, EventData, FeedCursor},
    ids::{CarrierId, PushId, WebhookId},
    push::{AttemptOutcome, PushReason, PushState, PushView, Replay, Replayed},
    webhook::{ChangeWebhook, CreateWebhook, DisabledReason},
};
use postern_core::{
    Error,
    feed::{self, Outbox},
    store::{DUE_SHARDS, DuePush},
    webhooks::{
        self, ATTEMPTS_MAX, Addresses, CLAIMED_FOR, FAILING_MAX, PAUSES_S, PushPlace, REPLAY_MAX, Told,
        WebhookRefusal,
    },
};
use postern_test_world::{World, logged};
use serde_json::json;

const PATIENCE: SignedDuration = SignedDuration::ZERO;

fn north() -> CarrierId {
    "north".parse().unwrap()
}

fn answer(status: u16) -> Told {
    Told {
        outcome: match status {
            200..=299 => AttemptOutcome::Arrived,
            _ => AttemptOutcome::Refused,
        },
        status: Some(status),
        took_ms: 7,
        retry_after_s: None,
    }
}

/// A world with an outbox, and what a test does with both.
struct Post {
    world: World,
    outbox: Outbox,
}

impl Post {
    async fn new() -> Self {
        let world = World::new().await;
        let outbox = Outbox::of(&world.platform);
        Self { world, outbox }
    }

    async fn endpoint(&self, wanted: serde_json::Value) -> WebhookId {
        let mut wanted = wanted;
        wanted["url"] = json!("https://hooks.north.example/postern");
        let wanted: CreateWebhook = serde_json::from_value(wanted).unwrap();
        let caller = self.world.carrier();
        let made = webhooks::create(&self.world.platform, Addresses::Public, &caller, wanted).await;
        made.unwrap().webhook.id
    }

    /// So many entries of one delivery are told.
    async fn happens(&self, entries: u64) {
        let entries: Vec<_> = (1..=entries)
            .map(|sequence| logged("north", 1, sequence))
            .collect();
        assert!(feed::publish(&self.outbox, &entries).await.is_empty());
    }

    /// The carrier's whole feed.
    async fn told(&self) -> Vec<CarrierEvent> {
        let (platform, north) = (&self.world.platform, north());
        let page = feed::read(platform, &north, FeedCursor::default(), 10, PATIENCE);
        page.await.unwrap().items
    }

    fn place(&self, webhook: WebhookId, push: PushId) -> PushPlace {
        PushPlace {
            carrier: north(),
            webhook,
            push,
        }
    }

    /// What was pushed to an endpoint, the newest first.
    async fn pushes(&self, webhook: WebhookId) -> Vec<PushView> {
        let (platform, north) = (&self.world.platform, north());
        let page = webhooks::pushes(platform, &north, webhook, 200, None);
        page.await.unwrap().items
    }

    /// The one push to an endpoint.
    async fn only(&self, webhook: WebhookId) -> PushView {
        let pushes = self.pushes(webhook).await;
        assert_eq!(pushes.len(), 1, "{pushes:#?}");
        pushes.into_iter().next().unwrap()
    }

    /// What the record has as due at this time.
    async fn due(&self, at: Timestamp) -> Vec<DuePush> {
        let mut due = Vec::new();
        for shard in 0..DUE_SHARDS {
            let page = self.outbox.store.due_pushes(shard, at, 200, None);
            due.extend(page.await.unwrap().items);
        }
        due
    }

    /// One attempt that goes so, and when the next is due.
    async fn attempt(&self, place: &PushPlace, told: Told) -> Option<Timestamp> {
        let letter = webhooks::begin(&self.outbox, place).await.unwrap();
        let letter = letter.expect("an attempt is due");
        webhooks::settle(&self.outbox, letter, told).await.unwrap()
    }

    fn wait_until(&self, at: Timestamp) {
        self.world
            .clock
            .advance(at.duration_since(self.world.now()) + SignedDuration::from_millis(5));
    }
}

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

#[tokio::test]
async fn an_endpoint_that_is_gone_is_switched_off_and_its_carrier_told() {
    let post = Post::new().await;
    let gone = post.endpoint(json!({})).await;
    let other = post.endpoint(json!({ "types": ["com.postern.webhook.*"] })).await;
    post.happens(2).await;
    let pushed = post.pushes(gone).await;
    assert_eq!(
        post.attempt(&post.place(gone, pushed[0].id), answer(410)).await,
        None
    );
    let view = webhooks::get(&post.world.platform, &north(), gone).await.unwrap();
    assert_eq!(
        (view.enabled, view.disabled_reason),
        (false, Some(DisabledReason::Gone))
    );
    // What was still to be told it is not, and its own notice does not go to it.
    let left = post.place(gone, pushed[1].id);
    assert!(webhooks::begin(&post.outbox, &left).await.unwrap().is_none());
    let states: Vec<_> = post.pushes(gone).await.iter().map(|push| push.state).collect();
    assert_eq!(states, [PushState::GivenUp, PushState::Dropped]);
    let notice = post.only(other).await;
    assert_eq!(notice.kind.as_str(), "com.postern.webhook.disabled");
    let told = post.told().await;
    let EventData::Webhook(changed) = &told.last().unwrap().data else {
        panic!("the last event is the notice: {told:#?}")
    };
    assert_eq!(
        (changed.webhook, changed.disabled_reason),
        (gone, Some(DisabledReason::Gone))
    );
}

#[tokio::test]
async fn an_endpoint_that_took_nothing_for_five_days_is_switched_off_and_one_that_took_something_is_not() {
    let post = Post::new().await;
    let webhook = post.endpoint(json!({})).await;
    post.happens(4).await;
    let places: Vec<_> = post
        .pushes(webhook)
        .await
        .iter()
        .map(|push| post.place(webhook, push.id))
        .collect();
    let view = async || {
        let view = webhooks::get(&post.world.platform, &north(), webhook).await;
        view.unwrap()
    };
    post.attempt(&places[0], answer(500)).await;
    assert!(view().await.failing_since.is_some());
    post.world
        .clock
        .advance(FAILING_MAX - SignedDuration::from_hours(1));
    post.attempt(&places[1], answer(200)).await;
    assert_eq!(view().await.failing_since, None);
    post.attempt(&places[2], answer(500)).await;
    let since = view().await.failing_since;
    post.world
        .clock
        .advance(FAILING_MAX - SignedDuration::from_hours(1));
    post.attempt(&places[2], answer(500)).await;
    assert!(view().await.enabled);
    post.world.clock.advance(SignedDuration::from_hours(2));
    post.attempt(&places[3], answer(500)).await;
    let off = view().await;
    assert_eq!(
        (off.enabled, off.disabled_reason, off.failing_since),
        (false, Some(DisabledReason::Failing), since)
    );
    // Switched on again it begins anew.
    let on = ChangeWebhook {
        enabled: Some(true),
        ..ChangeWebhook::default()
    };
    let (platform, north) = (&post.world.platform, north());
    let on = webhooks::change(platform, Addresses::Public, &north, webhook, on);
    assert_eq!(on.await.unwrap().failing_since, None);
}

#[tokio::test]
async fn what_is_on_its_way_to_an_endpoint_that_ends_is_dropped() {
    let post = Post::new().await;
    let webhook = post.endpoint(json!({})).await;
    post.happens(1).await;
    let place = post.place(webhook, post.only(webhook).await.id);
    webhooks::delete(&post.world.platform, &north(), webhook)
        .await
        .unwrap();
    assert!(webhooks::begin(&post.outbox, &place).await.unwrap().is_none());
    let push = post.outbox.store.push(&place).await.unwrap().unwrap();
    assert_eq!(push.state, PushState::Dropped);
    assert_eq!(post.due(Timestamp::MAX).await, []);
}

#[tokio::test]
async fn while_two_secrets_are_live_both_sign() {
    let post = Post::new().await;
    let webhook = post.endpoint(json!({})).await;
    let before = webhooks::get(&post.world.platform, &north(), webhook)
        .await
        .unwrap();
    let fresh = webhooks::rotate(&post.world.platform, &post.world.carrier(), webhook).await;
    assert_ne!(fresh.unwrap().webhook.public_key, before.public_key);
    post.happens(1).await;
    let place = post.place(webhook, post.only(webhook).await.id);
    let letter = webhooks::begin(&post.outbox, &place).await.unwrap().unwrap();
    let schemes: Vec<_> = letter
        .signatures
        .split(' ')
        .map(|signature| signature.split(',').next().unwrap())
        .collect();
    assert_eq!(schemes, ["v1", "v1a", "v1", "v1a"]);
}

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
