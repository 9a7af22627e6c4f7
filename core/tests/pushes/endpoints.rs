//! What becomes of an endpoint that takes nothing, of one that ends, and of one whose secret is rotated.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    feed::EventData,
    push::PushState,
    webhook::{ChangeWebhook, DisabledReason},
};
use postern_core::webhooks::{self, Addresses, FAILING_MAX};
use serde_json::json;

use crate::post::{Post, answer, north};

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
