//! `GET devices` and `GET devices/{id}/doors/{index}`: the same of a door, spelled in two ways.

use std::collections::BTreeMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::errors::error_body;
use crate::door::{Direction, Reported, ReportedState};
use crate::error::CloudError;
use crate::face::answers::error;
use crate::names::{Email, Serial};
use crate::shared::Shared;
use crate::world::{World, WorldDoor};

/// Everything that the user sees, by controller. One controller has up to three doors.
pub(super) fn list(shared: &Shared, email: &Email) -> Result<Response, CloudError> {
    let devices = shared.look(|world, now| {
        let mut devices: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for (serial, door) in world.doors().filter(|(serial, _)| world.sees(email, serial)) {
            let Some((device, index)) = parts(serial) else {
                continue;
            };
            devices.entry(device).or_default().push(listed(door, index, now));
        }
        let devices = devices
            .into_iter()
            .map(|(device, doors)| json!({ "id": device, "doors": doors }));
        devices.collect::<Vec<_>>()
    })?;
    Ok(Json(json!({ "devices": devices })).into_response())
}

/// One door, which carries neither its name nor its number here.
pub(super) fn one(shared: &Shared, email: &Email, serial: &Serial) -> Result<Response, CloudError> {
    let door = shared.look(|world, now| {
        let door = seen(world, email, serial)?;
        let mut body = json!({ "status": status(door.door.reported(now)), "linkStatus": link(door, now) });
        if let Some(percent) = door.door.switches.sensor_battery_percent {
            body["battery_level"] = json!(percent);
        }
        Some(body)
    })?;
    Ok(door.map_or_else(
        || error(StatusCode::NOT_FOUND, error_body),
        |body| Json(body).into_response(),
    ))
}

/// A door, if this user sees it.
pub(super) fn seen<'a>(world: &'a World, email: &Email, serial: &Serial) -> Option<&'a WorldDoor> {
    parts(serial)?;
    world.door(serial).ok().filter(|_| world.sees(email, serial))
}

/// The controller and the number of its door, from 1 to 3.
fn parts(serial: &Serial) -> Option<(&str, u8)> {
    let (device, index) = serial.as_str().rsplit_once('-')?;
    let index = index.parse().ok().filter(|index| (1..=3).contains(index))?;
    (!device.is_empty()).then_some((device, index))
}

fn listed(door: &WorldDoor, index: u8, now: Timestamp) -> Value {
    let mut item = json!({
        "index": index,
        "name": door.name,
        "status": status(door.door.reported(now)),
        "link_status": link(door, now),
    });
    if let Some(percent) = door.door.switches.sensor_battery_percent {
        item["battery"] = json!(percent);
    }
    item
}

/// A movement that the cloud did not order is not shown: the state goes from one end to the other. That a door which reverses goes on
/// being called `closing` is a guess after that.
fn status(shown: Reported) -> &'static str {
    match (shown.told, shown.told_way) {
        (ReportedState::Open, _) => "open",
        (ReportedState::Closed, _) => "closed",
        (ReportedState::Opening, _) => "opening",
        (ReportedState::Closing | ReportedState::Autoreverse, _) => "closing",
        (ReportedState::Stopped, Direction::Open) => "timeout_opening",
        (ReportedState::Stopped, Direction::Close) => "timeout_closing",
        (ReportedState::Unknown, _) => "unknown",
    }
}

/// There is no word for a controller that is off the net: its door's sensor is then merely `paired`.
fn link(door: &WorldDoor, now: Timestamp) -> &'static str {
    if !door.door.switches.paired {
        "not_config"
    } else if door.door.reported(now).online {
        "connected"
    } else {
        "paired"
    }
}
