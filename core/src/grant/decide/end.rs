//! The ends: completed, cancelled, expired, revoked.

use postern_contract::{
    delivery::{Actor, GrantState, RevocationReason},
    event::DeliveryEvent,
    text::{Remark, TrackingNumber},
};

use super::{not_over, watch};
use crate::{
    grant::{Context, Grant, Refusal},
    promises::Guard,
};

/// Whether the door may be other than closed, so that the grant must not end.
pub(super) fn in_use(grant: &Grant, context: &Context<'_>) -> bool {
    context.stands(Guard::NoEndInUse) && grant.door_in_use()
}

/// Delivered. Only a door that was seen closed completes a delivery; nothing else counts.
pub(super) fn complete(
    grant: &Grant,
    dropped: Option<Vec<TrackingNumber>>,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    if grant.state == GrantState::Completed {
        return Ok(Vec::new());
    }
    not_over(grant)?;
    if grant.doorstep.is_some() {
        return Err(Refusal::DeliveryCancelled);
    }
    match grant.state {
        GrantState::Closed if !in_use(grant, context) => {}
        GrantState::Closed => return Err(Refusal::DoorInUse),
        GrantState::Armed if grant.was_closed() && !in_use(grant, context) => {}
        _ if !context.stands(Guard::OnlyClosedCompletes) => {}
        GrantState::Opening | GrantState::Open | GrantState::Closing => return Err(Refusal::DoorNotClosed),
        _ => return Err(Refusal::DoorNeverOpened),
    }
    let dropped = dropped.unwrap_or_else(|| grant.tracking_numbers.clone());
    if dropped
        .iter()
        .any(|parcel| !grant.tracking_numbers.contains(parcel))
    {
        return Err(Refusal::WrongParcel);
    }
    Ok(vec![DeliveryEvent::Completed {
        by: Actor::Carrier,
        dropped,
    }])
}

/// The carrier said nothing for long enough, and the look after closing found the door closed.
pub(super) fn complete_by_guardian(grant: &Grant, context: &Context<'_>) -> Vec<DeliveryEvent> {
    if watch::seen_after_close(grant, context.limits) {
        complete_overdue(grant, context)
    } else {
        Vec::new()
    }
}

/// The same where no look shows anything new, or the door has fallen silent. Which parcels were left inside is not claimed.
pub(super) fn complete_overdue(grant: &Grant, context: &Context<'_>) -> Vec<DeliveryEvent> {
    let due = grant
        .closed_at
        .is_some_and(|at| context.now >= at + context.limits.complete_after);
    let inside = grant.doorstep.is_none();
    if grant.state == GrantState::Closed && due && inside && !in_use(grant, context) {
        vec![DeliveryEvent::Completed {
            by: Actor::Guardian,
            dropped: Vec::new(),
        }]
    } else {
        Vec::new()
    }
}

/// The driver did not go back in after all: the delivery stands as it stood when the door was closed.
pub(super) fn lapse_reissue(grant: &Grant, context: &Context<'_>) -> Vec<DeliveryEvent> {
    let over = grant.reissue_until.is_some_and(|until| context.now >= until);
    let lapsed = grant.state == GrantState::Armed && grant.was_closed() && over;
    if lapsed && !in_use(grant, context) {
        vec![DeliveryEvent::ReissueLapsed]
    } else {
        Vec::new()
    }
}

/// Called off by the carrier, while the door has not been touched.
pub(super) fn cancel(
    grant: &Grant,
    reason: Remark,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    if grant.state == GrantState::Cancelled {
        return Ok(Vec::new());
    }
    not_over(grant)?;
    let untouched = matches!(grant.state, GrantState::Scheduled | GrantState::Armed) && !grant.was_closed();
    if untouched && !in_use(grant, context) {
        Ok(vec![DeliveryEvent::Cancelled { reason }])
    } else {
        Err(Refusal::DoorInUse)
    }
}

/// The window went by and the door was never used.
pub(super) fn expire(grant: &Grant, context: &Context<'_>) -> Vec<DeliveryEvent> {
    let unused = matches!(grant.state, GrantState::Scheduled | GrantState::Armed) && !grant.was_closed();
    let over = context.now >= grant.window.ends_at();
    if !(unused && over) || in_use(grant, context) {
        return Vec::new();
    }
    vec![grant.end_withdrawn().unwrap_or(DeliveryEvent::Expired)]
}

/// The household takes the right back. From here no open is decided; a door in use is closed and watched first.
pub(super) fn revoke(grant: &Grant, reason: RevocationReason, context: &Context<'_>) -> Vec<DeliveryEvent> {
    if grant.state.is_end() {
        return Vec::new();
    }
    let reason = grant.revocation.unwrap_or(reason);
    let ask = DeliveryEvent::RevocationRequested { reason };
    let asked = grant.revocation.is_some();
    if in_use(grant, context) {
        return if asked { Vec::new() } else { vec![ask] };
    }
    match grant.state {
        // Delivered already: there is nothing to take back but the right to go in again.
        GrantState::Closed if asked => Vec::new(),
        GrantState::Closed => vec![ask],
        GrantState::Armed if grant.was_closed() && asked => vec![DeliveryEvent::ReissueLapsed],
        GrantState::Armed if grant.was_closed() => vec![DeliveryEvent::ReissueLapsed, ask],
        _ => vec![DeliveryEvent::Revoked { reason }],
    }
}
