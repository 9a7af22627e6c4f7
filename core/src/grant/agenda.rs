//! The agenda: what the guardian has to do for a grant, and when. Derived from the grant alone, so that nothing has to be
//! remembered elsewhere and a crash forgets nothing.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    delivery::{GrantState, PendingCommand, Progress},
    unattended::OBSTRUCTED_CLOSES_MAX,
};

use super::{Grant, Limits, decide::seen_after_close};
use crate::promises::Guard;

/// Something the guardian does for a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chore {
    /// Mint the code of a delivery that was dispatched before its day.
    Arm,
    /// End a grant whose window went by.
    Expire,
    /// End a grant whose right was taken back, or whose parcels were left at the doorstep, and that was waiting for a late open to be ruled
    /// out.
    FinishRevocation,
    /// Note that a command has no outcome though its time is over.
    Lapse,
    /// Read the door.
    ReadDoor,
    /// Read the door, and close it if it is still open.
    CloseDoor,
    /// End a grant whose door a person has taken over and nobody has seen closed.
    LetGo,
    /// Take back a reissued code that nobody used.
    LapseReissue,
    /// Complete a delivery that the carrier never completed.
    Complete,
    /// Sign the log of a delivery that has ended.
    SignLog,
}

/// The next thing to do for a grant as it is at `now`, and when it is due.
#[must_use]
pub fn chore(grant: &Grant, now: Timestamp, limits: &Limits) -> Option<(Timestamp, Chore)> {
    if let Some(chore) = taken_over(grant, now, limits) {
        return Some(chore);
    }
    match grant.state {
        GrantState::Scheduled => match grant.arm_at {
            Some(arm_at) if now < grant.window.ends_at() => Some((arm_at, Chore::Arm)),
            _ => Some((grant.window.ends_at(), Chore::Expire)),
        },
        GrantState::Armed => Some(armed(grant)),
        GrantState::Opening | GrantState::Closing => {
            grant.command.as_ref().and_then(|command| moving(command, limits))
        }
        GrantState::Open => limits
            .stands(Guard::OpenDoorStaysDue)
            .then(|| open(grant, limits)),
        GrantState::Closed => Some(closed(grant, limits)),
        GrantState::Completed | GrantState::Cancelled | GrantState::Expired | GrantState::Revoked => grant
            .log_signature
            .is_none()
            .then_some((grant.updated_at, Chore::SignLog)),
    }
}

/// When the guardian has to look at a grant next: what the index of due work holds.
#[must_use]
pub fn due_at(grant: &Grant, now: Timestamp, limits: &Limits) -> Option<Timestamp> {
    chore(grant, now, limits).map(|(at, _)| at)
}

fn armed(grant: &Grant) -> (Timestamp, Chore) {
    // An open may yet be carried out late: the door is watched first, and whatever else is due waits for that.
    if grant.door_in_use() {
        return (grant.updated_at, Chore::ReadDoor);
    }
    match (grant.withdrawn(), grant.reissue_until) {
        (Some(_), _) => (grant.updated_at, Chore::FinishRevocation),
        (None, Some(until)) if grant.was_closed() => (until, Chore::LapseReissue),
        _ => (grant.window.ends_at(), Chore::Expire),
    }
}

/// A door that a person has taken over is read, never moved; after a while the grant lets go of it.
fn taken_over(grant: &Grant, now: Timestamp, limits: &Limits) -> Option<(Timestamp, Chore)> {
    let let_go_at = grant.taken_over_at? + limits.taken_over_watch;
    let unsettled = grant
        .command
        .as_ref()
        .is_some_and(|command| command.progress == Progress::Requested);
    if unsettled || !grant.door_in_use() {
        return None;
    }
    let watching = grant.watch_until.is_some_and(|until| now < until);
    // An order that was taken a moment ago may yet be on its way.
    let on_its_way = grant
        .command
        .as_ref()
        .is_some_and(|command| now < command.send_by + limits.lapse_after);
    let chore = if now < let_go_at || watching || on_its_way {
        Chore::ReadDoor
    } else {
        Chore::LetGo
    };
    Some((grant.updated_at, chore))
}

/// Looked at once more, in case the sensor lied or an order of ours comes late; then completed, if the carrier never does.
fn closed(grant: &Grant, limits: &Limits) -> (Timestamp, Chore) {
    let closed_at = grant.closed_at.unwrap_or(grant.updated_at);
    if grant.watched() {
        (grant.updated_at, Chore::ReadDoor)
    } else if grant.doorstep.is_some() {
        (grant.updated_at, Chore::FinishRevocation)
    } else if seen_after_close(grant, limits) {
        (closed_at + limits.complete_after, Chore::Complete)
    } else {
        (closed_at + limits.look_after_close, Chore::ReadDoor)
    }
}

fn moving(command: &PendingCommand, limits: &Limits) -> Option<(Timestamp, Chore)> {
    match command.progress {
        Progress::Requested => limits
            .stands(Guard::CutOffIsFound)
            .then(|| (command.send_by + limits.lapse_after, Chore::Lapse)),
        Progress::Accepted | Progress::Unknown => {
            Some((command.requested_at + limits.look_again_min, Chore::ReadDoor))
        }
    }
}

fn open(grant: &Grant, limits: &Limits) -> (Timestamp, Chore) {
    let opened_at = grant.opened_at.unwrap_or(grant.updated_at);
    let first = if grant.withdrawn().is_some() {
        opened_at
    } else {
        opened_at + limits.left_open_after
    };
    let again = grant.last_close_at.map(|at| at + patience(grant, limits));
    // Once a close has failed, the guardian takes over whatever the driver does.
    let close_at = again.unwrap_or(first);
    (close_at, Chore::CloseDoor)
}

/// How long to wait before closing again: doubling with every close that failed, up to the longest pause between two looks.
fn patience(grant: &Grant, limits: &Limits) -> SignedDuration {
    if grant.stopped_closes >= OBSTRUCTED_CLOSES_MAX {
        return limits.look_again_max;
    }
    let doublings = grant.closes.saturating_sub(1).min(6);
    (limits.close_again_after * 2_i32.pow(doublings)).min(limits.look_again_max.max(limits.close_again_after))
}

/// When to look again after a look that changed nothing: soon while the door should be moving, then ever more rarely.
#[must_use]
pub fn next_look(grant: &Grant, now: Timestamp, limits: &Limits) -> Option<Timestamp> {
    let (due, chore) = chore(grant, now, limits)?;
    if due > now && grant.state != GrantState::Open {
        return Some(due);
    }
    let since = now.duration_since(
        grant
            .command
            .as_ref()
            .map_or(grant.updated_at, |command| command.requested_at),
    );
    let pause = (since / 8).clamp(limits.look_again_min, limits.look_again_max);
    let again = now + pause;
    Some(if chore == Chore::CloseDoor && due > now {
        again.min(due)
    } else {
        again
    })
}
