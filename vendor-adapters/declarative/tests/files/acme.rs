//! The vendor of the guide's example, played in this process: what is sent to it, and what is made of its answers.

use std::sync::Arc;

use postern_adapter_declarative::{DeclarativeAdapter, Settings, VendorFile};
use postern_adapter_sdk::{Adapter, ClientOptions, Clock, DeadlineClient};
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, CommandAccepted, Disposition, DoorInput, DoorOpenInput, Outcome,
};
use postern_contract::door::{Door, DoorKind, DoorReading, DoorState, UnattendedOpen};
use postern_contract::unattended::{UnattendedClose, UnattendedCloseBar, WarningSeconds};
use serde_json::{Value, json};

use crate::examples::example;
use crate::stand::{Noon, Played, call, tokens};

struct Bench {
    acme: Arc<Played>,
    adapter: DeclarativeAdapter,
}

impl Bench {
    fn of(text: &str) -> Self {
        let file = VendorFile::read("acme.toml", text).unwrap_or_else(|wrong| panic!("{wrong}"));
        let settings = Settings::default()
            .with("VENDOR_CLIENT_ID", "postern")
            .with("VENDOR_CLOSE_WARNING_SECONDS", "7")
            .with_secret("VENDOR_API_KEY", "key".into())
            .with_secret("VENDOR_CLIENT_SECRET", "secret".into());
        let acme = Arc::new(Played::default());
        let http = DeadlineClient::in_process(Arc::<Played>::clone(&acme), ClientOptions::default());
        let adapter = DeclarativeAdapter::over(&file, &settings, http).unwrap();
        Self { acme, adapter }
    }

    fn answers(&self, status: u16, body: Value) -> &Self {
        self.acme.answers(status, body);
        self
    }

    /// The requests so far, as method, address and body.
    fn asked(&self) -> Vec<String> {
        let asked = self.acme.asked.lock().unwrap();
        let lines = asked.iter().map(|request| {
            let body = String::from_utf8(request.content().to_vec()).unwrap();
            format!("{} {} {body}", request.method(), request.url())
                .trim()
                .to_owned()
        });
        lines.collect()
    }

    async fn list(&self) -> Result<Vec<Door>, AdapterError> {
        Ok(self.adapter.doors_list(&call(), &tokens()).await?.doors)
    }

    async fn read(&self, door: &str) -> Result<DoorReading, AdapterError> {
        let input = json!({ "link": LINK, "credentials": "sealed", "door": door });
        let input: DoorInput = serde_json::from_value(input).unwrap();
        Ok(self.adapter.door_read(&call(), &tokens(), &input).await?.reading)
    }

    async fn open(&self, door: &str) -> Result<CommandAccepted, AdapterError> {
        let input = json!({
            "link": LINK, "credentials": "sealed", "door": door, "expected": ["closed"],
            "command": "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV", "code": "one-time-code-8842",
        });
        let input: DoorOpenInput = serde_json::from_value(input).unwrap();
        self.adapter.door_open(&call(), &tokens(), &input).await
    }
}

const LINK: &str = "link_01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// A door that is closed, and of which everything is well.
fn door(id: &str) -> Value {
    json!({
        "id": id, "type": "garage_door", "label": "Left bay", "build": "sectional", "connected": true, "remote": "both",
        "battery": 88, "battery_low": false,
        "position": { "state": "down", "seen_at": "2026-03-02T11:59:00Z", "blocked": false },
    })
}

fn with(mut door: Value, pointer: &str, value: Value) -> Value {
    *door.pointer_mut(pointer).unwrap() = value;
    door
}

fn homes(devices: &[Value]) -> Value {
    json!({ "homes": [{ "id": "h/1", "title": "Lake house", "devices": devices }] })
}

