//! Commands to doors that came to nothing before they reached one: they are in the journal all the same.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::door::{Direction, Disposition};
use crate::error::CloudError;
use crate::names::{AccountId, Email, Serial};
use crate::shared::Shared;

/// A command as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DoorOrder {
    /// Under which account, where that is said.
    pub(crate) account_id: Option<AccountId>,
    /// To which door.
    pub(crate) serial: Serial,
    /// Which way.
    pub(crate) command: Direction,
}

/// Notes that this became of the command, if it is one.
pub(crate) fn note(
    shared: &Shared,
    order: Option<&DoorOrder>,
    by: Option<Email>,
    disposition: Disposition,
) -> Result<(), CloudError> {
    let Some(order) = order else { return Ok(()) };
    shared.change(|world, now| {
        world.record_command(now, order, by, disposition);
        Ok(())
    })
}

/// The empty answer to a command that was taken.
pub(crate) fn accepted(status: u16) -> Response {
    // The setting is one of 200, 202 and 204.
    StatusCode::from_u16(status)
        .unwrap_or(StatusCode::ACCEPTED)
        .into_response()
}
