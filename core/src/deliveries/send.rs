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
};

use super::{
    answer::Idempotent,
    commit::{Loaded, decide_now, follow_up, load, prepare},
    operator,
    redeem::Redeemed,
};
use crate::{
    Error, Platform,
    grant::{Command, CommandResult, Grant, Refusal, Viewer},
    links,
    ports::wrong_answer,
    store::{StoreError, StoredLink},
};

const TRIES_MAX: usize = 12;

/// A close whose intent is on record. Nothing else can be sent.
pub struct Ordered {
    caller: Option<Idempotent>,
    loaded: Loaded,
    way: Result<Option<StoredLink>, StoreError>,
    command: CommandId,
    send_by: Timestamp,
}

impl Ordered {
    /// A close that a carrier's request put on record.
    pub(super) fn by_request(
        caller: Idempotent,
        loaded: Loaded,
        way: Result<Option<StoredLink>, StoreError>,
    ) -> Result<Self, Error> {
        Ok(Self {
            caller: Some(caller),
            ..Self::by_guardian(loaded, way)?
        })
    }

    /// A close that the guardian put on record.
    pub(crate) fn by_guardian(
        loaded: Loaded,
        way: Result<Option<StoredLink>, StoreError>,
    ) -> Result<Self, Error> {
        let pending = loaded.grant.pending(Direction::Close);
        let pending = pending.ok_or(Error::Corrupt("a grant that closes without a command"))?;
        Ok(Self {
            caller: None,
            command: pending.command,
            send_by: pending.send_by,
            loaded,
            way,
        })
    }
}

/// An order that was sent, or certainly was not, and what came back.
pub struct Sent {
    caller: Option<Idempotent>,
    loaded: Loaded,
    command: CommandId,
    result: CommandResult,
    refusal: Option<Refusal>,
}

impl Sent {
    fn new(
        caller: Option<Idempotent>,
        loaded: Loaded,
        command: CommandId,
        sent: Result<CommandAccepted, AdapterError>,
    ) -> Self {
        let (result, refusal) = read(sent);
        Self {
            caller,
            loaded,
            command,
            result,
            refusal,
        }
    }
}

/// An order whose outcome is on record.
pub(crate) struct Settled {
    pub(crate) grant: Grant,
    answer: Result<DeliveryView, Error>,
}

impl Settled {
    /// What the carrier hears.
    pub(super) fn into_answer(self) -> Result<DeliveryView, Error> {
        self.answer
    }
}

/// Sends an open.
pub(super) async fn send_open(platform: &Platform, redeemed: Redeemed) -> Sent {
    let Redeemed {
        caller,
        loaded,
        link,
        command,
        send_by,
        code,
    } = redeemed;
    let door = &loaded.grant.door;
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
    Sent::new(Some(caller), loaded, command, sent)
}

/// Sends a close.
pub(crate) async fn send_close(platform: &Platform, ordered: Ordered) -> Sent {
    let Ordered {
        caller,
        loaded,
        way,
        command,
        send_by,
    } = ordered;
    let door = &loaded.grant.door;
    let sent = match loaded.grant.close_permit(&platform.limits) {
        Ok(permit) => {
            with_link(platform, &loaded.grant, way, command, send_by, |link| {
                Call::DoorClose(DoorCloseInput {
                    link,
                    door: door.door_ref.clone(),
                    command,
                    expected: vec![DoorState::Open, DoorState::Stopped],
                    permit,
                })
            })
            .await
        }
        Err(_) => Err(AdapterError::not_executed(
            AdapterErrorKind::Rejected,
            "closing unattended is not permitted",
        )),
    };
    Sent::new(caller, loaded, command, sent)
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

/// Records what became of an order, and with it the answer to the request that asked for it.
pub(crate) async fn settle(platform: &Platform, sent: Sent) -> Result<Settled, Error> {
    let Sent {
        caller,
        mut loaded,
        command,
        result,
        refusal,
    } = sent;
    // A repeat that took this request for cut off was given an answer: that is the answer, and the outcome is recorded all the same.
    let mut answered_meanwhile = false;
    for _ in 0..TRIES_MAX {
        let settled = Command::Settle {
            command,
            result: result.clone(),
        };
        let events = decide_now(platform, &loaded.grant, settled)?;
        let commit = prepare(platform, &loaded, events).await?;
        let view = commit.grant.view(Viewer::Carrier);
        let mut writes = commit.writes;
        let answer_at = writes.len();
        if let Some(caller) = caller.as_ref().filter(|_| !answered_meanwhile) {
            writes.push(caller.finished(platform, refusal.as_ref().map_or(Ok(&view), Err))?);
        }
        match platform.store.transact(writes).await {
            Ok(()) => {
                operator::tell(&loaded.grant, &commit.grant);
                follow_up(platform, &commit.grant).await;
                let answer = match (caller, refusal) {
                    (Some(caller), _) if answered_meanwhile => caller.answered_meanwhile(platform).await,
                    (_, Some(refusal)) => Err(refusal.into()),
                    (_, None) => Ok(view),
                };
                return Ok(Settled {
                    grant: commit.grant,
                    answer,
                });
            }
            Err(error) if error.is_condition(answer_at) => answered_meanwhile = true,
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {
                loaded = reload(platform, commit.grant.delivery).await?;
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
