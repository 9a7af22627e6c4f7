//! What the API sends, read with patience: keys that may be missing or hold something else than usual, JSON as text inside JSON, and one
//! odd device that must not hide the others.

use serde::Deserialize;
use serde_json::Value;

/// The types of devices that are doors.
const DOOR_TYPES: [&str; 3] = ["WallStation", "WallStation_ESP32", "Mms100"];

/// The firmware of a device with this word cannot be controlled through the API.
const NOT_MIGRATED: &str = "NOT_STARTED";

/// One page of `devicesListAll`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The devices on it.
    pub devices: Vec<Value>,
    /// What the next page is asked for with, where there is one.
    pub next_token: Option<String>,
}

/// What a list says of a door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoorState {
    /// What its owner calls it.
    pub name: Option<String>,
    /// How it stands: see [`crate::reading`].
    pub barrier_status: Option<String>,
    /// Whether the opener is connected. `None` where the vendor does not say.
    pub connected: Option<bool>,
    /// Vacation mode: the opener is not expected to follow an order from afar.
    pub vacation_mode: bool,
}

/// The door in `device`, with the vendor's id. `None` for what is no door, or none that can be reached this way: another type of device, or
/// a firmware that is too old.
pub fn door_of(device: &Value) -> Option<(String, DoorState)> {
    let id = device["id"].as_str().filter(|id| !id.is_empty())?;
    let kind = device["type"].as_str()?;
    if !DOOR_TYPES.contains(&kind) {
        return None;
    }
    let state = &device["state"];
    let reported: Value = state["reported"]
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    if reported["migrationStatus"] == NOT_MIGRATED {
        return None;
    }
    let door = DoorState {
        name: reported["displayName"].as_str().map(str::to_owned),
        barrier_status: reported["barrierStatus"].as_str().map(str::to_owned),
        connected: state["connectionState"]["connected"].as_bool(),
        vacation_mode: reported["vcnMode"].as_bool().unwrap_or(false),
    };
    Some((id.to_owned(), door))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn device(kind: &str, reported: &Value) -> Value {
        json!({
            "id": "1", "type": kind, "controlLevel": "Owner", "attr": [{ "key": "organization", "value": "ORG/0:1" }],
            "state": {
                "deviceId": "1", "desired": "{}", "reported": reported.to_string(), "timestamp": 1, "version": 1,
                "connectionState": { "connected": true, "updatedTimestamp": "1" },
            },
            "groupIds": [],
        })
    }

    fn reported() -> Value {
        json!({
            "displayName": "Main", "barrierStatus": "0,0,0,0,-1,0,3,0", "lightStatus": "0,100", "vcnMode": false,
            "migrationStatus": "DONE", "deviceFwVersion": "1.2", "autoDisabled": false, "deviceId": "1",
        })
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z_{}\"]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 4, |inner| {
            proptest::collection::vec(inner, 0..4).prop_map(Value::from)
        })
    }

    proptest! {
        #[test]
        fn any_value_under_any_key_is_read_and_the_other_keys_survive(
            odd in any_json(),
            key in prop::sample::select(vec!["displayName", "lightStatus", "vcnMode", "autoDisabled", "new_key"]),
        ) {
            let mut said = reported();
            said[key] = odd;
            let (_, door) = door_of(&device("WallStation", &said)).unwrap();
            prop_assert_eq!(door.barrier_status.as_deref(), Some("0,0,0,0,-1,0,3,0"));
        }

        #[test]
        fn any_device_is_read_without_a_panic(odd in any_json(), state in any_json()) {
            prop_assert!(door_of(&odd).is_none());
            let (_, door) = door_of(&json!({ "id": "1", "type": "Mms100", "state": state })).unwrap();
            prop_assert_eq!(door, DoorState::default());
        }
    }

    #[test]
    fn doors_are_told_from_what_is_none_and_from_what_is_too_old() {
        for kind in DOOR_TYPES {
            let (id, door) = door_of(&device(kind, &reported())).unwrap();
            assert_eq!((id.as_str(), door.name.as_deref()), ("1", Some("Main")));
            assert_eq!((door.connected, door.vacation_mode), (Some(true), false));
        }
        assert!(door_of(&device("Lamp", &reported())).is_none());
        let mut old = reported();
        old["migrationStatus"] = json!("NOT_STARTED");
        assert!(door_of(&device("WallStation", &old)).is_none());
    }

    #[test]
    fn a_connection_that_is_not_told_is_none() {
        let mut silent = device("WallStation", &reported());
        silent["state"]["connectionState"] = Value::Null;
        assert_eq!(door_of(&silent).unwrap().1.connected, None);
    }
}
