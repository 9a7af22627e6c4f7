//! What a device is made of, and what it says: components with capabilities with attributes. Where a door's driver puts the door, its
//! contact sensor and its battery differs from driver to driver.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::apps::Optimistic;
use crate::door::{Direction, ReportedState};
use crate::world::WorldDoor;

/// After so many seconds of a movement that nothing was heard of, a driver says `unknown`: those of the Ecolink driver.
const OPEN_TIMEOUT_S: i64 = 20;
const CLOSE_TIMEOUT_S: i64 = 15;

/// How a device's driver lays it out, by the type of the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Everything on `main`, with a contact sensor.
    Main,
    /// Contact sensor and battery on a component of their own.
    Sensor,
    /// The older capability alone, without a contact sensor; its owner says that it is a garage door, and its maker does not.
    Older,
    /// Both capabilities, without a contact sensor.
    Both,
    /// The door of a microwave.
    Microwave,
}

impl Layout {
    /// A door of a type that this cloud does not have is one of the first.
    pub(super) fn of(door: &WorldDoor) -> Self {
        match door.device_type.as_str() {
            "sensor" => Self::Sensor,
            "garageDoorControl" => Self::Older,
            "doorControl+garageDoorControl" => Self::Both,
            "microwave" => Self::Microwave,
            _ => Self::Main,
        }
    }

    const fn maker(self) -> &'static str {
        match self {
            Self::Main | Self::Both => "Ecolink",
            Self::Sensor => "FortrezZ",
            Self::Older => "Third Reality",
            Self::Microwave => "Samsung Electronics",
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Main | Self::Sensor | Self::Both => "ZWAVE",
            Self::Older => "MATTER",
            Self::Microwave => "OCF",
        }
    }

    /// The capabilities by which the door is moved.
    pub(super) const fn door_capabilities(self) -> &'static [&'static str] {
        match self {
            Self::Main | Self::Sensor | Self::Microwave => &["doorControl"],
            Self::Older => &["garageDoorControl"],
            Self::Both => &["doorControl", "garageDoorControl"],
        }
    }

    /// The component of the contact sensor and the battery.
    const fn sensor(self) -> &'static str {
        match self {
            Self::Sensor => "sensor",
            _ => "main",
        }
    }

    const fn has_contact(self) -> bool {
        matches!(self, Self::Main | Self::Sensor)
    }

    /// The components, each with its capabilities.
    fn components(self, battery: bool) -> Vec<(&'static str, Vec<&'static str>)> {
        let mut main = self.door_capabilities().to_vec();
        let mut beside = Vec::new();
        if self.has_contact() {
            beside.push("contactSensor");
        }
        if battery {
            beside.push("battery");
        }
        if self.sensor() == "main" {
            main.append(&mut beside);
        }
        let mut all = vec![("main", main)];
        if !beside.is_empty() {
            all.push((self.sensor(), beside));
        }
        all
    }

    fn categories(self, component: &str) -> Value {
        let category = |name: &str, by: &str| json!({ "name": name, "categoryType": by });
        match (self, component) {
            (Self::Microwave, _) => json!([category("Microwave", "manufacturer")]),
            (Self::Older, "main") => {
                json!([category("Other", "manufacturer"), category("GarageDoor", "user")])
            }
            (_, "main") => json!([category("GarageDoor", "manufacturer")]),
            _ => json!([category("Other", "manufacturer")]),
        }
    }
}

/// The names of the capabilities that a device has, on whatever component.
pub(super) fn capabilities(door: &WorldDoor) -> Vec<&'static str> {
    let battery = door.door.switches.sensor_battery_percent.is_some();
    let components = Layout::of(door).components(battery);
    components.into_iter().flat_map(|(_, all)| all).collect()
}

