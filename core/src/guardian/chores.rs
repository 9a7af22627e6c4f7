//! What the guardian does for a delivery.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind, Answer, Call, DoorInput},
    delivery::GrantState,
    door::DoorReading,
    ids::DeliveryId,
};

use crate::{
    Error, Platform,
    deliveries::{Loaded, advance, load, send_close},
    grant::{Chore, Command, Grant, chore},
    links, log,
    ports::wrong_answer,
    store::{StoreError, Write},
};

/// How long the guardian waits for one reading.
const READ_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// Does one chore, and answers the grant as it is then.
pub(super) async fn perform(platform: &Platform, loaded: Loaded, what: Chore) -> Result<Grant, Error> {
    let delivery = loaded.grant.delivery;
    match what {
        Chore::Arm => note(platform, delivery, || Command::Arm).await,
        Chore::Expire => note(platform, delivery, || Command::Expire).await,
        Chore::FinishRevocation => finish_revocation(platform, loaded.grant).await,
        Chore::Lapse => note(platform, delivery, || Command::Lapse).await,
        Chore::LetGo => note(platform, delivery, || Command::LetGo).await,
        Chore::LapseReissue => note(platform, delivery, || Command::LapseReissue).await,
        Chore::Complete => note(platform, delivery, || Command::CompleteByGuardian).await,
        Chore::ReadDoor => read_door(platform, loaded.grant).await,
        Chore::CloseDoor => close_door(platform, loaded.grant).await,
        Chore::SignLog => sign_log(platform, loaded).await,
    }
}

/// Has the grant take note of something, and answers it as it is then.
async fn note(
    platform: &Platform,
    delivery: DeliveryId,
    command: impl Fn() -> Command,
) -> Result<Grant, Error> {
    Ok(advance(platform, delivery, command).await?.grant)
}

async fn finish_revocation(platform: &Platform, grant: Grant) -> Result<Grant, Error> {
    match grant.revocation {
        Some(reason) => note(platform, grant.delivery, || Command::Revoke { reason }).await,
        None => Ok(grant),
    }
}

/// Reads the door and has the grant take note of it.
async fn read_door(platform: &Platform, grant: Grant) -> Result<Grant, Error> {
    let delivery = grant.delivery;
    match reading(platform, &grant).await {
        Ok(reading) => {
            note(platform, delivery, || Command::Observe {
                reading: reading.clone(),
            })
            .await
        }
        Err(error) => {
            tracing::info!(%delivery, kind = ?error.kind, "the door could not be read");
            note(platform, delivery, || Command::CannotSee).await
        }
    }
}

async fn reading(platform: &Platform, grant: &Grant) -> Result<DoorReading, AdapterError> {
    let door = &grant.door;
    let link = platform
        .store
        .link(grant.household, door.link)
        .await
        .map_err(|error| {
            tracing::warn!(delivery = %grant.delivery, %error, "the link could not be read");
            AdapterError::not_executed(AdapterErrorKind::Internal, "the link could not be read")
        })?;
    let link =
        link.ok_or_else(|| AdapterError::not_executed(AdapterErrorKind::LinkRevoked, "the link is gone"))?;
    let request_id = format!("read-{}", platform.new_command());
    let deadline = platform.now() + READ_WITHIN;
    let call = |link| {
        Call::DoorRead(DoorInput {
            link,
            door: door.door_ref.clone(),
        })
    };
    match links::call_with(platform, grant.household, &link.doc, request_id, deadline, call).await? {
        Answer::DoorRead(read) => Ok(read.reading),
        _ => Err(wrong_answer()),
    }
}

/// Reads the door first; if it is still open and a close is due, closes it.
async fn close_door(platform: &Platform, grant: Grant) -> Result<Grant, Error> {
    let delivery = grant.delivery;
    let seen = read_door(platform, grant).await?;
    let due = matches!(
        chore(&seen, platform.now(), &platform.limits),
        Some((at, Chore::CloseDoor)) if at <= platform.now()
    );
    if seen.state != GrantState::Open || !due {
        return Ok(seen);
    }
    let command = platform.new_command();
    let ordered = advance(platform, delivery, || Command::CloseByGuardian { command }).await?;
    let pending = ordered.grant.command.as_ref();
    if pending.is_none_or(|pending| pending.command != command) {
        return Ok(ordered.grant);
    }
    match send_close(platform, None, ordered).await {
        // What the door or its vendor refused is on record, and on the agenda.
        Ok(_) | Err(Error::Refused(_)) => reload(platform, delivery).await,
        Err(error) => Err(error),
    }
}

async fn reload(platform: &Platform, delivery: DeliveryId) -> Result<Grant, Error> {
    Ok(load(platform, delivery)
        .await?
        .ok_or(Error::Corrupt("a grant that vanished"))?
        .grant)
}

/// Signs the log of a delivery that has ended: from then on, who holds it can show that this is what was recorded.
async fn sign_log(platform: &Platform, loaded: Loaded) -> Result<Grant, Error> {
    let Loaded {
        mut grant, version, ..
    } = loaded;
    let statement = log::statement(grant.delivery, grant.log_length, &grant.log_head);
    let signature = platform.signer.sign(statement.as_bytes()).await?;
    grant.log_signature = Some(signature.into());
    let write = Write::put_grant(
        grant.delivery,
        &grant.carrier,
        grant.household,
        None,
        &grant,
        Some(version),
    )?;
    match platform.store.transact(vec![write]).await {
        Ok(()) => Ok(grant),
        // Another look was faster.
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {
            reload(platform, grant.delivery).await
        }
        Err(error) => Err(error.into()),
    }
}
