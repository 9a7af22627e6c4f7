//! `postern evidence verify`.

use std::fs;

use postern_contract::delivery::DeliveryView;
use postern_core::{guardian, log, ports::Subject};
use postern_test_world::World;
use serde_json::{Value, json};

use super::stage::Stage;

#[tokio::test]
async fn a_signed_log_is_genuine_and_one_with_a_touched_entry_is_not_and_says_which() {
    let world = World::new().await;
    world.ready(1).await;
    let delivery = world.armed(1).await;
    world.clock.advance(jiff::SignedDuration::from_hours(24));
    for _ in 0..3 {
        guardian::look(&world.platform, Subject::Delivery { delivery })
            .await
            .unwrap();
    }
    let entries = world.platform.store.whole_log(delivery).await.unwrap();
    let loaded = world
        .platform
        .store
        .load_grant::<postern_core::grant::Grant>(delivery)
        .await
        .unwrap()
        .unwrap();
    let view: DeliveryView = loaded.grant.doc.view(postern_core::grant::Viewer::Carrier);
    let key = world.platform.signer.public_key().await.unwrap();
    log::prove(&view, &entries, &key).unwrap();

    let stage = Stage::of(&world);
    let mut page = json!({ "items": entries });
    stage.lay("log", &page);
    stage.lay("delivery", &json!(view));
    stage.lay(
        "keys",
        &json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "use": "sig", "x": String::from(key) }] }),
    );
    let file = |name: &str| stage.path(name).display().to_string();
    let verify = |with_keys: bool| {
        let (log, delivery, keys) = (file("log"), file("delivery"), file("keys"));
        let mut words = vec!["evidence", "verify", &log, "--json"];
        if with_keys {
            words.extend(["--delivery", &delivery, "--keys", &keys]);
        }
        stage.postern(&words)
    };
    let signed = verify(true);
    assert_eq!(
        (signed.code, &signed.json()["signed"]),
        (0, &Value::Bool(true)),
        "{signed:?}"
    );
    assert_eq!(verify(false).json()["signed"], false);

    page["items"][1]["at"] = json!("2020-01-01T00:00:00Z");
    stage.lay("log", &page);
    let broken = verify(true);
    assert_eq!(
        (broken.code, &broken.json()["broken_at"]),
        (1, &json!(2)),
        "{broken:?}"
    );
    stage.lay("log", &json!({ "items": entries[..1] }));
    assert_eq!(verify(true).code, 1, "a log cut short");
    fs::write(stage.path("log"), "not a log").unwrap();
    assert_eq!(verify(true).code, 4);
    stage.lay("log", &json!({ "items": entries, "next_cursor": "more" }));
    assert_eq!(verify(true).code, 4);
}
