//! The simulator judged by the vendor's own SDKs and by pysmartthings, as published: the core SDK logs in, lists, reads, subscribes, opens,
//! closes and dies of errors; the SmartApp SDK receives what is pushed and judges its signatures; pysmartthings, in the version that Home
//! Assistant had at first and in a recent one, does what Home Assistant does.
//!
//! The first run installs exact versions from the package indexes under the target directory; a machine without Python 3 or without the
//! indexes fails here, loudly. The recent pysmartthings needs Python 3.13: without one that test says so and judges nothing.
#![cfg(test)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use postern_test_tools::{must, node, on_node, python, python_since};
use postern_vendor_clouds::{
    Config, DEMO_EMAIL, Direction, DoorTimings, RunningCloud, SmartThingsCloud, Vendor,
};
use serde_json::{Value, json};

use crate::sign_in::{APP, SCOPES, code, documented, page, tokens};

#[path = "smartthings/sign_in.rs"]
mod sign_in;

/// The vendor's SDKs, pinned.
const IN_JAVASCRIPT: [&str; 2] = ["@smartthings/core-sdk@8.5.3", "@smartthings/smartapp@4.3.6"];

/// The client as Home Assistant first had it, and what of its needs speaks with the cloud, pinned.
const OLDER: [&str; 4] = [
    "pysmartthings==1.2.0",
    "aiohttp==3.14.5",
    "aiosseclient==0.1.8",
    "trustme==1.2.1",
];

/// The client as it is now.
const NEWER: [&str; 3] = ["pysmartthings==4.0.3", "aiohttp==3.14.5", "trustme==1.2.1"];

/// The clients look at a door a hundred times a second, or seldom on a machine with much else to do: each state lasts long enough.
const TIMINGS: DoorTimings = DoorTimings {
    open_start: Duration::from_millis(500),
    open_travel: Duration::from_secs(1),
    close_warning: Duration::from_millis(500),
    close_travel: Duration::from_secs(1),
    ..DoorTimings::fast()
};

async fn cloud() -> RunningCloud {
    SmartThingsCloud::start(Config {
        timings: TIMINGS,
        ..Vendor::SmartThings.demo()
    })
    .await
    .expect("a cloud starts on a free port")
}

