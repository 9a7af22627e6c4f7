//! Subscriptions, and what is pushed to whom.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use postern_vendor_clouds::apps::Delivery;
use postern_vendor_clouds::{DEMO_EMAIL, Email, PushTrouble};
use reqwest::Method;
use serde_json::{Value, json};

use crate::visit::Visit;

/// What an app's address was sent.
#[derive(Clone, Default)]
struct App(Arc<Mutex<Vec<Value>>>);

async fn take(State(app): State<App>, body: String) -> &'static str {
    app.0.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    "{\"eventData\":{}}"
}

impl App {
    /// An address that takes everything.
    async fn listening() -> (Self, String) {
        let app = Self::default();
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}/hook", listener.local_addr().unwrap());
        let routes = Router::new().route("/hook", post(take)).with_state(app.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (app, address)
    }

    fn taken(&self) -> Vec<Value> {
        self.0.lock().unwrap().clone()
    }

    /// The values of all events that it has heard of, in their order.
    fn values(&self) -> Vec<Value> {
        let taken = self.taken();
        let events = taken
            .iter()
            .filter_map(|body| body["eventData"]["events"].as_array());
        events
            .flatten()
            .map(|event| event["deviceEvent"]["value"].clone())
            .collect()
    }
}

async fn eventually<T>(what: &str, found: impl Fn() -> Option<T>) -> T {
    for _ in 0..1000 {
        if let Some(found) = found() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never {what}");
}

/// A visit whose app has confirmed its address and hears of the main door.
async fn listening() -> (Visit, App) {
    let visit = Visit::demo().await;
    let (app, address) = App::listening().await;
    visit.control().register_app(&address).unwrap();
    let sent = eventually("asked to confirm", || app.taken().into_iter().next()).await;
    let url = sent["confirmationData"]["confirmationUrl"].as_str().unwrap();
    let wrong = reqwest::get(format!("{url}0")).await.unwrap();
    assert_eq!(wrong.status().as_u16(), 404);
    let confirmed: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(confirmed, json!({ "targetUrl": address }));
    subscribe(&visit, "doorHandler").await;
    (visit, app)
}

fn subscription(visit: &Visit, name: &str) -> Value {
    let door = visit.door("Main door");
    json!({ "sourceType": "DEVICE", "device": {
        "deviceId": door, "componentId": "main", "capability": "doorControl", "attribute": "door",
        "stateChangeOnly": true, "subscriptionName": name,
    } })
}

async fn subscribe(visit: &Visit, name: &str) {
    let path = format!("/installedapps/{}/subscriptions", visit.installed());
    let (status, body) = visit
        .call(Method::POST, &path, Some(subscription(visit, name)))
        .await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["device"]["subscriptionName"], name);
}

