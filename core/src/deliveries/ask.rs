//! The carrier's requests that move no door: dispatch, change, complete, cancel, and reissue in a file of its own. One transaction holds
//! what happened and the answer.

use postern_contract::{
    carrier::{Arrive, Cancel, ChangeDelivery, Complete, Dispatch, LeaveAtDoorstep},
    delivery::DeliveryView,
    ids::DeliveryId,
};

use super::{
    answer::{Idempotent, must_be_active},
    commit::{decide_now, follow_up, load, prepare},
    site::load_policy,
};
use crate::{
    Error, Platform,
    grant::{Change, Command, Viewer},
    store::StoreError,
};

const TRIES_MAX: usize = 12;

/// The parcels are out for delivery.
///
/// # Errors
/// See [`Error`]; a refusal by the grant is [`Error::Refused`].
pub async fn dispatch(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: Dispatch,
) -> Result<DeliveryView, Error> {
    ask(platform, caller, delivery, || Command::Dispatch {
        driver: body.driver.clone(),
    })
    .await
}

/// What was booked becomes another, while the door has not been told to open.
///
/// # Errors
/// See [`Error`]; a refusal by the grant is [`Error::Refused`].
pub async fn change(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: ChangeDelivery,
) -> Result<DeliveryView, Error> {
    change_if(platform, caller, delivery, body, |_| true).await
}

/// The same, of a delivery that is `as_seen`. A repeat under the same key gets its answer all the same.
///
/// # Errors
/// As [`change`], and [`Error::Changed`].
pub async fn change_if(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: ChangeDelivery,
    as_seen: impl Fn(&DeliveryView) -> bool,
) -> Result<DeliveryView, Error> {
    must_be_active(platform, &caller.carrier).await?;
    let command = || {
        Command::Change(Change {
            window: body.window,
            driver: body.driver.clone(),
            tracking_numbers: body.tracking_numbers.clone(),
        })
    };
    ask_if(platform, caller, delivery, command, as_seen).await
}

/// The driver has come to the address.
///
/// # Errors
/// See [`Error`]; a refusal by the grant is [`Error::Refused`].
pub async fn arrive(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: Arrive,
) -> Result<DeliveryView, Error> {
    ask(platform, caller, delivery, || Command::Arrive {
        driver: body.driver.clone(),
        position: body.position,
    })
    .await
}

/// The parcels are inside and the driver has left.
///
/// # Errors
/// See [`Error`]; a refusal by the grant is [`Error::Refused`].
pub async fn complete(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: Complete,
) -> Result<DeliveryView, Error> {
    ask(platform, caller, delivery, || Command::Complete {
        dropped: body.dropped.clone(),
        taken: body.taken.clone(),
        proof: body.proof.clone(),
    })
    .await
}

/// The carrier calls the delivery off.
///
/// # Errors
/// See [`Error`]; a refusal by the grant is [`Error::Refused`].
pub async fn cancel(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: Cancel,
) -> Result<DeliveryView, Error> {
    ask(platform, caller, delivery, || Command::Cancel {
        reason: body.reason.clone(),
    })
    .await
}

/// The parcels were left at the doorstep.
///
/// # Errors
/// See [`Error`]; a refusal by the grant is [`Error::Refused`].
pub async fn leave_at_doorstep(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: LeaveAtDoorstep,
) -> Result<DeliveryView, Error> {
    ask(platform, caller, delivery, || Command::LeaveAtDoorstep {
        reason: body.reason,
        remark: body.remark.clone(),
    })
    .await
}

pub(super) async fn ask(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    command: impl Fn() -> Command,
) -> Result<DeliveryView, Error> {
    ask_if(platform, caller, delivery, command, |_| true).await
}

async fn ask_if(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    command: impl Fn() -> Command,
    as_seen: impl Fn(&DeliveryView) -> bool,
) -> Result<DeliveryView, Error> {
    for _ in 0..TRIES_MAX {
        let (found, loaded) = tokio::join!(caller.find(platform), load(platform, delivery));
        if let Some(found) = found? {
            return caller.replay(platform, found).await;
        }
        let mut loaded = loaded?
            .filter(|loaded| loaded.grant.is_carriers(&caller.carrier, &platform.limits))
            .ok_or(Error::NotFound)?;
        if !as_seen(&loaded.grant.view(Viewer::Carrier)) {
            return Err(Error::Changed);
        }
        let command = command();
        if command.rests_on_consent() {
            // What the household agreed to may have changed since it was last looked at.
            loaded.grant.policy = load_policy(platform, loaded.grant.household).await?;
        }
        let events = match decide_now(platform, &loaded.grant, command) {
            Ok(events) => events,
            Err(refusal) => return caller.refuse(platform, refusal).await,
        };
        let commit = prepare(platform, &loaded, events).await?;
        let view = commit.grant.view(Viewer::Carrier);
        let mut writes = commit.writes;
        writes.push(caller.answered(platform, &view)?);
        match platform.store.transact(writes).await {
            Ok(()) => {
                follow_up(platform, &commit.grant).await;
                return Ok(view);
            }
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}
