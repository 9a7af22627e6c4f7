//! `POST /devices/{id}/commands`: taken before anything moves. `ACCEPTED` means that it is on its way to the hub, and no more.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::errors::{error_body, malformed};
use super::layout::Layout;
use crate::apps::{Installation, Optimistic};
use crate::config::CommandAnswer;
use crate::door::{Direction, Disposition};
use crate::error::CloudError;
use crate::face::answers::error;
use crate::face::orders::DoorOrder;
use crate::names::Serial;
use crate::world::World;

/// How many commands one call may have.
const COMMANDS_MAX: usize = 10;

#[derive(Deserialize)]
struct Body {
    commands: Vec<Command>,
}

#[derive(Deserialize)]
struct Command {
    #[serde(default = "main")]
    component: String,
    capability: String,
    command: String,
    #[serde(default)]
    arguments: Vec<Value>,
}

fn main() -> String {
    "main".to_owned()
}

/// The orders in a body, or what is wrong with it. Whether the device can do them is judged later.
pub(super) struct Orders {
    pub(super) orders: Vec<(String, DoorOrder)>,
}

impl Orders {
    /// Reads a body.
    pub(super) fn of(serial: &Serial, body: &[u8]) -> Result<Self, (String, &'static str)> {
        let body: Body = serde_json::from_slice(body)
            .map_err(|_| ("commands".to_owned(), "A list of commands is expected."))?;
        if body.commands.is_empty() || body.commands.len() > COMMANDS_MAX {
            return Err(("commands".to_owned(), "There must be one to ten commands."));
        }
        let mut orders = Vec::new();
        for (at, command) in body.commands.iter().enumerate() {
            let target = |part: &str| format!("commands[{at}].{part}");
            if command.component != "main" {
                return Err((target("component"), "The component has no such capability."));
            }
            if !command.arguments.is_empty() {
                return Err((target("arguments"), "The command takes no arguments."));
            }
            let direction = match command.command.as_str() {
                "open" => Direction::Open,
                "close" => Direction::Close,
                _ => return Err((target("command"), "The capability has no such command.")),
            };
            let order = DoorOrder {
                account_id: None,
                serial: serial.clone(),
                command: direction,
            };
            orders.push((command.capability.clone(), order));
        }
        Ok(Self { orders })
    }

    /// The first, which the journal tells of when the call came to nothing.
    pub(super) fn first(&self) -> Option<&DoorOrder> {
        self.orders.first().map(|(_, order)| order)
    }
}

/// Carries the orders out, one after the other.
pub(super) fn carry_out(
    world: &mut World,
    app: &Installation,
    layout: Layout,
    orders: &Orders,
    now: Timestamp,
) -> Result<Response, CloudError> {
    let capable = |capability: &String| layout.door_capabilities().contains(&capability.as_str());
    if let Some(at) = orders
        .orders
        .iter()
        .position(|(capability, _)| !capable(capability))
    {
        let target = format!("commands[{at}].capability");
        return Ok(malformed(&target, "The component has no such capability."));
    }
    let word = world.settings.command_answer;
    let mut results = Vec::new();
    for (_, order) in &orders.orders {
        let by = app.email.clone();
        if word == CommandAnswer::Failed {
            world.record_command(now, order, Some(by), Disposition::LostToFault);
        } else {
            let disposition = world.command(now, order, &by)?;
            tracing::debug!(serial = %order.serial, command = ?order.command, ?disposition, "command");
            let shown_away = !world.door(&order.serial)?.door.reported(now).online;
            if disposition == Disposition::Offline && shown_away && world.settings.offline_is_conflict {
                return Ok(error(StatusCode::CONFLICT, error_body));
            }
            let moves = matches!(disposition, Disposition::Accepted | Disposition::Stuck);
            if moves && world.settings.optimistic_transitions {
                let moving = Optimistic {
                    way: order.command,
                    since: now,
                };
                world.apps.optimistic.insert(order.serial.clone(), moving);
            }
        }
        results.push(json!({ "id": world.apps.name(), "status": word }));
    }
    Ok(Json(json!({ "results": results })).into_response())
}
