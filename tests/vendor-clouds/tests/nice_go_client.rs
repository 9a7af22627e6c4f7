//! The simulator judged by nice-go, as published and as Home Assistant uses it: it logs in by SRP, lists, opens, closes, switches light and
//! vacation mode, refreshes, and dies of errors as it does of the real ones. Its sockets are not used.
//!
//! The first run installs exact versions from the Python package index into a virtual environment under the target directory; a machine
//! without Python 3 or without the index fails here, loudly.
#![cfg(test)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use postern_test_tools::{must, python};
use postern_vendor_clouds::{Config, DEMO_EMAIL, DEMO_PASSWORD, Direction, DoorTimings, NiceGoCloud, Vendor};
use serde_json::{Value, json};

/// The client, and what of its needs speaks with the cloud, pinned.
const REQUIREMENTS: [&str; 5] = [
    "nice-go==1.0.3",
    "aiohttp==3.14.5",
    "aiobotocore==3.10.0",
    "boto3==1.43.117",
    "pycognito==2024.5.1",
];

/// The client looks at a door a hundred times a second, or seldom on a machine with much else to do: each state lasts long enough.
const TIMINGS: DoorTimings = DoorTimings {
    open_start: Duration::from_millis(500),
    open_travel: Duration::from_secs(1),
    close_warning: Duration::from_millis(500),
    close_travel: Duration::from_secs(1),
    ..DoorTimings::fast()
};

#[tokio::test(flavor = "multi_thread")]
async fn the_apps_client_logs_in_lists_opens_closes_and_dies_as_it_does_of_the_real_cloud() {
    let cloud = NiceGoCloud::start(Config {
        timings: TIMINGS,
        ..Vendor::NiceGo.demo()
    })
    .await
    .expect("a cloud starts on a free port");
    let base = format!("http://{}", cloud.address());
    let seen: Value = tokio::task::spawn_blocking(move || {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nice_go_driver.py");
        let mut command = Command::new(python(&REQUIREMENTS).join("python"));
        command.arg(driver).arg(&base);
        command.env("EMAIL", DEMO_EMAIL).env("PASSWORD", DEMO_PASSWORD);
        command.env("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &base);
        // Once: what is seen of a trouble is the trouble, and not what comes of trying again. No keys are looked for.
        command.env("AWS_MAX_ATTEMPTS", "1");
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        serde_json::from_slice(&must(&mut command)).expect("the driver prints JSON")
    })
    .await
    .expect("the client does what is expected of it");

    let closed = "0,0,0,0,-1,0,3,0";
    for (what, expected) in [
        ("wrong_password", json!("AuthFailedError")),
        ("nobody", json!("AuthFailedError")),
        (
            "listed",
            json!([
                [
                    "Main door",
                    "WallStation",
                    "Owner",
                    closed,
                    "0,100",
                    false,
                    "DONE",
                    true
                ],
                [
                    "Second bay",
                    "WallStation_ESP32",
                    "Owner",
                    closed,
                    "0,100",
                    false,
                    "DONE",
                    true
                ],
                ["Workshop", "Mms100", "Owner", closed, null, null, "DONE", true],
                [
                    "Garden shed",
                    "WallStation",
                    "Owner",
                    closed,
                    "0,100",
                    false,
                    "NOT_STARTED",
                    true
                ],
            ]),
        ),
        ("organizations", json!(1)),
        ("opened", json!(true)),
        ("opening", json!(["0,0", "1,1", "1,0"])),
        ("open_again", json!(true)),
        ("closed", json!(true)),
        ("closing", json!(["1,0", "1,2", "0,0"])),
        // The order is taken, and the door stays where it is.
        ("away", json!(["1,100", true, true])),
        ("back", json!(["0,100", false, "0"])),
        ("offline", json!(false)),
        ("never_connected", json!(null)),
        (
            "expired",
            json!([
                ["AuthFailedError", "AuthFailedError"],
                4,
                ["AuthFailedError", "AuthFailedError"],
                4
            ]),
        ),
        ("no_such_door", json!("ApiError")),
        ("throttled", json!("ApiError")),
        ("refused", json!("ApiError")),
        ("firewall", json!("ContentTypeError")),
        ("dropped", json!("ServerDisconnectedError")),
        ("lost", json!("ApiError")),
        ("moved_nevertheless", json!("1,0")),
        ("pool_in_trouble", json!("ApiError")),
        ("revoked", json!("AuthFailedError")),
    ] {
        assert_eq!(seen[what], expected, "{what} in {seen}");
    }
    let control = cloud.control();
    let door = control.door_named("Main door").expect("the demo world has it");
    let moved = |way| control.times_moved(&door, way).expect("the door is there");
    assert_eq!(moved(Direction::Open), 2, "once with its answer, once without");
    assert_eq!(moved(Direction::Close), 1);
    cloud.shutdown().await;
}
