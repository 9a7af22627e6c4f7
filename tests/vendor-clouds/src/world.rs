//! The world behind the cloud's face: people, homes, doors, and what happened to them.
//!
//! Nothing here waits, reads a clock or knows HTTP. Every call is given the time, the doors catch up with it first, and
//! what they did goes into the journal.

mod devices;
mod orders;
mod people;

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

pub use devices::{Device, Gadget, Home, WorldDoor};
pub use people::User;

use crate::apps::Apps;
use crate::config::{DecoyKind, DecoyPlan, DoorPlan, Membership, Settings, UserPlan};
use crate::door::{Door, DoorTimings, Position};
use crate::error::CloudError;
use crate::faults::Faults;
use crate::identity::Identity;
use crate::journal::{Journal, JournalEvent};
use crate::names::{AccountId, Email, Serial};
use crate::seed::{Seed, Stream};
use crate::tailwind::Controller;
use crate::vendor::Vendor;

/// Users, homes and doors that one world can hold, each.
pub const THINGS_MAX: usize = 10_000;

/// Everything that there is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct World {
    /// How the cloud behaves.
    pub settings: Settings,
    /// Troubles on order.
    pub faults: Faults,
    /// What happened.
    pub journal: Journal,
    /// Who is logged in where.
    pub identity: Identity,
    /// `http(s)` redirect addresses that the login accepts.
    pub redirect_uris: Vec<String>,
    #[serde(default)]
    vendor: Vendor,
    #[serde(default)]
    pub(crate) apps: Apps,
    #[serde(default)]
    pub(crate) controller: Controller,
    seed: Seed,
    timings: DoorTimings,
    names: Stream,
    users: BTreeMap<Email, User>,
    homes: BTreeMap<AccountId, Home>,
    doors: BTreeMap<Serial, WorldDoor>,
    began: Timestamp,
}

impl World {
    /// A world with nobody in it.
    #[must_use]
    pub fn empty(
        vendor: Vendor,
        seed: Seed,
        timings: DoorTimings,
        settings: Settings,
        now: Timestamp,
    ) -> Self {
        Self {
            settings,
            faults: Faults::default(),
            journal: Journal::default(),
            identity: Identity::new(seed),
            redirect_uris: Vec::new(),
            vendor,
            apps: Apps::new(seed),
            controller: Controller::default(),
            seed,
            timings,
            names: Stream::new(seed, "names"),
            users: BTreeMap::new(),
            homes: BTreeMap::new(),
            doors: BTreeMap::new(),
            began: now,
        }
    }

    /// Adds everybody in `people` with all that they own.
    ///
    /// # Errors
    /// When two of them share a name.
    pub fn settle(&mut self, people: &[UserPlan], now: Timestamp) -> Result<(), CloudError> {
        for user in people {
            self.add_user(user.email.clone(), &user.password)?;
            for home in &user.homes {
                let account_id = self.add_home(&user.email, &home.name)?;
                // The gateway comes first, as in real lists, because the doors name it.
                let (gateways, others): (Vec<_>, Vec<_>) = home
                    .decoys
                    .iter()
                    .partition(|decoy| decoy.kind == DecoyKind::Gateway);
                for decoy in gateways {
                    self.add_decoy(&account_id, decoy, now)?;
                }
                for door in &home.doors {
                    self.add_door(&account_id, door, now)?;
                }
                for decoy in others {
                    self.add_decoy(&account_id, decoy, now)?;
                }
            }
        }
        Ok(())
    }

    /// Lets the login send its users to this `http(s)` address.
    ///
    /// # Errors
    /// When it is no address, or has a fragment, which RFC 6749 forbids.
    pub fn accept_redirect(&mut self, uri: &str) -> Result<(), CloudError> {
        if Url::parse(uri).is_ok_and(|url| url.fragment().is_none()) {
            if !self.redirect_uris.iter().any(|known| known == uri) {
                room(self.redirect_uris.len())?;
                self.redirect_uris.push(uri.to_owned());
            }
            return Ok(());
        }
        Err(CloudError::Invalid(
            "a redirect address must be a URL without a fragment".to_owned(),
        ))
    }