#[tokio::test]
async fn a_list_says_of_each_door_what_the_file_looks_for_and_leaves_out_what_is_none() {
    let bench = Bench::of(example());
    let lamp = with(door("lamp"), "/type", json!("lamp"));
    let gate = with(with(door("g"), "/build", json!("gate")), "/label", Value::Null);
    let no_id = with(door("x"), "/id", Value::Null);
    bench.answers(200, homes(&[door("d2"), lamp, gate, no_id, door("d2")]));
    let doors = bench.list().await.unwrap();
    assert_eq!(
        bench.asked(),
        ["GET https://api.acme.example/v2/homes?expand=devices"]
    );
    let names: Vec<_> = doors
        .iter()
        .map(|door| (door.door.as_str(), door.name.as_str()))
        .collect();
    assert_eq!(names, [("h/1/d2", "Left bay"), ("h/1/g", "Garage door")]);
    let first = &doors[0];
    assert_eq!(first.opener.as_ref().unwrap().as_str(), "d2");
    assert_eq!(first.site.as_ref().unwrap().as_str(), "Lake house");
    assert_eq!((first.kind, doors[1].kind), (DoorKind::Sectional, DoorKind::Gate));
    assert_eq!(first.unattended_open, UnattendedOpen::Allowed);
    let warning_seconds = WarningSeconds::new(7).unwrap();
    assert_eq!(
        first.unattended_close,
        UnattendedClose::Allowed { warning_seconds }
    );
    let seen = &first.reading;
    assert_eq!(
        (seen.state, seen.online, seen.stale),
        (DoorState::Closed, true, false)
    );
    assert_eq!(seen.observed_at, "2026-03-02T11:59:00Z".parse().unwrap());
    assert_eq!(seen.obstructed, Some(false));
    let battery = seen.battery.unwrap();
    assert_eq!((battery.percent, battery.low), (Some(88), false));
}

#[tokio::test]
async fn a_door_to_which_two_ways_lead_is_listed_by_one_of_them_and_always_the_same() {
    let bench = Bench::of(example());
    let home = |id: &str| json!({ "id": id, "devices": [door("d1")] });
    for homes in [["b", "a"], ["a", "b"]] {
        bench.answers(200, json!({ "homes": homes.map(home) }));
        let doors = bench.list().await.unwrap();
        let names: Vec<_> = doors.iter().map(|door| door.door.as_str()).collect();
        assert_eq!(names, ["a/d1"]);
    }
}

#[tokio::test]
async fn every_call_carries_the_households_token_and_the_files_headers() {
    let bench = Bench::of(example());
    bench
        .answers(200, json!({ "device": door("d1") }))
        .answers(202, Value::Null);
    bench.open("h/1/d1").await.unwrap();
    for request in bench.acme.asked.lock().unwrap().iter() {
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("authorization"), "Bearer token");
        assert_eq!(header("x-api-key"), "key");
        assert_eq!(header("acme-version"), "2026-01");
    }
    assert_eq!(
        bench.asked(),
        [
            "GET https://api.acme.example/v2/homes/h%2F1/devices/d1",
            "PUT https://api.acme.example/v2/homes/h%2F1/devices/d1/position {\"target\":\"up\"}",
        ]
    );
}

#[tokio::test]
async fn without_a_reading_of_its_own_a_door_is_read_from_the_list() {
    let read = "[read]\npath = \"homes/{home}/devices/{door}\"\ndoor = \"device\"\n";
    assert!(example().contains(read));
    let bench = Bench::of(&example().replacen(read, "", 1));
    let open = with(door("d2"), "/position/state", json!("up"));
    bench.answers(200, homes(&[door("d1"), open.clone()]));
    assert_eq!(bench.read("h/1/d2").await.unwrap().state, DoorState::Open);
    for (status, answer, kind) in [
        (200, homes(&[door("d1")]), AdapterErrorKind::DoorNotFound),
        (404, json!({}), AdapterErrorKind::VendorUnavailable),
        (
            200,
            json!({ "message": "oops" }),
            AdapterErrorKind::VendorUnavailable,
        ),
        (
            200,
            homes(&[with(open, "/position", json!({}))]),
            AdapterErrorKind::VendorUnavailable,
        ),
    ] {
        bench.answers(status, answer);
        let refused = bench.read("h/1/d2").await.unwrap_err();
        assert_eq!((refused.kind, refused.outcome), (kind, Outcome::NotExecuted));
    }
}

#[tokio::test]
async fn what_an_answer_says_is_believed_only_of_a_connected_door_that_was_heard_lately() {
    let bench = Bench::of(example());
    for (changed, state, online, stale) in [
        (door("d1"), DoorState::Closed, true, false),
        (
            with(door("d1"), "/connected", json!(false)),
            DoorState::Unknown,
            false,
            true,
        ),
        (
            with(door("d1"), "/connected", json!("yes")),
            DoorState::Unknown,
            false,
            true,
        ),
        (
            with(door("d1"), "/position/seen_at", json!("2026-03-02T11:44:59Z")),
            DoorState::Closed,
            true,
            true,
        ),
        (
            with(door("d1"), "/position/seen_at", json!("2026-03-02T12:00:31Z")),
            DoorState::Closed,
            true,
            true,
        ),
        (
            with(door("d1"), "/position/seen_at", json!("at noon")),
            DoorState::Closed,
            true,
            true,
        ),
        (
            with(door("d1"), "/position/state", json!("Down")),
            DoorState::Unknown,
            true,
            false,
        ),
        (
            with(door("d1"), "/position/state", json!("alarm")),
            DoorState::Warning,
            true,
            false,
        ),
    ] {
        bench.answers(200, json!({ "device": changed }));
        let seen = bench.read("h/1/d1").await.unwrap();
        assert_eq!(
            (seen.state, seen.online, seen.stale),
            (state, online, stale),
            "{changed}"
        );
    }
    // A clock a little before ours is no doubt, and nothing was heard in the future.
    bench.answers(
        200,
        json!({ "device": with(door("d1"), "/position/seen_at", json!("2026-03-02T12:00:25Z")) }),
    );
    assert_eq!(bench.read("h/1/d1").await.unwrap().observed_at, Noon.now());
}

