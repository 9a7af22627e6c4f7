//! What a push says: from the vendor's words to the contract's. Pure.
//!
//! An event is a hint. It comes late, twice, or out of order, and it tells one attribute, while a state is what two of them agree on. So the
//! end of a movement is told as fresh only for a door without a contact sensor; for any other it is `stale`, and a reading has to say.

use jiff::Timestamp;
use postern_contract::adapter::VendorDoorEvent;
use postern_contract::door::{DoorReading, DoorState, Observer};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::door_id::DoorKey;
use crate::reading::word;
use crate::subscriptions::Role;
use crate::wire::{DOOR_CAPABILITIES, Told};

/// Older than this an event says how the door once stood.
const OLD_SECONDS: i64 = 300;

/// The longest challenge that is given back.
const CHALLENGE_CHARS_MAX: usize = 200;

/// What the vendor wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// To know whether we are there. This alone is not signed for certain.
    Ping(String),
    /// That we confirm our address.
    Confirmation {
        /// The app that it is about.
        app: String,
        /// Where to confirm.
        url: String,
    },
    /// To tell what happened.
    Events(Vec<Value>),
    /// Something else, which is none of ours.
    Other,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Confirmation {
    app_id: String,
    confirmation_url: String,
}

impl Message {
    /// The message in a body. `None` if it is no message of this vendor.
    pub fn of(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let kind = body["lifecycle"]
            .as_str()
            .or_else(|| body["messageType"].as_str())?;
        Some(match kind {
            "PING" => {
                let challenge = body["pingData"]["challenge"].as_str()?;
                let short = challenge.chars().count() <= CHALLENGE_CHARS_MAX;
                Self::Ping(short.then(|| challenge.to_owned())?)
            }
            "CONFIRMATION" => {
                let asked = Confirmation::deserialize(&body["confirmationData"]).ok()?;
                Self::Confirmation {
                    app: asked.app_id,
                    url: asked.confirmation_url,
                }
            }
            "EVENT" => Self::Events(body["eventData"]["events"].as_array()?.clone()),
            _ => Self::Other,
        })
    }
}

/// What is answered to a ping.
pub fn pong(challenge: &str) -> String {
    json!({ "pingData": { "challenge": challenge } }).to_string()
}

/// What is answered to events.
pub fn taken() -> String {
    json!({ "eventData": {} }).to_string()
}

/// What is answered to a request to confirm.
pub fn confirmed(target_url: &str) -> String {
    json!({ "targetUrl": target_url }).to_string()
}

/// The installed app that its owner took away, if an event says so.
pub fn ended(event: &Value) -> Option<String> {
    let told = &event["installedAppLifecycleEvent"];
    let over = event["eventType"] == "INSTALLED_APP_LIFECYCLE_EVENT" && told["lifecycle"] == "DELETE";
    told["installedAppId"]
        .as_str()
        .filter(|_| over)
        .map(str::to_owned)
}