    /// Whose cloud it is.
    #[must_use]
    pub const fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// The seed that the world grew from.
    #[must_use]
    pub const fn seed(&self) -> Seed {
        self.seed
    }

    /// When the world began.
    #[must_use]
    pub const fn began(&self) -> Timestamp {
        self.began
    }

    /// Gives new times to every door that has none of its own.
    pub fn set_timings(&mut self, timings: DoorTimings) {
        self.timings = timings;
        for door in self.doors.values_mut().filter(|door| !door.own_timings) {
            door.door.timings = timings;
        }
    }

    /// Lets everything happen that has happened by `now`, and says whether anything did.
    pub fn advance(&mut self, now: Timestamp) -> bool {
        let mut happened: Vec<_> = Vec::new();
        for (serial, door) in &mut self.doors {
            let happenings = door.door.advance(now);
            happened.extend(
                happenings
                    .into_iter()
                    .map(|(at, happening)| (at, serial.clone(), happening)),
            );
        }
        happened.sort_by_key(|(at, _, _)| *at);
        for (at, serial, happening) in &happened {
            self.journal
                .record(*at, serial, JournalEvent::Happening(*happening));
        }
        !happened.is_empty()
    }

    /// Adds a user.
    ///
    /// # Errors
    /// When there is one of this name already, or the address has no `@`.
    pub fn add_user(&mut self, email: Email, password: &SecretString) -> Result<(), CloudError> {
        if !email.as_str().contains('@') {
            return Err(CloudError::Invalid("email must be an e-mail address".to_owned()));
        }
        if self.users.contains_key(&email) {
            return Err(CloudError::Exists(format!("user {email}")));
        }
        room(self.users.len())?;
        let id = self.names.uuid();
        let verifier = self.vendor.verifier(self.seed, &id, password);
        let user = User::new(id, &email, password, verifier, self.vendor.key(&email, password));
        self.users.insert(email, user);
        Ok(())
    }

