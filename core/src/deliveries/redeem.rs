//! Redeeming a code: the transaction that puts an open on record.
//!
//! It demands the household's consent in the very version that the decision was made by, and the household's claim on the door, so
//! that nothing that ended in between can be opened. It counts the open too, so that no door is opened more often than it may be.

use jiff::Timestamp;
use postern_contract::{
    carrier::{Allowance, OpenDoor},
    ids::CommandId,
    text::SecretText,
};
use postern_keys::SealContext;
use secrecy::ExposeSecret;

use super::{
    answer::Idempotent,
    commit::{Loaded, prepare},
    site::load_policy,
};
use crate::{
    Error, Platform,
    grant::{Command, Context, Grant, Policy, Refusal, decide},
    promises::Guard,
    rates::Window,
    store::{StoreError, StoredLink, Write},
};

/// An open whose code is redeemed and whose intent is on record. Nothing else can be sent.
pub struct Redeemed {
    pub(super) caller: Idempotent,
    pub(super) loaded: Loaded,
    pub(super) link: Result<Option<StoredLink>, StoreError>,
    pub(super) command: CommandId,
    pub(super) send_by: Timestamp,
    pub(super) code: SecretText,
}

/// How an attempt to redeem the code ended.
pub(super) enum Attempt {
    Redeemed(Box<Redeemed>),
    Refused(Refusal),
    DoorOpenedTooOften { retry_after_s: u32 },
    ConsentChanged(Box<Policy>),
    OthersWereFaster,
}

/// Decides, and redeems the code where nothing speaks against it.
pub(super) async fn redeem(
    platform: &Platform,
    caller: &Idempotent,
    loaded: &Loaded,
    body: &OpenDoor,
    allowance: &Allowance,
) -> Result<Attempt, Error> {
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
        Err(refusal) => return Ok(Attempt::Refused(refusal)),
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
        let (vendor, door) = (&grant.door.vendor, grant.door.opener());
        writes.push(Write::check_door_claim(vendor, door, grant.household));
        writes.len() - 1
    });
    let hour = Window::hour(context.now);
    writes.push(Write::count_open(
        &grant.door.vendor,
        grant.door.opener(),
        hour.starts_at_s,
        hour.ends_at(),
        allowance.opens_per_door_hour,
    ));
    let count_at = writes.len() - 1;
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
            Ok(Attempt::Redeemed(Box::new(Redeemed {
                caller: caller.clone(),
                loaded,
                link,
                command,
                send_by,
                code,
            })))
        }
        Err(error) if consent_at.is_some_and(|at| error.is_condition(at)) => Ok(Attempt::ConsentChanged(
            Box::new(load_policy(platform, grant.household).await?),
        )),
        Err(error) if claim_at.is_some_and(|at| error.is_condition(at)) => {
            Ok(Attempt::Refused(Refusal::DeliveryRevoked))
        }
        Err(error) if error.is_condition(count_at) => Ok(Attempt::DoorOpenedTooOften {
            retry_after_s: hour.ends_in_s(platform.now()),
        }),
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => Ok(Attempt::OthersWereFaster),
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
            | Refusal::ReturnsNotTaken
    )
}

async fn reconsider(platform: &Platform, grant: &Grant, refusal: Refusal) -> Result<Attempt, Error> {
    let policy = load_policy(platform, grant.household).await?;
    if policy.consent.version == grant.policy.consent.version {
        Ok(Attempt::Refused(refusal))
    } else {
        Ok(Attempt::ConsentChanged(Box::new(policy)))
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
