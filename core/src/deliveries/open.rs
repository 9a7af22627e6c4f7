//! Opening: the one flow that lets a stranger into a garage.
//!
//! Two round trips to the record before the vendor is called: the grant with its code (and the idempotency key beside it), then the
//! redeeming transaction (and the link beside it). The transaction demands the household's consent in the very version that the
//! decision was made by, and the household's claim on the door, so that nothing that ended in between can be opened. One round trip
//! after: the outcome, with the answer to this request.

use jiff::Timestamp;
use postern_contract::{
    carrier::OpenDoor,
    delivery::DeliveryView,
    ids::{CommandId, DeliveryId},
    text::SecretText,
};
use postern_keys::SealContext;
use secrecy::ExposeSecret;

use super::{
    answer::Idempotent,
    commit::{Loaded, load, prepare},
    send::{self, Opening},
    site::load_policy,
};
use crate::{
    Error, Platform,
    grant::{Command, Context, Grant, Policy, Refusal, decide},
    promises::Guard,
    store::{StoreError, Write},
};

const TRIES_MAX: usize = 12;

/// Opens the door for the driver who stands before it.
///
/// Runs to its end even when the caller hangs up: once the code is redeemed, the outcome must come on record.
///
/// # Errors
/// See [`Error`]; a refusal by the rules or by the door is [`Error::Refused`], and then the door has not moved.
pub async fn open(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: OpenDoor,
) -> Result<DeliveryView, Error> {
    let (platform, caller) = (platform.clone(), caller.clone());
    let flow = tokio::spawn(async move { run(&platform, &caller, delivery, &body).await });
    flow.await.map_err(|_| Error::Panicked("an open"))?
}

async fn run(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: &OpenDoor,
) -> Result<DeliveryView, Error> {
    let mut newer_policy = None;
    for _ in 0..TRIES_MAX {
        let (found, loaded) = tokio::join!(caller.find_if_active(platform), load(platform, delivery));
        if let Some(found) = found? {
            return caller.replay(platform, found).await;
        }
        let mut loaded = loaded?
            .filter(|loaded| loaded.grant.is_carriers(&caller.carrier, &platform.limits))
            .ok_or(Error::NotFound)?;
        if let Some(policy) = newer_policy.take() {
            loaded.grant.policy = policy;
        }
        match redeem(platform, caller, &loaded, body).await? {
            Redeemed::Yes(opening) => return send::send_open(platform, caller, *opening).await,
            Redeemed::Refused(refusal) => return caller.refuse(platform, refusal).await,
            Redeemed::ConsentChanged(policy) => newer_policy = Some(*policy),
            Redeemed::OthersWereFaster => {}
        }
    }
    Err(Error::Contended)
}

/// How an attempt to redeem the code ended.
enum Redeemed {
    Yes(Box<Opening>),
    Refused(Refusal),
    ConsentChanged(Box<Policy>),
    OthersWereFaster,
}

async fn redeem(
    platform: &Platform,
    caller: &Idempotent,
    loaded: &Loaded,
    body: &OpenDoor,
) -> Result<Redeemed, Error> {
    let grant = &loaded.grant;
    let asked = Command::Open {
        command: platform.new_command(),
        driver: body.driver.clone(),
        position: body.position,
        tracking_number: body.tracking_number.clone(),
    };
    let context = Context {
        now: platform.now(),
        policy: &grant.policy,
        limits: &platform.limits,
    };
    let events = match decide(grant, asked, &context) {
        Ok(events) => events,
        // Refused by what the grant remembers of the household's wishes: they may have changed for the better since.
        Err(refusal) if refused_by_consent(&refusal) => return reconsider(platform, grant, refusal).await,
        Err(refusal) => return Ok(Redeemed::Refused(refusal)),
    };
    let code = unseal(platform, loaded).await?;
    let commit = prepare(platform, loaded, events).await?;
    let (command, send_by) = pending(&commit.grant)?;
    let mut writes = commit.writes;
    let consent_at = platform.limits.stands(Guard::ConsentUnchanged).then(|| {
        let version = grant.policy.consent.version;
        writes.push(Write::check_consent(grant.household, version));
        writes.len() - 1
    });
    let claim_at = platform.limits.stands(Guard::DoorStillTheirs).then(|| {
        let (vendor, door) = (&grant.door.vendor, &grant.door.door_ref);
        writes.push(Write::check_door_claim(vendor, door, grant.household));
        writes.len() - 1
    });
    writes.push(caller.running(platform, grant.delivery, send_by));

    let (redeemed, link) = tokio::join!(
        record_intent(platform, writes),
        platform.store.link(grant.household, grant.door.link)
    );
    match redeemed {
        Ok(()) => {
            let loaded = Loaded {
                grant: commit.grant,
                version: loaded.version + 1,
                code: None,
            };
            Ok(Redeemed::Yes(Box::new(Opening {
                loaded,
                link,
                command,
                send_by,
                code,
            })))
        }
        Err(error) if consent_at.is_some_and(|at| error.is_condition(at)) => Ok(Redeemed::ConsentChanged(
            Box::new(load_policy(platform, grant.household).await?),
        )),
        Err(error) if claim_at.is_some_and(|at| error.is_condition(at)) => {
            Ok(Redeemed::Refused(Refusal::DeliveryRevoked))
        }
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => Ok(Redeemed::OthersWereFaster),
        Err(error) => Err(error.into()),
    }
}

/// The redeeming transaction. Nothing is sent before it is committed.
async fn record_intent(platform: &Platform, writes: Vec<Write>) -> Result<(), StoreError> {
    if platform.limits.stands(Guard::IntentOnRecord) {
        platform.store.transact(writes).await
    } else {
        Ok(())
    }
}

const fn refused_by_consent(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::DeliveryDisabled
            | Refusal::DeliveryPaused { .. }
            | Refusal::OutsideHours
            | Refusal::CarrierNotAllowed
    )
}

async fn reconsider(platform: &Platform, grant: &Grant, refusal: Refusal) -> Result<Redeemed, Error> {
    let policy = load_policy(platform, grant.household).await?;
    if policy.consent.version == grant.policy.consent.version {
        Ok(Redeemed::Refused(refusal))
    } else {
        Ok(Redeemed::ConsentChanged(Box::new(policy)))
    }
}

/// The command that a grant has just recorded.
fn pending(grant: &Grant) -> Result<(CommandId, Timestamp), Error> {
    let command = grant
        .command
        .as_ref()
        .ok_or(Error::Corrupt("a grant that opens without a command"))?;
    Ok((command.command, command.send_by))
}

/// The one-time code, in clear, for the adapter's eyes alone.
async fn unseal(platform: &Platform, loaded: &Loaded) -> Result<SecretText, Error> {
    let ready = loaded
        .code
        .as_ref()
        .filter(|code| code.number == loaded.grant.codes_minted);
    let code = ready.ok_or(Error::Corrupt("a grant whose code is ready but not there"))?;
    let context = SealContext::for_delivery(&loaded.grant.delivery.to_string());
    let code = platform.sealer.open(&code.sealed, &context).await?;
    let text =
        std::str::from_utf8(code.expose_secret()).map_err(|_| Error::Corrupt("a code that is no text"))?;
    Ok(SecretText::new(text))
}
