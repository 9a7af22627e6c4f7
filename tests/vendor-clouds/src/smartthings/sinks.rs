//! `/subscriptions` and the stream of server-sent events behind it: how Home Assistant hears of changes.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::errors::{error_body, malformed};
use super::events::{self, Change, What};
use crate::face::answers::error;
use crate::shared::Shared;
use crate::world::World;

/// How many there may be at once: how many the vendor allows is not known.
const SINKS_MAX: usize = 10;

/// How often a quiet stream says that it is there.
const ALIVE_EVERY: Duration = Duration::from_secs(30);

/// An event and what it says.
type Told = (&'static str, String);

#[derive(Debug)]
struct Sink {
    location: String,
    kinds: Vec<String>,
    sender: UnboundedSender<Told>,
    /// Until somebody comes to listen.
    receiver: Option<UnboundedReceiver<Told>>,
}

/// Who listens to changes.
#[derive(Debug, Default)]
pub(crate) struct Sinks(Mutex<BTreeMap<String, Sink>>);

impl Sinks {
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Sink>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes one for an installed app.
pub(super) fn create(
    shared: &Shared,
    world: &mut World,
    app_id: &str,
    body: &[u8],
    now: Timestamp,
) -> Response {
    let Ok(asked) = serde_json::from_slice::<Value>(body) else {
        return malformed("name", "A subscription is expected.");
    };
    let Some(app) = world.apps.installations.get(app_id) else {
        return error(StatusCode::NOT_FOUND, error_body);
    };
    if asked["clientDeviceId"] != json!(format!("iapp_{app_id}")) {
        return malformed("clientDeviceId", "It must name the installed app.");
    }
    let filter = &asked["subscriptionFilters"][0];
    let location = app.location.as_str().to_owned();
    if filter["type"] != "LOCATIONIDS" || filter["value"] != json!([location]) {
        return malformed("subscriptionFilters", "The app is not installed there.");
    }
    let kinds = filter["eventType"].as_array().cloned().unwrap_or_default();
    let kinds = kinds
        .iter()
        .filter_map(|kind| kind.as_str().map(str::to_owned))
        .collect();
    let mut sinks = shared.sinks().all();
    if sinks.len() >= SINKS_MAX {
        return error(StatusCode::CONFLICT, error_body);
    }
    events::gather(world, now);
    events::prime(world, now);
    let id = world.apps.name();
    let (sender, receiver) = unbounded_channel();
    let sink = Sink {
        location,
        kinds,
        sender,
        receiver: Some(receiver),
    };
    sinks.insert(id.clone(), sink);
    let url = format!("{}/subscriptions/{id}/stream", shared.base_url());
    Json(json!({ "subscriptionId": id, "registrationUrl": url, "name": asked["name"] })).into_response()
}

/// Takes one away.
pub(super) fn delete(shared: &Shared, id: &str) -> Response {
    match shared.sinks().all().remove(id) {
        Some(_) => Json(json!({ "count": 1 })).into_response(),
        None => error(StatusCode::NOT_FOUND, error_body),
    }
}

/// Listens to one.
pub(super) fn listen(shared: &Shared, id: &str) -> Response {
    let mut sinks = shared.sinks().all();
    let Some(receiver) = sinks.get_mut(id).and_then(|sink| sink.receiver.take()) else {
        return error(StatusCode::NOT_FOUND, error_body);
    };
    let event = |(kind, data): Told| Ok::<_, Infallible>(Event::default().event(kind).data(data));
    let told = stream::unfold((receiver, true), move |(mut receiver, first)| async move {
        if first {
            return Some((event(("CONTROL_EVENT", "welcome".to_owned())), (receiver, false)));
        }
        let told = receiver.recv().await?;
        Some((event(told), (receiver, false)))
    });
    Sse::new(told)
        .keep_alive(KeepAlive::new().interval(ALIVE_EVERY))
        .into_response()
}

/// Tells everybody who listens.
pub(super) fn tell(shared: &Shared, world: &mut World, changes: &[Change], now: Timestamp) {
    let mut sinks = shared.sinks().all();
    // Who hung up hears no more.
    sinks.retain(|_, sink| !sink.sender.is_closed());
    for change in changes {
        let event_id = world.apps.name();
        let (kind, key, mut detail) = match &change.what {
            What::Attribute(told) => (
                "DEVICE_EVENT",
                "deviceEvent",
                events::device_event(&event_id, change, told),
            ),
            What::Health(status) => (
                "DEVICE_HEALTH_EVENT",
                "deviceHealthEvent",
                events::health_event(&event_id, change, status),
            ),
        };
        detail["ownerId"] = json!(change.owner);
        let told = json!({ "eventTime": now.as_millisecond(), "eventType": kind, key: detail }).to_string();
        let wants =
            |sink: &&Sink| sink.location == change.location && sink.kinds.iter().any(|one| one == kind);
        for sink in sinks.values().filter(wants) {
            // Who hung up meanwhile hears no more.
            let _ = sink.sender.send((kind, told.clone()));
        }
    }
}
