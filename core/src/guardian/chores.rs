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
    let command = match what {
        Chore::Arm => Command::Arm,
        Chore::Expire => Command::Expire,
        Chore::FinishRevocation => match revocation(&loaded.grant) {
            Some(command) => command,
            None => return Ok(loaded.grant),
        },
        Chore::Lapse => Command::Lapse,
        Chore::LetGo => Command::LetGo,
        Chore::LapseReissue => Command::LapseReissue,
        Chore::Complete => Command::CompleteByGuardian,
        Chore::ReadDoor => return Ok(look_at_door(platform, loaded.grant).await?.0),
        Chore::CloseDoor => return saga::run(platform, Closing::due(loaded.grant)).await,
        Chore::SignLog => return sign_log(platform, loaded).await,
    };
    Ok(advance(platform, delivery, || command.clone()).await?.grant)
}

/// What finishes a revocation that was begun.
fn revocation(grant: &Grant) -> Option<Command> {
    match (grant.revocation, &grant.doorstep) {
        (Some(reason), None) => Some(Command::Revoke { reason }),
        (_, Some(Doorstep { reason, remark, .. })) => Some(Command::LeaveAtDoorstep {
            reason: *reason,
            remark: remark.clone(),
        }),
        (None, None) => None,
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
