//! Webhook endpoints: how many there may be, what a repeat is answered, what rotating does, and where their secrets are.
#![cfg(test)]

use jiff::SignedDuration;
use postern_contract::{
    ids::CarrierId,
    webhook::{ChangeWebhook, CreateWebhook, DisabledReason, WebhookSecret},
};
use postern_core::{
    Error,
    deliveries::Idempotent,
    webhooks::{self, Addresses, ENDPOINTS_MAX, WebhookRefusal},
};
use postern_test_world::World;

fn north() -> CarrierId {
    "north".parse().unwrap()
}

fn to(url: &str) -> CreateWebhook {
    serde_json::from_value(serde_json::json!({ "url": url })).unwrap()
}

async fn make(world: &World, caller: &Idempotent) -> Result<WebhookSecret, Error> {
    let wanted = to("https://hooks.north.example/postern");
    webhooks::create(&world.platform, Addresses::Public, caller, wanted).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_that_are_made_at_once_five_are_there_in_the_end() {
    let world = std::sync::Arc::new(World::new().await);
    let making: Vec<_> = (0..8)
        .map(|_| {
            let world = world.clone();
            tokio::spawn(async move { make(&world, &world.carrier()).await })
        })
        .collect();
    let mut made = 0;
    for one in making {
        match one.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert!(
                matches!(error, Error::Webhook(WebhookRefusal::TooMany) | Error::Contended),
                "{error:?}"
            ),
        }
    }
    while make(&world, &world.carrier()).await.is_ok() {
        made += 1;
    }
    let there = webhooks::list(&world.platform, &north()).await.unwrap();
    assert_eq!((made, there.len()), (ENDPOINTS_MAX, ENDPOINTS_MAX));
    webhooks::delete(&world.platform, &north(), there[0].id)
        .await
        .unwrap();
    make(&world, &world.carrier()).await.unwrap();
}

#[tokio::test]
async fn a_repeat_is_answered_with_the_same_secret_and_the_record_holds_it_sealed() {
    let world = World::new().await;
    let caller = world.carrier();
    let made = make(&world, &caller).await.unwrap();
    let again = make(&world, &caller).await.unwrap();
    assert_eq!(
        (&again.webhook, again.secret.expose()),
        (&made.webhook, made.secret.expose())
    );
    let there = webhooks::list(&world.platform, &north()).await.unwrap();
    assert_eq!(there, std::slice::from_ref(&made.webhook));
    let other = Idempotent {
        fingerprint: "0".repeat(64),
        ..caller
    };
    assert!(matches!(make(&world, &other).await, Err(Error::KeyReused)));
    let key = made.secret.expose().strip_prefix("whsec_").unwrap();
    assert_eq!(key.len(), 44, "32 bytes in base64");
    let record = format!("{:?}", world.items().await);
    assert!(!record.contains(key) && !record.contains("whsec_"));
    assert!(!format!("{made:?}").contains(key));
}

#[tokio::test]
async fn a_rotated_secret_signs_beside_the_new_one_for_a_day() {
    let world = World::new().await;
    let made = make(&world, &world.carrier()).await.unwrap();
    let (id, caller) = (made.webhook.id, world.carrier());
    let fresh = webhooks::rotate(&world.platform, &caller, id).await.unwrap();
    let again = webhooks::rotate(&world.platform, &caller, id).await.unwrap();
    assert_eq!(fresh.secret.expose(), again.secret.expose());
    assert_ne!(fresh.secret.expose(), made.secret.expose());
    let sign = async || {
        let stored = world.platform.store.webhooks(&north()).await.unwrap().unwrap();
        stored.doc[0].secrets(world.now()).count()
    };
    assert_eq!(sign().await, 2);
    world.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(sign().await, 1);
    let view = webhooks::get(&world.platform, &north(), id).await.unwrap();
    assert_eq!(view.old_secret_until, None);
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_an_address_that_may_not_be_is_refused() {
    let world = World::new().await;
    let id = make(&world, &world.carrier()).await.unwrap().webhook.id;
    let change = async |change: serde_json::Value| {
        let change: ChangeWebhook = serde_json::from_value(change).unwrap();
        webhooks::change(&world.platform, Addresses::Public, &north(), id, change).await
    };
    let off = change(serde_json::json!({ "enabled": false })).await.unwrap();
    assert_eq!(
        (off.enabled, off.disabled_reason),
        (false, Some(DisabledReason::Asked))
    );
    let narrowed = serde_json::json!({ "enabled": true, "types": ["com.postern.delivery.opened"] });
    let on = change(narrowed).await.unwrap();
    assert_eq!((on.enabled, on.disabled_reason, on.url), (true, None, off.url));
    let refused = change(serde_json::json!({ "url": "https://169.254.169.254/" })).await;
    assert!(matches!(
        refused,
        Err(Error::Webhook(WebhookRefusal::AddressNotAllowed))
    ));
    // The refusal of a request to make one is the answer to its repeats.
    let caller = world.carrier();
    for _ in 0..2 {
        let wanted = to("http://hooks.north.example/");
        let made = webhooks::create(&world.platform, Addresses::Public, &caller, wanted).await;
        assert!(matches!(
            made,
            Err(Error::Webhook(WebhookRefusal::AddressNotAllowed))
        ));
    }
}

#[tokio::test]
async fn another_carriers_endpoint_does_not_exist() {
    let world = World::new().await;
    let id = make(&world, &world.carrier()).await.unwrap().webhook.id;
    let (platform, south): (_, CarrierId) = (&world.platform, "south".parse().unwrap());
    let caller = Idempotent {
        carrier: south.clone(),
        ..world.carrier()
    };
    assert!(matches!(
        webhooks::get(platform, &south, id).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        webhooks::delete(platform, &south, id).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(
        webhooks::rotate(platform, &caller, id).await,
        Err(Error::NotFound)
    ));
    let change = webhooks::change(platform, Addresses::Public, &south, id, ChangeWebhook::default());
    assert!(matches!(change.await, Err(Error::NotFound)));
    assert!(webhooks::list(platform, &south).await.unwrap().is_empty());
}
