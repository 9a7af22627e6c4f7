//! What became of a command: accepted, certainly not carried out, or nobody knows.

use postern_contract::{
    adapter::{AdapterErrorKind, Disposition},
    delivery::{Attention, Direction, PendingCommand, Progress},
    event::DeliveryEvent,
    ids::CommandId,
};

use super::{attention, observe::observe, open::next_code};
use crate::{
    grant::{CommandResult, Context, Grant},
    promises::Guard,
};

/// Takes note of a command's result. A result of another command than the one under way changes nothing: it was settled before.
pub(super) fn settle(
    grant: &Grant,
    command: CommandId,
    result: CommandResult,
    context: &Context<'_>,
) -> Vec<DeliveryEvent> {
    let Some(pending) = grant
        .command
        .as_ref()
        .filter(|pending| pending.command == command)
    else {
        return Vec::new();
    };
    match (pending.direction, result) {
        (direction, CommandResult::Accepted(accepted)) => {
            if direction == Direction::Close && accepted.disposition == Disposition::AlreadyThere {
                // Nothing was sent, so nothing newer than the opening can be asked of the evidence.
                let seen = observe(grant, accepted.before, context);
                if !seen.is_empty() {
                    return seen;
                }
            }
            accept(grant, pending)
        }
        // An order that the vendor took, or that may have been carried out, is not made undone by a later word: an order that
        // reached the adapter twice is refused the second time because the door moves already. Only the door ends the doubt.
        (_, CommandResult::NotExecuted { .. })
            if context.stands(Guard::DoubtEndsAtTheDoor) && pending.progress != Progress::Requested =>
        {
            Vec::new()
        }
        (Direction::Open, CommandResult::NotExecuted { kind, .. }) => {
            open_not_executed(grant, pending, kind, context)
        }
        (Direction::Close, CommandResult::NotExecuted { kind, .. }) => {
            close_not_executed(grant, pending, kind)
        }
        (_, CommandResult::Unknown { kind }) => unknown(grant, pending, kind),
    }
}

fn accept(grant: &Grant, pending: &PendingCommand) -> Vec<DeliveryEvent> {
    if pending.progress == Progress::Accepted {
        return Vec::new();
    }
    let command = pending.command;
    let accepted = match pending.direction {
        Direction::Open => DeliveryEvent::OpenAccepted { command },
        Direction::Close => DeliveryEvent::CloseAccepted { command },
    };
    let doubt_over = grant
        .attention
        .filter(|raised| *raised != Attention::OutcomeUnknown);
    std::iter::once(accepted)
        .chain(attention(grant, doubt_over))
        .collect()
}

/// The door did not move, for certain: the right to open it is not used up, so a fresh code takes the place of the redeemed one.
fn open_not_executed(
    grant: &Grant,
    pending: &PendingCommand,
    kind: AdapterErrorKind,
    context: &Context<'_>,
) -> Vec<DeliveryEvent> {
    let mut events = vec![DeliveryEvent::OpenNotExecuted {
        command: pending.command,
        kind,
    }];
    events.extend(attention(grant, None));
    if let Some(end) = grant.end_withdrawn() {
        // An earlier order may yet be carried out late: then the door is watched first, and the guardian ends it after that.
        if !grant.watched() {
            // What was delivered on the first way in stays delivered.
            events.push(if grant.was_closed() && grant.doorstep.is_none() {
                DeliveryEvent::ReissueLapsed
            } else {
                end
            });
        }
    } else if grant.codes_minted < context.limits.codes_max {
        events.push(next_code(grant));
    }
    events
}

fn close_not_executed(grant: &Grant, pending: &PendingCommand, kind: AdapterErrorKind) -> Vec<DeliveryEvent> {
    let wanted = match kind {
        AdapterErrorKind::DoorObstructed => Attention::Obstructed,
        AdapterErrorKind::DoorOffline
        | AdapterErrorKind::VendorUnavailable
        | AdapterErrorKind::RateLimited
        | AdapterErrorKind::TimedOut
        | AdapterErrorKind::CredentialsExpired
        | AdapterErrorKind::LinkRevoked => Attention::DoorUnreachable,
        AdapterErrorKind::DoorNotFound
        | AdapterErrorKind::DoorLockedOut
        | AdapterErrorKind::Unsupported
        | AdapterErrorKind::Rejected
        | AdapterErrorKind::InvalidRequest
        | AdapterErrorKind::Internal => Attention::DoorLeftOpen,
    };
    let mut events = vec![DeliveryEvent::CloseNotExecuted {
        command: pending.command,
        kind,
    }];
    events.extend(attention(grant, Some(wanted)));
    events
}

fn unknown(grant: &Grant, pending: &PendingCommand, kind: AdapterErrorKind) -> Vec<DeliveryEvent> {
    if pending.progress != Progress::Requested {
        return Vec::new();
    }
    let command = pending.command;
    let event = match pending.direction {
        Direction::Open => DeliveryEvent::OpenUnknown { command, kind },
        Direction::Close => DeliveryEvent::CloseUnknown { command, kind },
    };
    std::iter::once(event)
        .chain(attention(grant, Some(Attention::OutcomeUnknown)))
        .collect()
}

/// A command's time is over and nothing is known of it: whoever was to send it is gone. It may have left.
pub(super) fn lapse(grant: &Grant, context: &Context<'_>) -> Vec<DeliveryEvent> {
    match &grant.command {
        Some(pending)
            if pending.progress == Progress::Requested
                && context.now >= pending.send_by + context.limits.lapse_after =>
        {
            if context.stands(Guard::CutOffIsUnknown) || pending.direction == Direction::Close {
                unknown(grant, pending, AdapterErrorKind::TimedOut)
            } else {
                open_not_executed(grant, pending, AdapterErrorKind::TimedOut, context)
            }
        }
        _ => Vec::new(),
    }
}