#[tokio::test]
async fn a_door_may_be_moved_unattended_only_by_its_word() {
    let bench = Bench::of(example());
    let forbids = UnattendedCloseBar::OpenerForbids;
    let silent = UnattendedCloseBar::OpenerDoesNotSay;
    for (remote, open, reason) in [
        (json!("open_only"), UnattendedOpen::Allowed, forbids),
        (json!("none"), UnattendedOpen::NotAllowed, forbids),
        (Value::Null, UnattendedOpen::NotAllowed, silent),
    ] {
        bench.answers(200, homes(&[with(door("d1"), "/remote", remote)]));
        let listed = bench.list().await.unwrap().remove(0);
        assert_eq!(listed.unattended_open, open);
        assert_eq!(listed.unattended_close, UnattendedClose::NotAllowed { reason });
    }
    bench.answers(
        200,
        json!({ "device": with(door("d1"), "/remote", json!("none")) }),
    );
    let refused = bench.open("h/1/d1").await.unwrap_err();
    assert_eq!(
        (refused.kind, refused.outcome),
        (AdapterErrorKind::DoorLockedOut, Outcome::NotExecuted)
    );
    assert_eq!(bench.asked().len(), 4, "nothing was sent");
}

#[tokio::test]
async fn a_refused_order_is_certain_only_where_the_file_says_so() {
    for (status, body, kind, outcome) in [
        (
            409,
            json!({ "code": "LOCKED_OUT" }),
            AdapterErrorKind::DoorLockedOut,
            Outcome::NotExecuted,
        ),
        (
            409,
            json!({ "code": "locked_out" }),
            AdapterErrorKind::Rejected,
            Outcome::Unknown,
        ),
        (
            409,
            json!({ "code": ["LOCKED_OUT"] }),
            AdapterErrorKind::Rejected,
            Outcome::Unknown,
        ),
        (
            400,
            json!({ "code": "LOCKED_OUT" }),
            AdapterErrorKind::Rejected,
            Outcome::Unknown,
        ),
        (
            503,
            json!({ "code": "LOCKED_OUT" }),
            AdapterErrorKind::VendorUnavailable,
            Outcome::Unknown,
        ),
        (
            403,
            json!({ "code": "TOKEN_EXPIRED" }),
            AdapterErrorKind::Rejected,
            Outcome::Unknown,
        ),
    ] {
        let bench = Bench::of(example());
        bench
            .answers(200, json!({ "device": door("d1") }))
            .answers(status, body.clone());
        let refused = bench.open("h/1/d1").await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (kind, outcome),
            "{status} {body}"
        );
        assert_eq!(
            refused.message.contains("chapter 4"),
            outcome == Outcome::NotExecuted,
            "{}",
            refused.message
        );
        assert_eq!(bench.asked().len(), 2, "it is sent once");
    }
    let bench = Bench::of(example());
    bench
        .answers(200, json!({ "device": door("d1") }))
        .answers(409, json!({ "message": "The door is up already." }));
    let there = bench.open("h/1/d1").await.unwrap();
    assert_eq!(there.disposition, Disposition::AlreadyThere);
}

#[tokio::test]
async fn a_reading_may_be_refused_with_a_success() {
    let bench = Bench::of(example());
    for status in [200, 403] {
        bench.answers(status, json!({ "code": "TOKEN_EXPIRED" }));
        let refused = bench.read("h/1/d1").await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (AdapterErrorKind::CredentialsExpired, Outcome::NotExecuted)
        );
    }
    bench.answers(403, json!({ "code": "OTHER" }));
    assert_eq!(
        bench.read("h/1/d1").await.unwrap_err().kind,
        AdapterErrorKind::Rejected
    );
}
