//! What a body asks for. It is read as JSON whatever its type is said to be: a client has been seen to call it plain text.

use serde::Deserialize;
use serde_json::Value;

use crate::door::Direction;
use crate::face::controller;
use crate::face::orders::DoorOrder;
use crate::world::World;

/// What is asked of the controller.
pub(super) enum Asked {
    Status,
    Operate {
        index: usize,
        way: Direction,
        /// Whether the door is to stop on its way.
        partial: bool,
    },
    Notify(Wish),
    Light(u8),
    Identify,
    Reboot,
    /// Nothing that it knows, and why.
    Nonsense(&'static str),
}

#[derive(Deserialize)]
struct Envelope {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    r#type: String,
    name: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct Operation {
    door_idx: usize,
    cmd: Direction,
    partial_time: Option<u64>,
}

#[derive(Deserialize)]
struct Light {
    brightness: u8,
}

/// Where the household wants to hear of its doors.
#[derive(Deserialize)]
pub(super) struct Wish {
    pub(super) url: String,
    pub(super) proto: String,
    pub(super) enable: u8,
}

impl Asked {
    /// Reads a body.
    pub(super) fn read(body: &[u8]) -> Self {
        let Ok(Envelope { data }) = serde_json::from_slice(body) else {
            return Self::Nonsense("json format error");
        };
        let read = match (data.r#type.as_str(), data.name.as_str()) {
            ("get", "dev_st") => Some(Self::Status),
            ("set", "door_op") => valued(data.value).map(|asked: Operation| Self::Operate {
                index: asked.door_idx,
                way: asked.cmd,
                partial: asked.partial_time.is_some(),
            }),
            ("set", "notify_url") => valued(data.value).map(Self::Notify),
            ("set", "status_led") => valued(data.value).map(|asked: Light| Self::Light(asked.brightness)),
            ("set", "identify") => Some(Self::Identify),
            ("set", "reboot") => Some(Self::Reboot),
            _ => return Self::Nonsense("unknown name"),
        };
        read.unwrap_or(Self::Nonsense("value error"))
    }

    /// The order to a door, if it is one and there is such a door.
    pub(super) fn order(&self, world: &World) -> Option<DoorOrder> {
        match self {
            Self::Operate { index, way, .. } => Some(DoorOrder {
                account_id: None,
                serial: controller::door_at(world, *index)?,
                command: *way,
            }),
            _ => None,
        }
    }
}

fn valued<T: serde::de::DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}