/// Lets the main door go all the way, step by step, so that nothing is missed.
async fn go(visit: &Visit, command: &str, heard: impl Fn() -> bool) {
    let door = visit.door("Main door");
    visit.command(&door, command).await;
    for _ in 0..30 {
        visit.pass(1);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    eventually("heard", || heard().then_some(())).await;
}

#[tokio::test]
async fn an_app_that_has_not_confirmed_hears_of_nothing() {
    let visit = Visit::demo().await;
    let (app, address) = App::listening().await;
    visit.control().register_app(&address).unwrap();
    eventually("asked to confirm", || app.taken().into_iter().next()).await;
    subscribe(&visit, "doorHandler").await;
    go(&visit, "open", || true).await;
    assert!(app.values().is_empty());
}

#[tokio::test]
async fn an_app_hears_what_it_subscribed_to_in_its_order_with_all_that_is_documented() {
    let (visit, app) = listening().await;
    go(&visit, "open", || {
        app.values() == [json!("opening"), json!("open")]
    })
    .await;
    let message = app.taken().pop().unwrap();
    assert_eq!(message["messageType"], "EVENT");
    let data = &message["eventData"];
    assert_eq!(data["installedApp"]["installedAppId"], visit.installed());
    let event = &data["events"][0];
    assert_eq!(event["eventType"], "DEVICE_EVENT");
    let told = &event["deviceEvent"];
    assert_eq!(told["deviceId"], json!(visit.door("Main door")));
    assert_eq!(
        (&told["componentId"], &told["attribute"]),
        (&json!("main"), &json!("door"))
    );
    assert_eq!(
        (&told["stateChange"], &told["subscriptionName"]),
        (&json!(true), &json!("doorHandler"))
    );
    let delivered: Vec<Delivery> = visit.control().pushes().unwrap();
    assert_eq!(delivered.last().unwrap().answer, "{\"eventData\":{}}");
}

#[tokio::test]
async fn a_push_can_be_lost_or_come_a_minute_late_with_the_time_of_what_happened() {
    let (visit, app) = listening().await;
    visit.control().trouble_pushes(PushTrouble::Lost, 1).unwrap();
    visit.control().trouble_pushes(PushTrouble::Late, 1).unwrap();
    go(&visit, "open", || true).await;
    assert!(app.values().is_empty());
    visit.pass(60);
    eventually("late", || (app.values() == [json!("open")]).then_some(())).await;
    let event = app.taken().pop().unwrap()["eventData"]["events"][0].clone();
    let at: jiff::Timestamp = event["eventTime"].as_str().unwrap().parse().unwrap();
    assert!(visit.clock.now().duration_since(at).as_secs() >= 60);
}

#[tokio::test]
async fn the_health_of_a_door_is_told_where_it_is_asked_for_and_the_end_of_the_link_always() {
    let (visit, app) = listening().await;
    let path = format!("/installedapps/{}/subscriptions", visit.installed());
    let health = json!({ "sourceType": "DEVICE_HEALTH", "deviceHealth": { "locationId": visit.location(), "subscriptionName": "health" } });
    assert_eq!(visit.call(Method::POST, &path, Some(health)).await.0, 200);
    visit
        .control()
        .set_online(&visit.door("Second bay"), false)
        .unwrap();
    let told = eventually("health", || {
        let taken = app.taken().pop()?;
        let event = taken["eventData"]["events"][0].clone();
        (event["eventType"] == "DEVICE_HEALTH_EVENT").then_some(event)
    })
    .await;
    assert_eq!(told["deviceHealthEvent"]["status"], "OFFLINE");
    visit.control().uninstall_app(&Email::from(DEMO_EMAIL)).unwrap();
    let told = eventually("the end", || {
        let taken = app.taken().pop()?;
        let event = taken["eventData"]["events"][0].clone();
        (event["eventType"] == "INSTALLED_APP_LIFECYCLE_EVENT").then_some(event)
    })
    .await;
    let told = &told["installedAppLifecycleEvent"];
    assert_eq!(
        (&told["lifecycle"], &told["installedAppId"]),
        (&json!("DELETE"), &json!(visit.installed()))
    );
    assert_eq!(visit.get("/devices").await.0, 401);
}

#[tokio::test]
async fn a_subscription_is_for_ones_own_app_and_devices_and_there_are_at_most_forty() {
    let visit = Visit::demo().await;
    let path = format!("/installedapps/{}/subscriptions", visit.installed());
    let others = visit.get("/installedapps/another/subscriptions").await;
    assert_eq!(others.0, 403);
    let mut strange = subscription(&visit, "strange");
    strange["device"]["deviceId"] = json!("nowhere");
    let elsewhere = json!({ "sourceType": "CAPABILITY", "capability": { "locationId": "elsewhere", "capability": "doorControl" } });
    for refused in [
        strange,
        elsewhere,
        json!({ "sourceType": "WEATHER" }),
        json!("all"),
    ] {
        assert_eq!(visit.call(Method::POST, &path, Some(refused)).await.0, 422);
    }
    for at in 0..40 {
        subscribe(&visit, &format!("door_{at}")).await;
    }
    let one_more = Some(subscription(&visit, "one_more"));
    assert_eq!(visit.call(Method::POST, &path, one_more).await.0, 422);
    let (_, listed) = visit.get(&path).await;
    assert_eq!(listed["items"].as_array().unwrap().len(), 40);
    let (_, gone) = visit.call(Method::DELETE, &path, None).await;
    assert_eq!(gone, json!({ "count": 40 }));
}