fn driver(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// What a driver printed.
async fn said(mut command: impl FnMut() -> Command + Send + 'static) -> Value {
    tokio::task::spawn_blocking(move || {
        let mut command = command();
        command.env("EMAIL", DEMO_EMAIL);
        let printed = String::from_utf8(must(&mut command)).expect("it is text");
        // The last line: the vendor's SDKs print what they do.
        let last = printed.lines().last().unwrap_or_default();
        serde_json::from_str(last).expect("the driver prints JSON")
    })
    .await
    .expect("the client does what is expected of it")
}

fn check(seen: &Value, expected: &[(&str, Value)]) {
    for (what, expected) in expected {
        assert_eq!(&seen[what], expected, "{what} in {seen}");
    }
}

/// How often the main door went up and down.
fn moved(cloud: &RunningCloud) -> (usize, usize) {
    let control = cloud.control();
    let door = control.door_named("Main door").expect("the demo world has it");
    let moved = |way| control.times_moved(&door, way).expect("the door is there");
    (moved(Direction::Open), moved(Direction::Close))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_core_sdk_does_all_that_an_app_does_and_dies_as_it_does_of_the_real_cloud() {
    let cloud = cloud().await;
    let (base, code) = (
        // By the name that the cloud itself says: the SDK follows no page to elsewhere.
        cloud.base_url().to_owned(),
        code(&cloud, &page(&cloud, &documented())).await,
    );
    let seen = said(move || {
        let mut command = on_node("node");
        command
            .arg(driver("smartthings_core_sdk.js"))
            .arg(node(&IN_JAVASCRIPT));
        command.args([&base, &code, APP]);
        command
    })
    .await;
    let garage = ["GarageDoor manufacturer"];
    check(
        &seen,
        &[
            ("granted", json!(["bearer", 86399, SCOPES, 0])),
            ("spent_code", json!([400, "invalid_grant"])),
            (
                "listed",
                json!([
                    [
                        "Main door",
                        [["main", ["doorControl", "contactSensor", "battery"], garage]]
                    ],
                    [
                        "Second bay",
                        [
                            ["main", ["doorControl"], garage],
                            ["sensor", ["contactSensor", "battery"], ["Other manufacturer"]]
                        ]
                    ],
                    [
                        "Workshop",
                        [[
                            "main",
                            ["garageDoorControl"],
                            ["Other manufacturer", "GarageDoor user"]
                        ]]
                    ],
                    [
                        "Microwave",
                        [["main", ["doorControl"], ["Microwave manufacturer"]]]
                    ],
                ]),
            ),
            ("with_contact", json!(["Main door", "Second bay"])),
            ("with_either", json!(["Main door", "Second bay", "Workshop"])),
            ("older", json!(["Workshop"])),
            ("paged", json!(4)),
            ("component", json!(["battery", "contactSensor"])),
            ("capability", json!("closed")),
            ("battery", json!(35)),
            ("health", json!("ONLINE")),
            ("name_taken", json!([422, "ConstraintViolationError"])),
            ("subscribed", json!(["CAPABILITY", "DEVICE"])),
            ("unsubscribed", json!([1, 1])),
            ("opened", json!(["ACCEPTED"])),
            ("opening", json!(["closed", "opening", "open"])),
            ("closing", json!(["open", "closing", "closed"])),
            ("refreshed", json!(4)),
            ("stored", json!(1)),
            ("rotated", json!(true)),
            ("offline", json!(["OFFLINE", [409, "ConflictError"]])),
            ("never_set_up", json!(null)),
            ("no_such_command", json!([422, "ConstraintViolationError"])),
            ("no_such_capability", json!([422, "ConstraintViolationError"])),
            ("no_such_device", json!([404, "NotFoundError"])),
            ("limited", json!([429, "TooManyRequestsError"])),
            ("failed", json!(["FAILED"])),
            // It refreshes, and its refresh token is worthless too.
            ("uninstalled", json!([400, "invalid_grant"])),
        ],
    );
    assert_eq!(moved(&cloud), (1, 1));
    cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_smartapp_sdk_takes_what_is_signed_and_refuses_what_is_not() {
    let cloud = cloud().await;
    let base = format!("http://{}", cloud.address());
    let tokens = tokens(&cloud).await;
    let seen = said(move || {
        let mut command = on_node("node");
        command
            .arg(driver("smartthings_smartapp.js"))
            .arg(node(&IN_JAVASCRIPT));
        let text = |name: &str| tokens[name].as_str().expect("it is text").to_owned();
        command.args([&base, &text("access_token"), &text("installed_app_id")]);
        command
    })
    .await;
    let refused = json!([[401, 401], []]);
    check(
        &seen,
        &[
            ("confirmed", json!(["targetUrl"])),
            ("ping", json!([200, true])),
            (
                "opening",
                json!([["main", "door", "opening"], ["main", "door", "open"]]),
            ),
            (
                "troubles",
                json!({
                    // The SDK does not compute the digest itself, so it takes this one.
                    "wrong_digest": [[200, 200], ["closing", "closed"]],
                    "old_date": refused,
                    "unknown_key": refused,
                    "foreign_key": refused,
                    "wrong_signature": refused,
                    "unsigned": refused,
                    "twice": [[200, 200], ["closing", "closing", "closed", "closed"]],
                    "swapped": [[200, 200], ["open", "opening"]],
                }),
            ),
            ("no_handler", json!(422)),
            ("removed", json!(1)),
        ],
    );
    cloud.shutdown().await;
}

/// What the older client and the newer one both see.
fn check_python(seen: &Value) {
    check(
        seen,
        &[
            (
                "listed",
                json!([
                    [
                        "Main door",
                        "ZWAVE",
                        [["main", "GarageDoor", ["battery", "contactSensor", "doorControl"]]]
                    ],
                    [
                        "Second bay",
                        "ZWAVE",
                        [
                            ["main", "GarageDoor", ["doorControl"]],
                            ["sensor", "Other", ["battery", "contactSensor"]]
                        ]
                    ],
                    ["Microwave", "OCF", [["main", "Microwave", ["doorControl"]]]],
                ]),
            ),
            ("battery", json!(["sensor"])),
            ("opening", json!(["closed", "opening", "open"])),
            ("closing", json!(["open", "closing", "closed"])),
            ("heard", json!(["opening", "open", "closing", "closed"])),
            ("never_set_up", json!(null)),
            ("no_such_capability", json!("SmartThingsCommandError")),
            ("uninstalled", json!("SmartThingsAuthenticationFailedError")),
        ],
    );
}

async fn in_python(cloud: &RunningCloud, bin: impl FnOnce() -> std::path::PathBuf + Send + 'static) -> Value {
    let port = cloud.address().port().to_string();
    let tokens = tokens(cloud).await;
    let bin = tokio::task::spawn_blocking(bin).await.expect("there is one");
    said(move || {
        let mut command = Command::new(bin.join("python"));
        let text = |name: &str| tokens[name].as_str().expect("it is text").to_owned();
        command.arg(driver("smartthings_driver.py")).arg(&port);
        command.args([text("access_token"), text("installed_app_id")]);
        command
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pysmartthings_of_old_opens_and_closes_and_takes_a_conflict_and_a_limit_for_success() {
    let cloud = cloud().await;
    let seen = in_python(&cloud, || python(&OLDER)).await;
    check_python(&seen);
    check(
        &seen,
        &[
            ("newer", json!(false)),
            ("offline", json!("nothing")),
            ("limited", json!("nothing")),
        ],
    );
    assert_eq!(moved(&cloud), (1, 1));
    cloud.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pysmartthings_of_now_opens_and_closes_and_takes_a_limit_for_success() {
    let made = tokio::task::spawn_blocking(|| python_since(13, &NEWER)).await;
    let Some(bin) = made.expect("looking for a Python does not fail") else {
        println!("there is no Python 3.13 on this machine, which this client needs: nothing was judged");
        return;
    };
    let cloud = cloud().await;
    let seen = in_python(&cloud, || bin).await;
    check_python(&seen);
    check(
        &seen,
        &[
            ("newer", json!(true)),
            ("all", json!(["Main door", "Second bay", "Workshop", "Microwave"])),
            ("paged", json!(4)),
            ("health", json!("ONLINE")),
            ("offline", json!("SmartThingsCommandError")),
            ("limited", json!("nothing")),
        ],
    );
    assert_eq!(moved(&cloud), (1, 1));
    cloud.shutdown().await;
}
