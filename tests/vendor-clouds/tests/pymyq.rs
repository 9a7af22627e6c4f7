//! The simulator judged by those who know the real cloud: pymyq and python-myq, as published, log in, list, open and
//! close against it.
//!
//! The first run makes a Python virtual environment for each under the target directory and installs exact versions
//! from the package index; later runs use it again. A machine without Python 3 or without the index fails here, loudly.

use std::path::Path;
use std::process::Command;

use postern_test_tools::{must, python};
use postern_vendor_clouds::{Config, DEMO_EMAIL, DEMO_PASSWORD, Direction, DoorTimings, MyqCloud};
use serde_json::{Value, json};

/// One third-party client and everything that it needs, pinned.
struct Client {
    requirements: &'static [&'static str],
    /// The version segment that it uses.
    api_version: &'static str,
}

const PYMYQ: Client = Client {
    requirements: &["pymyq==3.1.6", AIOHTTP, SOUP, PKCE],
    api_version: "v5.2",
};
const PYTHON_MYQ: Client = Client {
    requirements: &["python-myq==3.1.13", AIOHTTP, SOUP, PKCE],
    api_version: "v6.0",
};
const AIOHTTP: &str = "aiohttp==3.14.5";
const SOUP: &str = "beautifulsoup4==4.15.0";
const PKCE: &str = "pkce==1.0.3";

impl Client {
    /// What the driver saw.
    fn drive(&self, base_url: &str) -> Value {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join("pymyq_driver.py");
        let mut command = Command::new(python(self.requirements).join("python"));
        command.arg(driver).args([base_url, self.api_version]);
        command.env("EMAIL", DEMO_EMAIL).env("PASSWORD", DEMO_PASSWORD);
        serde_json::from_slice(&must(&mut command)).expect("the driver prints JSON")
    }
}

async fn opens_and_closes_with(client: Client) {
    let cloud = MyqCloud::start(Config {
        timings: DoorTimings::fast(),
        ..Config::demo()
    })
    .await
    .expect("a cloud starts on a free port");
    let base_url = cloud.base_url().to_owned();
    let seen = tokio::task::spawn_blocking(move || client.drive(&base_url))
        .await
        .expect("the client does what is expected of it");

    let control = cloud.control();
    let door = control
        .door_named("Main door")
        .expect("the demo world has this door");
    assert_eq!(seen["serial"], json!(door));
    for (what, expected) in [
        ("wrong_password_refused", json!(true)),
        ("accounts", json!(["Home"])),
        ("covers", json!(["Driveway gate", "Main door"])),
        ("lamps", json!(["Porch light"])),
        ("gateways", json!(["Hub"])),
        // The keypad has no serial number, and the clients skip it.
        (
            "devices",
            json!([
                "Driveway gate",
                "Hub",
                "Main door",
                "Porch light",
                "Side entrance lock"
            ]),
        ),
        ("online", json!(true)),
        ("open_allowed", json!(true)),
        ("close_allowed", json!(true)),
        ("state_before", json!("closed")),
        ("opened", json!(true)),
        ("state_after_open", json!("open")),
        ("closed", json!(true)),
        ("state_after_close", json!("closed")),
    ] {
        assert_eq!(seen[what], expected, "{what} in {seen}");
    }
    assert_eq!(control.commands_received(&door).expect("the door is there"), 2);
    assert_eq!(
        control
            .times_moved(&door, Direction::Open)
            .expect("the door is there"),
        1
    );
    assert_eq!(
        control
            .times_moved(&door, Direction::Close)
            .expect("the door is there"),
        1
    );
    cloud.shutdown().await;
}

#[tokio::test]
async fn pymyq_opens_and_closes_the_door() {
    opens_and_closes_with(PYMYQ).await;
}

#[tokio::test]
async fn python_myq_opens_and_closes_the_door() {
    opens_and_closes_with(PYTHON_MYQ).await;
}
