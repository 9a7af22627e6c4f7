//! Closing a door that nobody closed.

use postern_contract::delivery::GrantState;

use crate::{
    Error, Platform,
    deliveries::{Ordered, Sent, advance, look_at_door, send_close, settle},
    grant::{Chore, Command, Grant, chore},
    links,
    saga::{Flow, Part, Saga, Step, Turn},
};

/// The steps of a close by the guardian.
pub static CLOSING: Saga = Saga {
    name: "closing by the guardian",
    steps: &[
        Step {
            name: "look",
            part: Part::Look,
            if_cut_off: "Nothing has happened; the close stays due.",
        },
        Step {
            name: "order",
            part: Part::Intent,
            if_cut_off: "Either nothing has happened and the close stays due, or the grant is closing and nothing was sent: its \
                         order lapses, and the guardian reads the door.",
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

/// A guardian's close under way.
pub enum Closing {
    /// The door is to be read: it may be closed already.
    Look(Box<Grant>),
    /// It is open and a close is due: to be put on record.
    Order(Box<Grant>),
    /// The order is on record and to be sent.
    Send(Box<Ordered>),
    /// The order was sent, and its outcome is to be recorded.
    Settle(Box<Sent>),
}

impl Closing {
    /// A close that may be due for this grant.
    #[must_use]
    pub fn due(grant: Grant) -> Self {
        Self::Look(Box::new(grant))
    }
}

impl Flow for Closing {
    const SAGA: &'static Saga = &CLOSING;
    type Done = Grant;

    fn step(&self) -> usize {
        match self {
            Self::Look(_) => 0,
            Self::Order(_) => 1,
            Self::Send(_) => 2,
            Self::Settle(_) => 3,
        }
    }

    async fn take(self, platform: &Platform) -> Result<Turn<Self>, Error> {
        match self {
            Self::Look(grant) => look(platform, *grant).await,
            Self::Order(grant) => order(platform, &grant).await,
            Self::Send(ordered) => {
                let sent = send_close(platform, *ordered).await;
                Ok(Turn::Next(Self::Settle(Box::new(sent))))
            }
            // What the door or its vendor refused is on record, and on the agenda.
            Self::Settle(sent) => Ok(Turn::Done(settle(platform, *sent).await?.grant)),
        }
    }
}

async fn look(platform: &Platform, grant: Grant) -> Result<Turn<Closing>, Error> {
    let (seen, _) = look_at_door(platform, grant).await?;
    let due = matches!(
        chore(&seen, platform.now(), &platform.limits),
        Some((at, Chore::CloseDoor)) if at <= platform.now()
    );
    Ok(if seen.state == GrantState::Open && due {
        Turn::Next(Closing::Order(Box::new(seen)))
    } else {
        Turn::Done(seen)
    })
}

/// Puts the order on record; the way to the door is looked up beside it.
async fn order(platform: &Platform, grant: &Grant) -> Result<Turn<Closing>, Error> {
    let command = platform.new_command();
    let (ordered, way) = tokio::join!(
        advance(platform, grant.delivery, || Command::CloseByGuardian { command }),
        links::way_to(platform, grant.household, &grant.door)
    );
    let ordered = ordered?;
    let pending = ordered.grant.command.as_ref();
    if pending.is_none_or(|pending| pending.command != command) {
        return Ok(Turn::Done(ordered.grant));
    }
    let ordered = Ordered::by_guardian(ordered, way)?;
    Ok(Turn::Next(Closing::Send(Box::new(ordered))))
}
