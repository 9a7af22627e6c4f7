//! The wire of the simulated Tailwind, beside what its client is seen to do with it (`tests/gotailwind_client.rs`).
#![cfg(test)]

use std::time::Duration;

use jiff::Timestamp;
use postern_vendor_clouds::control::DoorPatch;
use postern_vendor_clouds::door::Activity;
use postern_vendor_clouds::journal::{JournalEvent, Order};
use postern_vendor_clouds::{
    Clock, Config, Disposition, Fault, ManualClock, RunningCloud, Serial, TailwindController, Target, Vendor,
};
use reqwest::Client;
use serde_json::{Value, json};

/// The demo world with real doors' times, and a clock that stands still until it is moved.
struct Visit {
    cloud: RunningCloud,
    clock: ManualClock,
    door: Serial,
    http: Client,
}

impl Visit {
    async fn with(change: impl FnOnce(Config) -> Config) -> Self {
        let clock = ManualClock::at(Timestamp::from_second(1_800_000_000).unwrap());
        let config = change(Config {
            clock: Clock::Manual(clock.clone()),
            ..Vendor::Tailwind.demo()
        });
        let cloud = TailwindController::start(config).await.unwrap();
        let door = cloud.control().door_named("Main door").unwrap();
        let http = Client::builder().no_proxy().build().unwrap();
        Self {
            cloud,
            clock,
            door,
            http,
        }
    }

    async fn demo() -> Self {
        Self::with(|config| config).await
    }

    fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    async fn send(&self, key: &str, body: &str) -> reqwest::Result<(u16, Value)> {
        let url = format!("{}/json", self.cloud.base_url());
        let request = self.http.post(url).header("TOKEN", key);
        let answer = request.body(body.to_owned()).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    async fn call(&self, data: Value) -> Value {
        let body = json!({ "version": "0.1", "data": data }).to_string();
        let (status, answer) = self.send("123456", &body).await.unwrap();
        assert_eq!(status, 200);
        answer
    }

    async fn order(&self, value: Value) -> Value {
        self.call(json!({ "type": "set", "name": "door_op", "value": value }))
            .await
    }

    async fn close(&self) -> Value {
        self.order(json!({ "door_idx": 0, "cmd": "close" })).await
    }

    async fn status(&self) -> Value {
        self.call(json!({ "type": "get", "name": "dev_st" })).await
    }

    fn activity(&self) -> Activity {
        self.cloud.control().door(&self.door).unwrap().activity
    }

    fn dispositions(&self) -> Vec<Disposition> {
        let journal = self.cloud.control().motions(Some(&self.door), 0).unwrap();
        let disposition = |entry: &postern_vendor_clouds::JournalEntry| match entry.event {
            JournalEvent::Order(Order::Command { disposition, .. }) => Some(disposition),
            _ => None,
        };
        journal.iter().filter_map(disposition).collect()
    }
}

#[tokio::test]
async fn a_close_is_announced_a_second_one_stops_the_door_and_a_third_sends_it_up() {
    let visit = Visit::demo().await;
    let opened = visit.order(json!({ "door_idx": 0, "cmd": "open" })).await;
    assert_eq!(opened, json!({ "result": "OK" }));
    visit.wait(60);
    assert_eq!(visit.activity(), Activity::Open);
    visit.close().await;
    visit.wait(4);
    assert_eq!(visit.activity(), Activity::Warning);
    visit.wait(4);
    assert_eq!(visit.activity(), Activity::Closing);
    visit.wait(2);
    assert_eq!(visit.status().await["data"]["door1"]["status"], "open");
    visit.close().await;
    assert_eq!(visit.activity(), Activity::Stopped);
    visit.close().await;
    visit.wait(60);
    assert_eq!(visit.activity(), Activity::Open);
    assert_eq!(
        visit.dispositions(),
        [
            Disposition::Accepted,
            Disposition::Accepted,
            Disposition::Stopped,
            Disposition::Accepted
        ]
    );
}

#[tokio::test]
async fn what_it_does_not_know_is_told_at_200_and_moves_nothing() {
    let visit = Visit::demo().await;
    let fail = |key: &str, why: &str| json!({ "result": "Fail", key: why });
    assert_eq!(
        visit
            .order(json!({ "door_idx": 0, "cmd": "open", "partial_time": 1000 }))
            .await,
        fail("Info", "partial open is not supported")
    );
    assert_eq!(
        visit.order(json!({ "door_idx": 3, "cmd": "open" })).await,
        fail("Info", "door index error")
    );
    for value in [json!({ "door_idx": 0, "cmd": "stop" }), json!({}), json!("open")] {
        assert_eq!(visit.order(value).await, fail("info", "value error"));
    }
    let odd = visit.send("123456", "{").await.unwrap();
    assert_eq!(odd, (200, fail("info", "json format error")));
    for key in ["", "654321"] {
        let refused = visit.send(key, "{").await.unwrap();
        assert_eq!(refused, (200, json!({ "result": "token fail" })));
    }
    for value in [
        json!({ "url": "https://127.0.0.1/x", "proto": "http", "enable": 1 }),
        json!({ "url": "http://127.0.0.1/x", "proto": "tcp", "enable": 1 }),
        json!({ "url": "http://127.0.0.1/x", "proto": "http", "enable": 2 }),
    ] {
        let asked = json!({ "type": "set", "name": "notify_url", "value": value });
        assert_eq!(visit.call(asked).await, fail("info", "notify url error"));
    }
    assert_eq!(visit.dispositions(), [Disposition::NotPermitted]);
    assert_eq!(visit.activity(), Activity::Closed);
}

#[tokio::test]
async fn troubles_on_order_come_with_a_status_and_an_absence_without_an_answer() {
    let visit = Visit::demo().await;
    let control = visit.cloud.control();
    control.fail_next(Target::Command, Fault::status(503), 1).unwrap();
    let open = json!({ "type": "set", "name": "door_op", "value": { "door_idx": 0, "cmd": "open" } });
    let body = json!({ "data": open }).to_string();
    assert_eq!(visit.send("123456", &body).await.unwrap().0, 503);
    // One of its doors off the net is the controller off the net.
    let other = control.door_named("Second bay").unwrap();
    control.set_online(&other, false).unwrap();
    visit.send("123456", &body).await.unwrap_err();
    control.set_online(&other, true).unwrap();
    assert_eq!(visit.send("123456", &body).await.unwrap().0, 200);
    assert_eq!(
        visit.dispositions(),
        [
            Disposition::LostToFault,
            Disposition::Offline,
            Disposition::Accepted
        ]
    );
}

#[tokio::test]
async fn what_was_set_is_kept_over_a_restart_and_the_key_is_not_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    let kept = |config| Config {
        snapshot: Some(file.clone()),
        ..config
    };
    let first = Visit::with(kept).await;
    let light = json!({ "type": "set", "name": "status_led", "value": { "brightness": 7 } });
    first.call(light).await;
    let before = first.status().await;
    assert_eq!(before["led_brightness"], 7);
    first.cloud.shutdown().await;
    assert!(!std::fs::read_to_string(&file).unwrap().contains("\"123456\""));
    let second = Visit::with(kept).await;
    assert_eq!(second.status().await, before);
    let patch = DoorPatch {
        paired: Some(false),
        ..DoorPatch::default()
    };
    second.cloud.control().patch_door(&second.door, &patch).unwrap();
    assert_eq!(second.status().await["data"]["door1"]["disabled"], 1);
}
