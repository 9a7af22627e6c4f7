//! On the way up: out for delivery, armed, opened, and let back in.

use jiff::{Timestamp, tz::TimeZone};
use postern_contract::{
    delivery::{GrantState, Window},
    event::DeliveryEvent,
    ids::CommandId,
    place::Fix,
    text::{DriverRef, TrackingNumber},
};

use super::not_over;
use crate::{
    consent::ConsentBar,
    grant::{Context, Geofence, Grant, Refusal, geofence::whole_metres},
    promises::Guard,
};

/// What a driver asks for at the door.
pub(super) struct Asked {
    pub(super) command: CommandId,
    pub(super) driver: DriverRef,
    pub(super) position: Fix,
    pub(super) tracking_number: TrackingNumber,
}

/// Out for delivery. Armed at once when the day has come, otherwise when it comes.
pub(super) fn dispatch(
    grant: &Grant,
    driver: Option<DriverRef>,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    not_over(grant)?;
    if grant.state != GrantState::Scheduled {
        return Ok(Vec::new());
    }
    if context.now >= grant.window.ends_at() {
        return Err(Refusal::OutsideWindow { window: grant.window });
    }
    covered(grant, context, grant.window.starts_at().max(context.now), false)?;
    let arm_at = day_start(&grant.window, context);
    let nothing_new = grant.arm_at == Some(arm_at) && (driver.is_none() || driver == grant.driver);
    let mut events = Vec::new();
    if !nothing_new {
        events.push(DeliveryEvent::Dispatched { driver, arm_at });
    }
    if context.now >= arm_at {
        events.push(next_code(grant));
    }
    Ok(events)
}

/// Midnight, by the household's clock, of the day on which the window starts.
pub(super) fn day_start(window: &Window, context: &Context<'_>) -> Timestamp {
    let midnight = |zone: TimeZone| {
        let date = zone.to_datetime(window.starts_at()).date();
        date.to_zoned(zone).ok().map(|midnight| midnight.timestamp())
    };
    let zone = TimeZone::get(&context.policy.time_zone).ok();
    zone.and_then(midnight).unwrap_or_else(|| window.starts_at())
}

/// The guardian mints the code of a delivery that was dispatched before its day.
pub(super) fn arm(grant: &Grant, context: &Context<'_>) -> Result<Vec<DeliveryEvent>, Refusal> {
    not_over(grant)?;
    let due = grant.arm_at.is_some_and(|at| at <= context.now) && context.now < grant.window.ends_at();
    Ok(if grant.state == GrantState::Scheduled && due {
        vec![next_code(grant)]
    } else {
        Vec::new()
    })
}

pub(super) fn next_code(grant: &Grant) -> DeliveryEvent {
    DeliveryEvent::Armed {
        code_number: grant.codes_minted + 1,
    }
}

/// Opens: every guard of the promises about opening stands here.
pub(super) fn open(
    grant: &Grant,
    asked: Asked,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    if context.stands(Guard::NotOver) {
        not_over(grant)?;
    }
    if let Some(refusal) = grant.withdrawn().filter(|_| context.stands(Guard::NotRevoked)) {
        return Err(refusal);
    }
    match grant.state {
        GrantState::Armed => {}
        GrantState::Scheduled => return Err(Refusal::NotArmed { window: grant.window }),
        _ if context.stands(Guard::OnlyArmedOpens) => return Err(Refusal::AlreadyUsed),
        _ => {}
    }
    let in_reissue = grant.reissue_until.is_none_or(|until| context.now < until);
    let in_time = grant.window.contains(context.now) && in_reissue;
    if context.stands(Guard::InsideWindow) && !in_time {
        return Err(Refusal::OutsideWindow { window: grant.window });
    }
    if context.stands(Guard::BoundToParcel) && !grant.tracking_numbers.contains(&asked.tracking_number) {
        return Err(Refusal::WrongParcel);
    }
    if context.stands(Guard::BoundToDriver)
        && grant
            .driver
            .as_ref()
            .is_some_and(|driver| *driver != asked.driver)
    {
        return Err(Refusal::WrongDriver);
    }
    if context.stands(Guard::ConsentCovers) {
        covered(grant, context, context.now, true)?;
    }
    let fence = Geofence::around(context.policy.position, context.limits);
    let distance_m = if context.stands(Guard::BoundToPlace) {
        fence.admit(&asked.position)?
    } else {
        fence.metres_to(&asked.position)
    };
    if context.stands(Guard::CodeLiesReady) && !grant.code_ready {
        return Err(Refusal::TooManyAttempts);
    }
    Ok(vec![DeliveryEvent::OpenRequested {
        command: asked.command,
        code_number: grant.codes_minted,
        driver: asked.driver,
        tracking_number: asked.tracking_number,
        distance_m,
        accuracy_m: whole_metres(asked.position.accuracy_m()),
        send_by: send_by(grant, context),
    }])
}

