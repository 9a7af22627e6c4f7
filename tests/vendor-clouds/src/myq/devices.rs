//! `GET …/devices`: what is in a home, as the cloud believes it to be.

use axum::Json;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answers;
use crate::config::DecoyKind;
use crate::error::CloudError;
use crate::names::{AccountId, Email, Serial};
use crate::shared::Shared;
use crate::world::{Device, Gadget, Home, World, WorldDoor};

/// The version in the addresses that items carry.
const HREF_VERSION: &str = "v5.2";

/// Everything in one account.
pub(super) fn list(shared: &Shared, email: &Email, account_id: &AccountId) -> Result<Response, CloudError> {
    let base = devices_url(shared, account_id);
    let items = shared.look(|world, now| {
        let home = world.home_seen_by(email, account_id)?;
        Some(
            home.devices
                .iter()
                .map(|device| item(world, now, &base, account_id, home, device))
                .collect(),
        )
    })?;
    let Some(items) = items else {
        return Ok(answers::not_found());
    };
    let items = Result::<Vec<Value>, CloudError>::from_iter::<Vec<_>>(items)?;
    Ok(Json(json!({ "href": base, "count": items.len(), "items": items })).into_response())
}

/// One device.
pub(super) fn one(
    shared: &Shared,
    email: &Email,
    account_id: &AccountId,
    serial: &Serial,
) -> Result<Response, CloudError> {
    let base = devices_url(shared, account_id);
    let item = shared.look(|world, now| {
        let home = world.home_seen_by(email, account_id)?;
        let device = home
            .devices
            .iter()
            .find(|device| serial_of(device) == Some(serial))?;
        Some(item(world, now, &base, account_id, home, device))
    })?;
    item.map_or_else(
        || Ok(answers::not_found()),
        |item| Ok(Json(item?).into_response()),
    )
}

fn devices_url(shared: &Shared, account_id: &AccountId) -> String {
    format!(
        "{}/api/{HREF_VERSION}/Accounts/{account_id}/Devices",
        shared.base_url()
    )
}

fn serial_of(device: &Device) -> Option<&Serial> {
    match device {
        Device::Door { serial } => Some(serial),
        Device::Gadget(gadget) => gadget.serial.as_ref(),
    }
}

fn item(
    world: &World,
    now: Timestamp,
    base: &str,
    account_id: &AccountId,
    home: &Home,
    device: &Device,
) -> Result<Value, CloudError> {
    let mut item = match device {
        Device::Door { serial } => door(world.door(serial)?, now),
        Device::Gadget(gadget) => self::gadget(gadget, home, now),
    };
    item["account_id"] = json!(account_id);
    if let Some(serial) = serial_of(device) {
        item["serial_number"] = json!(serial);
        item["href"] = json!(format!("{base}/{serial}"));
        if let Some(gateway) = home.gateway().filter(|gateway| *gateway != serial) {
            item["parent_device_id"] = json!(gateway);
        }
    }
    Ok(item)
}

fn door(door: &WorldDoor, now: Timestamp) -> Value {
    let shown = door.door.reported(now);
    let switches = door.door.switches;
    json!({
        "device_family": "garagedoor",
        "device_platform": "myq",
        "device_type": door.device_type,
        "name": door.name,
        "created_date": created(door.created),
        "state": {
            "door_state": shown.state,
            "last_update": moment(shown.last_update),
            "last_status": moment(shown.last_status),
            "online": shown.online,
            "is_unattended_open_allowed": switches.unattended_open_allowed,
            "is_unattended_close_allowed": switches.unattended_close_allowed && !door.door.locked_out(),
            "dps_low_battery_mode": switches.sensor_battery_low,
            "gdo_lock_connected": false,
            "attached_work_light_error_present": false,
            "report_ajar": false,
            "report_forced": false,
        },
    })
}

fn gadget(gadget: &Gadget, home: &Home, now: Timestamp) -> Value {
    let (family, device_type) = match gadget.kind {
        DecoyKind::Gateway => ("gateway", "hub"),
        DecoyKind::Lamp => ("lamp", "lamp"),
        DecoyKind::WithoutSerial => ("keypad", "wirelesskeypad"),
        DecoyKind::LockWithoutState => ("locks", "lock"),
        DecoyKind::Gate | DecoyKind::DoorWithoutState => ("garagedoor", "garagedooropener"),
    };
    let mut item = json!({
        "device_family": family,
        "device_platform": "myq",
        "device_type": device_type,
        "name": gadget.name,
        "created_date": created(gadget.created),
    });
    let state = match gadget.kind {
        DecoyKind::Gateway => Some(json!({
            "online": true,
            "firmware_version": "1.2.3",
            "homekit_capable": false,
            "physical_devices": doors_of(home),
            "last_status": moment(now),
        })),
        DecoyKind::Lamp => Some(json!({
            "lamp_state": if gadget.on { "on" } else { "off" },
            "online": true,
            "last_status": moment(now),
        })),
        DecoyKind::WithoutSerial => Some(json!({ "online": true, "last_status": moment(now) })),
        DecoyKind::Gate | DecoyKind::LockWithoutState | DecoyKind::DoorWithoutState => None,
    };
    if let Some(state) = state {
        item["state"] = state;
    }
    item
}

fn doors_of(home: &Home) -> Vec<&Serial> {
    home.devices
        .iter()
        .filter_map(|device| match device {
            Device::Door { serial } => Some(serial),
            Device::Gadget(_) => None,
        })
        .collect()
}

/// Milliseconds are as fine as the cloud shows time.
fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Without a zone, as the cloud writes this one date.
fn created(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}