    /// Adds a home of an existing user.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn add_home(&mut self, owner: &Email, name: &str) -> Result<AccountId, CloudError> {
        let owner_id = self.user(owner)?.id.clone();
        room(self.homes.len())?;
        let account_id = AccountId::from(self.names.uuid());
        let home = Home::new(name, &owner_id, owner);
        self.homes.insert(account_id.clone(), home);
        Ok(account_id)
    }

    /// Lets a user into somebody's home.
    ///
    /// # Errors
    /// When there is no such user or home.
    pub fn add_member(&mut self, membership: &Membership) -> Result<(), CloudError> {
        self.user(&membership.email)?;
        self.home_mut(&membership.account_id)?
            .members
            .insert(membership.email.clone(), membership.role);
        Ok(())
    }

    /// Takes a user out of a home.
    ///
    /// # Errors
    /// When there is no such home, or they are not in it.
    pub fn remove_member(&mut self, account_id: &AccountId, email: &Email) -> Result<(), CloudError> {
        let members = &mut self.home_mut(account_id)?.members;
        members
            .remove(email)
            .map(drop)
            .ok_or_else(|| CloudError::NoSuch(format!("member {email}")))
    }

    /// Adds a door to a home.
    ///
    /// # Errors
    /// When there is no such home, or the serial number is taken.
    pub fn add_door(
        &mut self,
        account_id: &AccountId,
        plan: &DoorPlan,
        now: Timestamp,
    ) -> Result<Serial, CloudError> {
        self.home(account_id)?;
        room(self.doors.len())?;
        let serial = plan.serial.clone().unwrap_or_else(|| self.door_serial());
        if serial.as_str().is_empty() || self.doors.contains_key(&serial) {
            return Err(CloudError::Exists(format!("door {serial}")));
        }
        let position = if plan.open {
            Position::OPEN
        } else {
            Position::CLOSED
        };
        let jitter = Stream::new(self.seed, serial.as_str());
        let timings = plan.timings.unwrap_or(self.timings);
        let mut door = Door::resting(position, timings, now, jitter);
        door.switches.unattended_close_allowed = plan.unattended_close_allowed;
        door.switches.unattended_open_allowed = plan.unattended_open_allowed;
        door.switches.sensor_battery_percent = plan.sensor_battery_percent;
        door.switches.old_firmware = plan.old_firmware;
        let made = WorldDoor {
            name: plan.name.clone(),
            device_type: plan.device_type.clone(),
            created: now,
            own_timings: plan.timings.is_some(),
            door,
        };
        self.doors.insert(serial.clone(), made);
        self.home_mut(account_id)?.devices.push(Device::Door {
            serial: serial.clone(),
        });
        Ok(serial)
    }

    /// Shows a door in a second home too, as when it is shared.
    ///
    /// # Errors
    /// When there is no such door or home.
    pub fn share_door(&mut self, serial: &Serial, account_id: &AccountId) -> Result<(), CloudError> {
        self.door(serial)?;
        let device = Device::Door {
            serial: serial.clone(),
        };
        let devices = &mut self.home_mut(account_id)?.devices;
        if !devices.contains(&device) {
            devices.push(device);
        }
        Ok(())
    }

    /// Takes a door out of a home's list. With it out of the last one, it can still be pressed at the wall.
    ///
    /// # Errors
    /// When there is no such home, or the door is not in it.
    pub fn unlist_door(&mut self, serial: &Serial, account_id: &AccountId) -> Result<(), CloudError> {
        let devices = &mut self.home_mut(account_id)?.devices;
        let before = devices.len();
        devices.retain(|device| !matches!(device, Device::Door { serial: listed } if listed == serial));
        if devices.len() == before {
            Err(CloudError::NoSuch(format!("door {serial}")))
        } else {
            Ok(())
        }
    }

    /// Adds something that is no garage door.
    ///
    /// # Errors
    /// When there is no such home.
    pub fn add_decoy(
        &mut self,
        account_id: &AccountId,
        plan: &DecoyPlan,
        now: Timestamp,
    ) -> Result<Option<Serial>, CloudError> {
        self.home(account_id)?;
        if plan.kind == DecoyKind::Gate {
            let gate = DoorPlan {
                device_type: "gate".to_owned(),
                ..DoorPlan::closed(&plan.name)
            };
            let gate = DoorPlan {
                serial: Some(self.serial("GT0A")),
                ..gate
            };
            return self.add_door(account_id, &gate, now).map(Some);
        }
        let serial = match plan.kind {
            DecoyKind::WithoutSerial => None,
            DecoyKind::Gateway => Some(self.serial("GW23")),
            DecoyKind::Lamp => Some(self.serial("LM00")),
            DecoyKind::LockWithoutState => Some(self.serial("LK00")),
            DecoyKind::Gate | DecoyKind::DoorWithoutState => Some(self.serial("CG0F")),
        };
        let gadget = Gadget {
            kind: plan.kind,
            serial: serial.clone(),
            name: plan.name.clone(),
            on: false,
            created: now,
        };
        self.home_mut(account_id)?.devices.push(Device::Gadget(gadget));
        Ok(serial)
    }

    fn door_serial(&mut self) -> Serial {
        match self.vendor {
            Vendor::Myq => self.serial("CG08"),
            // A controller of its own, with one door.
            Vendor::AladdinConnect => Serial::from(format!("{}-1", self.names.uuid())),
            Vendor::NiceGo | Vendor::SmartThings | Vendor::Tailwind | Vendor::Ismartgate => {
                Serial::from(self.names.uuid())
            }
        }
    }

    fn serial(&mut self, prefix: &str) -> Serial {
        Serial::from(format!("{prefix}{}", self.names.hex(8).to_uppercase()))
    }
}

fn room(taken: usize) -> Result<(), CloudError> {
    if taken < THINGS_MAX {
        Ok(())
    } else {
        Err(CloudError::Invalid(format!("at most {THINGS_MAX} of them")))
    }
}
