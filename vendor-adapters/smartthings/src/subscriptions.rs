//! What we subscribe to, and under which names. Pure.
//!
//! An event says what changed, and nothing of what the device is made of. What must be known to read it is in the subscription's name,
//! which comes with every event: whether the door has a contact sensor beside it, and whose sensor it is.

use serde_json::{Value, json};

use crate::door_id::DoorKey;
use crate::wire::Device;

/// What a subscription is for, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A door without a contact sensor: its driver's word is all there is.
    Alone,
    /// A door with one: its driver's word is half of it.
    WithSensor,
    /// The contact sensor of the door on this component.
    Sensor(String),
}

impl Role {
    /// The role in a name that [`Self::name`] gave.
    pub fn of(name: &str) -> Option<Self> {
        let mut parts = name.split('_');
        let role = match (parts.next()?, parts.next()?) {
            ("alone", _) => Self::Alone,
            ("door", _) => Self::WithSensor,
            ("contact", component) => Self::Sensor(component.to_owned()),
            _ => return None,
        };
        Some(role)
    }

    /// A name, with this number. The vendor's own SDK looks at the part before the first underscore.
    fn name(&self, number: usize) -> String {
        match self {
            Self::Alone => format!("alone_{number}"),
            Self::WithSensor => format!("door_{number}"),
            Self::Sensor(component) => format!("contact_{component}_{number}"),
        }
    }
}

/// One attribute of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wish {
    role: Role,
    device: String,
    component: String,
    capability: String,
    attribute: &'static str,
}

impl Wish {
    fn fits(&self, existing: &Value) -> bool {
        let detail = &existing["device"];
        let name = detail["subscriptionName"].as_str().unwrap_or_default();
        Role::of(name).as_ref() == Some(&self.role)
            && detail["deviceId"] == self.device.as_str()
            && detail["componentId"] == self.component.as_str()
            && detail["capability"] == self.capability.as_str()
            && detail["attribute"] == self.attribute
    }

    fn asked(&self, number: usize) -> Value {
        json!({ "sourceType": "DEVICE", "device": {
            "deviceId": self.device,
            "componentId": self.component,
            "capability": self.capability,
            "attribute": self.attribute,
            "value": "*",
            "stateChangeOnly": true,
            "subscriptionName": self.role.name(number),
        } })
    }
}

/// What to do about subscriptions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// To be ended, by their ids.
    pub end: Vec<String>,
    /// To be made.
    pub make: Vec<Value>,
}

/// What to do so that exactly these doors are heard of, given what there is. A door that is not among the devices is left out.
pub fn plan(existing: &[Value], devices: &[Device], doors: &[DoorKey]) -> Plan {
    let wishes: Vec<_> = doors.iter().flat_map(|key| wishes(devices, key)).collect();
    let unwanted = existing
        .iter()
        .filter(|one| !wishes.iter().any(|wish| wish.fits(one)));
    let taken = |number: usize| {
        let ends = format!("_{number}");
        let named = |one: &Value| {
            ["device", "capability", "deviceHealth", "deviceLifecycle"]
                .iter()
                .any(|key| {
                    one[key]["subscriptionName"]
                        .as_str()
                        .is_some_and(|name| name.ends_with(&ends))
                })
        };
        existing.iter().any(named)
    };
    let mut free = (0..).filter(|number| !taken(*number));
    let missing = wishes
        .iter()
        .filter(|wish| !existing.iter().any(|one| wish.fits(one)));
    Plan {
        end: unwanted
            .filter_map(|one| one["id"].as_str().map(str::to_owned))
            .collect(),
        make: missing
            .map(|wish| wish.asked(free.next().unwrap_or_default()))
            .collect(),
    }
}

fn wishes(devices: &[Device], key: &DoorKey) -> Vec<Wish> {
    let Some(device) = devices.iter().find(|device| device.id == key.device) else {
        return Vec::new();
    };
    let Some(capability) = device.moved_by(key) else {
        return Vec::new();
    };
    let wish = |role, component: &str, capability: &str, attribute| Wish {
        role,
        device: key.device.clone(),
        component: component.to_owned(),
        capability: capability.to_owned(),
        attribute,
    };
    let door = |role| wish(role, &key.component, capability, "door");
    let Some(contact) = device.contact_of(key) else {
        return vec![door(Role::Alone)];
    };
    let mut all = vec![door(Role::WithSensor)];
    // A component whose name would not come back out of ours is read, and not heard of.
    if !key.component.contains('_') {
        all.push(wish(
            Role::Sensor(key.component.clone()),
            contact,
            "contactSensor",
            "contact",
        ));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, components: &Value) -> Device {
        Device::from_value(&json!({ "deviceId": id, "components": components })).unwrap()
    }

    fn part(id: &str, capabilities: &[&str]) -> Value {
        let capabilities: Vec<_> = capabilities.iter().map(|id| json!({ "id": id })).collect();
        json!({ "id": id, "capabilities": capabilities, "categories": [{ "name": "GarageDoor", "categoryType": "user" }] })
    }

    fn key(device: &str, component: &str) -> DoorKey {
        DoorKey {
            device: device.to_owned(),
            component: component.to_owned(),
        }
    }

    fn names(plan: &Plan) -> Vec<&str> {
        plan.make
            .iter()
            .filter_map(|one| one["device"]["subscriptionName"].as_str())
            .collect()
    }

    #[test]
    fn a_role_comes_back_from_its_name_and_no_other_name_has_one() {
        for role in [Role::Alone, Role::WithSensor, Role::Sensor("door2".to_owned())] {
            assert_eq!(Role::of(&role.name(17)), Some(role));
        }
        for other in ["", "door", "doorHandler", "_", "somebody_0"] {
            assert_eq!(Role::of(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_there_already_stays_and_what_nobody_wants_goes() {
        let devices = [
            device(
                "a",
                &json!([part("main", &["doorControl"]), part("sensor", &["contactSensor"])]),
            ),
            device("b", &json!([part("main", &["garageDoorControl"])])),
        ];
        let (a, b) = (key("a", "main"), key("b", "main"));
        let first = plan(&[], &devices, std::slice::from_ref(&a));
        assert_eq!(names(&first), ["door_0", "contact_main_1"]);
        assert_eq!(first.make[1]["device"]["componentId"], "sensor");
        let mut made = first.make.clone();
        for (at, one) in made.iter_mut().enumerate() {
            one["id"] = json!(format!("s{at}"));
        }
        assert_eq!(plan(&made, &devices, std::slice::from_ref(&a)), Plan::default());
        let both = plan(&made, &devices, &[a, b.clone()]);
        assert_eq!((names(&both), both.end.len()), (vec!["alone_2"], 0));
        let other = plan(&made, &devices, std::slice::from_ref(&b));
        assert_eq!(other.end, ["s0", "s1"]);
        assert_eq!(plan(&[], &devices, &[key("gone", "main")]), Plan::default());
    }
}
