//! `PUT …/door_openers/{serial}/{open|close}` and `PUT …/lamps/{serial}/{on|off}`.
//!
//! The answer comes before anything moves, is empty, and carries nothing by which the movement could be followed. A
//! command that the opener does not honour is answered just the same: the cloud only passes it on.

use axum::response::Response;

use super::answers;
use crate::door::{Direction, Disposition};
use crate::error::CloudError;
use crate::face::orders::{DoorOrder, accepted};
use crate::names::{AccountId, Email, Serial};
use crate::shared::Shared;

/// A command to a door.
pub(super) fn door(
    shared: &Shared,
    email: &Email,
    account_id: &AccountId,
    serial: &Serial,
    command: Direction,
) -> Result<Response, CloudError> {
    shared.change(|world, now| {
        let order = DoorOrder {
            account_id: Some(account_id.clone()),
            serial: serial.clone(),
            command,
        };
        let seen = world
            .home_seen_by(email, account_id)
            .is_some_and(|home| home.shows_door(serial));
        if !seen {
            world.record_command(now, &order, Some(email.clone()), Disposition::Unauthorised);
            return Ok(answers::not_found());
        }
        let disposition = world.command(now, &order, email)?;
        tracing::debug!(%serial, ?command, ?disposition, "command");
        if disposition == Disposition::Offline {
            return Ok(answers::offline());
        }
        Ok(accepted(world.settings.command_status))
    })
}

/// A command to a lamp.
pub(super) fn lamp(
    shared: &Shared,
    email: &Email,
    account_id: &AccountId,
    serial: &Serial,
    on: bool,
) -> Result<Response, CloudError> {
    shared.change(|world, _| {
        let seen = world.home_seen_by(email, account_id).is_some();
        if seen && world.switch_lamp(account_id, serial, on) {
            Ok(accepted(world.settings.command_status))
        } else {
            Ok(answers::not_found())
        }
    })
}
