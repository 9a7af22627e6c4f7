//! What the cloud sends, read with patience: keys that may be missing or hold something else than usual, values that may be null, and one
//! odd device that must not hide the others.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::door_id::DoorKey;

/// The capabilities by which a door is moved, the better one first. The second is the older twin of the first.
pub const DOOR_CAPABILITIES: [&str; 2] = ["doorControl", "garageDoorControl"];

/// The category of a component that is a garage door, by its maker's word or its owner's.
const GARAGE_DOOR: &str = "GarageDoor";

/// One page of a list.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// What is on it.
    pub items: Vec<Value>,
    /// Where the next one is.
    #[serde(rename = "_links", default)]
    links: Value,
}

impl Page {
    /// The number of the next page and how much is on it, if there is one.
    pub fn next(&self) -> Option<(String, String)> {
        let next = url::Url::parse(self.links["next"]["href"].as_str()?).ok()?;
        let number = |name: &str| {
            let (_, value) = next.query_pairs().find(|(key, _)| key == name)?;
            let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| value.into_owned())
        };
        Some((number("max")?, number("page")?))
    }
}

/// A device, as a list shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub label: Option<String>,
    /// Who made it, and how it is shown: by either the operator may know it.
    pub known_by: Vec<String>,
    components: Vec<Component>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Component {
    id: String,
    capabilities: Vec<String>,
    is_garage_door: bool,
}

impl Component {
    fn has(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|one| one == capability)
    }

    fn moves(&self) -> bool {
        DOOR_CAPABILITIES.iter().any(|capability| self.has(capability))
    }
}

impl Device {
    /// The device in `value`, if it has an id.
    pub fn from_value(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let components = value["components"].as_array().map(Vec::as_slice);
        Some(Self {
            id: text("deviceId")?,
            label: text("label").or_else(|| text("name")),
            known_by: ["manufacturerName", "presentationId"]
                .into_iter()
                .filter_map(text)
                .collect(),
            components: components
                .unwrap_or_default()
                .iter()
                .filter_map(component)
                .collect(),
        })
    }

    /// The garage doors that it has. A device has a door on another component than `main`, or several of them.
    pub fn doors(&self) -> impl Iterator<Item = DoorKey> {
        let doors = self
            .components
            .iter()
            .filter(|component| component.is_garage_door && component.moves());
        doors.map(|component| DoorKey {
            device: self.id.clone(),
            component: component.id.clone(),
        })
    }

    /// Which of the capabilities moves a door of this device.
    pub fn moved_by(&self, key: &DoorKey) -> Option<&'static str> {
        let component = self
            .components
            .iter()
            .find(|component| component.id == key.component)?;
        DOOR_CAPABILITIES
            .into_iter()
            .find(|capability| component.has(capability))
    }

    /// The component whose contact sensor is that of a door.
    pub fn contact_of(&self, key: &DoorKey) -> Option<&str> {
        let all = self.components.iter();
        let all: Vec<_> = all
            .map(|one| (one.id.as_str(), one.has("contactSensor"), one.moves()))
            .collect();
        belonging(key, &all)
    }
}

fn component(value: &Value) -> Option<Component> {
    let all = |name: &str| {
        value[name]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
            .iter()
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Component {
        id: text(&value["id"])?,
        capabilities: all("capabilities")
            .filter_map(|capability| text(&capability["id"]))
            .collect(),
        is_garage_door: all("categories").any(|category| category["name"] == GARAGE_DOOR),
    })
}

/// Which of these components has what belongs to a door, each given with whether it has that, and whether it is moved. It is the door's
/// own; or the only other one, of a device with a single door. Where it might be another door's it is nobody's.
fn belonging<'a>(key: &DoorKey, all: &[(&'a str, bool, bool)]) -> Option<&'a str> {
    let mut having = all.iter().filter(|(_, has, _)| *has).map(|(id, _, _)| *id);
    if let Some(own) = having.clone().find(|id| *id == key.component) {
        return Some(own);
    }
    let one_door = all.iter().filter(|(_, _, moves)| *moves).count() == 1;
    let only = having.next().filter(|_| having.next().is_none());
    only.filter(|_| one_door)
}

/// A value, and when it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The word; nothing if it is null, or no word.
    pub word: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
}

impl Told {
    fn of(attribute: &Value) -> Self {
        Self {
            word: attribute["value"].as_str().map(str::to_owned),
            at: attribute["timestamp"].as_str().and_then(|at| at.parse().ok()),
        }
    }
}

/// What a device's status says of one door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoorStatus {
    /// What moves it, and what that says of it; the better capability first.
    pub door: Vec<(&'static str, Told)>,
    /// What its contact sensor says, where it has one.
    pub contact: Option<Told>,
    /// What a battery is charged to, in per cent, where there is one.
    pub battery: Option<u64>,
}

impl DoorStatus {
    /// The door `key` in a device's status. `None` if there is no such door in it.
    pub fn of(status: &Value, key: &DoorKey) -> Option<Self> {
        let components = status["components"].as_object()?;
        let own = components.get(&key.component)?;
        let door: Vec<_> = DOOR_CAPABILITIES
            .into_iter()
            .filter_map(|capability| Some((capability, Told::of(own.get(capability)?.get("door")?))))
            .collect();
        if door.is_empty() {
            return None;
        }
        let beside = |capability: &str| {
            let has = |component: &Value| component.get(capability).is_some();
            let moves = |component: &Value| DOOR_CAPABILITIES.iter().any(|one| component.get(one).is_some());
            let all: Vec<_> = components
                .iter()
                .map(|(id, component)| (id.as_str(), has(component), moves(component)))
                .collect();
            Some(&components[belonging(key, &all)?][capability])
        };
        Some(Self {
            door,
            contact: beside("contactSensor").map(|sensor| Told::of(&sensor["contact"])),
            battery: beside("battery").and_then(|battery| battery["battery"]["value"].as_u64()),
        })
    }
}

