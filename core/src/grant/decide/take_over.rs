//! A door that needs a person, and the person who says: I see to it.

use postern_contract::{
    delivery::{Actor, Attention, GrantState, RevocationReason},
    event::DeliveryEvent,
};

use super::attention;
use crate::grant::{Context, Grant};

/// Somebody of the household sees to the door. From here on nothing closes it from afar; it is watched for a while longer, and
/// if it is seen closed in that time, everything goes on as if it had been closed by hand.
pub(super) fn take_over(grant: &Grant) -> Vec<DeliveryEvent> {
    let needs_one = grant.attention.is_some() && grant.door_in_use();
    if needs_one && grant.taken_over_at.is_none() {
        vec![DeliveryEvent::TakenOver { by: Actor::Household }]
    } else {
        Vec::new()
    }
}

/// The time in which a door that was taken over is watched has passed, and it was not seen closed. The grant ends with what it
/// knows: a person was told, and took the door over. What needed that person stays written on it.
pub(super) fn let_go(grant: &Grant, context: &Context<'_>) -> Vec<DeliveryEvent> {
    let over = grant
        .taken_over_at
        .is_some_and(|at| context.now >= at + context.limits.taken_over_watch);
    let may_still_leave = grant
        .command
        .as_ref()
        .is_some_and(|command| context.now < command.send_by + context.limits.lapse_after);
    let watch_over = grant.watch_until.is_none_or(|until| context.now >= until);
    if over && grant.door_in_use() && !may_still_leave && watch_over {
        let reason = grant.revocation.unwrap_or(RevocationReason::TakenOver);
        let unsaid = match grant.state {
            GrantState::Open | GrantState::Closing => Attention::DoorLeftOpen,
            _ => Attention::OutcomeUnknown,
        };
        let mut events = attention(grant, Some(grant.attention.unwrap_or(unsaid)));
        events.push(DeliveryEvent::Revoked { reason });
        events
    } else {
        Vec::new()
    }
}
