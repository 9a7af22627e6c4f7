//! Lists, readings, commands and limits.

use postern_vendor_clouds::config::{CommandAnswer, DoorPlan};
use postern_vendor_clouds::control::DoorPatch;
use postern_vendor_clouds::{Direction, Email};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sign_in::client;
use crate::visit::Visit;

#[tokio::test]
async fn every_path_is_there_with_a_version_and_without_and_a_status_goes_three_ways_deep() {
    let visit = Visit::demo().await;
    let bay = visit.door("Second bay");
    for path in [
        "/devices".to_owned(),
        format!("/devices/{bay}"),
        format!("/devices/{bay}/status"),
        format!("/devices/{bay}/components/sensor/status"),
        format!("/devices/{bay}/components/main/capabilities/doorControl/status"),
        format!("/devices/{bay}/health"),
    ] {
        let (status, mut plain) = visit.get(&path).await;
        assert_eq!(status, 200, "{path}: {plain}");
        let (_, mut versioned) = visit.get(&format!("/v1{path}")).await;
        // A page's address has no version in it.
        for body in [&mut plain, &mut versioned] {
            body["_links"] = Value::Null;
        }
        assert_eq!(plain, versioned, "{path}");
    }
    let (_, narrow) = visit
        .get(&format!(
            "/devices/{bay}/components/main/capabilities/doorControl/status"
        ))
        .await;
    assert_eq!(narrow["door"]["value"], "closed");
    let nothing = format!("/devices/{bay}/components/main/capabilities/contactSensor/status");
    assert_eq!(visit.get(&nothing).await.0, 404, "it is on another component");
}

#[tokio::test]
async fn without_a_token_nothing_is_told_and_a_strangers_door_is_not_there() {
    let visit = Visit::demo().await;
    let address = format!("{}/devices", visit.cloud.base_url());
    for token in ["", "another token"] {
        let answer = client().get(&address).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 401);
        let body: Value = answer.json().await.unwrap();
        assert!(
            body["requestId"].is_string() && body["error"]["details"].is_array(),
            "{body}"
        );
    }
    let other = Email::from("neighbour@example.com");
    let control = visit.control();
    control.add_user(&other, &"another password".into()).unwrap();
    let home = control.add_home(&other, "Next door").unwrap();
    let theirs = control.add_door(&home, &DoorPlan::closed("Own door")).unwrap();
    assert_eq!(visit.get(&format!("/devices/{theirs}/status")).await.0, 404);
    assert_eq!(visit.command(&theirs, "open").await.0, 404);
    assert_eq!(control.times_moved(&theirs, Direction::Open).unwrap(), 0);
}

#[tokio::test]
async fn twelve_calls_a_minute_about_one_door_and_the_headers_say_so() {
    let visit = Visit::demo().await;
    visit.set(|settings| settings.device_calls_per_minute = Some(12));
    let (door, bay) = (visit.door("Main door"), visit.door("Second bay"));
    let path = format!("/devices/{door}/status");
    for left in (0..12).rev() {
        let answer = visit.send(Method::GET, &path, None).await;
        assert_eq!(answer.status().as_u16(), 200);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-ratelimit-limit"), "12");
        assert_eq!(header("x-ratelimit-remaining"), left.to_string());
        assert_eq!(header("x-ratelimit-reset"), "60");
    }
    visit.pass(10);
    let over = visit.send(Method::GET, &path, None).await;
    assert_eq!(over.status().as_u16(), 429);
    assert_eq!(over.headers()["x-ratelimit-reset"], "50");
    assert_eq!(visit.command(&door, "open").await.0, 429, "orders count too");
    assert_eq!(visit.control().times_moved(&door, Direction::Open).unwrap(), 0);
    assert_eq!(visit.get(&format!("/devices/{bay}/status")).await.0, 200);
    assert_eq!(visit.get("/devices").await.0, 200);
    visit.pass(50);
    assert_eq!(visit.get(&path).await.0, 200);
}

