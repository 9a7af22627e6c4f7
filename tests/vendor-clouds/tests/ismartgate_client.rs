//! The simulator judged by ismartgate, as published and as Home Assistant uses it, as both of the controllers that it speaks with: it looks,
//! opens, closes, stops, holds back what it has sent already, and dies of errors as it does of the real ones.
//!
//! The first run installs exact versions from the Python package index into a virtual environment under the target directory; a machine
//! without Python 3 or without the index fails here, loudly.
#![cfg(test)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use postern_test_tools::{must, python};
use postern_vendor_clouds::door::Happening;
use postern_vendor_clouds::journal::{JournalEvent, Order};
use postern_vendor_clouds::{
    Config, DEMO_EMAIL, DEMO_PASSWORD, Direction, Disposition, DoorTimings, IsmartgateController, Model,
    RunningCloud, Settings, Vendor,
};
use serde_json::{Value, json};

/// The client, and what of its needs speaks with the controller, pinned.
const REQUIREMENTS: [&str; 4] = [
    "ismartgate==5.0.2",
    "httpx==0.28.1",
    "pycryptodome==4.4.0",
    "defusedxml==0.7.1",
];

/// Long enough for the client to look at a door between its order and the first movement.
const TIMINGS: DoorTimings = DoorTimings {
    open_start: Duration::from_secs(1),
    open_travel: Duration::from_millis(200),
    close_warning: Duration::from_millis(500),
    close_travel: Duration::from_millis(500),
    ..DoorTimings::fast()
};

/// A name that XML has its own words for.
const NAME: &str = "Anna's <b> & Öl";

async fn controller(model: Model) -> RunningCloud {
    let mut demo = Vendor::Ismartgate.demo();
    demo.people[0].homes[0].name = NAME.to_owned();
    IsmartgateController::start(Config {
        timings: TIMINGS,
        settings: Settings {
            model,
            ..demo.settings.clone()
        },
        ..demo
    })
    .await
    .expect("a controller starts on a free port")
}

/// What the client saw.
async fn driven(cloud: &RunningCloud, model: &'static str) -> Value {
    let host = cloud.address().to_string();
    tokio::task::spawn_blocking(move || {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ismartgate_driver.py");
        let mut command = Command::new(python(&REQUIREMENTS).join("python"));
        command.arg(driver).args([model, &host]);
        command
            .env("USER_NAME", DEMO_EMAIL)
            .env("PASSWORD", DEMO_PASSWORD);
        serde_json::from_slice(&must(&mut command)).expect("the driver prints JSON")
    })
    .await
    .expect("the client does what is expected of it")
}

fn error(code: u8, words: &str) -> Value {
    json!(format!(
        "<response><error><errorcode>{code}</errorcode><errormsg>Error: {words}</errormsg></error></response>"
    ))
}

/// What both controllers do alike.
fn is_as_expected(seen: &Value) {
    for (what, expected) in [
        ("info", json!([DEMO_EMAIL, "127.0.0.1", false])),
        ("name", json!(NAME)),
        (
            "doors",
            json!([
                [1, "Main door", "closed", "garage", true, true, 88, null],
                [2, "Second bay", "closed", "garage", true, false, null, null],
                [3, null, "undefined", "garage", true, false, null, null],
            ]),
        ),
        ("hidden", json!(true)),
        ("opened", json!(true)),
        ("open_again", json!(false)),
        ("opening", json!(["opening", "opened"])),
        ("open_when_open", json!(false)),
        ("closed", json!(true)),
        ("close_again", json!(false)),
        ("closing", json!(["closing", "closed"])),
        ("pulses", json!("opened")),
        ("sent_twice", json!(true)),
        ("still_between", json!("opened")),
        ("unknown", json!("undefined")),
        ("taken_out", json!(false)),
        ("not_configured", json!([false, ["DoorNotSetException", 8]])),
        ("no_door", json!(["DoorNotSetException", 8])),
        ("odd_option", error(9, "invalid option")),
        ("in_trouble", json!(["ParseError"])),
        ("lost", json!(["ParseError"])),
        ("away", json!([["RemoteProtocolError"], ["RemoteProtocolError"]])),
    ] {
        assert_eq!(seen[what], expected, "{what} in {seen}");
    }
}

/// What the door was asked, and how often it stopped on its way.
fn is_in_the_journal(cloud: &RunningCloud) {
    let control = cloud.control();
    let door = control.door_named("Main door").expect("the demo world has it");
    let journal = control.motions(Some(&door), 0).expect("the door is there");
    let pulses: Vec<_> = journal
        .iter()
        .filter_map(|entry| match &entry.event {
            JournalEvent::Order(Order::Pulse { disposition, .. }) => Some(*disposition),
            _ => None,
        })
        .collect();
    assert_eq!(
        pulses,
        [
            Disposition::Accepted,
            Disposition::Accepted,
            // By bare pulses.
            Disposition::Accepted,
            Disposition::Stopped,
            Disposition::Accepted,
            // One whose answer was lost, and which the client sent again: it stops, and is on its way again.
            Disposition::Stopped,
            Disposition::Accepted,
            Disposition::Unauthorised,
            Disposition::LostToFault,
        ]
    );
    let halted = |event: &JournalEvent| matches!(event, JournalEvent::Happening(Happening::Stopped { .. }));
    assert_eq!(journal.iter().filter(|entry| halted(&entry.event)).count(), 2);
    assert_eq!(control.times_moved(&door, Direction::Open).unwrap_or(0), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_the_home_looks_opens_closes_and_stops_an_ismartgates_door() {
    let cloud = controller(Model::Ismartgate).await;
    let seen = driven(&cloud, "ismartgate").await;
    is_as_expected(&seen);
    for (what, expected) in [
        ("wrong_password", json!(["CredentialsIncorrectException", 11])),
        ("wrong_user", json!(["CredentialsIncorrectException", 11])),
        ("no_user", json!(["CredentialsIncorrectException", 11])),
        ("codes", json!(3)),
        ("no_token", json!(true)),
        ("no_data", error(22, "login or password not set")),
        ("nameless", error(22, "login or password not set")),
        ("unreadable", error(11, "corrupted data")),
        ("no_such_door", json!(["InvalidDoorException"])),
        ("wrong_code", json!(["InvalidApiCodeException", 10])),
    ] {
        assert_eq!(seen[what], expected, "{what} in {seen}");
    }
    is_in_the_journal(&cloud);
    cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_the_home_looks_opens_closes_and_stops_a_gogogate2s_door() {
    let cloud = controller(Model::Gogogate2).await;
    let seen = driven(&cloud, "gogogate2").await;
    is_as_expected(&seen);
    for (what, expected) in [
        ("wrong_password", json!(["CredentialsIncorrectException", 1])),
        ("wrong_user", json!(["CredentialsIncorrectException", 1])),
        ("no_user", json!(["CredentialsNotSetException", 2])),
        ("codes", json!(1)),
        ("no_token", json!(false)),
        ("no_data", error(2, "login or password not set")),
        ("nameless", error(2, "login or password not set")),
        ("unreadable", error(11, "corrupted data")),
        ("no_such_door", json!(["ApiError", 5])),
        ("wrong_code", json!(["InvalidApiCodeException", 18])),
    ] {
        assert_eq!(seen[what], expected, "{what} in {seen}");
    }
    is_in_the_journal(&cloud);
    cloud.shutdown().await;
}
