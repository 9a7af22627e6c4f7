//! What is asked of a grant, small enough to be compared and hashed, and the command of the core that each stands for.

use postern_contract::{
    adapter::{AdapterErrorKind, CommandAccepted, Disposition},
    delivery::{DoorstepReason, RevocationReason},
};
use postern_core::grant::{Change, Command, CommandResult};

use crate::values::{Driver, Order, Seen, Tick, command, driver, fix, parcel, reading, window};

/// What a driver asks at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asked {
    /// Who.
    pub driver: Driver,
    /// Whether they stand at the door.
    pub near: bool,
    /// Whether they scanned a parcel of this delivery.
    pub right_parcel: bool,
}

/// What became of an order, as its sender hears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// The vendor took it.
    Taken,
    /// Nothing was sent: the door was seen so already.
    AlreadyThere(Seen),
    /// It was not carried out: the opener was not reached.
    Offline,
    /// It was not carried out: something stood in the way.
    Obstructed,
    /// It was not carried out: the door was not as expected.
    NotAsExpected,
    /// Nobody knows.
    Unknown,
}

/// Why a household's right is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TakenBack {
    /// It turned deliveries off.
    Off,
    /// It refused this one.
    Refused,
    /// Another household showed that the door is theirs.
    DoorLost,
}

/// Something asked of a grant: a [`Command`] that can be compared and hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the command of the same name")]
pub enum Step {
    Dispatch,
    Change(Tick, Tick),
    Arm,
    Open(Order, Asked),
    Close(Order, Driver),
    CloseByGuardian(Order),
    Settle(Order, Word),
    Lapse,
    Observe(Seen),
    CannotSee,
    Complete,
    CompleteByGuardian,
    Reissue(Driver),
    LapseReissue,
    Cancel,
    Doorstep,
    Expire,
    Revoke(TakenBack),
    TakeOver,
    LetGo,
}

impl Step {
    /// The command that the rules are asked to decide.
    #[must_use]
    pub fn command(self) -> Command {
        match self {
            Step::Dispatch => Command::Dispatch { driver: None },
            Step::Change(from, until) => Command::Change(Change {
                window: Some(window((from, until))),
                ..Change::default()
            }),
            Step::Arm => Command::Arm,
            Step::Open(order, asked) => Command::Open {
                command: command(order),
                driver: driver(asked.driver),
                position: fix(asked.near),
                tracking_number: parcel(asked.right_parcel),
            },
            Step::Close(order, by) => Command::Close {
                command: command(order),
                driver: driver(by),
            },
            Step::CloseByGuardian(order) => Command::CloseByGuardian {
                command: command(order),
            },
            Step::Settle(order, word) => Command::Settle {
                command: command(order),
                result: result(word),
            },
            Step::Lapse => Command::Lapse,
            Step::Observe(seen) => Command::Observe {
                reading: reading(seen),
            },
            Step::CannotSee => Command::CannotSee,
            Step::Complete => Command::Complete { dropped: None },
            Step::CompleteByGuardian => Command::CompleteByGuardian,
            Step::Reissue(by) => Command::Reissue { driver: driver(by) },
            Step::LapseReissue => Command::LapseReissue,
            Step::Cancel => Command::Cancel {
                reason: "lost".parse().expect("a remark"),
            },
            Step::Doorstep => Command::LeaveAtDoorstep {
                reason: DoorstepReason::DoorDidNotOpen,
                remark: None,
            },
            Step::Expire => Command::Expire,
            Step::TakeOver => Command::TakeOver,
            Step::LetGo => Command::LetGo,
            Step::Revoke(why) => Command::Revoke {
                reason: match why {
                    TakenBack::Off => RevocationReason::Disabled,
                    TakenBack::Refused => RevocationReason::Refused,
                    TakenBack::DoorLost => RevocationReason::DoorTransferred,
                },
            },
        }
    }
}

fn result(word: Word) -> CommandResult {
    let accepted = |disposition, seen| {
        CommandResult::Accepted(CommandAccepted {
            disposition,
            before: reading(seen),
        })
    };
    let refused = |kind| CommandResult::NotExecuted { kind, reading: None };
    match word {
        // What was seen before an order that was sent decides nothing.
        Word::Taken => accepted(
            Disposition::Sent,
            Seen {
                state: 0,
                blocked: false,
                observed: 0,
                changed: None,
            },
        ),
        Word::AlreadyThere(seen) => accepted(Disposition::AlreadyThere, seen),
        Word::Offline => refused(AdapterErrorKind::DoorOffline),
        Word::Obstructed => refused(AdapterErrorKind::DoorObstructed),
        Word::NotAsExpected => refused(AdapterErrorKind::Rejected),
        Word::Unknown => CommandResult::Unknown {
            kind: AdapterErrorKind::TimedOut,
        },
    }
}
