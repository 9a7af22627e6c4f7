//! Opening: the one flow that lets a stranger into a garage.
//!
//! Two round trips to the record before the vendor is called: the grant with its code (beside it the idempotency key, and the count
//! of the carrier's calls), then the redeeming transaction (and the link beside it). One round trip after: the outcome, with the answer to this request.

use postern_contract::{carrier::OpenDoor, delivery::DeliveryView, ids::DeliveryId};

use super::{
    answer::Idempotent,
    commit::load,
    redeem::{Attempt, Redeemed, redeem},
    send::{self, Sent},
};
use crate::{
    Error, Platform,
    rates::Admission,
    saga::{self, Flow, Part, Saga, Step, Turn},
};

const TRIES_MAX: usize = 12;

/// The steps of an open.
pub static OPENING: Saga = Saga {
    name: "opening",
    steps: &[
        Step {
            name: "redeem the code",
            part: Part::Intent,
            if_cut_off: "Either nothing has happened, or the grant is opening and nothing was sent: its order lapses two seconds \
                         after `send_by`, and the guardian reads the door.",
        },
        Step {
            name: "send the order",
            part: Part::Effect,
            if_cut_off: "The order may have left: it lapses as one of unknown outcome, a person is told, and the guardian reads \
                         the door.",
        },
        Step {
            name: "settle",
            part: Part::Outcome,
            if_cut_off: "The order left and its outcome is not on record: it lapses as one of unknown outcome, and the guardian \
                         reads the door.",
        },
    ],
};

/// An open under way.
pub enum Opening {
    /// The code is to be redeemed.
    Redeem(Asked),
    /// The order is on record and to be sent.
    Send(Box<Redeemed>),
    /// The order was sent, and its outcome is to be recorded.
    Settle(Box<Sent>),
}

/// What a driver at the door asks.
pub struct Asked {
    caller: Idempotent,
    delivery: DeliveryId,
    body: OpenDoor,
    admission: Admission,
}

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
    admission: Admission,
) -> Result<DeliveryView, Error> {
    saga::run_to_the_end(
        platform,
        Opening::asked(caller.clone(), delivery, body, admission),
    )
    .await
}

impl Opening {
    /// An open that is asked for.
    #[must_use]
    pub const fn asked(
        caller: Idempotent,
        delivery: DeliveryId,
        body: OpenDoor,
        admission: Admission,
    ) -> Self {
        Self::Redeem(Asked {
            caller,
            delivery,
            body,
            admission,
        })
    }
}

impl Flow for Opening {
    const SAGA: &'static Saga = &OPENING;
    type Done = DeliveryView;

    fn step(&self) -> usize {
        match self {
            Self::Redeem(_) => 0,
            Self::Send(_) => 1,
            Self::Settle(_) => 2,
        }
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        match self {
            Self::Redeem(asked) => record_intent(platform, asked).await,
            Self::Send(redeemed) => {
                let sent = send::send_open(platform, *redeemed).await;
                Ok(Turn::Next(Self::Settle(Box::new(sent))))
            }
            Self::Settle(sent) => send::settle(platform, *sent).await?.into_answer().map(Turn::Done),
        }
    }
}

/// Loads, decides and commits until nobody was faster.
async fn record_intent(platform: &Platform, asked: Asked) -> Result<Turn<Opening>, Error> {
    let Asked {
        caller,
        delivery,
        body,
        admission,
    } = asked;
    let mut newer_policy = None;
    for _ in 0..TRIES_MAX {
        let (found, loaded, admitted) = tokio::join!(
            caller.find_if_active(platform),
            load(platform, delivery),
            admission.demand()
        );
        admitted?;
        let (found, allowance) = found?;
        if let Some(found) = found {
            return caller.replay(platform, found).await.map(Turn::Done);
        }
        let mut loaded = loaded?
            .filter(|loaded| loaded.grant.is_carriers(&caller.carrier, &platform.limits))
            .ok_or(Error::NotFound)?;
        if let Some(policy) = newer_policy.take() {
            loaded.grant.policy = policy;
        }
        match redeem(platform, &caller, &loaded, &body, &allowance).await? {
            Attempt::Redeemed(redeemed) => return Ok(Turn::Next(Opening::Send(redeemed))),
            Attempt::Refused(refusal) => return caller.refuse(platform, refusal).await.map(Turn::Done),
            Attempt::DoorOpenedTooOften { retry_after_s } => {
                return Err(Error::DoorOpenedTooOften { retry_after_s });
            }
            Attempt::ConsentChanged(policy) => newer_policy = Some(*policy),
            Attempt::OthersWereFaster => {}
        }
    }
    Err(Error::Contended)
}
