//! Accounts, devices and commands, as a client sees them.

use postern_vendor_clouds::config::{DecoyKind, DecoyPlan, Membership, Role};
use postern_vendor_clouds::{Config, Direction, Email, Settings};
use reqwest::StatusCode;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::support::Visit;

#[tokio::test]
async fn accounts_are_listed_under_both_spellings() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    for path in ["/api/v6.0/accounts", "/api/v6.0/Accounts"] {
        let list: Value = visit.read(&tokens, path).await.json().await.unwrap();
        let account = &list["accounts"][0];
        assert_eq!(account["id"], json!(visit.account));
        assert_eq!(account["name"], "Home");
        assert_eq!(account["max_users"], json!({"co_owner": 5, "guest": 10}));
        assert!(account["created_by"].is_string());
    }
}

#[tokio::test]
async fn the_list_holds_the_door_and_what_is_no_door() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let items = visit.devices(&tokens).await;
    let named = |name: &str| items.iter().find(|item| item["name"] == name).unwrap();
    let door = named("Main door");
    assert_eq!(door["serial_number"], json!(visit.door));
    assert_eq!(door["account_id"], json!(visit.account));
    assert_eq!(door["device_family"], "garagedoor");
    assert_eq!(door["device_type"], "wifigaragedooropener");
    assert_eq!(door["parent_device_id"], named("Hub")["serial_number"]);
    let state = &door["state"];
    assert_eq!(state["door_state"], "closed");
    assert_eq!(state["online"], true);
    assert_eq!(state["is_unattended_close_allowed"], true);
    assert_eq!(state["last_update"], "2027-01-15T08:00:00.000Z");
    assert_eq!(named("Hub")["device_family"], "gateway");
    assert!(
        named("Hub")["state"]["physical_devices"]
            .as_array()
            .unwrap()
            .contains(&json!(visit.door))
    );
    assert_eq!(named("Porch light")["device_family"], "lamp");
    let gate = named("Driveway gate");
    assert_eq!(
        (&gate["device_family"], &gate["device_type"]),
        (&json!("garagedoor"), &json!("gate"))
    );
    assert!(named("Keypad").get("serial_number").is_none());
    assert!(named("Side entrance lock").get("state").is_none());
}

#[tokio::test]
async fn every_version_that_clients_use_is_spoken_and_no_other() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let devices = |version: &str| format!("/api/{version}/Accounts/{}/Devices", visit.account);
    for version in ["v5.2", "v6.0", "v6.2"] {
        assert_eq!(
            visit.read(&tokens, &devices(version)).await.status(),
            StatusCode::OK
        );
    }
    let refused = visit.read(&tokens, &devices("v4.0")).await;
    assert_eq!(refused.status(), StatusCode::NOT_FOUND);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["Error"]["Code"], "UnsupportedApiVersion");
    let path = format!(
        "/api/v5.2/Accounts/{}/door_openers/{}/open",
        visit.account, visit.door
    );
    assert_eq!(
        visit.read(&tokens, &path).await.status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn an_open_is_accepted_before_the_door_moves_and_moves_it_once() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let answer = visit.command(&tokens, "open").await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert!(answer.bytes().await.unwrap().is_empty());
    assert_eq!(visit.moved(), 0);
    assert_eq!(visit.state(&tokens).await["door_state"], "closed");
    visit.wait(3);
    let moving = visit.state(&tokens).await;
    assert_eq!(moving["door_state"], "opening");
    assert_eq!(moving["last_update"], "2027-01-15T08:00:01.000Z");
    visit.wait(12);
    assert_eq!(visit.state(&tokens).await["door_state"], "open");
    assert_eq!(visit.moved(), 1);
}

#[tokio::test]
async fn a_close_warns_first_and_is_shown_as_open_meanwhile() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    visit.command(&tokens, "open").await;
    visit.wait(60);
    visit.command(&tokens, "close").await;
    visit.wait(5);
    assert_eq!(visit.state(&tokens).await["door_state"], "open");
    visit.wait(2);
    assert_eq!(visit.state(&tokens).await["door_state"], "closing");
    visit.wait(13);
    assert_eq!(visit.state(&tokens).await["door_state"], "closed");
}

#[tokio::test]
async fn a_redundant_command_is_accepted_and_ignored() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    assert_eq!(
        visit.command(&tokens, "close").await.status(),
        StatusCode::ACCEPTED
    );
    visit.wait(60);
    assert_eq!(visit.moved(), 0);
    visit.command(&tokens, "open").await;
    visit.wait(5);
    assert_eq!(
        visit.command(&tokens, "close").await.status(),
        StatusCode::ACCEPTED
    );
    visit.wait(60);
    assert_eq!(visit.state(&tokens).await["door_state"], "open");
    assert_eq!(visit.moved(), 1);
}

