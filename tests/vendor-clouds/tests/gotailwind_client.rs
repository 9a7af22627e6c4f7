//! The simulator judged by gotailwind, as published and as Home Assistant uses it: it looks, opens, closes, finds doors that are there
//! already or locked out, and dies of errors as it does of the real ones. Beside it somebody listens to the notifications.
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
use postern_vendor_clouds::{Config, Direction, Disposition, DoorTimings, TailwindController, Vendor};
use serde_json::{Value, json};

/// The client, and what of its needs speaks with the controller, pinned.
const REQUIREMENTS: [&str; 3] = ["gotailwind==0.4.0", "aiohttp==3.14.5", "mashumaro==3.23"];

const TIMINGS: DoorTimings = DoorTimings {
    open_travel: Duration::from_millis(200),
    close_travel: Duration::from_millis(200),
    ..DoorTimings::fast()
};

#[tokio::test(flavor = "multi_thread")]
async fn the_client_of_the_home_looks_opens_closes_and_dies_as_it_does_of_the_real_controller() {
    let cloud = TailwindController::start(Config {
        timings: TIMINGS,
        ..Vendor::Tailwind.demo()
    })
    .await
    .expect("a controller starts on a free port");
    let base = format!("http://{}", cloud.address());
    let seen: Value = tokio::task::spawn_blocking(move || {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gotailwind_driver.py");
        let mut command = Command::new(python(&REQUIREMENTS).join("python"));
        command.arg(driver).arg(&base);
        command.env("KEY", Vendor::Tailwind.demo_password());
        serde_json::from_slice(&must(&mut command)).expect("the driver prints JSON")
    })
    .await
    .expect("the client does what is expected of it");

    let ok = json!([200, { "result": "OK" }]);
    for (what, expected) in [
        (
            "bad_token",
            json!(["TailwindAuthenticationError", "TailwindAuthenticationError"]),
        ),
        (
            "status",
            json!([
                "iQ3",
                "10.10",
                "0.2",
                3,
                [
                    ["door1", 0, "close", false, false],
                    ["door2", 1, "close", false, false],
                    ["door3", 2, "close", false, true],
                ]
            ]),
        ),
        ("mac_address", json!([17, 5])),
        ("listening", ok.clone()),
        (
            "by_https",
            json!([200, { "result": "Fail", "info": "notify url error" }]),
        ),
        ("too_long", json!("Fail")),
        ("opened", json!("open")),
        ("already_open", json!("TailwindDoorAlreadyInStateError")),
        ("closed", json!("close")),
        ("already_closed", json!("TailwindDoorAlreadyInStateError")),
        ("unconfigured", json!("TailwindDoorDisabledError")),
        ("unknown", json!("TailwindDoorUnknownError")),
        (
            "refused",
            json!(["door index error", "door index error", "Unknown error"]),
        ),
        ("brightness", json!(20)),
        (
            "nonsense",
            json!([200, { "result": "Fail", "info": "unknown name" }]),
        ),
        (
            "locked_out",
            json!(["open", "TailwindDoorLockedOutError", "door is locked"]),
        ),
        ("stops_hearing", ok),
        (
            "heard",
            json!([
                [0, "open", "open", "OK"],
                [0, "close", "close", "OK"],
                [0, "open", "open", "OK"],
                [0, "lock", "open", "OK"],
                [0, "disable", "open", "OK"],
                [0, "enable", "open", "OK"],
            ]),
        ),
        ("sent_twice", json!("open")),
        ("away", json!("TailwindConnectionError")),
    ] {
        assert_eq!(seen[what], expected, "{what} in {seen}");
    }

    let control = cloud.control();
    let door = control.door_named("Main door").expect("the demo world has it");
    let journal = control.motions(Some(&door), 0).expect("the door is there");
    let orders: Vec<_> = journal
        .iter()
        .filter_map(|entry| match &entry.event {
            JournalEvent::Order(Order::Command {
                command, disposition, ..
            }) => Some((*command, *disposition)),
            _ => None,
        })
        .collect();
    let (open, close) = (Direction::Open, Direction::Close);
    assert_eq!(
        orders,
        [
            (open, Disposition::Unauthorised),
            (open, Disposition::Accepted),
            (open, Disposition::AlreadyThere),
            (close, Disposition::Accepted),
            (open, Disposition::Accepted),
            (close, Disposition::Accepted),
            (close, Disposition::Accepted),
            (close, Disposition::LockedOut),
            (close, Disposition::Accepted),
            // The answer to the one before was lost, and the client sent it again: the pulse stopped the door.
            (close, Disposition::Stopped),
        ]
    );
    let halted = |event: &JournalEvent| matches!(event, JournalEvent::Happening(Happening::Stopped { .. }));
    assert_eq!(journal.iter().filter(|entry| halted(&entry.event)).count(), 1);
    cloud.shutdown().await;
}