/// How well a device is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It is.
    Online,
    /// It is not, or the vendor does not know.
    Away,
    /// The vendor has no word for this device.
    NotTold,
}

impl Health {
    /// What an answer says.
    pub fn of(answer: &Value) -> Self {
        if answer["state"] == "ONLINE" {
            Self::Online
        } else {
            Self::Away
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn device(components: Value) -> Device {
        let value =
            json!({ "deviceId": "d", "label": "Garage", "manufacturerName": "m", "components": components });
        Device::from_value(&value).unwrap()
    }

    fn part(id: &str, capabilities: &[&str], category: &str) -> Value {
        let capabilities: Vec<_> = capabilities
            .iter()
            .map(|id| json!({ "id": id, "version": 1 }))
            .collect();
        let categories = json!([{ "name": category, "categoryType": "manufacturer" }]);
        json!({ "id": id, "capabilities": capabilities, "categories": categories })
    }

    fn key(component: &str) -> DoorKey {
        DoorKey {
            device: "d".to_owned(),
            component: component.to_owned(),
        }
    }

    #[test]
    fn only_a_component_that_is_a_garage_door_and_can_be_moved_is_one() {
        let microwave = device(json!([part("main", &["doorControl"], "Microwave")]));
        let sensor = device(json!([part("main", &["contactSensor"], "GarageDoor")]));
        assert_eq!(microwave.doors().count() + sensor.doors().count(), 0);
        let by_its_owner = json!({
            "id": "main", "capabilities": [{ "id": "garageDoorControl" }],
            "categories": [{ "name": "Other", "categoryType": "manufacturer" }, { "name": "GarageDoor", "categoryType": "user" }],
        });
        assert_eq!(device(json!([by_its_owner])).doors().count(), 1);
        let four = json!(
            (1..=4)
                .map(|n| part(&format!("door{n}"), &["doorControl"], "GarageDoor"))
                .collect::<Vec<_>>()
        );
        let components: Vec<_> = device(four).doors().map(|door| door.component).collect();
        assert_eq!(components, ["door1", "door2", "door3", "door4"]);
    }

    #[test]
    fn a_contact_sensor_elsewhere_is_the_doors_only_where_it_can_be_no_others() {
        let sensor = || part("sensor", &["contactSensor"], "Other");
        let one = device(json!([part("main", &["doorControl"], "GarageDoor"), sensor()]));
        assert_eq!(one.contact_of(&key("main")), Some("sensor"));
        let own = device(json!([
            part("main", &["doorControl", "contactSensor"], "GarageDoor"),
            sensor()
        ]));
        assert_eq!(own.contact_of(&key("main")), Some("main"));
        let two_doors = device(json!([
            part("door1", &["doorControl"], "GarageDoor"),
            part("door2", &["doorControl"], "GarageDoor"),
            sensor()
        ]));
        assert_eq!(two_doors.contact_of(&key("door1")), None);
        let two_sensors = device(json!([
            part("main", &["doorControl"], "GarageDoor"),
            sensor(),
            part("window", &["contactSensor"], "Other")
        ]));
        assert_eq!(two_sensors.contact_of(&key("main")), None);
    }

    #[test]
    fn a_status_is_read_wherever_its_parts_are_and_null_is_nothing() {
        let status = json!({ "components": {
            "main": { "garageDoorControl": { "door": { "value": null } }, "doorControl": { "door": { "value": "open", "timestamp": "2026-01-01T00:00:00.000Z" } } },
            "sensor": { "contactSensor": { "contact": { "value": "open" } }, "battery": { "battery": { "value": 35, "unit": "%" } } },
        } });
        let seen = DoorStatus::of(&status, &key("main")).unwrap();
        assert_eq!(seen.door[0].0, "doorControl", "the better one first");
        assert_eq!(seen.door[0].1.at, "2026-01-01T00:00:00Z".parse().ok());
        assert_eq!(seen.door[1].1.word, None);
        assert_eq!(seen.contact.unwrap().word.as_deref(), Some("open"));
        assert_eq!(seen.battery, Some(35));
        for missing in ["sensor", "door9"] {
            assert_eq!(DoorStatus::of(&status, &key(missing)), None, "{missing}");
        }
        for odd in [
            json!({}),
            json!([]),
            json!({ "components": { "main": { "doorControl": {} } } }),
        ] {
            assert_eq!(DoorStatus::of(&odd, &key("main")), None);
        }
    }

    #[test]
    fn a_next_page_is_known_by_its_numbers_and_followed_nowhere_else() {
        let page = |links: Value| -> Page {
            serde_json::from_value(json!({ "items": [], "_links": links })).unwrap()
        };
        let next = page(json!({ "next": { "href": "https://evil.example/devices?max=20&page=1" } })).next();
        assert_eq!(next, Some(("20".to_owned(), "1".to_owned())));
        for none in [
            json!({}),
            json!({ "next": { "href": "/devices" } }),
            json!({ "next": { "href": "https://x.example/?max=1&page=-1" } }),
        ] {
            assert_eq!(page(none).next(), None);
        }
    }
}
