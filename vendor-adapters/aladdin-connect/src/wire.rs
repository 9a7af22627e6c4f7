//! What the cloud sends, read with patience: two spellings, keys that may be missing or hold something else than usual, and one odd
//! device that must not hide the others.

use serde::Deserialize;
use serde_json::Value;

use crate::door_id::DoorKey;

/// `GET devices`.
#[derive(Debug, Deserialize)]
pub struct Devices {
    /// The controllers that the login sees.
    pub devices: Vec<Value>,
}

/// What a list or a single reading says of a door.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoorState {
    /// What its owner calls it. Only lists say.
    pub name: Option<String>,
    /// See [`crate::reading`].
    pub status: Option<String>,
    /// How well the controller hears the door's sensor.
    pub link: Option<Link>,
    /// What the sensor's battery is charged to, in per cent. 0 usually means that there is none to speak of.
    pub battery: Option<u64>,
}

/// How well a door is known to its controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It was never set up.
    NotConfigured,
    /// It was set up, and its sensor is not heard.
    Paired,
    /// It is heard.
    Connected,
}

impl DoorState {
    /// The door in `value`. What is said in both spellings counts only when both agree.
    pub fn from_value(value: &Value) -> Self {
        Self {
            name: value["name"].as_str().map(str::to_owned),
            status: value["status"].as_str().map(str::to_owned),
            link: either(value, "link_status", "linkStatus").and_then(|link| match link.as_str()? {
                "not_config" => Some(Link::NotConfigured),
                "paired" => Some(Link::Paired),
                "connected" => Some(Link::Connected),
                _ => None,
            }),
            battery: either(value, "battery", "battery_level").and_then(Value::as_u64),
        }
    }
}

fn either<'a>(value: &'a Value, one: &str, other: &str) -> Option<&'a Value> {
    match (value.get(one), value.get(other)) {
        (Some(one), Some(other)) => Some(one).filter(|one| *one == other),
        (one, other) => one.or(other),
    }
}

/// The doors of one controller of the list. An id may be a text or, as in the vendor's older API, a number.
pub fn doors_of(device: &Value) -> Vec<(DoorKey, DoorState)> {
    let id = match &device["id"] {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return Vec::new(),
    };
    let doors = device["doors"].as_array().map(Vec::as_slice).unwrap_or_default();
    doors
        .iter()
        .filter_map(|door| {
            let key = DoorKey::new(id.clone(), door["index"].as_u64()?)?;
            Some((key, DoorState::from_value(door)))
        })
        .collect()
}

/// Whether a refusal says that the door is already as it should be: `{"code":400,"error":"Door is already open"}` in the vendor's older
/// API. Nothing else is taken for that.
pub fn says_already(body: &[u8], there: &str) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return false;
    };
    ["error", "message"].iter().any(|key| {
        body[*key].as_str().is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
            text.contains("already") && words.any(|word| word == there)
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-z_]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 4, |inner| {
            proptest::collection::vec(inner, 0..4).prop_map(Value::from)
        })
    }

    proptest! {
        #[test]
        fn any_value_under_any_key_is_read_and_the_other_keys_survive(
            odd in any_json(),
            key in prop::sample::select(vec!["name", "link_status", "linkStatus", "battery", "battery_level", "new_key"]),
        ) {
            let mut door = json!({ "index": 2, "status": "open" });
            door[key] = odd;
            let device = json!({ "id": "dev-1", "doors": [door, { "index": 3, "status": "closed" }] });
            let doors = doors_of(&device);
            prop_assert_eq!(doors.len(), 2);
            prop_assert_eq!(doors[0].1.status.as_deref(), Some("open"));
        }

        #[test]
        fn any_device_is_read_without_a_panic(odd in any_json()) {
            prop_assert!(doors_of(&odd).is_empty());
            prop_assert_eq!(DoorState::from_value(&odd), DoorState::default());
        }

        #[test]
        fn any_refusal_is_read_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(!says_already(&body, "open"));
        }
    }

    #[test]
    fn the_list_and_the_single_reading_say_the_same_in_two_spellings() {
        let listed =
            json!({"index":1,"name":"Main","status":"closed","link_status":"connected","battery":88});
        let single = json!({"status":"closed","linkStatus":"connected","battery_level":88});
        let from_list = DoorState::from_value(&listed);
        assert_eq!(from_list.name.as_deref(), Some("Main"));
        assert_eq!(
            DoorState {
                name: None,
                ..from_list
            },
            DoorState::from_value(&single)
        );
    }

    #[test]
    fn two_spellings_that_contradict_each_other_say_nothing() {
        let torn = json!({ "status": "closed", "link_status": "connected", "linkStatus": "paired" });
        assert_eq!(DoorState::from_value(&torn).link, None);
    }

    #[test]
    fn doors_count_from_one_to_three() {
        let doors = |index: Value| doors_of(&json!({ "id": 17, "doors": [{ "index": index }] }));
        assert_eq!(doors(json!(1))[0].0.device, "17");
        for index in [json!(0), json!(4), json!(-1), json!("1"), Value::Null] {
            assert!(doors(index.clone()).is_empty(), "{index}");
        }
    }

    #[test]
    fn only_a_refusal_that_names_the_state_says_already() {
        let said = |text: &str| json!({ "code": 400, "error": text }).to_string().into_bytes();
        assert!(says_already(&said("Door is already open"), "open"));
        assert!(says_already(&said("Door is already closed."), "closed"));
        for other in [
            "Door is already closed",
            "Door is already opening",
            "Door is open",
            "Bad Request",
        ] {
            assert!(!says_already(&said(other), "open"), "{other}");
        }
        assert!(!says_already(b"Door is already open", "open"), "not JSON");
    }
}
