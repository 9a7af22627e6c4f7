//! `postern vendor`.

use std::fs;

use postern_test_world::World;
use serde_json::{Value, json};

use super::stage::Stage;

fn reply(contract: &str, vendor: &str) -> Value {
    let description = json!({
        "vendor": vendor, "name": "Opener Cloud", "contract": contract, "optional_operations": [],
        "reading_lag_seconds": 1, "poll_interval_ms": 1000,
    });
    json!({ "contract": contract, "request_id": "REQUEST", "result": { "ok": { "operation": "describe", "output": description } } })
}

#[tokio::test]
async fn a_vendor_is_registered_switched_off_and_switched_on_and_off_by_hand() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    stage.lay("reply", &reply("1.0", "myq"));
    let said = stage.postern(&["vendor", "register", "myq", "--name", "myQ", "--json"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.json()["vendor"]["active"], false);
    assert!(stage.calls("invoke")[0].contains("--function-name=postern-us-dev-adapter-myq"));
    assert_eq!(stage.postern(&["vendor", "promote", "myq"]).code, 0);
    let list = stage.postern(&["vendor", "list", "--json"]).json();
    assert_eq!(list["vendors"][0]["active"], true);
    assert_eq!(stage.postern(&["vendor", "suspend", "myq"]).code, 0);
    let id = "myq".parse().unwrap();
    assert!(!world.platform.store.vendor(&id).await.unwrap().unwrap().active);
}

#[tokio::test]
async fn an_adapter_of_another_vendor_or_contract_is_not_registered() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    for (contract, vendor, why) in [
        ("1.0", "other", "is the adapter of other"),
        ("2.0", "myq", "speaks version 2.0"),
    ] {
        stage.lay("reply", &reply(contract, vendor));
        let said = stage.postern(&["vendor", "register", "myq", "--name", "myQ"]);
        assert_eq!((said.code, said.err.contains(why)), (4, true), "{said:?}");
    }
    assert_eq!(world.platform.store.vendors().await.unwrap(), []);
}

#[tokio::test]
async fn a_vendor_whose_adapter_does_not_answer_is_not_switched_on() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    stage.lay("reply", &reply("1.0", "myq"));
    stage.postern(&["vendor", "register", "myq", "--name", "myQ"]);
    stage.lay("invoke", &json!({ "FunctionError": "Unhandled" }));
    assert_eq!(stage.postern(&["vendor", "promote", "myq"]).code, 4);
    assert_eq!(stage.postern(&["vendor", "promote", "nobody"]).code, 4);
    assert_eq!(
        stage.postern(&["vendor", "list", "--json"]).json()["vendors"][0]["active"],
        false
    );
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_not_sealed() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let file = stage.path("secret");
    let words = [
        "vendor",
        "seal",
        "myq",
        "MYQ_CLIENT_SECRET",
        "--secret-file",
        file.to_str().unwrap(),
    ];
    let none = stage.postern(&words);
    assert_eq!(
        (none.code, none.err.contains("cannot be read")),
        (4, true),
        "{none:?}"
    );
    for empty in ["", "\n", "\r\n"] {
        fs::write(&file, empty).unwrap();
        let said = stage.postern(&words);
        assert_eq!(
            (said.code, said.err.contains("the secret is empty")),
            (4, true),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn a_secret_whose_key_cannot_be_had_is_not_repeated() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let file = stage.path("secret");
    fs::write(&file, "swordfish").unwrap();
    let words = ["vendor", "seal", "myq", "MYQ_CLIENT_SECRET", "--secret-file"];
    let said = stage.postern(&[&words[..], &[file.to_str().unwrap()]].concat());
    assert_eq!(
        (said.code, said.err.contains("the key of myq's adapter")),
        (3, true),
        "{said:?}"
    );
    assert!(!said.err.contains("swordfish") && said.out.is_empty(), "{said:?}");
}
