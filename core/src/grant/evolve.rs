//! `evolve`: what is so after something happened. It decides nothing and refuses nothing.

use jiff::Timestamp;
use postern_contract::{
    delivery::{Direction, Doorstep, DoorstepReason, GrantState, PendingCommand, Progress, Window},
    door::DoorReading,
    event::DeliveryEvent,
    ids::CommandId,
    text::Remark,
};

use super::{Grant, Limits};
use crate::promises::Guard;

/// The grant after `event`, which was recorded at `at`.
#[must_use]
pub fn evolve(grant: Grant, at: Timestamp, event: &DeliveryEvent, limits: &Limits) -> Grant {
    let mut next = grant;
    match event {
        // The first entry of every log; a grant comes into being with it.
        DeliveryEvent::Booked { .. } => {}
        DeliveryEvent::Dispatched { driver, arm_at } => {
            next.driver.clone_from(driver);
            next.arm_at = Some(*arm_at);
        }
        DeliveryEvent::Changed {
            window,
            arm_at,
            driver,
            tracking_numbers,
        } => {
            if let Some(window) = window {
                move_to(&mut next, *window, *arm_at);
            }
            if driver.is_some() {
                next.driver.clone_from(driver);
            }
            if let Some(tracking_numbers) = tracking_numbers {
                next.tracking_numbers.clone_from(tracking_numbers);
            }
        }
        DeliveryEvent::Armed { code_number } => {
            next.state = GrantState::Armed;
            next.codes_minted = *code_number;
            next.code_ready = true;
        }
        DeliveryEvent::OpenRequested {
            command,
            driver,
            send_by,
            ..
        } => {
            next.state = GrantState::Opening;
            next.code_ready = false;
            next.driver = Some(driver.clone());
            // Where an earlier order may yet be carried out late, the door is in doubt since that one.
            if !next.watched() {
                next.not_closed_at = Some(at);
            }
            next.opened_at = None;
            next.taken_over_at = None;
            next.stopped_closes = 0;
            next.closes = 0;
            next.last_close_at = None;
            next.command = Some(requested(*command, Direction::Open, at, *send_by));
        }
        DeliveryEvent::OpenAccepted { .. } | DeliveryEvent::CloseAccepted { .. } => {
            progress(&mut next, Progress::Accepted);
        }
        DeliveryEvent::OpenUnknown { .. } | DeliveryEvent::CloseUnknown { .. } => {
            progress(&mut next, Progress::Unknown);
        }
        DeliveryEvent::OpenNotExecuted { .. } => {
            next.state = GrantState::Armed;
            next.command = None;
            if !next.watched() {
                next.not_closed_at = None;
            }
        }
        DeliveryEvent::NotOpened { reading, .. } => {
            overtake(&mut next);
            next.state = GrantState::Armed;
            next.command = None;
            next.watch_until = limits
                .stands(Guard::LateOpenWatched)
                .then(|| at + limits.late_open);
            next.last_reading = Some(reading.clone());
        }
        DeliveryEvent::Opened { reading } => {
            overtake(&mut next);
            watch_for_the_other(&mut next, at, limits);
            next.state = GrantState::Open;
            next.command = None;
            next.code_ready = false;
            next.opened_at = Some(at);
            not_closed(&mut next, reading);
        }
        DeliveryEvent::CloseRequested { command, send_by, .. } => {
            next.state = GrantState::Closing;
            next.closes += 1;
            next.last_close_at = Some(at);
            next.command = Some(requested(*command, Direction::Close, at, *send_by));
        }
        DeliveryEvent::CloseNotExecuted { .. } => {
            next.state = GrantState::Open;
            next.command = None;
        }
        DeliveryEvent::CloseStopped {
            stopped_closes,
            reading,
            ..
        } => {
            next.state = GrantState::Open;
            next.command = None;
            next.stopped_closes = *stopped_closes;
            not_closed(&mut next, reading);
        }
        DeliveryEvent::Closed { reading, .. } => {
            overtake(&mut next);
            next.state = GrantState::Closed;
            next.command = None;
            next.closed_at = Some(at);
            next.taken_over_at = None;
            next.reissue_until = None;
            next.last_reading = Some(reading.clone());
        }
        DeliveryEvent::MovedUnordered { reading } => next.last_reading = Some(reading.clone()),
        DeliveryEvent::StillClosed { reading } => {
            if next.watch_until.is_some_and(|until| until <= reading.observed_at) {
                next.watch_until = None;
            }
            next.last_reading = Some(reading.clone());
        }
        DeliveryEvent::TakenOver { .. } => next.taken_over_at = Some(at),
        DeliveryEvent::AttentionRaised { attention } => next.attention = Some(*attention),
        DeliveryEvent::AttentionCleared { .. } => {
            next.attention = None;
            if next.state == GrantState::Armed {
                next.taken_over_at = None;
            }
        }
        DeliveryEvent::Reissued { driver, number } => {
            next.reissues = *number;
            next.driver = Some(driver.clone());
            let within = at + limits.reissue_within;
            next.reissue_until = Some(within.min(next.window.ends_at()));
        }
        DeliveryEvent::ReissueLapsed => {
            next.state = GrantState::Closed;
            next.code_ready = false;
            next.reissue_until = None;
        }
        DeliveryEvent::RevocationRequested { reason } => {
            next.revocation = Some(*reason);
            next.code_ready = false;
        }
        DeliveryEvent::Completed { .. } => end(&mut next, GrantState::Completed),
        DeliveryEvent::DoorstepRequested { reason, remark } => {
            next.doorstep = Some(doorstep(*reason, remark.as_ref(), at));
            next.code_ready = false;
        }
        DeliveryEvent::LeftAtDoorstep { reason, remark } => {
            let said = || doorstep(*reason, remark.as_ref(), at);
            next.doorstep.get_or_insert_with(said);
            end(&mut next, GrantState::Cancelled);
        }
        DeliveryEvent::Cancelled { .. } => end(&mut next, GrantState::Cancelled),
        DeliveryEvent::Expired => end(&mut next, GrantState::Expired),
        DeliveryEvent::Revoked { reason } => {
            next.revocation = Some(*reason);
            end(&mut next, GrantState::Revoked);
        }
    }
    next
}

