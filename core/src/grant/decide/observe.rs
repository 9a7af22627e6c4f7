//! What a reading of the door means for the grant. Readings lag, repeat and contradict each other: one counts only when the opener
//! itself was heard after the moment in question, and a doubtful one never closes a door.

use jiff::Timestamp;
use postern_contract::{
    delivery::{Attention, Direction, GrantState, PendingCommand},
    door::{DoorReading, DoorState},
    event::DeliveryEvent,
    unattended::OBSTRUCTED_CLOSES_MAX,
};

use super::{attention, end::complete_overdue, open::next_code, watch};
use crate::{
    grant::{Context, Grant},
    promises::Guard,
};

pub(super) fn observe(grant: &Grant, reading: DoorReading, context: &Context<'_>) -> Vec<DeliveryEvent> {
    // A reading from the future would be newer than any moment in question, and any moment asked about after it.
    let ahead = reading.observed_at > context.now + context.limits.clock_ahead_max;
    let reading = DoorReading {
        stale: reading.stale || (ahead && context.stands(Guard::NoFutureReading)),
        ..reading
    };
    match (grant.state, &grant.command) {
        (GrantState::Opening, Some(pending)) => opening(grant, pending, reading, context),
        (GrantState::Open, _) => open(grant, reading, context),
        (GrantState::Closing, Some(pending)) => closing(grant, pending, reading, context),
        (GrantState::Armed, _) if grant.door_in_use() => watch::late(grant, reading, context),
        (GrantState::Closed, _) => watch::after_closing(grant, reading, context),
        _ => Vec::new(),
    }
}

/// The door could not be read at all. After the patience that a silent door gets, a person is told.
pub(super) fn cannot_see(grant: &Grant, context: &Context<'_>) -> Vec<DeliveryEvent> {
    let limits = context.limits;
    let patience = match (grant.state, &grant.command) {
        (GrantState::Opening, Some(pending)) => pending.requested_at + limits.open_settle,
        (GrantState::Closing, Some(pending)) => pending.requested_at + limits.close_settle,
        (GrantState::Open, _) => grant.not_closed_at.unwrap_or(grant.created_at) + limits.left_open_after,
        (GrantState::Armed | GrantState::Closed, _) if grant.watched() => watch::patience(grant, limits),
        (GrantState::Closed, _) => return complete_overdue(grant, context),
        _ => return Vec::new(),
    };
    unreachable(grant, patience, context)
}

/// Told to open. Seen in any way not closed, it counts as open: the door is ours to close from then on.
fn opening(
    grant: &Grant,
    pending: &PendingCommand,
    reading: DoorReading,
    context: &Context<'_>,
) -> Vec<DeliveryEvent> {
    if !reading.is_fresh_after(pending.requested_at) {
        return unreachable(grant, pending.requested_at + context.limits.open_settle, context);
    }
    let settled = if context.stands(Guard::OpenGetsItsTime) {
        pending.requested_at + context.limits.open_settle
    } else {
        pending.requested_at
    };
    match reading.state {
        DoorState::Open | DoorState::Stopped | DoorState::Closing | DoorState::Warning => {
            opened(grant, reading)
        }
        DoorState::Opening | DoorState::Unknown if reading.observed_at > settled => opened(grant, reading),
        DoorState::Opening | DoorState::Unknown => undecided(grant, settled, context),
        DoorState::Closed if reading.proves_closed_after(settled) => {
            let moved = reading.changed_at.is_some_and(|at| at > pending.requested_at);
            if moved {
                closed(grant, reading, false)
            } else {
                not_opened(grant, pending, reading, context)
            }
        }
        DoorState::Closed => undecided(grant, settled, context),
    }
}

/// Whoever took the door over while nobody knew whether it would open is told that it stands open: nothing closes it from afar, and
/// they may have gone.
pub(super) fn opened(grant: &Grant, reading: DoorReading) -> Vec<DeliveryEvent> {
    let mut events = vec![DeliveryEvent::Opened { reading }];
    let still = grant.taken_over_at.map(|_| Attention::DoorLeftOpen);
    events.extend(attention(grant, still));
    events
}

/// Long after the command the door is still closed. The driver may try again with a fresh code, but the door stays watched: a
/// vendor may carry a command out late.
fn not_opened(
    grant: &Grant,
    pending: &PendingCommand,
    reading: DoorReading,
    context: &Context<'_>,
) -> Vec<DeliveryEvent> {
    let mut events = vec![DeliveryEvent::NotOpened {
        command: pending.command,
        reading,
    }];
    events.extend(attention(grant, None));
    if grant.withdrawn().is_none() && grant.codes_minted < context.limits.codes_max {
        events.push(next_code(grant));
    }
    events
}

