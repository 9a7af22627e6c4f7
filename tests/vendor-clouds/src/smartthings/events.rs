//! From what changed at the doors to what is pushed of it: one message for each installed app, with an event for each subscription that
//! fits.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::devices::{doors, health_word};
use super::layout::{Attribute, attributes};
use crate::apps::{Installation, Subscription};
use crate::names::Serial;
use crate::world::World;

/// One thing that changed.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) location: String,
    pub(super) owner: String,
    pub(super) serial: Serial,
    pub(super) what: What,
}

/// What changed of a device.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Something that it says.
    Attribute(Box<Attribute>),
    /// How well it is connected.
    Health(&'static str),
}

/// Everything that can be heard of now, by a name of its own.
fn heard(world: &World, now: Timestamp) -> BTreeMap<String, (Value, Change)> {
    let mut all = BTreeMap::new();
    for app in world.apps.installations.values() {
        for (serial, door) in doors(world, app) {
            let change = |what| Change {
                location: app.location.as_str().to_owned(),
                owner: world
                    .home(&app.location)
                    .map_or_else(|_| String::new(), |home| home.created_by.clone()),
                serial: serial.clone(),
                what,
            };
            for attribute in attributes(door, world.apps.optimistic.get(serial).copied(), now) {
                let Attribute {
                    component,
                    capability,
                    name,
                    ..
                } = &attribute;
                let key = format!("{serial}/{component}/{capability}/{name}");
                let value = attribute.value.clone();
                all.insert(key, (value, change(What::Attribute(Box::new(attribute)))));
            }
            let health = health_word(door, now);
            all.insert(
                format!("{serial}/health"),
                (json!(health), change(What::Health(health))),
            );
        }
    }
    all
}

/// Whether anything has changed since it was last told.
pub(super) fn pending(world: &World, now: Timestamp) -> bool {
    !world.apps.installations.is_empty()
        && heard(world, now)
            .iter()
            .any(|(key, (value, _))| world.apps.told.get(key) != Some(value))
}

/// Takes what is so now for known.
pub(super) fn prime(world: &mut World, now: Timestamp) {
    let known = heard(world, now)
        .into_iter()
        .map(|(key, (value, _))| (key, value));
    world.apps.told = known.collect();
}

/// Puts a message into the outbox for each app that hears of a change, and gives the changes. What was never heard of before is no change.
pub(super) fn gather(world: &mut World, now: Timestamp) -> Vec<Change> {
    let mut changes = Vec::new();
    for (key, (value, change)) in heard(world, now) {
        let before = world.apps.told.insert(key, value.clone());
        if before.is_some_and(|before| before != value) {
            changes.push(change);
        }
    }
    let apps: Vec<_> = world.apps.installations.clone().into_iter().collect();
    for (id, app) in apps {
        let mut events = Vec::new();
        for change in changes
            .iter()
            .filter(|change| change.location == app.location.as_str())
        {
            for subscription in app.subscriptions.iter().filter(|one| fits(one, change)) {
                events.push(event(&world.apps.name(), change, &subscription.name, now));
            }
        }
        if !events.is_empty() {
            let message = message(&id, &app, &events);
            world.apps.push(now, message);
        }
    }
    changes
}

/// The message that the owner took the app out of the home.
pub(super) fn uninstalled(id: &str, app: &Installation, event_id: &str, now: Timestamp) -> Value {
    let event = json!({
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "eventType": "INSTALLED_APP_LIFECYCLE_EVENT",
        "installedAppLifecycleEvent": {
            "eventId": event_id,
            "locationId": app.location,
            "installedAppId": id,
            "lifecycle": "DELETE",
            "delete": {},
        },
    });
    message(id, app, &[event])
}

fn message(id: &str, app: &Installation, events: &[Value]) -> Value {
    json!({
        "messageType": "EVENT",
        "eventData": {
            "installedApp": { "installedAppId": id, "locationId": app.location },
            "events": events,
        },
    })
}

/// Whether a subscription wants to hear of a change.
fn fits(subscription: &Subscription, change: &Change) -> bool {
    let detail = &subscription.detail;
    // What is not named, or named by a star, is everything.
    let named = |name: &str, value: &str| match &detail[name] {
        Value::Null => true,
        Value::String(wanted) => wanted == "*" || wanted == value,
        _ => false,
    };
    let serial = change.serial.as_str();
    match (&change.what, subscription.source.as_str()) {
        (What::Attribute(told), "DEVICE") => {
            named("deviceId", serial)
                && named("componentId", told.component)
                && named("capability", told.capability)
                && named("attribute", told.name)
                && wanted_value(detail, &told.value)
        }
        (What::Attribute(told), "CAPABILITY") => {
            named("capability", told.capability)
                && named("attribute", told.name)
                && wanted_value(detail, &told.value)
        }
        (What::Health(_), "DEVICE_HEALTH") => detail["deviceIds"]
            .as_array()
            .is_none_or(|all| all.iter().any(|one| one.as_str() == Some(serial))),
        _ => false,
    }
}

fn wanted_value(detail: &Value, value: &Value) -> bool {
    let wanted = &detail["value"];
    wanted.is_null() || wanted == "*" || wanted == value
}

/// The word for the type of a value.
const fn value_type(value: &Value) -> &'static str {
    match value {
        Value::Number(_) => "number",
        Value::Null => "null",
        _ => "string",
    }
}

fn event(id: &str, change: &Change, name: &str, now: Timestamp) -> Value {
    let time = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    match &change.what {
        What::Attribute(told) => {
            let mut event = json!({ "eventTime": time, "eventType": "DEVICE_EVENT", "deviceEvent": device_event(id, change, told) });
            event["deviceEvent"]["subscriptionName"] = json!(name);
            event
        }
        What::Health(status) => json!({
            "eventTime": time,
            "eventType": "DEVICE_HEALTH_EVENT",
            "deviceHealthEvent": health_event(id, change, status),
        }),
    }
}

/// What an event says of an attribute.
pub(super) fn device_event(id: &str, change: &Change, told: &Attribute) -> Value {
    json!({
        "eventId": id,
        "locationId": change.location,
        "deviceId": change.serial,
        "componentId": told.component,
        "capability": told.capability,
        "attribute": told.name,
        "value": told.value,
        "valueType": value_type(&told.value),
        "stateChange": true,
        "data": {},
    })
}

/// What an event says of health. Why a device is away is made up.
pub(super) fn health_event(id: &str, change: &Change, status: &str) -> Value {
    let reason = if status == "ONLINE" { "NONE" } else { "HUB_OFFLINE" };
    json!({
        "eventId": id,
        "locationId": change.location,
        "deviceId": change.serial,
        "hubId": null,
        "status": status,
        "reason": reason,
    })
}
