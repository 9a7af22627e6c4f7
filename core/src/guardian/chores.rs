//! What the guardian does for a delivery.

use postern_contract::{delivery::Doorstep, ids::DeliveryId};

use super::Closing;
use crate::{
    Error, Platform,
    deliveries::{Loaded, advance, load, look_at_door},
    grant::{Chore, Command, Grant},
    log, saga,
    store::{StoreError, Write},
};

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
        Chore::ReadDoor => Ok(look_at_door(platform, loaded.grant).await?.0),
        Chore::CloseDoor => saga::run(platform, Closing::due(loaded.grant)).await,
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
    match (grant.revocation, &grant.doorstep) {
        (Some(reason), None) => note(platform, grant.delivery, || Command::Revoke { reason }).await,
        (_, Some(Doorstep { reason, remark, .. })) => {
            note(platform, grant.delivery, || Command::LeaveAtDoorstep {
                reason: *reason,
                remark: remark.clone(),
            })
            .await
        }
        (None, None) => Ok(grant),
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