#[tokio::test]
async fn a_driver_may_tell_a_movement_before_the_door_makes_one_and_that_it_never_did() {
    let visit = Visit::demo().await;
    let door = visit.door("Main door");
    visit.set(|settings| settings.optimistic_transitions = true);
    visit.control().set_stuck(&door, true).unwrap();
    assert_eq!(visit.command(&door, "open").await.0, 200);
    assert_eq!(visit.states(&door).await, (json!("opening"), json!("closed")));
    visit.pass(20);
    assert_eq!(visit.states(&door).await, (json!("unknown"), json!("closed")));
    visit.control().set_stuck(&door, false).unwrap();
    visit.command(&door, "open").await;
    visit.pass(30);
    assert_eq!(visit.states(&door).await, (json!("open"), json!("open")));
}

#[tokio::test]
async fn an_opener_may_claim_to_be_closed_while_its_sensor_says_that_it_is_open() {
    let visit = Visit::demo().await;
    let door = visit.door("Main door");
    visit.command(&door, "open").await;
    visit.pass(30);
    let claims = DoorPatch {
        claims_closed: Some(true),
        ..DoorPatch::default()
    };
    visit.control().patch_door(&door, &claims).unwrap();
    assert_eq!(visit.states(&door).await, (json!("closed"), json!("open")));
}

#[tokio::test]
async fn an_order_to_a_door_that_is_away_is_a_conflict_or_taken_as_set() {
    let visit = Visit::demo().await;
    let door = visit.door("Main door");
    let away = |noticed| DoorPatch {
        online: Some(false),
        absence_noticed: Some(noticed),
        ..DoorPatch::default()
    };
    visit.control().patch_door(&door, &away(true)).unwrap();
    let (status, body) = visit.command(&door, "open").await;
    assert_eq!((status, &body["error"]["code"]), (409, &json!("ConflictError")));
    visit.set(|settings| settings.offline_is_conflict = false);
    assert_eq!(visit.command(&door, "open").await.0, 200);
    visit.set(|settings| settings.offline_is_conflict = true);
    visit.control().patch_door(&door, &away(false)).unwrap();
    assert_eq!(
        visit.command(&door, "open").await.0,
        200,
        "the cloud has not noticed"
    );
    assert_eq!(visit.control().times_moved(&door, Direction::Open).unwrap(), 0);
    visit.set(|settings| settings.without_health = true);
    assert_eq!(visit.get(&format!("/devices/{door}/health")).await.0, 404);
}

#[tokio::test]
async fn the_word_for_a_command_is_the_one_that_is_set_and_a_failed_one_moves_nothing() {
    let visit = Visit::demo().await;
    let door = visit.door("Main door");
    for (answer, word, moves) in [
        (CommandAnswer::Failed, "FAILED", 0),
        (CommandAnswer::Completed, "COMPLETED", 1),
    ] {
        visit.set(|settings| settings.command_answer = answer);
        let (status, body) = visit.command(&door, "open").await;
        assert_eq!((status, &body["results"][0]["status"]), (200, &json!(word)));
        visit.pass(5);
        assert_eq!(
            visit.control().times_moved(&door, Direction::Open).unwrap(),
            moves
        );
    }
}

#[tokio::test]
async fn what_is_no_command_of_this_device_is_refused_and_says_where() {
    let visit = Visit::demo().await;
    let door = visit.door("Workshop");
    let path = format!("/devices/{door}/commands");
    let command = |capability: &str, command: &str| json!({ "component": "main", "capability": capability, "command": command, "arguments": [] });
    let good = command("garageDoorControl", "open");
    let eleven: Vec<_> = std::iter::repeat_n(good.clone(), 11).collect();
    for (commands, target) in [
        (json!([]), "commands"),
        (json!(eleven), "commands"),
        (json!([command("doorControl", "open")]), "commands[0].capability"),
        (
            json!([good, command("garageDoorControl", "stop")]),
            "commands[1].command",
        ),
        (
            json!([{ "component": "sensor", "capability": "garageDoorControl", "command": "open" }]),
            "commands[0].component",
        ),
        (json!("open"), "commands"),
    ] {
        let (status, body) = visit
            .call(Method::POST, &path, Some(json!({ "commands": commands })))
            .await;
        assert_eq!(
            (status, &body["error"]["details"][0]["target"]),
            (422, &json!(target)),
            "{body}"
        );
    }
    assert_eq!(visit.control().commands_received(&door).unwrap(), 0);
}
