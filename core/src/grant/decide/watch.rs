//! A door that seems at rest and is looked at all the same: an order may be carried out late, and a sensor may have lied.

use jiff::Timestamp;
use postern_contract::{
    delivery::Attention,
    door::{DoorReading, DoorState},
    event::DeliveryEvent,
};

use super::{
    attention,
    end::complete_overdue,
    observe::{opened, unreachable},
};
use crate::grant::{Context, Grant, Limits};

/// After an open that seemed to do nothing: it may be carried out late after all.
pub(super) fn late(grant: &Grant, reading: DoorReading, context: &Context<'_>) -> Vec<DeliveryEvent> {
    let since = grant.not_closed_at.unwrap_or(grant.created_at);
    if !reading.is_fresh_after(since) || reading.state == DoorState::Unknown {
        return unreachable(grant, patience(grant, context.limits), context);
    }
    if moved(&reading) {
        return opened(grant, reading);
    }
    let mut events = Vec::new();
    if ends_the_watch(grant, &reading) {
        events.push(DeliveryEvent::StillClosed { reading });
        events.extend(attention(grant, None));
    }
    events
}

/// Whether a door seen closed was seen late enough that no order can be carried out after it.
fn ends_the_watch(grant: &Grant, reading: &DoorReading) -> bool {
    let over = grant
        .watch_until
        .is_some_and(|until| reading.observed_at >= until);
    over && reading.proves_closed_after(grant.not_closed_at.unwrap_or(grant.created_at))
}

/// Until when a door that is watched for a late open may stay unseen.
pub(super) fn patience(grant: &Grant, limits: &Limits) -> Timestamp {
    grant.watch_until.unwrap_or(grant.updated_at) + limits.look_again_max
}

/// Closed, by what was seen. A later look may show that it was not, that an order of ours came late, or that somebody moved it. A look
/// that tells nothing new keeps no delivery from being completed in its time.
pub(super) fn after_closing(
    grant: &Grant,
    reading: DoorReading,
    context: &Context<'_>,
) -> Vec<DeliveryEvent> {
    let news = news_after_closing(grant, reading, context);
    if news.is_empty() {
        complete_overdue(grant, context)
    } else {
        news
    }
}

fn news_after_closing(grant: &Grant, reading: DoorReading, context: &Context<'_>) -> Vec<DeliveryEvent> {
    let Some(last) = &grant.last_reading else {
        return Vec::new();
    };
    if !reading.is_fresh_after(last.observed_at) {
        return if grant.watched() {
            unreachable(grant, patience(grant, context.limits), context)
        } else {
            Vec::new()
        };
    }
    if moved(&reading) {
        let never_closed = reading.changed_at.is_some_and(|at| at <= last.observed_at);
        return if grant.watched() || (never_closed && last.state == DoorState::Closed) {
            ours_again(grant, reading)
        } else if last.state == DoorState::Closed {
            vec![DeliveryEvent::MovedUnordered { reading }]
        } else {
            Vec::new()
        };
    }
    let looked_for = grant
        .closed_at
        .is_some_and(|at| reading.observed_at >= at + context.limits.look_after_close);
    let news = !seen_after_close(grant, context.limits) || last.state != DoorState::Closed;
    let tells = (looked_for && news) || ends_the_watch(grant, &reading);
    if tells && reading.proves_closed_after(last.observed_at) {
        let mut events = vec![DeliveryEvent::StillClosed { reading }];
        events.extend(attention(grant, None));
        events
    } else {
        Vec::new()
    }
}

/// Whether the look after closing has shown something.
pub(in crate::grant) fn seen_after_close(grant: &Grant, limits: &Limits) -> bool {
    let seen = grant.last_reading.as_ref().map(|reading| reading.observed_at);
    grant.closed_at.map(|at| at + limits.look_after_close) <= seen
}

/// It is open for this delivery once more: ours to close, and a person is told.
fn ours_again(grant: &Grant, reading: DoorReading) -> Vec<DeliveryEvent> {
    let mut events = vec![DeliveryEvent::Opened { reading }];
    events.extend(attention(grant, Some(Attention::DoorLeftOpen)));
    events
}

const fn moved(reading: &DoorReading) -> bool {
    matches!(
        reading.state,
        DoorState::Open | DoorState::Opening | DoorState::Stopped | DoorState::Closing | DoorState::Warning
    )
}
