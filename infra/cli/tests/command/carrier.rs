//! `postern carrier`.

use std::{fs, os::unix::fs::PermissionsExt as _};

use postern_test_world::World;
use serde_json::{Value, json};

use super::stage::Stage;

fn audience(stage: &Stage) -> Value {
    let gate: Value = serde_json::from_slice(&fs::read(stage.path("get-authorizer")).unwrap()).unwrap();
    gate["JwtConfiguration"]["Audience"].clone()
}

#[tokio::test]
async fn a_carrier_gets_a_client_a_record_and_last_its_way_in() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let said = stage.postern(&["carrier", "add", "--name", "North"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(said.out.matches("open-sesame").count(), 1);
    assert_eq!(audience(&stage), json!(["doctor1", "north1"]));
    let record = world
        .platform
        .store
        .carrier(&"north1".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((record.name.as_str(), record.active), ("North", true));
    let made = &stage.calls("create-user-pool-client")[0];
    for scope in [
        "eligibility:read",
        "deliveries:read",
        "deliveries:write",
        "evidence:read",
        "webhooks:write",
    ] {
        assert!(made.contains(&format!("postern/{scope}")), "{made}");
    }
    let calls = fs::read_to_string(stage.path("calls")).unwrap();
    assert!(!calls.contains("open-sesame"), "a secret in an argument");
}

#[tokio::test]
async fn a_carrier_that_was_half_made_can_call_nothing_and_is_finished_by_the_same_command() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    stage.fails("update-authorizer", true);
    let half = stage.postern(&["carrier", "add", "--name", "North"]);
    assert_eq!(half.code, 3);
    assert!(
        half.err.contains("It can call nothing yet") && !half.err.contains("open-sesame"),
        "{half:?}"
    );
    assert_eq!(audience(&stage), json!(["doctor1"]));
    stage.fails("update-authorizer", false);
    let whole = stage.postern(&["carrier", "add", "--name", "North", "--json"]);
    assert_eq!(whole.json()["carrier"]["secret"], "open-sesame");
    assert_eq!(stage.calls("create-user-pool-client").len(), 1);
    let again = stage.postern(&["carrier", "add", "--name", "North"]);
    assert_eq!(
        (again.code, again.err.contains("registered already, as north1")),
        (4, true),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_secret_goes_into_a_new_file_for_its_owner_and_never_over_one() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let file = stage.path("secret");
    let words = [
        "carrier",
        "add",
        "--name",
        "North",
        "--secret-file",
        file.to_str().unwrap(),
    ];
    fs::write(&file, "precious").unwrap();
    assert_eq!(stage.postern(&words).code, 4);
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    assert!(stage.calls("create-user-pool-client").is_empty());
    fs::remove_file(&file).unwrap();
    let said = stage.postern(&words);
    assert!(said.code == 0 && !said.out.contains("open-sesame"), "{said:?}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "open-sesame\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_full_authorizer_is_known_before_a_client_is_made() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    let full: Vec<String> = (0..50).map(|n| format!("client{n}")).collect();
    stage.lay(
        "get-authorizer",
        &json!({ "JwtConfiguration": { "Audience": full, "Issuer": "https://pool" } }),
    );
    let said = stage.postern(&["carrier", "add", "--name", "North"]);
    assert_eq!(
        (said.code, said.err.contains("names 50 clients")),
        (3, true),
        "{said:?}"
    );
    assert!(stage.calls("create-user-pool-client").is_empty());
}

#[tokio::test]
async fn a_secret_is_rotated_by_a_second_one_and_the_olders_end() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    stage.postern(&["carrier", "add", "--name", "North"]);
    let secret = |made: u32| json!({ "ClientSecretId": format!("north1--{made}") });
    stage.lay(
        "list-user-pool-client-secrets",
        &json!({ "ClientSecrets": [secret(9)] }),
    );
    assert_eq!(
        stage.postern(&["carrier", "rotate", "north1", "--finish"]).code,
        4
    );
    let added = json!({ "ClientSecretDescriptor": { "ClientSecretId": "north1--10", "ClientSecretValue": "sesame-two" } });
    stage.lay("add-user-pool-client-secret", &added);
    let said = stage.postern(&["carrier", "rotate", "north1"]);
    assert!(said.code == 0 && said.out.contains("sesame-two"), "{said:?}");
    stage.lay(
        "list-user-pool-client-secrets",
        &json!({ "ClientSecrets": [secret(10), secret(9)] }),
    );
    assert_eq!(stage.postern(&["carrier", "rotate", "north1"]).code, 4);
    stage.lay("delete-user-pool-client-secret", &json!({}));
    assert_eq!(
        stage.postern(&["carrier", "rotate", "north1", "--finish"]).code,
        0
    );
    assert!(stage.calls("delete-user-pool-client-secret")[0].contains("--client-secret-id=north1--9"));
    assert_eq!(stage.postern(&["carrier", "rotate", "nobody"]).code, 4);
}

#[tokio::test]
async fn a_carrier_is_suspended_and_let_in_again() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    stage.postern(&["carrier", "add", "--name", "North"]);
    let list = || {
        let list = stage.postern(&["carrier", "list", "--json"]).json();
        let mut carriers = list["carriers"].as_array().unwrap().iter();
        let ours = carriers.find(|carrier| carrier["id"] == "north1").unwrap();
        (
            ours["active"].as_bool().unwrap(),
            ours["may_call"].as_bool().unwrap(),
        )
    };
    for (verb, active) in [("suspend", false), ("suspend", false), ("resume", true)] {
        let said = stage.postern(&["carrier", verb, "north1", "--json"]);
        assert_eq!(said.json()["carrier"]["active"], active, "{said:?}");
        assert_eq!(list(), (active, active));
    }
    let nobody = stage.postern(&["carrier", "suspend", "nobody"]);
    assert_eq!(
        (nobody.code, nobody.err.contains("carrier list")),
        (4, true),
        "{nobody:?}"
    );
}

#[tokio::test]
async fn what_a_carrier_may_ask_for_is_set_piece_by_piece_and_shown() {
    let world = World::new().await;
    let stage = Stage::of(&world);
    stage.postern(&["carrier", "add", "--name", "North"]);
    let shown = |said: &Value| said["carrier"]["allowance"].clone();
    let first = stage.postern(&[
        "carrier",
        "allow",
        "north1",
        "--calls-per-minute",
        "3000",
        "--json",
    ]);
    let expected = json!({"calls_per_minute": 3000, "changes_per_minute": 600, "opens_per_door_hour": 12});
    assert_eq!(shown(&first.json()), expected, "{first:?}");
    let second = stage.postern(&[
        "carrier",
        "allow",
        "north1",
        "--opens-per-door-hour",
        "2",
        "--json",
    ]);
    let expected = json!({"calls_per_minute": 3000, "changes_per_minute": 600, "opens_per_door_hour": 2});
    assert_eq!(shown(&second.json()), expected, "{second:?}");
    let list = stage.postern(&["carrier", "list", "--json"]).json();
    assert_eq!(
        list["carriers"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["allowance"] == expected)
            .count(),
        1
    );
    for wrong in [
        vec!["north1"],
        vec!["north1", "--calls-per-minute", "0"],
        vec!["north1", "--opens-per-door-hour", "61"],
    ] {
        let refused = stage.postern(&[vec!["carrier", "allow"], wrong].concat());
        assert_eq!(refused.code, 2, "{refused:?}");
    }
    let nobody = stage.postern(&["carrier", "allow", "nobody", "--calls-per-minute", "1"]);
    assert_eq!(nobody.code, 4, "{nobody:?}");
}
