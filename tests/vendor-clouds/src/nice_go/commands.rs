//! `devicesControl` and `devicesStatesUpdate`: taken before anything moves, and answered with a bare `true`.
//!
//! That an order to an opener which is not connected, or will not follow it, is taken like any other is a guess; so is that vacation mode
//! and an old firmware keep a door from moving, and that an unknown door is an error.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::devices::{self, Kind};
use super::errors::failed;
use crate::door::Disposition;
use crate::error::CloudError;
use crate::face::orders::DoorOrder;
use crate::names::{Email, Serial};
use crate::shared::Shared;

const NO_SUCH_DEVICE: &str = "There is no such device.";

/// A door is to move.
pub(super) fn door(shared: &Shared, email: &Email, order: &DoorOrder) -> Result<Response, CloudError> {
    shared.change(|world, now| {
        let Some(door) = devices::seen(world, email, &order.serial) else {
            world.record_command(now, order, Some(email.clone()), Disposition::Unauthorised);
            return Ok(failed(NO_SUCH_DEVICE));
        };
        let switches = door.door.switches;
        if switches.vacation_mode || switches.old_firmware {
            world.record_command(now, order, Some(email.clone()), Disposition::NotPermitted);
        } else {
            let disposition = world.command(now, order, email)?;
            tracing::debug!(serial = %order.serial, command = ?order.command, ?disposition, "command");
        }
        Ok(taken("devicesControl"))
    })
}

/// The light of a door, where it has one.
pub(super) fn light(
    shared: &Shared,
    email: &Email,
    serial: &Serial,
    on: bool,
) -> Result<Response, CloudError> {
    shared.change(|world, _| {
        let Some(door) = devices::seen(world, email, serial) else {
            return Ok(failed(NO_SUCH_DEVICE));
        };
        if Kind::of(door).has_light() {
            world.door_mut(serial)?.door.switches.light = on;
        }
        Ok(taken("devicesControl"))
    })
}

/// Vacation mode of a door, where it has that.
pub(super) fn vacation(
    shared: &Shared,
    email: &Email,
    serial: &Serial,
    on: bool,
) -> Result<Response, CloudError> {
    shared.change(|world, _| {
        let Some(door) = devices::seen(world, email, serial) else {
            return Ok(failed(NO_SUCH_DEVICE));
        };
        if Kind::of(door).has_vacation_mode() {
            world.door_mut(serial)?.door.switches.vacation_mode = on;
        }
        Ok(taken("devicesStatesUpdate"))
    })
}

fn taken(operation: &str) -> Response {
    Json(json!({ "data": { operation: true } })).into_response()
}
