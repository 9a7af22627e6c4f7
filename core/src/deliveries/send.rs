//! Sending a recorded command to the door, and recording what became of it.

use jiff::Timestamp;
use postern_contract::{
    adapter::{
        AdapterError, AdapterErrorKind, Answer, Call, CommandAccepted, DoorCloseInput, DoorOpenInput,
        LinkInput, Outcome,
    },
    customer::LinkState,
    delivery::{DeliveryView, Direction},
    door::DoorState,
    ids::{CommandId, DeliveryId},
    text::SecretText,
};

use super::{
    answer::Idempotent,
    commit::{Loaded, decide_now, follow_up, load, prepare},
    operator,
};
use crate::{
    Error, Platform,
    grant::{Command, CommandResult, Grant, Refusal},
    links,
    ports::wrong_answer,
    store::{StoreError, StoredLink},
};

const TRIES_MAX: usize = 12;

/// An open whose code is redeemed and whose intent is on record.
pub(super) struct Opening {
    pub(super) loaded: Loaded,
    pub(super) link: Result<Option<StoredLink>, StoreError>,
    pub(super) command: CommandId,
    pub(super) send_by: Timestamp,
    pub(super) code: SecretText,
}

/// Sends an open, and records its outcome with the answer to the request.
pub(super) async fn send_open(
    platform: &Platform,
    caller: &Idempotent,
    opening: Opening,
) -> Result<DeliveryView, Error> {
    let Opening {
        loaded,
        link,
        command,
        send_by,
        code,
    } = opening;
    let door = loaded.grant.door.clone();
    let sent = with_link(platform, &loaded.grant, link, command, send_by, |link| {
        Call::DoorOpen(DoorOpenInput {
            link,
            door: door.door_ref.clone(),
            command,
            expected: vec![DoorState::Closed],
            code: code.clone(),
        })
    })
    .await;
    settle(platform, Some(caller), loaded, command, sent).await
}

/// Sends a close whose intent is on record, and records its outcome; with the answer to a request, where one asked for it.
pub(crate) async fn send_close(
    platform: &Platform,
    caller: Option<&Idempotent>,
    loaded: Loaded,
) -> Result<DeliveryView, Error> {
    let pending = loaded.grant.pending(Direction::Close).cloned();
    let pending = pending.ok_or(Error::Corrupt("a grant that closes without a command"))?;
    let sent = match loaded.grant.close_permit(&platform.limits) {
        Ok(permit) => {
            let link = platform
                .store
                .link(loaded.grant.household, loaded.grant.door.link)
                .await;
            let door = loaded.grant.door.clone();
            with_link(
                platform,
                &loaded.grant,
                link,
                pending.command,
                pending.send_by,
                |link| {
                    Call::DoorClose(DoorCloseInput {
                        link,
                        door: door.door_ref.clone(),
                        command: pending.command,
                        expected: vec![DoorState::Open, DoorState::Stopped],
                        permit,
                    })
                },
            )
            .await
        }
        Err(_) => Err(AdapterError::not_executed(
            AdapterErrorKind::Rejected,
            "closing unattended is not permitted",
        )),
    };
    settle(platform, caller, loaded, pending.command, sent).await
}

/// Calls the door's adapter with the link's credentials; refreshed first, once, where the adapter says that they have run out.
async fn with_link(
    platform: &Platform,
    grant: &Grant,
    link: Result<Option<StoredLink>, StoreError>,
    command: CommandId,
    send_by: Timestamp,
    call: impl Fn(LinkInput) -> Call,
) -> Result<CommandAccepted, AdapterError> {
    let link = match link {
        Ok(Some(link)) if link.doc.state == LinkState::Active => link,
        Ok(_) => {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::LinkRevoked,
                "the link no longer works",
            ));
        }
        Err(error) => {
            tracing::warn!(%command, %error, "the link could not be read");
            return Err(AdapterError::not_executed(
                AdapterErrorKind::Internal,
                "the link could not be read",
            ));
        }
    };
    let request_id = command.to_string();
    let answer = links::call_with(platform, grant.household, &link.doc, request_id, send_by, call).await?;
    match answer {
        Answer::DoorOpen(accepted) | Answer::DoorClose(accepted) => Ok(accepted),
        _ => Err(wrong_answer()),
    }
}

/// Records what became of a command, and answers the request that asked for it.
async fn settle(
    platform: &Platform,
    caller: Option<&Idempotent>,
    loaded: Loaded,
    command: CommandId,
    sent: Result<CommandAccepted, AdapterError>,
) -> Result<DeliveryView, Error> {
    let delivery = loaded.grant.delivery;
    let (result, refusal) = read(sent);
    let mut loaded = loaded;
    for _ in 0..TRIES_MAX {
        let settled = Command::Settle {
            command,
            result: result.clone(),
        };
        let events = decide_now(platform, &loaded.grant, settled)?;
        let commit = prepare(platform, &loaded, events).await?;
        let view = commit.grant.view();
        let mut writes = commit.writes;
        if let Some(caller) = caller {
            writes.push(caller.finished(platform, refusal.as_ref().map_or(Ok(&view), Err))?);
        }
        match platform.store.transact(writes).await {
            Ok(()) => {
                operator::tell(&loaded.grant, &commit.grant);
                follow_up(platform, &commit.grant).await;
                return refusal.map_or(Ok(view), |refusal| Err(refusal.into()));
            }
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {
                loaded = reload(platform, delivery).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

async fn reload(platform: &Platform, delivery: DeliveryId) -> Result<Loaded, Error> {
    load(platform, delivery)
        .await?
        .ok_or(Error::Corrupt("a grant that vanished"))
}

/// Reads an adapter's word: what it means for the grant, and what the carrier hears when it was a no.
fn read(sent: Result<CommandAccepted, AdapterError>) -> (CommandResult, Option<Refusal>) {
    match sent {
        Ok(accepted) => (CommandResult::Accepted(accepted), None),
        Err(error) if error.outcome == Outcome::NotExecuted => {
            let refusal = Refusal::from_adapter(&error);
            (
                CommandResult::NotExecuted {
                    kind: error.kind,
                    reading: error.reading,
                },
                Some(refusal),
            )
        }
        Err(error) => (CommandResult::Unknown { kind: error.kind }, None),
    }
}
