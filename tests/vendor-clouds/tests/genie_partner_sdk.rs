//! The simulator judged by the vendor's own client: genie-partner-sdk, as published, lists, reads, opens and closes against it, and dies
//! of errors as it does of the real ones.
//!
//! The first run installs exact versions from the Python package index into a virtual environment under the target directory; a machine
//! without Python 3 or without the index fails here, loudly.
#![cfg(test)]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use postern_test_tools::{must, python};
use postern_vendor_clouds::{AladdinConnectCloud, Config, Direction, DoorTimings, Vendor};
use serde_json::{Value, json};

use crate::sign_in::access_token;

#[path = "aladdin_connect/sign_in.rs"]
mod sign_in;

/// The client and everything that it needs, pinned. It does not name aiohttp among its needs.
const REQUIREMENTS: [&str; 2] = ["genie-partner-sdk==1.0.11", "aiohttp==3.14.5"];

/// The client looks at a door a hundred times a second, or seldom on a machine with much else to do: each state lasts long enough.
const TIMINGS: DoorTimings = DoorTimings {
    open_start: Duration::from_millis(500),
    open_travel: Duration::from_secs(1),
    close_warning: Duration::from_millis(500),
    close_travel: Duration::from_secs(1),
    ..DoorTimings::fast()
};

#[tokio::test(flavor = "multi_thread")]
async fn the_vendors_own_client_lists_opens_closes_and_dies_as_it_does_of_the_real_cloud() {
    let cloud = AladdinConnectCloud::start(Config {
        timings: TIMINGS,
        ..Vendor::AladdinConnect.demo()
    })
    .await
    .expect("a cloud starts on a free port");
    let token = access_token(&cloud).await;
    // By its address, as a partner may reach it: the client needs neither a name nor TLS.
    let base = format!("http://{}", cloud.address());
    let seen: Value = tokio::task::spawn_blocking(move || {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/genie_driver.py");
        let mut command = Command::new(python(&REQUIREMENTS).join("python"));
        command.arg(driver);
        command.args([format!("{base}/v1"), format!("{base}/_control")]);
        command.env("TOKEN", token).env("API_KEY", "any-key");
        serde_json::from_slice(&must(&mut command)).expect("the driver prints JSON")
    })
    .await
    .expect("the client does what is expected of it");

    for (what, expected) in [
        (
            "listed",
            json!([
                ["5c0a7e41-1", 1, "Main door", "closed", "connected", 88],
                // Without a battery, and with one that shows 0, the client says the same.
                ["5c0a7e41-2", 2, "Second bay", "closed", "connected", 0],
                ["5c0a7e41-3", 3, "Workshop", "closed", "connected", 41],
                ["9d13b8f2-1", 1, "Garden shed", "closed", "connected", 0],
            ]),
        ),
        ("opened", json!(true)),
        ("opening", json!(["closed", "opening", "open"])),
        ("open_again", json!(false)),
        ("closed", json!(true)),
        ("closing", json!(["open", "closing", "closed"])),
        ("battery", json!(88)),
        ("stopped_opening", json!("timeout_opening")),
        ("stopped_closing", json!("timeout_closing")),
        // Nobody ordered that movement, so nothing is shown until it is over.
        ("by_hand", json!(["timeout_closing", "open"])),
        ("reset", json!("unknown")),
        ("away", json!(["open", "paired"])),
        ("never_set_up", json!(["open", "not_config"])),
        ("no_key", json!(["KeyError: 'devices'", false])),
        ("no_token", json!(["KeyError: 'devices'", false])),
        ("no_such_door", json!(false)),
        ("throttled", json!(["KeyError: 'devices'", "KeyError: 'status'"])),
        ("firewall", json!("ContentTypeError")),
        ("dropped", json!("ServerDisconnectedError")),
        ("refused", json!(false)),
    ] {
        assert_eq!(seen[what], expected, "{what} in {seen}");
    }
    let control = cloud.control();
    let door = control.door_named("Main door").expect("the demo world has it");
    let moved = |way| control.times_moved(&door, way).expect("the door is there");
    assert_eq!(moved(Direction::Open), 3, "twice by order, once by hand");
    assert_eq!(moved(Direction::Close), 2);
    cloud.shutdown().await;
}
