//! What the tests of pushes begin with.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    feed::{CarrierEvent, FeedCursor},
    ids::{CarrierId, PushId, WebhookId},
    push::{AttemptOutcome, PushView},
    webhook::CreateWebhook,
};
use postern_core::{
    feed::{self, Outbox},
    store::{DUE_SHARDS, DuePush},
    webhooks::{self, Addresses, PushPlace, Told},
};
use postern_test_world::{World, logged};
use serde_json::json;

pub(crate) const PATIENCE: SignedDuration = SignedDuration::ZERO;

pub(crate) fn north() -> CarrierId {
    "north".parse().unwrap()
}

pub(crate) fn answer(status: u16) -> Told {
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
pub(crate) struct Post {
    /// The world.
    pub(crate) world: World,
    /// Its outbox.
    pub(crate) outbox: Outbox,
}

impl Post {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let outbox = Outbox::of(&world.platform);
        Self { world, outbox }
    }

    pub(crate) async fn endpoint(&self, wanted: serde_json::Value) -> WebhookId {
        let mut wanted = wanted;
        wanted["url"] = json!("https://hooks.north.example/postern");
        let wanted: CreateWebhook = serde_json::from_value(wanted).unwrap();
        let caller = self.world.carrier();
        let made = webhooks::create(&self.world.platform, Addresses::Public, &caller, wanted).await;
        made.unwrap().webhook.id
    }

    /// So many entries of one delivery are told.
    pub(crate) async fn happens(&self, entries: u64) {
        let entries: Vec<_> = (1..=entries)
            .map(|sequence| logged("north", 1, sequence))
            .collect();
        assert!(feed::publish(&self.outbox, &entries).await.is_empty());
    }

    /// The carrier's whole feed.
    pub(crate) async fn told(&self) -> Vec<CarrierEvent> {
        let (platform, north) = (&self.world.platform, north());
        let page = feed::read(platform, &north, FeedCursor::default(), 10, PATIENCE);
        page.await.unwrap().items
    }

    pub(crate) fn place(&self, webhook: WebhookId, push: PushId) -> PushPlace {
        PushPlace {
            carrier: north(),
            webhook,
            push,
        }
    }

    /// What was pushed to an endpoint, the newest first.
    pub(crate) async fn pushes(&self, webhook: WebhookId) -> Vec<PushView> {
        let (platform, north) = (&self.world.platform, north());
        let page = webhooks::pushes(platform, &north, webhook, 200, None);
        page.await.unwrap().items
    }

    /// The one push to an endpoint.
    pub(crate) async fn only(&self, webhook: WebhookId) -> PushView {
        let pushes = self.pushes(webhook).await;
        assert_eq!(pushes.len(), 1, "{pushes:#?}");
        pushes.into_iter().next().unwrap()
    }

    /// What the record has as due at this time.
    pub(crate) async fn due(&self, at: Timestamp) -> Vec<DuePush> {
        let mut due = Vec::new();
        for shard in 0..DUE_SHARDS {
            let page = self.outbox.store.due_pushes(shard, at, 200, None);
            due.extend(page.await.unwrap().items);
        }
        due
    }

    /// One attempt that goes so, and when the next is due.
    pub(crate) async fn attempt(&self, place: &PushPlace, told: Told) -> Option<Timestamp> {
        let letter = webhooks::begin(&self.outbox, place).await.unwrap();
        let letter = letter.expect("an attempt is due");
        webhooks::settle(&self.outbox, letter, told).await.unwrap()
    }

    pub(crate) fn wait_until(&self, at: Timestamp) {
        self.world
            .clock
            .advance(at.duration_since(self.world.now()) + SignedDuration::from_millis(5));
    }
}
