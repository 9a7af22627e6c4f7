//! `/installedapps/{id}/subscriptions`: what an app wants to hear of.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::errors::{error_body, malformed};
use super::events;
use crate::apps::{Installation, Subscription};
use crate::face::answers::error;
use crate::world::World;
use jiff::Timestamp;

/// How many subscriptions one installed app may have.
const SUBSCRIPTIONS_MAX: usize = 40;

/// How many devices one subscription to health or lifecycle may name.
const DEVICES_MAX: usize = 20;

/// The sources that are known, each with the key of its detail and whether events of it are simulated.
const SOURCES: [(&str, &str); 4] = [
    ("DEVICE", "device"),
    ("CAPABILITY", "capability"),
    ("DEVICE_HEALTH", "deviceHealth"),
    ("DEVICE_LIFECYCLE", "deviceLifecycle"),
];

/// All that there are.
pub(super) fn list(app: &Installation) -> Response {
    let items: Vec<_> = app.subscriptions.iter().map(|one| one.told.clone()).collect();
    Json(json!({ "items": items, "_links": {} })).into_response()
}

/// One more.
pub(super) fn create(world: &mut World, id: &str, body: &[u8], now: Timestamp) -> Response {
    let Ok(asked) = serde_json::from_slice::<Value>(body) else {
        return malformed("sourceType", "A subscription is expected.");
    };
    let source = asked["sourceType"].as_str().unwrap_or_default();
    let Some((source, key)) = SOURCES.into_iter().find(|(known, _)| *known == source) else {
        return malformed("sourceType", "There is no such source.");
    };
    let detail = asked[key].clone();
    let Some(app) = world.apps.installations.get(id).cloned() else {
        return error(StatusCode::NOT_FOUND, error_body);
    };
    if let Err((target, message)) = judge(world, &app, source, &detail) {
        return malformed(&format!("{key}.{target}"), message);
    }
    // The cloud names one that was given no name.
    let name = match detail["subscriptionName"].as_str() {
        Some(name) => name.to_owned(),
        None => world.apps.name(),
    };
    if app.subscriptions.iter().any(|one| one.name == name) {
        return malformed(&format!("{key}.subscriptionName"), "The name is taken.");
    }
    if app.subscriptions.len() >= SUBSCRIPTIONS_MAX {
        return malformed("subscriptions", "There can be no more subscriptions.");
    }
    // What was so before is no news to the new subscription.
    events::gather(world, now);
    let subscription_id = world.apps.name();
    let told = json!({ "id": subscription_id, "installedAppId": id, "sourceType": source, key: detail });
    let made = Subscription {
        id: subscription_id,
        name,
        source: source.to_owned(),
        detail,
        told: told.clone(),
    };
    if let Some(app) = world.apps.installations.get_mut(id) {
        app.subscriptions.push(made);
    }
    events::prime(world, now);
    Json(told).into_response()
}

/// Whether a subscription can be.
fn judge(
    world: &World,
    app: &Installation,
    source: &str,
    detail: &Value,
) -> Result<(), (&'static str, &'static str)> {
    let own = |id: &Value| {
        id.as_str()
            .is_some_and(|id| super::devices::seen(world, app, &id.into()).is_ok())
    };
    let location = detail.get("locationId");
    if location.is_some_and(|location| location.as_str() != Some(app.location.as_str())) {
        return Err(("locationId", "The app is not installed there."));
    }
    match source {
        "DEVICE" if !own(&detail["deviceId"]) => Err(("deviceId", "There is no such device.")),
        "DEVICE" => Ok(()),
        "CAPABILITY" if location.is_none() => Err(("locationId", "It is missing.")),
        "CAPABILITY" if !detail["capability"].is_string() => Err(("capability", "It is missing.")),
        "CAPABILITY" => Ok(()),
        _ => match detail["deviceIds"].as_array() {
            Some(all) if all.len() > DEVICES_MAX => Err(("deviceIds", "They are too many.")),
            Some(all) if !all.iter().all(own) => Err(("deviceIds", "There is no such device.")),
            Some(_) => Ok(()),
            None if location.is_none() => Err(("locationId", "It is missing.")),
            None => Ok(()),
        },
    }
}

/// Takes one away, or all.
pub(super) fn delete(world: &mut World, id: &str, subscription: Option<&str>) -> Response {
    let Some(app) = world.apps.installations.get_mut(id) else {
        return error(StatusCode::NOT_FOUND, error_body);
    };
    let before = app.subscriptions.len();
    app.subscriptions
        .retain(|one| subscription.is_some_and(|wanted| one.id != wanted));
    let count = before - app.subscriptions.len();
    if subscription.is_some() && count == 0 {
        return error(StatusCode::NOT_FOUND, error_body);
    }
    Json(json!({ "count": count })).into_response()
}
