//! `decide`: what happens when something is asked of a grant, or why it does not.
//!
//! An empty list of events means that there is nothing to do: what was asked for is so already. Every guard here is one that a
//! promise rests on; they stand in a fixed order, from what is over to what is still missing.

mod change;
mod close;
mod doorstep;
mod end;
mod observe;
mod open;
mod settle;
mod take_over;
mod watch;

use postern_contract::{
    delivery::{Attention, GrantState},
    event::DeliveryEvent,
};

pub(super) use self::watch::seen_after_close;
use super::{Command, Context, Grant, Refusal};

/// Decides what `command` does to `grant`.
///
/// # Errors
/// The [`Refusal`]: then nothing has happened.
pub fn decide(grant: &Grant, command: Command, context: &Context<'_>) -> Result<Vec<DeliveryEvent>, Refusal> {
    match command {
        Command::Dispatch { driver } => open::dispatch(grant, driver, context),
        Command::Change(change) => change::change(grant, change, context),
        Command::Arm => open::arm(grant, context),
        Command::Open {
            command,
            driver,
            position,
            tracking_number,
        } => {
            let asked = open::Asked {
                command,
                driver,
                position,
                tracking_number,
            };
            open::open(grant, asked, context)
        }
        Command::Close { command, driver } => close::by_driver(grant, command, &driver, context),
        Command::CloseByGuardian { command } => close::by_guardian(grant, command, context),
        Command::Settle { command, result } => Ok(settle::settle(grant, command, result, context)),
        Command::Lapse => Ok(settle::lapse(grant, context)),
        Command::Observe { reading } => Ok(observe::observe(grant, reading, context)),
        Command::CannotSee => Ok(observe::cannot_see(grant, context)),
        Command::Complete { dropped } => end::complete(grant, dropped, context),
        Command::CompleteByGuardian => Ok(end::complete_by_guardian(grant, context)),
        Command::Reissue { driver } => open::reissue(grant, driver, context),
        Command::LapseReissue => Ok(end::lapse_reissue(grant, context)),
        Command::Cancel { reason } => end::cancel(grant, reason, context),
        Command::LeaveAtDoorstep { reason, remark } => doorstep::leave(grant, reason, remark, context),
        Command::Expire => Ok(end::expire(grant, context)),
        Command::TakeOver => Ok(take_over::take_over(grant)),
        Command::LetGo => Ok(take_over::let_go(grant, context)),
        Command::Revoke { reason } => Ok(end::revoke(grant, reason, context)),
    }
}

/// Refuses when the delivery has ended, in the words of its end.
fn not_over(grant: &Grant) -> Result<(), Refusal> {
    match grant.state {
        GrantState::Cancelled => Err(Refusal::DeliveryCancelled),
        GrantState::Expired => Err(Refusal::DeliveryExpired),
        GrantState::Revoked => Err(Refusal::DeliveryRevoked),
        GrantState::Completed => Err(Refusal::DeliveryCompleted),
        _ => Ok(()),
    }
}

/// The events that bring the grant's attention to `wanted`, if it is not there already.
fn attention(grant: &Grant, wanted: Option<Attention>) -> Vec<DeliveryEvent> {
    if grant.attention == wanted {
        return Vec::new();
    }
    let cleared = grant
        .attention
        .map(|attention| DeliveryEvent::AttentionCleared { attention });
    let raised = wanted.map(|attention| DeliveryEvent::AttentionRaised { attention });
    cleared.into_iter().chain(raised).collect()
}
