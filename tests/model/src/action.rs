//! What can happen next, and how a story tells it.

use std::fmt;

use crate::{
    step::{Asked, Step, TakenBack, Word},
    values::Driver,
    world::Way,
};

/// One atomic step. A flow, an order or a sight is named by its place among those under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The clock moves on by a tick.
    Tick,
    /// A driver taps open: the grant is loaded, and it is decided.
    Tap {
        /// What is asked.
        asked: Asked,
        /// Whether by the carrier whose delivery it is.
        own: bool,
    },
    /// The redeeming transaction of a flow.
    Redeem(usize),
    /// An order leaves.
    Leave(usize),
    /// The order leaves, and its call reaches the adapter twice.
    LeaveTwice(usize),
    /// An order does not leave: the vendor, the door or the deadline is against it.
    Refused(usize, Word),
    /// The vendor's word comes, and is recorded.
    Settle(usize, Word),
    /// A flow is cut off.
    Crash(usize),
    /// The vendor carries an order out; and may do so again where `again`.
    CarryOut {
        /// Which.
        order: usize,
        /// Whether it stays with the vendor.
        again: bool,
    },
    /// A driver taps close.
    TapClose(Driver),
    /// The carrier, the household or the guardian has something noted that moves no door.
    Note {
        /// What.
        step: Step,
        /// Who.
        by: By,
    },
    /// The guardian reads the door and hears at once.
    Look,
    /// Somebody observes the door, to be told later; stamped far ahead where `ahead`.
    Observe {
        /// Whether by a clock that runs far ahead.
        ahead: bool,
    },
    /// What was observed is told.
    Tell(usize),
    /// The guardian orders a close.
    GuardianCloses,
    /// A person moves the door by hand.
    ByHand(Way),
    /// Something gets in the door's way.
    Block,
    /// And out of it.
    Clear,
    /// The household changes what it agreed to, in the first step of turning off or losing the door.
    Begin(TakenBack),
    /// The grant is revoked.
    Revoke,
    /// The household is answered that nothing leaves any more.
    Answer,
    /// The household's request is cut off.
    CrashErrand,
    /// The household turns deliveries on again.
    TurnOn,
    /// The household pauses deliveries for two ticks.
    Pause,
    /// Another household refuses this delivery.
    StrangerRefuses,
}

/// Who has something noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The carrier whose delivery it is.
    Carrier,
    /// Another.
    Stranger,
    /// The guardian.
    Guardian,
    /// The household whose door it is.
    Household,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Tick => write!(f, "a tick passes"),
            Self::Tap { asked, own } => {
                let carrier = if own { "" } else { " of another carrier" };
                let place = if asked.near { "" } else { ", a kilometre away" };
                let parcel = if asked.right_parcel {
                    ""
                } else {
                    ", with another parcel"
                };
                let driver = asked.driver.0;
                write!(f, "driver {driver}{carrier} taps open{place}{parcel}")
            }
            Self::Redeem(_) => write!(f, "the redeeming transaction is tried"),
            Self::Leave(_) => write!(f, "the order leaves"),
            Self::LeaveTwice(_) => write!(f, "the order leaves, and reaches the adapter twice"),
            Self::Refused(_, word) => write!(f, "the order does not leave: {}", told(word)),
            Self::Settle(_, word) => write!(f, "the sender hears and records: {}", told(word)),
            Self::Crash(_) => write!(f, "a flow is cut off by a crash"),
            Self::CarryOut { again: false, .. } => write!(f, "the vendor carries an order out"),
            Self::CarryOut { again: true, .. } => {
                write!(f, "the vendor carries an order out, and keeps it to do so again")
            }
            Self::TapClose(driver) => write!(f, "driver {} taps close", driver.0),
            Self::Note { step, by } => {
                let who = match by {
                    By::Carrier => "the carrier",
                    By::Stranger => "another carrier",
                    By::Guardian => "the guardian",
                    By::Household => "the household",
                };
                write!(f, "{who}: {step:?}")
            }
            Self::Look => write!(f, "the guardian reads the door"),
            Self::Observe { ahead: false } => write!(f, "the door is observed, to be told later"),
            Self::Observe { ahead: true } => {
                write!(
                    f,
                    "the door is observed by a clock that runs far ahead, to be told later"
                )
            }
            Self::Tell(_) => write!(f, "what was observed is told"),
            Self::GuardianCloses => write!(f, "the guardian orders a close"),
            Self::ByHand(Way::Open) => write!(f, "a person opens the door by hand"),
            Self::ByHand(Way::Close) => write!(f, "a person closes the door by hand"),
            Self::Block => write!(f, "something gets in the door's way"),
            Self::Clear => write!(f, "nothing is in the door's way any more"),
            Self::Begin(TakenBack::Off) => {
                write!(f, "the household turns deliveries off: the consent is off")
            }
            Self::Begin(TakenBack::Refused) => write!(f, "the household refuses the delivery"),
            Self::Begin(TakenBack::DoorLost) => {
                write!(
                    f,
                    "another household shows that the door is theirs: the claim is theirs"
                )
            }
            Self::Revoke => write!(f, "the grant is revoked"),
            Self::Answer => write!(f, "the household is answered: nothing leaves any more"),
            Self::CrashErrand => write!(f, "the household's request is cut off by a crash"),
            Self::TurnOn => write!(f, "the household turns deliveries on"),
            Self::Pause => write!(f, "the household pauses deliveries for two ticks"),
            Self::StrangerRefuses => write!(f, "another household refuses the delivery"),
        }
    }
}

const fn told(word: Word) -> &'static str {
    match word {
        Word::Taken => "taken",
        Word::AlreadyThere(_) => "nothing sent, the door is closed already",
        Word::Offline => "not carried out, the opener is offline",
        Word::Obstructed => "not carried out, something is in the way",
        Word::NotAsExpected => "not carried out, the door was not as expected",
        Word::Unknown => "nobody knows",
    }
}