/// What an event says of a door. `None` for everything else.
pub fn door_event(event: &Value, now: Timestamp) -> Option<VendorDoorEvent> {
    if event["eventType"] != "DEVICE_EVENT" {
        return None;
    }
    let told = &event["deviceEvent"];
    let text = |name: &str| told[name].as_str();
    let role = Role::of(text("subscriptionName")?)?;
    let (capability, attribute) = (text("capability")?, text("attribute")?);
    let is_door = DOOR_CAPABILITIES.contains(&capability) && attribute == "door";
    let is_contact = capability == "contactSensor" && attribute == "contact";
    let said = Told {
        word: text("value").map(str::to_owned),
        at: event["eventTime"].as_str().and_then(|at| at.parse().ok()),
    };
    let state = word(&said);
    let moves = matches!(state, DoorState::Opening | DoorState::Closing);
    let (component, half) = match role {
        Role::Alone if is_door => (text("componentId")?.to_owned(), false),
        Role::WithSensor if is_door => (text("componentId")?.to_owned(), !moves),
        Role::Sensor(door) if is_contact => (door, true),
        _ => return None,
    };
    let key = DoorKey {
        device: text("deviceId")?.to_owned(),
        component,
    };
    // A time to come is a clock that is wrong, and no time is the beginning of it.
    let at = said.at.unwrap_or(Timestamp::UNIX_EPOCH).min(now);
    let old = now.duration_since(at).as_secs() > OLD_SECONDS;
    Some(VendorDoorEvent {
        event: text("eventId")?.to_owned(),
        door: key.to_ref()?,
        reading: DoorReading {
            state,
            online: true,
            obstructed: None,
            battery: None,
            observed_by: Observer::VendorEvent,
            observed_at: at,
            changed_at: said.at.map(|_| at),
            read_at: now,
            stale: half || old,
        },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T00:00:10Z".parse().unwrap()
    }

    fn event(name: &str, capability: &str, attribute: &str, value: &str) -> Value {
        json!({
            "eventTime": "2026-01-01T00:00:00Z", "eventType": "DEVICE_EVENT",
            "deviceEvent": {
                "eventId": "e-1", "locationId": "l", "deviceId": "d-1", "componentId": "sensor", "capability": capability,
                "attribute": attribute, "value": value, "subscriptionName": name,
            },
        })
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Message::of(&bytes);
        }

        #[test]
        fn an_event_of_a_door_with_a_sensor_never_proves_anything(name in "door_1|contact_main_2", value in "open|closed|unknown|[a-z]{0,6}") {
            let (capability, attribute) = if name == "door_1" { ("doorControl", "door") } else { ("contactSensor", "contact") };
            let told = door_event(&event(&name, capability, attribute, &value), now()).unwrap();
            prop_assert!(!told.reading.proves_closed_after(Timestamp::UNIX_EPOCH));
            prop_assert!(!told.reading.proves_open_after(Timestamp::UNIX_EPOCH));
        }
    }

    #[test]
    fn a_door_alone_is_believed_and_a_sensor_speaks_for_its_door() {
        let alone = door_event(&event("alone_0", "garageDoorControl", "door", "closed"), now()).unwrap();
        assert_eq!((alone.door.as_str(), alone.event.as_str()), ("d-1/sensor", "e-1"));
        assert_eq!(
            (alone.reading.state, alone.reading.stale),
            (DoorState::Closed, false)
        );
        assert_eq!(alone.reading.observed_at, "2026-01-01T00:00:00Z".parse().unwrap());
        let contact = door_event(
            &event("contact_main_2", "contactSensor", "contact", "open"),
            now(),
        )
        .unwrap();
        assert_eq!(
            (contact.door.as_str(), contact.reading.state),
            ("d-1/main", DoorState::Open)
        );
        let moving = door_event(&event("door_1", "doorControl", "door", "closing"), now()).unwrap();
        assert_eq!(
            (moving.reading.state, moving.reading.stale),
            (DoorState::Closing, false)
        );
    }

    #[test]
    fn an_old_event_and_one_without_a_time_are_stale_and_one_of_tomorrow_is_of_now() {
        let mut told = event("alone_0", "doorControl", "door", "closed");
        let later = now() + jiff::SignedDuration::from_secs(300);
        assert!(door_event(&told, later).unwrap().reading.stale);
        told["eventTime"] = json!("2026-01-02T00:00:00Z");
        assert_eq!(door_event(&told, now()).unwrap().reading.observed_at, now());
        told["eventTime"] = Value::Null;
        let timeless = door_event(&told, now()).unwrap().reading;
        assert_eq!(
            (timeless.stale, timeless.observed_at, timeless.changed_at),
            (true, Timestamp::UNIX_EPOCH, None)
        );
    }

    #[test]
    fn what_is_no_door_of_ours_is_left_out() {
        for other in [
            event("somebody_0", "doorControl", "door", "open"),
            event("alone_0", "switch", "switch", "on"),
            event("alone_0", "contactSensor", "contact", "open"),
            event("contact_main_0", "doorControl", "door", "open"),
            json!({ "eventType": "DEVICE_HEALTH_EVENT" }),
            json!(null),
        ] {
            assert_eq!(door_event(&other, now()), None, "{other}");
        }
    }

    #[test]
    fn the_end_of_a_link_is_heard_and_messages_are_told_apart() {
        let over = json!({ "eventType": "INSTALLED_APP_LIFECYCLE_EVENT",
            "installedAppLifecycleEvent": { "installedAppId": "app-1", "lifecycle": "DELETE" } });
        assert_eq!(ended(&over).as_deref(), Some("app-1"));
        let mut other = over;
        other["installedAppLifecycleEvent"]["lifecycle"] = json!("CREATE");
        assert_eq!(ended(&other), None);
        let message = |body: Value| Message::of(body.to_string().as_bytes());
        assert_eq!(
            message(json!({ "lifecycle": "PING", "pingData": { "challenge": "x" } })),
            Some(Message::Ping("x".to_owned()))
        );
        assert_eq!(
            message(json!({ "lifecycle": "PING", "pingData": { "challenge": "x".repeat(201) } })),
            None
        );
        assert_eq!(message(json!({ "messageType": "INSTALL" })), Some(Message::Other));
        assert_eq!(
            message(json!({ "messageType": "CONFIRMATION", "confirmationData": {} })),
            None
        );
        assert_eq!(
            message(json!({ "messageType": "EVENT", "eventData": { "events": [] } })),
            Some(Message::Events(Vec::new()))
        );
        assert_eq!(message(json!({})), None);
    }
}
