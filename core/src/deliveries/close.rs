//! Closing, for the driver who leaves.

use postern_contract::{
    carrier::CloseDoor,
    delivery::{DeliveryView, GrantState},
    ids::DeliveryId,
};

use super::{
    answer::Idempotent,
    commit::{Loaded, decide_now, load, prepare},
    look::look_at_door,
    send::{self, Ordered, Sent},
};
use crate::{
    Error, Platform,
    grant::{Command, Grant, Refusal, Viewer},
    links,
    saga::{self, Flow, Part, Saga, Step, Turn},
    store::StoreError,
};

const TRIES_MAX: usize = 12;

/// The steps of a close that a driver asks for.
pub static CLOSING: Saga = Saga {
    name: "closing",
    steps: &[
        Step {
            name: "order",
            part: Part::Intent,
            if_cut_off: "Either nothing has happened and the guardian closes the door in its time, or the grant is closing and \
                         nothing was sent: its order lapses, and the guardian reads the door.",
        },
        Step {
            name: "send the order",
            part: Part::Effect,
            if_cut_off: "The order may have left: it lapses as one of unknown outcome, and the guardian reads the door until it \
                         is seen closed, or closes it again.",
        },
        Step {
            name: "settle",
            part: Part::Outcome,
            if_cut_off: "The order left and its outcome is not on record: it lapses as one of unknown outcome, and the guardian \
                         reads the door.",
        },
    ],
};

/// A driver's close under way.
pub enum Closing {
    /// It is to be put on record.
    Order(Asked),
    /// The order is on record and to be sent.
    Send(Box<Ordered>),
    /// The order was sent, and its outcome is to be recorded.
    Settle(Box<Sent>),
}

/// What a driver who leaves asks.
pub struct Asked {
    caller: Idempotent,
    delivery: DeliveryId,
    body: CloseDoor,
}

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
    saga::run_to_the_end(platform, Closing::asked(caller.clone(), delivery, body)).await
}

impl Closing {
    /// A close that is asked for.
    #[must_use]
    pub const fn asked(caller: Idempotent, delivery: DeliveryId, body: CloseDoor) -> Self {
        Self::Order(Asked {
            caller,
            delivery,
            body,
        })
    }
}

impl Flow for Closing {
    const SAGA: &'static Saga = &CLOSING;
    type Done = DeliveryView;

    fn step(&self) -> usize {
        match self {
            Self::Order(_) => 0,
            Self::Send(_) => 1,
            Self::Settle(_) => 2,
        }
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        match self {
            Self::Order(asked) => order(platform, asked).await,
            Self::Send(ordered) => {
                let sent = send::send_close(platform, *ordered).await;
                Ok(Turn::Next(Self::Settle(Box::new(sent))))
            }
            Self::Settle(sent) => send::settle(platform, *sent).await?.into_answer().map(Turn::Done),
        }
    }
}

/// Loads, decides and commits until nobody was faster. The way to the door is looked up beside the commit.
async fn order(platform: &Platform, asked: Asked) -> Result<Turn<Closing>, Error> {
    let Asked {
        caller,
        delivery,
        body,
    } = asked;
    let mut looked = false;
    for _ in 0..TRIES_MAX {
        let (found, loaded) = tokio::join!(caller.find(platform), load(platform, delivery));
        if let Some(found) = found? {
            return caller.replay(platform, found).await.map(Turn::Done);
        }
        let loaded = loaded?
            .filter(|loaded| loaded.grant.is_carriers(&caller.carrier, &platform.limits))
            .ok_or(Error::NotFound)?;
        if may_be_open_after_all(&loaded.grant) && !looked {
            looked = true;
            let (_, seen) = look_at_door(platform, loaded.grant).await?;
            if !seen {
                return caller
                    .refuse(platform, Refusal::DoorStateUnknown)
                    .await
                    .map(Turn::Done);
            }
            continue;
        }
        let asked = Command::Close {
            command: platform.new_command(),
            driver: body.driver.clone(),
        };
        let events = match decide_now(platform, &loaded.grant, asked) {
            Ok(events) => events,
            Err(refusal) => return caller.refuse(platform, refusal).await.map(Turn::Done),
        };
        let moves = !events.is_empty();
        let commit = prepare(platform, &loaded, events).await?;
        let view = commit.grant.view(Viewer::Carrier);
        let mut writes = commit.writes;
        let send_by = commit
            .grant
            .command
            .as_ref()
            .map(|command| command.send_by)
            .filter(|_| moves);
        let Some(send_by) = send_by else {
            writes.push(caller.answered(platform, &view)?);
            match platform.store.transact(writes).await {
                Ok(()) => return Ok(Turn::Done(view)),
                Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => continue,
                Err(error) => return Err(error.into()),
            }
        };
        writes.push(caller.running(platform, delivery, send_by));
        let (committed, way) = tokio::join!(
            platform.store.transact(writes),
            links::way_to(platform, loaded.grant.household, &loaded.grant.door)
        );
        match committed {
            Ok(()) => {
                let loaded = Loaded {
                    grant: commit.grant,
                    version: loaded.version + 1,
                    code: None,
                };
                let ordered = Ordered::by_request(caller, loaded, way)?;
                return Ok(Turn::Next(Closing::Send(Box::new(ordered))));
            }
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// The door was last seen closed, but an open of ours may have been carried out late since. The driver who wants it closed stands
/// before it and may know better: it is read first.
const fn may_be_open_after_all(grant: &Grant) -> bool {
    grant.watched() && matches!(grant.state, GrantState::Armed | GrantState::Closed)
}
