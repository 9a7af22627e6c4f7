//! `devicesListAll`: every door that the user sees, each once, by home. What a door reports is JSON inside JSON, and its state is told
//! by numbers in their places.

use std::collections::BTreeSet;

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::errors::failed;
use crate::config::Role;
use crate::door::ReportedState;
use crate::error::CloudError;
use crate::names::{AccountId, Email, Serial};
use crate::shared::Shared;
use crate::world::{Device, World, WorldDoor};

/// The type that a device says it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    WallStation,
    WallStationEsp32,
    Mms100,
}

impl Kind {
    /// A door of a type that this vendor does not have is one of the first.
    pub(super) fn of(door: &WorldDoor) -> Self {
        match door.device_type.as_str() {
            "WallStation_ESP32" => Self::WallStationEsp32,
            "Mms100" => Self::Mms100,
            _ => Self::WallStation,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::WallStation => "WallStation",
            Self::WallStationEsp32 => "WallStation_ESP32",
            Self::Mms100 => "Mms100",
        }
    }

    pub(super) const fn has_light(self) -> bool {
        !matches!(self, Self::Mms100)
    }

    pub(super) const fn has_vacation_mode(self) -> bool {
        !matches!(self, Self::Mms100)
    }
}

/// One page of the list.
pub(super) fn list(shared: &Shared, email: &Email, page: Option<&str>) -> Result<Response, CloudError> {
    let Some(from) = page.map_or(Some(0), place) else {
        return Ok(failed("The token of the page is not one."));
    };
    shared.look(|world, now| {
        let all = doors(world, email);
        let until = world
            .settings
            .page_max
            .map_or(all.len(), |most| from.saturating_add(most).min(all.len()));
        let shown = all.iter().skip(from).take(until.saturating_sub(from));
        let devices: Vec<_> = shown.map(|listed| listed.device(now)).collect();
        let next = (until < all.len()).then(|| STANDARD.encode(until.to_string()));
        Json(json!({ "data": { "devicesListAll": { "devices": devices, "nextToken": next } } }))
            .into_response()
    })
}

/// Where the page of this token begins.
fn place(token: &str) -> Option<usize> {
    let bytes = STANDARD.decode(token).ok()?;
    String::from_utf8(bytes).ok()?.parse().ok()
}

/// A door, if this user sees it.
pub(super) fn seen<'a>(world: &'a World, email: &Email, serial: &Serial) -> Option<&'a WorldDoor> {
    world.door(serial).ok().filter(|_| world.sees(email, serial))
}

/// A door in the list.
struct Listed<'a> {
    serial: &'a Serial,
    door: &'a WorldDoor,
    home: &'a AccountId,
    role: Role,
}

fn doors<'a>(world: &'a World, email: &'a Email) -> Vec<Listed<'a>> {
    let mut listed = BTreeSet::new();
    let mut doors = Vec::new();
    for (account_id, home, role) in world.homes_of(email) {
        for device in &home.devices {
            if let Device::Door { serial } = device
                && let Ok(door) = world.door(serial)
                && listed.insert(serial)
            {
                doors.push(Listed {
                    serial,
                    door,
                    home: account_id,
                    role,
                });
            }
        }
    }
    doors
}

impl Listed<'_> {
    fn device(&self, now: Timestamp) -> Value {
        let shown = self.door.door.reported(now);
        // A door that was never paired has never been connected: when the vendor shows null is not known.
        let connection = self.door.door.switches.paired.then(|| {
            json!({
                "connected": shown.online,
                "updatedTimestamp": shown.last_status.as_millisecond().to_string(),
            })
        });
        // What the vendor counts as a version, and in which unit it writes time, is a guess.
        let changed = shown.last_update.as_millisecond();
        json!({
            "id": self.serial,
            "type": Kind::of(self.door).word(),
            "controlLevel": level(self.role),
            "attr": [{ "key": "organization", "value": format!("ORG/0:{}", self.home) }],
            "state": {
                "deviceId": self.serial,
                "desired": "{}",
                "reported": self.reported(shown.state).to_string(),
                "timestamp": changed,
                "version": changed,
                "connectionState": connection,
            },
            "groupIds": [],
        })
    }

    fn reported(&self, state: ReportedState) -> Value {
        let (kind, switches) = (Kind::of(self.door), self.door.door.switches);
        let mut reported = json!({
            "displayName": self.door.name,
            "migrationStatus": if switches.old_firmware { "NOT_STARTED" } else { "DONE" },
            "deviceFwVersion": "1.2",
            "autoDisabled": false,
            "deviceId": self.serial,
        });
        if let Some(status) = status(state) {
            reported["barrierStatus"] = json!(status);
        }
        if kind.has_light() {
            reported["lightStatus"] = json!(if switches.light { "1,100" } else { "0,100" });
        }
        if kind.has_vacation_mode() {
            reported["vcnMode"] = json!(switches.vacation_mode);
        }
        reported
    }
}

/// Only `Owner` has been seen; the other word is made up, and that a guest may order what an owner may is a guess.
const fn level(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::CoOwner | Role::Guest => "Guest",
    }
}

/// Eight numbers. Known are the first, 1 unless the door is closed, and the third, which is the movement: 0 none, 1 up, 2 down. The
/// second looks like how far open it is in per cent; that it keeps the old value during a movement is a guess, as is that a movement up
/// after something was met is shown like any other. The others are not known, and stay as they were once seen. Of a door that was reset
/// nothing is told, which is a guess too.
const fn status(state: ReportedState) -> Option<&'static str> {
    Some(match state {
        ReportedState::Closed => "0,0,0,0,-1,0,3,0",
        ReportedState::Open => "1,100,0,0,-1,0,3,0",
        ReportedState::Opening | ReportedState::Autoreverse => "1,0,1,0,-1,0,3,0",
        ReportedState::Closing => "1,100,2,0,-1,0,3,0",
        ReportedState::Stopped => "1,50,0,0,-1,0,3,0",
        ReportedState::Unknown => return None,
    })
}