#[tokio::test]
async fn what_a_command_is_answered_with_can_be_chosen() {
    for status in [200, 204] {
        let settings = Settings {
            command_status: status,
            ..Settings::default()
        };
        let visit = Visit::with(|config| Config { settings, ..config }).await;
        let tokens = visit.tokens().await;
        let answer = visit.command(&tokens, "open").await;
        assert_eq!(answer.status().as_u16(), status);
        assert!(answer.bytes().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn an_access_token_ends_when_it_says() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    visit.wait(1799);
    assert_eq!(
        visit.read(&tokens, "/api/v6.0/accounts").await.status(),
        StatusCode::OK
    );
    visit.wait(1);
    let expired = visit.read(&tokens, "/api/v6.0/accounts").await;
    assert_eq!(expired.status(), StatusCode::UNAUTHORIZED);
    let body: Value = expired.json().await.unwrap();
    assert_eq!(body["code"], "401.101");
    assert_eq!(body["description"], "The Security Token has expired.");
    assert_eq!(
        visit.command(&tokens, "open").await.status(),
        StatusCode::UNAUTHORIZED
    );
    visit.wait(60);
    assert_eq!(visit.moved(), 0);
    // The cloud has it on record that it was asked.
    assert_eq!(visit.cloud.control().commands_received(&visit.door).unwrap(), 1);
}

#[tokio::test]
async fn an_unreachable_door_keeps_its_last_state_and_refuses_commands() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    visit.wait(100);
    visit.cloud.control().set_online(&visit.door, false).unwrap();
    visit.wait(1000);
    let state = visit.state(&tokens).await;
    assert_eq!(
        (&state["online"], &state["door_state"]),
        (&json!(false), &json!("closed"))
    );
    assert_eq!(state["last_status"], "2027-01-15T08:01:30.000Z");
    assert_eq!(
        visit.command(&tokens, "open").await.status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(visit.moved(), 0);
}

#[tokio::test]
async fn a_stranger_sees_and_moves_nothing() {
    let visit = Visit::demo().await;
    let stranger = Email::from("stranger@example.com");
    visit
        .cloud
        .control()
        .add_user(&stranger, &SecretString::from("pw"))
        .unwrap();
    let tokens = visit.tokens_of(stranger.as_str(), "pw").await;
    let list: Value = visit
        .read(&tokens, "/api/v6.0/accounts")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(list, json!({"accounts": []}));
    let devices = format!("/api/v6.0/Accounts/{}/Devices", visit.account);
    assert_eq!(
        visit.read(&tokens, &devices).await.status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        visit.command(&tokens, "open").await.status(),
        StatusCode::NOT_FOUND
    );
    visit.wait(60);
    assert_eq!(visit.moved(), 0);
}

#[tokio::test]
async fn a_guest_sees_the_same_door_through_their_own_login() {
    let visit = Visit::demo().await;
    let guest = Email::from("guest@example.com");
    let control = visit.cloud.control();
    control.add_user(&guest, &SecretString::from("pw")).unwrap();
    let own = control.add_home(&guest, "Cottage").unwrap();
    let account_id = visit.account.clone();
    control
        .add_member(&Membership {
            email: guest.clone(),
            account_id,
            role: Role::Guest,
        })
        .unwrap();
    let tokens = visit.tokens_of(guest.as_str(), "pw").await;
    let list: Value = visit
        .read(&tokens, "/api/v6.0/accounts")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(list["accounts"].as_array().unwrap().len(), 2);
    visit.command(&tokens, "open").await;
    visit.wait(60);
    assert_eq!(control.times_moved(&visit.door, Direction::Open).unwrap(), 1);
    // The same serial number in two accounts of one login.
    control.share_door(&visit.door, &own).unwrap();
    let path = format!("/api/v6.0/Accounts/{own}/Devices/{}", visit.door);
    let shared: Value = visit.read(&tokens, &path).await.json().await.unwrap();
    assert_eq!(shared["account_id"], json!(own));
    assert_eq!(shared["state"]["door_state"], "open");
    control.remove_member(&visit.account, &guest).unwrap();
    control.unlist_door(&visit.door, &own).unwrap();
    assert_eq!(
        visit.command(&tokens, "close").await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_lamp_takes_on_and_off() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let lamp = |items: Vec<Value>| {
        items
            .into_iter()
            .find(|item| item["name"] == "Porch light")
            .unwrap()
    };
    let before = lamp(visit.devices(&tokens).await);
    let serial = before["serial_number"].as_str().unwrap();
    assert_eq!(before["state"]["lamp_state"], "off");
    let url = visit.url(&format!("/api/v5.2/Accounts/{}/lamps/{serial}/on", visit.account));
    let answer = visit
        .http
        .put(url)
        .bearer_auth(&tokens.access)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(lamp(visit.devices(&tokens).await)["state"]["lamp_state"], "on");
}

#[tokio::test]
async fn a_door_without_state_can_be_listed() {
    let visit = Visit::demo().await;
    let tokens = visit.tokens().await;
    let decoy = DecoyPlan::new(DecoyKind::DoorWithoutState, "Old opener");
    let serial = visit
        .cloud
        .control()
        .add_decoy(&visit.account, &decoy)
        .unwrap()
        .unwrap();
    let path = format!("/api/v6.2/Accounts/{}/Devices/{serial}", visit.account);
    let item: Value = visit.read(&tokens, &path).await.json().await.unwrap();
    assert_eq!(item["device_family"], "garagedoor");
    assert!(item.get("state").is_none());
}