/// Open, with nobody having ordered a close: somebody may close it by hand.
fn open(grant: &Grant, reading: DoorReading, context: &Context<'_>) -> Vec<DeliveryEvent> {
    let since = grant.not_closed_at.unwrap_or(grant.created_at);
    if reading.proves_closed_after(newest(since, grant, context)) {
        return closed(grant, reading, false);
    }
    if !reading.is_fresh_after(since) {
        return unreachable(grant, since + context.limits.left_open_after, context);
    }
    if reading.obstructed == Some(true) {
        return attention(grant, Some(Attention::Obstructed));
    }
    let reachable_again = grant.attention == Some(Attention::DoorUnreachable);
    let obstruction_gone =
        grant.attention == Some(Attention::Obstructed) && grant.stopped_closes < OBSTRUCTED_CLOSES_MAX;
    if reachable_again || obstruction_gone {
        let a_persons = grant.closes > 0 || grant.taken_over_at.is_some();
        let still = a_persons.then_some(Attention::DoorLeftOpen);
        return attention(grant, still);
    }
    Vec::new()
}

/// Told to close. Only a reading newer than the command shows that it did.
fn closing(
    grant: &Grant,
    pending: &PendingCommand,
    reading: DoorReading,
    context: &Context<'_>,
) -> Vec<DeliveryEvent> {
    let since = closed_since(grant, pending);
    if reading.proves_closed_after(newest(since, grant, context)) {
        return closed(grant, reading, true);
    }
    let settled = pending.requested_at + context.limits.close_settle;
    if !reading.is_fresh_after(pending.requested_at) {
        return unreachable(grant, settled, context);
    }
    let up = matches!(
        reading.state,
        DoorState::Open | DoorState::Opening | DoorState::Stopped
    );
    let reversed = up && reading.obstructed == Some(true);
    let overdue = reading.observed_at > settled;
    if reversed || overdue {
        stopped(grant, pending, reading)
    } else {
        undecided(grant, settled, context)
    }
}

/// `since`, where the guard stands that closed must be news.
fn newest(since: Timestamp, grant: &Grant, context: &Context<'_>) -> Timestamp {
    if context.stands(Guard::ClosedAfterTheOrder) {
        since
    } else {
        grant.created_at
    }
}

fn closed_since(grant: &Grant, pending: &PendingCommand) -> Timestamp {
    let opened = grant.not_closed_at.unwrap_or(pending.requested_at);
    // The vendor never took this close, or has not yet said so: the door may have been closed by hand before it was ordered.
    let ours = pending.direction == Direction::Close
        && pending.progress != postern_contract::delivery::Progress::Requested;
    if ours {
        opened.max(pending.requested_at)
    } else {
        opened
    }
}

/// A close that ended with the door not closed counts as stopped by an obstruction, whatever it was: on any doubt the rule of two
/// holds.
fn stopped(grant: &Grant, pending: &PendingCommand, reading: DoorReading) -> Vec<DeliveryEvent> {
    let stopped_closes = grant.stopped_closes.saturating_add(1);
    let wanted = if reading.obstructed == Some(true) {
        Attention::Obstructed
    } else {
        Attention::DoorLeftOpen
    };
    let mut events = vec![DeliveryEvent::CloseStopped {
        command: pending.command,
        stopped_closes,
        reading,
    }];
    events.extend(attention(grant, Some(wanted)));
    events
}

fn closed(grant: &Grant, reading: DoorReading, ordered: bool) -> Vec<DeliveryEvent> {
    let mut events = vec![DeliveryEvent::Closed { ordered, reading }];
    events.extend(attention(grant, None));
    events.extend(grant.end_withdrawn().filter(|_| !grant.watched()));
    events
}

/// Believable, and yet it decides nothing: an opener last heard before the movement could have ended, or a closed door with
/// something in its way. When that lasts, nobody knows how the door stands, and a person is told.
fn undecided(grant: &Grant, settled: Timestamp, context: &Context<'_>) -> Vec<DeliveryEvent> {
    unreachable(grant, settled + context.limits.look_again_max, context)
}

/// Nothing believable was heard of a door in use for too long: a person is told.
pub(super) fn unreachable(grant: &Grant, patience: Timestamp, context: &Context<'_>) -> Vec<DeliveryEvent> {
    if context.now < patience || grant.attention.is_some() || !context.stands(Guard::SilenceIsTold) {
        return Vec::new();
    }
    attention(grant, Some(Attention::DoorUnreachable))
}
