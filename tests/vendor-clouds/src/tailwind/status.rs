//! `dev_st`: the controller and its doors, of each whether it is open and whether it takes orders.
//!
//! That a controller for three doors lists the places where there is none, and calls them closed, is a guess.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::door::Direction;
use crate::face::controller;
use crate::seed::Stream;
use crate::world::World;

/// What is told of a door: there is no word for a movement, nor for not knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DoorState {
    pub(super) status: Direction,
    pub(super) locked_up: bool,
    pub(super) disabled: bool,
}

impl DoorState {
    /// A place where there is no door.
    const NONE: Self = Self {
        status: Direction::Close,
        locked_up: false,
        disabled: true,
    };
}

/// All three places.
pub(super) fn doors(world: &World, now: Timestamp) -> Vec<DoorState> {
    let known = controller::doors(world).into_iter().map(|serial| {
        let Ok(known) = world.door(&serial) else {
            return DoorState::NONE;
        };
        DoorState {
            status: if controller::is_closed(known.door.reported(now)) {
                Direction::Close
            } else {
                Direction::Open
            },
            locked_up: known.door.locked_out(),
            disabled: !known.door.switches.paired,
        }
    });
    let places = known.chain(std::iter::repeat(DoorState::NONE));
    places.take(controller::DOORS_MAX).collect()
}

/// The whole document.
pub(super) fn document(world: &World, now: Timestamp) -> Value {
    let doors: BTreeMap<String, Value> = doors(world, now)
        .into_iter()
        .enumerate()
        .map(|(index, door)| {
            let told = json!({
                "index": index,
                "status": door.status,
                "lockup": u8::from(door.locked_up),
                "disabled": u8::from(door.disabled),
            });
            (format!("door{}", index + 1), told)
        })
        .collect();
    json!({
        "result": "OK",
        "product": "iQ3",
        "dev_id": device_id(world),
        "proto_ver": "0.2",
        "door_num": controller::DOORS_MAX,
        "night_mode_en": 0,
        "fw_ver": "10.10",
        "led_brightness": world.controller.led_brightness,
        "router_rssi": -31,
        "server_monitor": false,
        "data": doors,
    })
}

/// The address of its network interface, as it writes it.
fn device_id(world: &World) -> String {
    let mut id = String::from("_");
    let [a, b, c, d, e, f, ..] = Stream::new(world.seed(), "tailwind").block();
    for byte in [a, b, c, d, e, f] {
        id.push_str(&format!("{byte:02x}_"));
    }
    id
}
