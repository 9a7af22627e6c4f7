//! What the cloud pushes, through the platform's address as it came, byte for byte, to the adapter.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_contract::adapter::{AdapterError, AdapterErrorKind, Answer, EventsParsed, Outcome};
use postern_contract::door::DoorState;
use postern_vendor_clouds::{DEMO_EMAIL, Direction, Email, PushTrouble};
use serde_json::{Value, json};

use crate::harness::Bench;

/// The platform's address for this vendor's pushes: what came, as the input of `events.parse`.
#[derive(Clone, Default)]
struct Address(Arc<Mutex<Vec<Value>>>);

async fn take(State(address): State<Address>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), value.to_str().unwrap()]))
        .collect();
    let came = json!({ "method": method.as_str(), "target": uri.to_string(), "headers": headers, "body": STANDARD.encode(body) });
    address.0.lock().unwrap().push(came);
}

impl Address {
    async fn open() -> (Self, String) {
        let address = Self::default();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!(
            "http://{}/vendors/smartthings?market=us",
            listener.local_addr().unwrap()
        );
        let routes = Router::new().fallback(take).with_state(address.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (address, url)
    }

    /// The push number `at`, counted from 0.
    async fn push(&self, at: usize) -> Value {
        for _ in 0..500 {
            if let Some(came) = self.0.lock().unwrap().get(at) {
                return came.clone();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("there was no push number {at}");
    }
}

async fn parse(bench: &Bench, push: Value) -> Result<EventsParsed, AdapterError> {
    match bench.call("events.parse", push).await? {
        Answer::EventsParse(parsed) => Ok(parsed),
        other => panic!("{other:?}"),
    }
}

async fn subscribe(bench: &Bench, doors: &[&str]) -> String {
    let mut input = bench.link_input();
    let doors: Vec<_> = doors.iter().map(|name| bench.named(name)).collect();
    input["doors"] = json!(doors);
    input["callback_url"] = json!("https://postern.example/vendors/smartthings");
    match bench.call("events.subscribe", input).await.unwrap() {
        Answer::EventsSubscribe(subscribed) => subscribed.subscription,
        other => panic!("{other:?}"),
    }
}

/// A bench whose app has an address that was confirmed by the adapter itself, and hears of these doors. One push has come.
async fn listening(doors: &[&str]) -> (Bench, Address) {
    let (address, url) = Address::open().await;
    // Which id the cloud will give its app follows from its seed, so another cloud tells.
    let id = Bench::unlinked().await.control().register_app(&url).unwrap();
    let mut bench = Bench::configured(|config| config.app_id = Some(id)).await;
    bench.control().register_app(&url).unwrap();
    let confirmation = address.push(0).await;
    let confirmed = parse(&bench, confirmation).await.unwrap();
    let reply: Value = serde_json::from_str(&confirmed.reply.unwrap()).unwrap();
    assert_eq!(reply, json!({ "targetUrl": url }));
    bench.link().await;
    subscribe(&bench, doors).await;
    (bench, address)
}

/// Lets a door open, and gives what the adapter made of the push that ends it.
async fn opened(bench: &Bench, address: &Address, name: &str) -> EventsParsed {
    let serial = bench.control().door_named(name).unwrap();
    let before = address.0.lock().unwrap().len();
    bench
        .control()
        .press_wall_button(&serial, Some(Direction::Open))
        .unwrap();
    // All at once: what comes is where it ended.
    bench.pass(60);
    parse(bench, address.push(before).await).await.unwrap()
}

#[tokio::test]
async fn a_door_alone_is_told_as_fresh_and_one_with_a_sensor_only_as_a_hint() {
    let (bench, address) = listening(&["Main door", "Second bay", "Workshop"]).await;
    let parsed = opened(&bench, &address, "Workshop").await;
    assert_eq!(parsed.reply.as_deref(), Some("{\"eventData\":{}}"));
    let [event] = parsed.events.as_slice() else {
        panic!("{parsed:?}");
    };
    assert_eq!(event.door.as_str(), bench.named("Workshop"));
    assert_eq!(
        (event.reading.state, event.reading.stale),
        (DoorState::Open, false)
    );
    assert_eq!(event.reading.observed_at, bench.clock.now());
    for name in ["Main door", "Second bay"] {
        let parsed = opened(&bench, &address, name).await;
        assert_eq!(parsed.events.len(), 2, "driver and sensor: {parsed:?}");
        for event in &parsed.events {
            assert_eq!(event.door.as_str(), bench.named(name), "wherever its sensor is");
            assert_eq!(
                (event.reading.state, event.reading.stale),
                (DoorState::Open, true)
            );
        }
        let ids: Vec<_> = parsed.events.iter().map(|event| &event.event).collect();
        assert_ne!(ids[0], ids[1]);
    }
}

#[tokio::test]
async fn nothing_is_believed_that_is_not_signed_by_the_vendor_for_this_body_and_this_time() {
    let (bench, address) = listening(&["Workshop"]).await;
    let workshop = bench.control().door_named("Workshop").unwrap();
    let mut at = 1;
    for trouble in [
        PushTrouble::WrongDigest,
        PushTrouble::OldDate,
        PushTrouble::UnknownKey,
        PushTrouble::ForeignKey,
        PushTrouble::WrongSignature,
        PushTrouble::Unsigned,
    ] {
        bench.control().trouble_pushes(trouble, 1).unwrap();
        bench.control().press_wall_button(&workshop, None).unwrap();
        bench.pass(60);
        let refused = parse(&bench, address.push(at).await).await.unwrap_err();
        assert_eq!(
            (refused.kind, refused.outcome),
            (AdapterErrorKind::Rejected, Outcome::NotExecuted),
            "{trouble:?}"
        );
        at += 1;
    }
    bench.control().press_wall_button(&workshop, None).unwrap();
    bench.pass(60);
    let good = address.push(at).await;
    parse(&bench, good.clone()).await.unwrap();
    // The very same five minutes later, and with another body.
    let mut tampered = good.clone();
    let body = STANDARD.decode(good["body"].as_str().unwrap()).unwrap();
    let body = String::from_utf8(body).unwrap().replace("\"open\"", "\"closed\"");
    tampered["body"] = json!(STANDARD.encode(body.replace("\"closed\"", "\"closed\" ")));
    let refused = parse(&bench, tampered).await.unwrap_err();
    assert!(refused.message.contains("body"), "{}", refused.message);
    let mut elsewhere = good.clone();
    elsewhere["target"] = json!("/vendors/another");
    assert_eq!(
        parse(&bench, elsewhere).await.unwrap_err().kind,
        AdapterErrorKind::Rejected
    );
    bench.pass(301);
    let refused = parse(&bench, good).await.unwrap_err();
    assert!(refused.message.contains("time"), "{}", refused.message);
}

#[tokio::test]
async fn repeats_and_events_out_of_order_and_late_say_when_they_were() {
    let (bench, address) = listening(&["Workshop"]).await;
    let workshop = bench.control().door_named("Workshop").unwrap();
    bench.control().trouble_pushes(PushTrouble::Twice, 1).unwrap();
    bench.control().press_wall_button(&workshop, None).unwrap();
    bench.pass(60);
    let (first, second) = (address.push(1).await, address.push(2).await);
    let (first, second) = (
        parse(&bench, first).await.unwrap(),
        parse(&bench, second).await.unwrap(),
    );
    assert_eq!(
        first.events[0].event, second.events[0].event,
        "by which a repeat is known"
    );
    bench.control().trouble_pushes(PushTrouble::Late, 1).unwrap();
    bench.control().press_wall_button(&workshop, None).unwrap();
    bench.pass(30);
    let happened = bench.clock.now();
    tokio::time::sleep(Duration::from_millis(200)).await;
    bench.pass(60);
    let late = parse(&bench, address.push(3).await).await.unwrap();
    let reading = &late.events[0].reading;
    assert!(reading.observed_at <= happened && reading.read_at > happened);
}

#[tokio::test]
async fn a_ping_is_answered_and_the_end_of_a_link_is_told() {
    let (bench, address) = listening(&["Workshop"]).await;
    let challenge = bench.control().ping_app().unwrap();
    let ponged = parse(&bench, address.push(1).await).await.unwrap();
    let reply: Value = serde_json::from_str(&ponged.reply.unwrap()).unwrap();
    assert_eq!(reply, json!({ "pingData": { "challenge": challenge } }));
    let subscription = subscribe(&bench, &["Workshop"]).await;
    bench.control().uninstall_app(&Email::from(DEMO_EMAIL)).unwrap();
    let over = parse(&bench, address.push(2).await).await.unwrap();
    assert_eq!(over.ended, [subscription]);
    assert!(over.events.is_empty());
}

#[tokio::test]
async fn an_address_is_confirmed_for_our_app_alone_and_nowhere_but_at_the_vendor() {
    let (address, url) = Address::open().await;
    for set in [None, Some("another-app".to_owned())] {
        let bench = Bench::configured(|config| config.app_id = set).await;
        bench.control().register_app(&url).unwrap();
        let at = address.0.lock().unwrap().len();
        let refused = parse(&bench, address.push(at).await).await.unwrap_err();
        assert_eq!(refused.kind, AdapterErrorKind::Rejected, "{}", refused.message);
    }
    // The vendor's key signs, and the address it wants opened is somebody else's.
    let bench = Bench::configured(|config| {
        config.api_url = "https://api.vendor.example/".parse().unwrap();
        config.app_id = None;
    })
    .await;
    let id = bench.control().register_app(&url).unwrap();
    let elsewhere = Bench::configured(|config| {
        config.api_url = "https://api.vendor.example/".parse().unwrap();
        config.app_id = Some(id);
    })
    .await;
    let at = address.0.lock().unwrap().len();
    elsewhere.control().register_app(&url).unwrap();
    let mut refused = None;
    for push in [address.push(at).await, address.push(at + 1).await] {
        refused = Some(parse(&elsewhere, push).await.unwrap_err());
    }
    assert!(refused.unwrap().message.contains("elsewhere"));
}

#[tokio::test]
async fn what_is_subscribed_already_is_left_and_what_is_not_wanted_any_more_is_ended() {
    let (bench, address) = listening(&["Main door"]).await;
    subscribe(&bench, &["Main door"]).await;
    subscribe(&bench, &["Workshop"]).await;
    let before = address.0.lock().unwrap().len();
    let parsed = opened(&bench, &address, "Workshop").await;
    assert_eq!(parsed.events.len(), 1);
    let main = bench.main_door();
    bench
        .control()
        .press_wall_button(&main, Some(Direction::Open))
        .unwrap();
    bench.pass(60);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        address.0.lock().unwrap().len(),
        before + 1,
        "of the main door nothing came"
    );
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_other_messages_say_nothing() {
    let bench = Bench::unlinked().await;
    for body in ["", "[]", "{}", "{\"lifecycle\":7}", "not JSON"] {
        let push = json!({ "method": "POST", "target": "/", "headers": [], "body": STANDARD.encode(body) });
        let refused = parse(&bench, push).await.unwrap_err();
        assert_eq!(refused.kind, AdapterErrorKind::InvalidRequest, "{body}");
    }
    let install = STANDARD.encode(r#"{"lifecycle":"INSTALL"}"#);
    let push = json!({ "method": "POST", "target": "/", "headers": [], "body": install });
    let refused = parse(&bench, push).await.unwrap_err();
    assert_eq!(refused.kind, AdapterErrorKind::Rejected, "it is not signed");
}