/// The device, as a list shows it.
pub(super) fn device(serial: &str, location: &str, owner: &str, door: &WorldDoor) -> Value {
    let layout = Layout::of(door);
    let battery = door.door.switches.sensor_battery_percent.is_some();
    let components = layout.components(battery).into_iter().map(|(id, capabilities)| {
        let capabilities: Vec<_> = capabilities
            .iter()
            .map(|capability| json!({ "id": capability, "version": 1 }))
            .collect();
        json!({ "id": id, "label": id, "capabilities": capabilities, "categories": layout.categories(id) })
    });
    json!({
        "deviceId": serial,
        "name": "garage-door",
        "label": door.name,
        "manufacturerName": layout.maker(),
        "presentationId": format!("{}-{}", layout.maker(), layout.kind()),
        "ownerId": owner,
        "locationId": location,
        "roomId": null,
        "type": layout.kind(),
        "components": components.collect::<Vec<_>>(),
    })
}

/// One thing that a device says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Attribute {
    pub(super) component: &'static str,
    pub(super) capability: &'static str,
    pub(super) name: &'static str,
    pub(super) value: Value,
    unit: Option<&'static str>,
    at: Timestamp,
}

impl Attribute {
    /// The attribute, as a status shows it.
    pub(super) fn told(&self) -> Value {
        let mut told = json!({ "value": self.value, "timestamp": moment(self.at) });
        if let Some(unit) = self.unit {
            told["unit"] = json!(unit);
        }
        if self.value.is_null() {
            told = json!({ "value": null });
        }
        told
    }
}

/// A moment, as this cloud writes one.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// All that a device says. Of one that was never set up it says nothing: its values are null.
pub(super) fn attributes(door: &WorldDoor, optimistic: Option<Optimistic>, now: Timestamp) -> Vec<Attribute> {
    let layout = Layout::of(door);
    let shown = door.door.reported(now);
    let (word, at) = match optimistic.filter(|moving| shown.last_update <= moving.since) {
        Some(moving) => (guessed(moving, now), moving.since),
        None => (word(shown.state), shown.last_update),
    };
    let word = if door.door.switches.claims_closed {
        "closed"
    } else {
        word
    };
    let contact = if shown.state == ReportedState::Closed {
        "closed"
    } else {
        "open"
    };
    let heard = |value: Value| {
        if door.door.switches.paired {
            value
        } else {
            Value::Null
        }
    };
    let mut all: Vec<_> = layout
        .door_capabilities()
        .iter()
        .map(|capability| Attribute {
            component: "main",
            capability,
            name: "door",
            value: heard(json!(word)),
            unit: None,
            at,
        })
        .collect();
    if layout.has_contact() {
        all.push(Attribute {
            component: layout.sensor(),
            capability: "contactSensor",
            name: "contact",
            value: heard(json!(contact)),
            unit: None,
            at: shown.last_update,
        });
    }
    if let Some(percent) = door.door.switches.sensor_battery_percent {
        all.push(Attribute {
            component: layout.sensor(),
            capability: "battery",
            name: "battery",
            value: heard(json!(percent)),
            unit: Some("%"),
            at: shown.last_status,
        });
    }
    all
}

/// The vendor has no word for a door that stopped between its ends, nor for one that meets something and goes up again.
const fn word(state: ReportedState) -> &'static str {
    match state {
        ReportedState::Open => "open",
        ReportedState::Closed => "closed",
        ReportedState::Opening | ReportedState::Autoreverse => "opening",
        ReportedState::Closing => "closing",
        ReportedState::Stopped | ReportedState::Unknown => "unknown",
    }
}

/// What a driver says that tells a movement as soon as it has the order.
fn guessed(moving: Optimistic, now: Timestamp) -> &'static str {
    let gone = now.duration_since(moving.since).as_secs();
    match moving.way {
        Direction::Open if gone < OPEN_TIMEOUT_S => "opening",
        Direction::Close if gone < CLOSE_TIMEOUT_S => "closing",
        Direction::Open | Direction::Close => "unknown",
    }
}
