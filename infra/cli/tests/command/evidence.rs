//! `postern evidence verify`.

use std::fs;

use postern_contract::{delivery::DeliveryView, evidence::BUNDLE_TYPE};
use postern_core::{deliveries, guardian, log, ports::Subject};
use postern_keys::{BundleSigner as _, JwkSet, KeyFile, Signer as _, jws};
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
    let (log, keys) = (file("log"), file("keys"));
    let half = stage.postern(&["evidence", "verify", &log, "--keys", &keys]);
    assert!(half.code == 4 && half.err.contains("--delivery"), "{half:?}");
    stage.lay("log", &json!({ "items": entries[..1] }));
    assert_eq!(verify(true).code, 1, "a log cut short");
    fs::write(stage.path("log"), "not a log").unwrap();
    assert_eq!(verify(true).code, 4);
    stage.lay("log", &json!({ "items": entries, "next_cursor": "more" }));
    assert_eq!(verify(true).code, 4);
}

#[tokio::test]
async fn a_bundle_is_told_from_a_log_by_what_it_holds_and_is_judged_with_its_keys_or_without() {
    let world = World::new().await;
    world.ready(1).await;
    let delivery = world.armed(1).await;
    let north = "north".parse().unwrap();
    let bundle = deliveries::evidence(&world.platform, &north, delivery)
        .await
        .unwrap();
    let (keys, other) = (KeyFile::ephemeral().unwrap(), KeyFile::ephemeral().unwrap());
    let payload = serde_json::to_vec(&bundle).unwrap();
    let message = jws::sign(&keys.bundle_signer(), BUNDLE_TYPE, &payload)
        .await
        .unwrap();
    let set = async |of: &KeyFile| {
        let logs = of.signer().public_key().await.unwrap();
        json!(JwkSet::of(logs, of.bundle_signer().public_key().await.unwrap()))
    };

    let stage = Stage::of(&world);
    stage.lay("keys", &set(&keys).await);
    stage.lay("other", &set(&other).await);
    let file = |name: &str| stage.path(name).display().to_string();
    let (path, keys, other) = (file("bundle"), file("keys"), file("other"));
    let verify = |message: &str, more: &[&str]| {
        fs::write(stage.path("bundle"), message).unwrap();
        stage.postern(&[&["evidence", "verify", &path, "--json"], more].concat())
    };
    let signed = verify(&format!("{message}\n"), &["--keys", &keys]);
    assert_eq!(signed.code, 0, "{signed:?}");
    assert_eq!(
        (
            &signed.json()["signed"],
            &signed.json()["stage"],
            &signed.json()["delivery"]
        ),
        (&json!(true), &json!("under_way"), &json!(delivery))
    );
    let unsigned = verify(&message, &[]);
    assert_eq!((unsigned.code, &unsigned.json()["signed"]), (0, &json!(false)));

    let stranger = verify(&message, &["--keys", &other]);
    assert!(
        stranger.code == 1 && stranger.out.contains("a key that is not among those given"),
        "{stranger:?}"
    );
    let middle = message.len() / 2;
    let changed = if &message[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    let touched = format!("{}{changed}{}", &message[..middle], &message[middle + 1..]);
    let touched = verify(&touched, &["--keys", &keys]);
    assert_eq!((touched.code, &touched.json()["genuine"]), (1, &json!(false)));
    let misplaced = verify(&message, &["--keys", &keys, "--delivery", &keys]);
    assert!(
        misplaced.code == 4 && misplaced.out.contains("Leave --delivery out"),
        "{misplaced:?}"
    );
    assert_eq!(verify("", &[]).code, 4);
}
