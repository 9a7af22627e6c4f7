//! On the way down: the driver closes, or the guardian does.

use postern_contract::{
    delivery::{Actor, Attention, GrantState},
    event::DeliveryEvent,
    ids::CommandId,
    text::DriverRef,
};

use super::{attention, not_over};
use crate::grant::{Context, Grant, Refusal};

/// The driver has left.
pub(super) fn by_driver(
    grant: &Grant,
    command: CommandId,
    driver: &DriverRef,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    not_over(grant)?;
    if grant.driver.as_ref().is_some_and(|known| known != driver) {
        return Err(Refusal::WrongDriver);
    }
    match grant.state {
        GrantState::Open => order(grant, command, Actor::Carrier, context),
        // Already closing, or closed: what was asked for is under way or so.
        GrantState::Closing | GrantState::Closed => Ok(Vec::new()),
        GrantState::Opening => Err(Refusal::DoorMoving),
        _ => Err(Refusal::DoorNeverOpened),
    }
}

/// Nobody closed it. When the rules forbid a close, a person is told instead.
pub(super) fn by_guardian(
    grant: &Grant,
    command: CommandId,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    // Where a person sees to the door, or something stands in its way, nothing is moved from afar.
    let held_back = grant.taken_over_at.is_some() || grant.attention == Some(Attention::Obstructed);
    if grant.state != GrantState::Open || held_back {
        return Ok(Vec::new());
    }
    let by = if grant.revocation.is_some() {
        Actor::Household
    } else {
        Actor::Guardian
    };
    match order(grant, command, by, context) {
        Err(Refusal::CloseNotAllowed { .. }) => {
            let told = grant.attention.unwrap_or(Attention::DoorLeftOpen);
            Ok(attention(grant, Some(told)))
        }
        decided => decided,
    }
}

fn order(
    grant: &Grant,
    command: CommandId,
    by: Actor,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    let permit = grant
        .close_permit(context.limits)
        .map_err(|bar| Refusal::CloseNotAllowed { bar })?;
    let send_by = context.now + context.limits.send_within;
    Ok(vec![DeliveryEvent::CloseRequested {
        command,
        by,
        try_number: permit.try_number(),
        send_by,
    }])
}
