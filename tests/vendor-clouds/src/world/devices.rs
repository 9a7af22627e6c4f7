//! Homes, and the things in them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::World;
use crate::config::{DecoyKind, Role};
use crate::door::Door;
use crate::error::CloudError;
use crate::names::{AccountId, Email, Serial};

/// A home, which a cloud calls an account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Home {
    /// Its name.
    pub name: String,
    /// The id of the user who made it.
    pub created_by: String,
    /// Who sees it, and as what.
    pub members: BTreeMap<Email, Role>,
    /// What its list shows, in this order.
    pub devices: Vec<Device>,
}

impl Home {
    pub(super) fn new(name: &str, owner_id: &str, owner: &Email) -> Self {
        Self {
            name: name.to_owned(),
            created_by: owner_id.to_owned(),
            members: BTreeMap::from([(owner.clone(), Role::Owner)]),
            devices: Vec::new(),
        }
    }

    /// Whether its list shows this door.
    #[must_use]
    pub fn shows_door(&self, serial: &Serial) -> bool {
        self.devices
            .iter()
            .any(|device| matches!(device, Device::Door { serial: listed } if listed == serial))
    }

    /// The serial number of its gateway, if it has one.
    #[must_use]
    pub fn gateway(&self) -> Option<&Serial> {
        self.devices.iter().find_map(|device| match device {
            Device::Gadget(gadget) if gadget.kind == DecoyKind::Gateway => gadget.serial.as_ref(),
            _ => None,
        })
    }
}

/// One item in the list of a home.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Device {
    /// A door. The door itself is elsewhere: two homes can show the same one.
    Door {
        /// Which.
        serial: Serial,
    },
    /// Something else.
    Gadget(Gadget),
}

/// Something that is no door, or says too little to be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gadget {
    /// What it is.
    #[serde(rename = "gadget")]
    pub kind: DecoyKind,
    /// Its serial number, if it has one.
    pub serial: Option<Serial>,
    /// Its name.
    pub name: String,
    /// Whether it is switched on, for a lamp.
    pub on: bool,
    /// When it was added.
    pub created: Timestamp,
}

/// A door with what a cloud knows of it besides.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WorldDoor {
    /// Its name.
    pub name: String,
    /// What kind of opener it says it is.
    pub device_type: String,
    /// When it was added.
    pub created: Timestamp,
    /// Whether its times are its own, and not the cloud's.
    pub own_timings: bool,
    /// The door.
    pub door: Door,
}

impl World {
    /// All homes.
    pub fn homes(&self) -> impl Iterator<Item = (&AccountId, &Home)> {
        self.homes.iter()
    }

    /// All doors.
    pub fn doors(&self) -> impl Iterator<Item = (&Serial, &WorldDoor)> {
        self.doors.iter()
    }

    /// A home.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn home(&self, account_id: &AccountId) -> Result<&Home, CloudError> {
        self.homes
            .get(account_id)
            .ok_or_else(|| CloudError::NoSuch(format!("account {account_id}")))
    }

    /// A home, to change it.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn home_mut(&mut self, account_id: &AccountId) -> Result<&mut Home, CloudError> {
        self.homes
            .get_mut(account_id)
            .ok_or_else(|| CloudError::NoSuch(format!("account {account_id}")))
    }

    /// A door.
    ///
    /// # Errors
    /// When there is none of that serial number.
    pub fn door(&self, serial: &Serial) -> Result<&WorldDoor, CloudError> {
        self.doors
            .get(serial)
            .ok_or_else(|| CloudError::NoSuch(format!("door {serial}")))
    }

    /// A door, to change it.
    ///
    /// # Errors
    /// When there is none of that serial number.
    pub fn door_mut(&mut self, serial: &Serial) -> Result<&mut WorldDoor, CloudError> {
        self.doors
            .get_mut(serial)
            .ok_or_else(|| CloudError::NoSuch(format!("door {serial}")))
    }

    /// Switches a lamp of a home. Whether there is such a lamp.
    pub fn switch_lamp(&mut self, account_id: &AccountId, serial: &Serial, on: bool) -> bool {
        let Some(home) = self.homes.get_mut(account_id) else {
            return false;
        };
        let lamp = home.devices.iter_mut().find_map(|device| match device {
            Device::Gadget(gadget)
                if gadget.kind == DecoyKind::Lamp && gadget.serial.as_ref() == Some(serial) =>
            {
                Some(gadget)
            }
            _ => None,
        });
        if let Some(lamp) = lamp {
            lamp.on = on;
            return true;
        }
        false
    }
}
