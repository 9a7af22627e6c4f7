//! Closing, for the driver who leaves.

use postern_contract::{carrier::CloseDoor, delivery::DeliveryView, ids::DeliveryId};

use super::{
    answer::Idempotent,
    commit::{Loaded, decide_now, load, prepare},
    send,
};
use crate::{Error, Platform, grant::Command, store::StoreError};

const TRIES_MAX: usize = 12;

/// Closes the door. Runs to its end even when the caller hangs up.
///
/// # Errors
/// See [`Error`]; a refusal by the rules or by the door is [`Error::Refused`]. A close that could not be carried out stays on the
/// guardian's agenda all the same.
pub async fn close(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: CloseDoor,
) -> Result<DeliveryView, Error> {
    let (platform, caller) = (platform.clone(), caller.clone());
    let flow = tokio::spawn(async move { run(&platform, &caller, delivery, &body).await });
    flow.await.map_err(|_| Error::Panicked("a close"))?
}

async fn run(
    platform: &Platform,
    caller: &Idempotent,
    delivery: DeliveryId,
    body: &CloseDoor,
) -> Result<DeliveryView, Error> {
    for _ in 0..TRIES_MAX {
        let (found, loaded) = tokio::join!(caller.find(platform), load(platform, delivery));
        if let Some(found) = found? {
            return caller.replay(platform, found).await;
        }
        let loaded = loaded?
            .filter(|loaded| loaded.grant.is_carriers(&caller.carrier, &platform.limits))
            .ok_or(Error::NotFound)?;
        let asked = Command::Close {
            command: platform.new_command(),
            driver: body.driver.clone(),
        };
        let events = match decide_now(platform, &loaded.grant, asked) {
            Ok(events) => events,
            Err(refusal) => return caller.refuse(platform, refusal).await,
        };
        let moves = !events.is_empty();
        let commit = prepare(platform, &loaded, events).await?;
        let view = commit.grant.view();
        let mut writes = commit.writes;
        let send_by = commit
            .grant
            .command
            .as_ref()
            .map(|command| command.send_by)
            .filter(|_| moves);
        writes.push(match send_by {
            Some(send_by) => caller.running(platform, delivery, send_by),
            None => caller.answered(platform, &view)?,
        });
        match platform.store.transact(writes).await {
            Ok(()) if moves => {
                let loaded = Loaded {
                    grant: commit.grant,
                    version: loaded.version + 1,
                    code: None,
                };
                return send::send_close(platform, Some(caller), loaded).await;
            }
            Ok(()) => return Ok(view),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}