/// The window is another: what was ready for the one before is so no longer.
fn move_to(grant: &mut Grant, window: Window, arm_at: Option<Timestamp>) {
    grant.day = Some(grant.policy.day_of(window.starts_at()));
    grant.window = window;
    grant.arm_at = arm_at;
    grant.state = GrantState::Scheduled;
    grant.code_ready = false;
}

/// Of two orders the opening may be either one's work: then the other may yet come, and is watched for during its whole time.
fn watch_for_the_other(grant: &mut Grant, at: Timestamp, limits: &Limits) {
    let Some(until) = grant.watch_until else { return };
    let ordered = grant.codes_minted - u32::from(grant.code_ready);
    grant.watch_until = match grant.pending(Direction::Open) {
        Some(pending) => Some(until.max(at.max(pending.send_by) + limits.late_open)),
        None if ordered > 1 => Some(until),
        None => None,
    };
}

/// The door tells what became of an order before its sender does: until the order's time is over, it may still leave.
fn overtake(grant: &mut Grant) {
    let unsent = grant
        .pending(Direction::Open)
        .filter(|pending| pending.progress == Progress::Requested)
        .map(|pending| pending.send_by);
    grant.overtaken_until = grant.overtaken_until.max(unsent);
}

fn doorstep(reason: DoorstepReason, remark: Option<&Remark>, at: Timestamp) -> Doorstep {
    Doorstep {
        reason,
        remark: remark.cloned(),
        at,
    }
}

fn requested(command: CommandId, direction: Direction, at: Timestamp, send_by: Timestamp) -> PendingCommand {
    PendingCommand {
        command,
        direction,
        requested_at: at,
        send_by,
        progress: Progress::Requested,
    }
}

fn progress(grant: &mut Grant, progress: Progress) {
    if let Some(command) = &mut grant.command {
        command.progress = progress;
    }
}

fn not_closed(grant: &mut Grant, reading: &DoorReading) {
    grant.not_closed_at = grant.not_closed_at.max(Some(reading.observed_at));
    grant.last_reading = Some(reading.clone());
}

fn end(grant: &mut Grant, state: GrantState) {
    grant.state = state;
    grant.code_ready = false;
    grant.command = None;
    grant.watch_until = None;
}
