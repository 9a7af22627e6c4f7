//! The controls over HTTP: what they do, and what they refuse.

use postern_vendor_clouds::{Config, Seed};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::Visit;

#[tokio::test]
async fn whatever_is_not_understood_is_refused_by_name() {
    let visit = Visit::demo().await;
    let door = format!("/doors/{}", visit.door);
    for (method, path, body, named) in [
        (Method::PATCH, door.as_str(), json!({"onlin": false}), "onlin"),
        (
            Method::POST,
            "/faults",
            json!({"on": "comand", "fault": {"status": 500}}),
            "comand",
        ),
        (
            Method::POST,
            "/faults",
            json!({"on": "any", "fault": {"statu": 500}}),
            "statu",
        ),
        (
            Method::POST,
            "/faults",
            json!({"on": "any", "fault": {}}),
            "status",
        ),
        (
            Method::POST,
            "/users",
            json!({"email": "a@b", "passwort": "x"}),
            "passwort",
        ),
        (
            Method::POST,
            "/doors",
            json!({"account_id": visit.account, "name": "x", "colour": 1}),
            "colour",
        ),
        (Method::POST, "/doors", json!({"name": "x"}), "account_id"),
        (
            Method::PATCH,
            "/settings",
            json!({"command_status": 418}),
            "command_status",
        ),
        (Method::PATCH, "/settings", json!({"speed": 2}), "speed"),
        (
            Method::PATCH,
            door.as_str(),
            json!({"timings": {"close_warning": 1}}),
            "close_warning",
        ),
        (
            Method::POST,
            "/redirect-uris",
            json!({"uri": "nonsense"}),
            "redirect",
        ),
        (Method::GET, "/motions?seriel=x", json!({}), "seriel"),
    ] {
        let answer = visit.try_control(method, path, body).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        let error = answer.json::<Value>().await.unwrap()["error"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(error.contains(named), "{error}");
    }
    let missing = visit
        .try_control(Method::PATCH, "/doors/XX", json!({"online": false}))
        .await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(
        visit
            .try_control(Method::GET, "/nonsense", json!({}))
            .await
            .status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_world_can_be_built_and_begun_anew() {
    let visit = Visit::demo().await;
    let user = json!({"email": "two@example.com", "password": "pw"});
    visit.control(Method::POST, "/users", user.clone()).await;
    let again = visit.try_control(Method::POST, "/users", user).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    let home = json!({"owner": "two@example.com", "name": "Second"});
    let account = visit.control(Method::POST, "/homes", home).await["account_id"].clone();
    let door = json!({"account_id": account, "name": "Side", "open": true, "serial": "CG0F00000001"});
    assert_eq!(
        visit.control(Method::POST, "/doors", door).await["serial"],
        "CG0F00000001"
    );
    let lamp = json!({"account_id": account, "name": "Light", "kind": "lamp"});
    assert!(visit.control(Method::POST, "/decoys", lamp).await["serial"].is_string());
    let view = visit.control(Method::GET, "/doors/CG0F00000001", json!({})).await;
    assert_eq!(
        (&view["activity"], &view["position_millionths"]),
        (&json!("open"), &json!(1_000_000))
    );
    let world = visit.control(Method::GET, "/world", json!({})).await;
    assert_eq!(world["users"].as_array().unwrap().len(), 2);
    assert!(!world.to_string().contains("pw"), "a password is shown");
    visit.control(Method::POST, "/reset", json!({})).await;
    let world = visit.control(Method::GET, "/world", json!({})).await;
    assert_eq!(world["users"].as_array().unwrap().len(), 1);
    // The same seed, the same names.
    assert_eq!(world["homes"][0]["account_id"], json!(visit.account));
}

#[tokio::test]
async fn the_seed_decides_the_names() {
    let one = Visit::with(|config| Config {
        seed: Seed(1),
        ..config
    })
    .await;
    let same = Visit::with(|config| Config {
        seed: Seed(1),
        ..config
    })
    .await;
    let other = Visit::with(|config| Config {
        seed: Seed(2),
        ..config
    })
    .await;
    assert_eq!((&one.door, &one.account), (&same.door, &same.account));
    assert_ne!(one.door, other.door);
    assert_ne!(one.account, other.account);
}

#[tokio::test]
async fn the_journal_tells_who_ordered_what_and_what_moved() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    visit.command(&tokens, "open").await;
    visit.wait(60);
    let path = format!("/doors/{}/wall-button", visit.door);
    visit.control(Method::POST, &path, json!({})).await;
    visit.wait(60);
    let journal = visit
        .control(Method::GET, &format!("/motions?serial={}", visit.door), json!({}))
        .await;
    let told: Vec<(&Value, &Value)> = journal["motions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (&entry["seq"], &entry["kind"]))
        .collect();
    let kinds = ["command", "motion", "arrived", "wall_button", "motion", "arrived"];
    let expected: Vec<(Value, Value)> = kinds
        .iter()
        .enumerate()
        .map(|(index, kind)| (json!(index + 1), json!(kind)))
        .collect();
    assert_eq!(
        told,
        expected.iter().map(|(seq, kind)| (seq, kind)).collect::<Vec<_>>()
    );
    let first = &journal["motions"][0];
    assert_eq!(first["disposition"], "accepted");
    assert_eq!(first["by"], "homeowner@example.com");
    assert_eq!(
        journal["motions"][1]["cause"],
        json!({"kind": "command", "seq": 1})
    );
    assert_eq!(journal["motions"][1]["at"], "2027-01-15T08:00:01Z");
    assert_eq!(
        journal["motions"][4]["cause"],
        json!({"kind": "wall_button", "seq": 4})
    );
    let later = visit.control(Method::GET, "/motions?since=5", json!({})).await;
    assert_eq!(later["motions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn settings_and_times_change_while_the_cloud_runs() {
    let visit = Visit::demo().await;
    visit
        .control(Method::PATCH, "/settings", json!({"access_token_ttl_s": 5}))
        .await;
    let tokens = visit.tokens().await;
    assert_eq!(tokens.expires_in, 5);
    let settings = visit.control(Method::GET, "/settings", json!({})).await;
    assert_eq!(
        (&settings["access_token_ttl_s"], &settings["command_status"]),
        (&json!(5), &json!(202))
    );
    let versions = json!({"versions": {"devices": ["7.0"]}});
    visit.control(Method::PATCH, "/settings", versions).await;
    let devices = format!("/api/v6.0/Accounts/{}/Devices", visit.account);
    assert_eq!(
        visit.read(&tokens, &devices).await.status(),
        StatusCode::NOT_FOUND
    );
    let timings = json!({"timings": {"open_start_ms": 0, "open_travel_ms": 0, "report_lag_ms": 0}});
    visit
        .control(Method::PATCH, &format!("/doors/{}", visit.door), timings)
        .await;
    visit.command(&tokens, "open").await;
    let view = visit
        .control(Method::GET, &format!("/doors/{}", visit.door), json!({}))
        .await;
    assert_eq!(view["reported"]["state"], "open");
}

#[tokio::test]
async fn help_names_every_control() {
    let visit = Visit::demo().await;
    let help = visit.control(Method::GET, "", json!({})).await;
    for word in [
        "/faults",
        "/doors",
        "/tokens/expire",
        "/motions",
        "/lock-out",
        "/reset",
    ] {
        assert!(help.to_string().contains(word), "{word}");
    }
}