/// By when the order must have left: soon, and in any case while the door may still be opened and the household's hours last.
fn send_by(grant: &Grant, context: &Context<'_>) -> Timestamp {
    let soon = context.now + context.limits.send_within;
    let window = grant.window.ends_at();
    if !context.stands(Guard::LeavesInTime) {
        return context.now + context.limits.late_open;
    }
    let hours = TimeZone::get(&context.policy.time_zone)
        .ok()
        .and_then(|zone| context.policy.consent.hours_end(context.now, &zone));
    let ends = [Some(window), grant.reissue_until, hours];
    ends.into_iter().flatten().fold(soon, Timestamp::min)
}

/// Whether the household's consent covers this carrier at `moment`; the hours count only where the door is about to open.
pub(super) fn covered(
    grant: &Grant,
    context: &Context<'_>,
    moment: Timestamp,
    at_the_door: bool,
) -> Result<(), Refusal> {
    // A zone that the tables no longer know leaves no hour in which the door may be opened.
    let zone = TimeZone::get(&context.policy.time_zone).map_err(|_| Refusal::OutsideHours)?;
    match context.policy.consent.covers(&grant.carrier, moment, &zone) {
        Err(ConsentBar::Off) => Err(Refusal::DeliveryDisabled),
        Err(ConsentBar::CarrierNotAllowed) => Err(Refusal::CarrierNotAllowed),
        Err(ConsentBar::Paused(until)) if at_the_door => Err(Refusal::DeliveryPaused { until }),
        Err(ConsentBar::OutsideHours) if at_the_door => Err(Refusal::OutsideHours),
        Err(ConsentBar::Paused(_) | ConsentBar::OutsideHours) | Ok(()) => {
            let chosen = context
                .policy
                .consent
                .delivery_door
                .is_some_and(|door| door.door == grant.door.door);
            if chosen {
                Ok(())
            } else {
                Err(Refusal::DeliveryDisabled)
            }
        }
    }
}

/// Lets the driver back in: a further code, at most twice, within minutes of closing.
pub(super) fn reissue(
    grant: &Grant,
    driver: DriverRef,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    not_over(grant)?;
    if let Some(refusal) = grant.withdrawn() {
        return Err(refusal);
    }
    let Some(closed_at) = grant.closed_at.filter(|_| grant.state == GrantState::Closed) else {
        return Err(Refusal::NothingToReissue);
    };
    if grant.driver.as_ref().is_some_and(|known| *known != driver) {
        return Err(Refusal::WrongDriver);
    }
    if context.now >= closed_at + context.limits.reissue_within || !grant.window.contains(context.now) {
        return Err(Refusal::ReissueTooLate);
    }
    if grant.reissues >= context.limits.reissues_max {
        return Err(Refusal::ReissueLimit);
    }
    if grant.codes_minted >= context.limits.codes_max {
        return Err(Refusal::TooManyAttempts);
    }
    covered(grant, context, context.now, true)?;
    Ok(vec![
        DeliveryEvent::Reissued {
            driver,
            number: grant.reissues + 1,
        },
        next_code(grant),
    ])
}
