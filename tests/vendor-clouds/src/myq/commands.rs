//! `PUT …/door_openers/{serial}/{open|close}` and `PUT …/lamps/{serial}/{on|off}`.
//!
//! The answer comes before anything moves, is empty, and carries nothing by which the movement could be followed. A
//! command that the opener does not honour is answered just the same: the cloud only passes it on.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;

use super::answers;
use super::api_path::ApiCall;
use crate::door::{Direction, Disposition};
use crate::error::CloudError;
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
        let seen = world
            .home_seen_by(email, account_id)
            .is_some_and(|home| home.shows_door(serial));
        if !seen {
            let by = Some(email.clone());
            world.record_command(now, account_id, by, serial, command, Disposition::Unauthorised);
            return Ok(answers::not_found());
        }
        let disposition = world.command(now, account_id, email, serial, command)?;
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

/// Notes a door command that a fault swallowed.
pub(super) fn note_lost(
    shared: &Shared,
    call: &ApiCall,
    token: Option<&SecretString>,
) -> Result<(), CloudError> {
    let owner = |token| shared.look(|world, now| world.identity.access_owner(now, token));
    let by = token.map(owner).transpose()?.flatten();
    note(shared, call, by, Disposition::LostToFault)
}

/// Notes a door command that came with no valid token, or for a locked account.
pub(super) fn note_unauthorised(
    shared: &Shared,
    call: &ApiCall,
    by: Option<Email>,
) -> Result<(), CloudError> {
    note(shared, call, by, Disposition::Unauthorised)
}

fn note(
    shared: &Shared,
    call: &ApiCall,
    by: Option<Email>,
    disposition: Disposition,
) -> Result<(), CloudError> {
    let ApiCall::Door {
        account_id,
        serial,
        command,
    } = call
    else {
        return Ok(());
    };
    shared.change(|world, now| {
        world.record_command(now, account_id, by, serial, *command, disposition);
        Ok(())
    })
}

fn accepted(status: u16) -> Response {
    // The setting is one of 200, 202 and 204.
    StatusCode::from_u16(status)
        .unwrap_or(StatusCode::ACCEPTED)
        .into_response()
}
