//! A controller in the home, in place of a cloud: it hangs beside the openers, knows a door by its number, has nothing but a pulse for it,
//! and is reached on the home's own network.
//!
//! One simulator is one controller: that of the first home that there is, with the first three of its doors. It is on the net or not, and
//! its doors with it: one of them off the net is the controller off the net.

use crate::door::{Reported, ReportedState};
use crate::names::{Email, Serial};
use crate::world::{Device, World};

/// How many doors a controller has room for.
pub(crate) const DOORS_MAX: usize = 3;

/// The doors, in the order of their numbers.
pub(crate) fn doors(world: &World) -> Vec<Serial> {
    let devices = world.homes().next().map(|(_, home)| home.devices.as_slice());
    let serials = devices
        .unwrap_or_default()
        .iter()
        .filter_map(|device| match device {
            Device::Door { serial } => Some(serial.clone()),
            Device::Gadget(_) => None,
        });
    serials.take(DOORS_MAX).collect()
}

/// The door of a number, which counts from 0.
pub(crate) fn door_at(world: &World, index: usize) -> Option<Serial> {
    doors(world).into_iter().nth(index)
}

/// Whether the controller is off the net.
pub(crate) fn is_away(world: &World) -> bool {
    let away = |serial: &Serial| world.door(serial).is_ok_and(|known| !known.door.online());
    doors(world).iter().any(away)
}

/// Whether this is somebody who has an account on the controller.
pub(crate) fn knows(world: &World, email: &Email) -> bool {
    let home = world.homes().next();
    home.is_some_and(|(_, home)| home.members.contains_key(email))
}

/// What a sensor at the floor says: whether the door lies on it. It says so of any movement, whoever ordered it.
pub(crate) fn is_closed(shown: Reported) -> bool {
    shown.state == ReportedState::Closed
}
