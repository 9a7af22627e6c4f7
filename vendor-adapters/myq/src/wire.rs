//! What the myQ cloud sends, read with patience: any key may be missing, or hold something else than usual, and one odd
//! device must not hide the others.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// `GET …/accounts`.
#[derive(Debug, Deserialize)]
pub struct Accounts {
    /// The homes that the login sees.
    pub accounts: Vec<Account>,
}

/// A home.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
}

/// `GET …/Devices`.
#[derive(Debug, Deserialize)]
pub struct Devices {
    /// Doors, and everything else that a home has.
    pub items: Vec<Value>,
}

/// One device.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Device {
    /// Absent on some keypads and sensors.
    #[serde(deserialize_with = "lenient")]
    pub serial_number: Option<String>,
    /// The account that it belongs to, which may be another than the one it was listed in.
    #[serde(deserialize_with = "lenient")]
    pub account_id: Option<String>,
    /// `garagedoor` for doors and gates.
    #[serde(deserialize_with = "lenient")]
    pub device_family: Option<String>,
    /// `gate` for gates.
    #[serde(deserialize_with = "lenient")]
    pub device_type: Option<String>,
    /// What its owner calls it.
    #[serde(deserialize_with = "lenient")]
    pub name: Option<String>,
    /// Absent on some devices.
    #[serde(deserialize_with = "lenient")]
    pub state: Option<State>,
}

impl Device {
    /// The device in `item`; one of which nothing is known if it is no object.
    pub fn from_item(item: Value) -> Self {
        serde_json::from_value(item).unwrap_or_default()
    }

    /// The serial number and state, if this is a garage door that can be ordered: not a gate, a lamp or a gateway.
    pub fn as_garage_door(&self) -> Option<(&str, &State)> {
        let is_garage_door = self.device_family.as_deref() == Some("garagedoor")
            && self.device_type.as_deref() != Some("gate");
        let serial = self.serial_number.as_deref().filter(|serial| !serial.is_empty());
        serial.zip(self.state.as_ref()).filter(|_| is_garage_door)
    }
}

/// A device's state, as far as it matters for a door.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct State {
    /// See [`crate::reading`].
    #[serde(deserialize_with = "lenient")]
    pub door_state: Option<String>,
    /// When `door_state` last changed.
    #[serde(deserialize_with = "lenient")]
    pub last_update: Option<Timestamp>,
    /// When the opener was last in contact.
    #[serde(deserialize_with = "lenient")]
    pub last_status: Option<Timestamp>,
    /// Whether the cloud believes that it can reach the opener.
    #[serde(deserialize_with = "lenient")]
    pub online: Option<bool>,
    /// Whether it may be opened with nobody there.
    #[serde(deserialize_with = "lenient")]
    pub is_unattended_open_allowed: Option<bool>,
    /// Whether it may be closed with nobody there.
    #[serde(deserialize_with = "lenient")]
    pub is_unattended_close_allowed: Option<bool>,
    /// The battery of the wireless position sensor is low.
    #[serde(deserialize_with = "lenient")]
    pub dps_low_battery_mode: Option<bool>,
    /// The battery of the wireless position sensor is nearly empty.
    #[serde(deserialize_with = "lenient")]
    pub dps_battery_critical: Option<bool>,
    /// The wireless position sensor is not heard.
    #[serde(deserialize_with = "lenient")]
    pub dps_no_communication: Option<bool>,
    /// Another sensor is not heard.
    #[serde(deserialize_with = "lenient")]
    pub sensor_comm_error: Option<bool>,
    /// The opener only reports, and takes no orders.
    #[serde(deserialize_with = "lenient")]
    pub monitor_only_mode: Option<bool>,
    /// The vacation lock is on.
    #[serde(deserialize_with = "lenient")]
    pub in_vacation_mode: Option<bool>,
}

/// The body of a refused path: `{"Error":{"Code":"UnsupportedApiVersion",…}}`.
pub fn is_unsupported_version(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body)
        .is_ok_and(|body| body["Error"]["Code"].as_str() == Some("UnsupportedApiVersion"))
}

/// `None` for a value that is missing, null, or of another type.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).ok())
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
            "[a-z0-9:TZ-]{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 4, |inner| {
            proptest::collection::vec(inner, 0..4).prop_map(Value::from)
        })
    }

    proptest! {
        #[test]
        fn any_value_under_any_key_is_read_and_the_other_keys_survive(
            odd in any_json(),
            key in prop::sample::select(vec![
                "door_state", "last_update", "online", "is_unattended_close_allowed", "dps_low_battery_mode", "new_key",
            ]),
        ) {
            let mut item = json!({
                "serial_number": "CG08", "device_family": "garagedoor",
                "state": { "door_state": "open", "last_status": "2026-01-01T00:05:00Z", "online": true },
            });
            item["state"][key] = odd;
            let device = Device::from_item(item);
            let (serial, state) = device.as_garage_door().unwrap();
            prop_assert_eq!(serial, "CG08");
            prop_assert!(state.last_status.is_some());
        }

        #[test]
        fn any_item_is_read_without_a_panic(odd in any_json()) {
            prop_assert!(Device::from_item(odd).as_garage_door().is_none());
        }
    }

    #[test]
    fn only_garage_doors_with_a_serial_number_and_a_state_are_doors() {
        let door = json!({ "serial_number": "S", "device_family": "garagedoor", "state": {} });
        assert!(Device::from_item(door.clone()).as_garage_door().is_some());
        for (key, value) in [
            ("device_family", json!("gateway")),
            ("device_family", json!("lamp")),
            ("device_family", Value::Null),
            ("device_type", json!("gate")),
            ("serial_number", json!("")),
            ("serial_number", Value::Null),
            ("state", Value::Null),
        ] {
            let mut decoy = door.clone();
            decoy[key] = value;
            assert!(
                Device::from_item(decoy.clone()).as_garage_door().is_none(),
                "{decoy}"
            );
        }
    }
}
