//! `POST devices/{id}/doors/{index}/command`: taken before anything moves, with nothing by which the movement could be followed.
//!
//! That an order to an opener which is not connected, or will not honour it, is taken like any other is a guess. The 400 for a door that
//! is there already is what the vendor's older API answers.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::devices;
use super::errors::error_body;
use crate::door::{Direction, Disposition};
use crate::error::CloudError;
use crate::face::answers::error;
use crate::face::orders::{DoorOrder, accepted};
use crate::names::Email;
use crate::shared::Shared;

#[derive(Deserialize)]
struct Body {
    command: Direction,
}

/// What a body asks for.
pub(super) fn direction(body: &[u8]) -> Option<Direction> {
    serde_json::from_slice::<Body>(body).ok().map(|body| body.command)
}

/// A command to a door.
pub(super) fn door(shared: &Shared, email: &Email, order: &DoorOrder) -> Result<Response, CloudError> {
    shared.change(|world, now| {
        if devices::seen(world, email, &order.serial).is_none() {
            world.record_command(now, order, Some(email.clone()), Disposition::Unauthorised);
            return Ok(error(StatusCode::NOT_FOUND, error_body));
        }
        let disposition = world.command(now, order, email)?;
        tracing::debug!(serial = %order.serial, command = ?order.command, ?disposition, "command");
        if disposition == Disposition::AlreadyThere && world.settings.redundant_is_refused {
            return Ok(already(order.command));
        }
        Ok(accepted(world.settings.command_status))
    })
}

fn already(command: Direction) -> Response {
    let there = match command {
        Direction::Open => "open",
        Direction::Close => "closed",
    };
    let body = json!({ "code": 400, "error": format!("Door is already {there}") });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
