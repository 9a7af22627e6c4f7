//! What was booked becomes another: its window, its driver, its parcels.

use postern_contract::{delivery::GrantState, event::DeliveryEvent};

use super::{
    not_over,
    open::{covered, day_start, next_code},
};
use crate::{
    grant::{
        Change, Context, Grant, Refusal,
        book::{countable, window_bars},
    },
    promises::Guard,
};

/// Changes a delivery whose door has not been used, and for which no order to open is under way or may yet be carried out. So no open
/// that was decided for the old window can leave in the new one, and the other way round. A code that lay ready for the old window
/// is gone with it; where the new window's day has come, a fresh one takes its place.
pub(super) fn change(
    grant: &Grant,
    change: Change,
    context: &Context<'_>,
) -> Result<Vec<DeliveryEvent>, Refusal> {
    not_over(grant)?;
    if let Some(refusal) = grant.withdrawn() {
        return Err(refusal);
    }
    let untouched = matches!(grant.state, GrantState::Scheduled | GrantState::Armed) && !grant.was_closed();
    if context.stands(Guard::ChangedUntouched) && (!untouched || grant.door_in_use()) {
        return Err(Refusal::DoorInUse);
    }
    if context.now >= grant.window.ends_at() {
        return Err(Refusal::OutsideWindow { window: grant.window });
    }
    let window = change.window.filter(|window| *window != grant.window);
    let driver = change
        .driver
        .filter(|driver| grant.driver.as_ref() != Some(driver));
    let parcels = change.tracking_numbers;
    let tracking_numbers = parcels.filter(|parcels| *parcels != grant.tracking_numbers);
    if window.is_none() && driver.is_none() && tracking_numbers.is_none() {
        return Ok(Vec::new());
    }
    if let Some(parcels) = &tracking_numbers {
        countable(parcels)?;
    }
    let moment = window.unwrap_or(grant.window).starts_at().max(context.now);
    covered(grant, context, moment, false)?;
    let mut arm_at = None;
    if let Some(window) = &window {
        let reasons = window_bars(context.policy, window, context.now, context.limits);
        if !reasons.is_empty() {
            return Err(Refusal::NotEligible { reasons });
        }
        if grant.codes_minted >= context.limits.codes_max {
            return Err(Refusal::TooManyAttempts);
        }
        arm_at = grant.arm_at.map(|_| day_start(window, context));
    }
    let mut events = vec![DeliveryEvent::Changed {
        window,
        arm_at,
        driver,
        tracking_numbers,
    }];
    if arm_at.is_some_and(|at| at <= context.now) {
        events.push(next_code(grant));
    }
    Ok(events)
}
