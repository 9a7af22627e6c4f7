//! What can be asked of a grant, and the values a decision is made from.

use jiff::Timestamp;
use postern_contract::{
    adapter::{AdapterErrorKind, CommandAccepted},
    delivery::{DoorstepReason, RevocationReason, Window},
    door::DoorReading,
    ids::CommandId,
    place::Fix,
    text::{DriverRef, Remark, TrackingNumber},
};

use super::{Limits, Policy};
use crate::promises::Guard;

/// Something asked of a grant.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The parcels are out for delivery.
    Dispatch {
        /// The driver, where already known.
        driver: Option<DriverRef>,
    },
    /// What was booked changes.
    Change(Change),
    /// Mint the code: its day has come.
    Arm,
    /// Open the door for the driver who stands before it.
    Open {
        /// The order's new id.
        command: CommandId,
        /// Who.
        driver: DriverRef,
        /// Where.
        position: Fix,
        /// Which parcel was scanned.
        tracking_number: TrackingNumber,
    },
    /// The driver has left: close the door.
    Close {
        /// The order's new id.
        command: CommandId,
        /// Who.
        driver: DriverRef,
    },
    /// Nobody closed the door: the guardian does.
    CloseByGuardian {
        /// The order's new id.
        command: CommandId,
    },
    /// What became of a command that left, or did not.
    Settle {
        /// Which.
        command: CommandId,
        /// What.
        result: CommandResult,
    },
    /// A command has no outcome on record though its time is over: a crash cut it off.
    Lapse,
    /// The door was seen.
    Observe {
        /// How.
        reading: DoorReading,
    },
    /// The door could not be read.
    CannotSee,
    /// The parcels are inside.
    Complete {
        /// Which of them; all when absent.
        dropped: Option<Vec<TrackingNumber>>,
    },
    /// The carrier never said so, and long enough has passed.
    CompleteByGuardian,
    /// The driver has to go back in.
    Reissue {
        /// Who.
        driver: DriverRef,
    },
    /// Nobody used the reissued code in time.
    LapseReissue,
    /// The carrier calls it off.
    Cancel {
        /// Why.
        reason: Remark,
    },
    /// The parcels were left at the doorstep.
    LeaveAtDoorstep {
        /// Why.
        reason: DoorstepReason,
        /// In the driver's words.
        remark: Option<Remark>,
    },
    /// The window has gone by.
    Expire,
    /// A person of the household sees to the door that needs one.
    TakeOver,
    /// A door that a person has taken over was watched for long enough.
    LetGo,
    /// The household takes the right back.
    Revoke {
        /// Why.
        reason: RevocationReason,
    },
}

/// What of a booking becomes another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// When the door may be opened.
    pub window: Option<Window>,
    /// The only driver who may.
    pub driver: Option<DriverRef>,
    /// All the parcels.
    pub tracking_numbers: Option<Vec<TrackingNumber>>,
}

impl Command {
    /// Whether the decision rests on what the household agrees to at this moment.
    #[must_use]
    pub const fn rests_on_consent(&self) -> bool {
        matches!(
            self,
            Self::Dispatch { .. } | Self::Change(_) | Self::Open { .. } | Self::Reissue { .. }
        )
    }
}

/// What became of a command to a door.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandResult {
    /// The adapter took it.
    Accepted(CommandAccepted),
    /// It certainly was not carried out.
    NotExecuted {
        /// Why.
        kind: AdapterErrorKind,
        /// What was seen of the door.
        reading: Option<DoorReading>,
    },
    /// It may have been carried out.
    Unknown {
        /// Why nobody knows.
        kind: AdapterErrorKind,
    },
}

/// The values a decision is made from, beside the grant.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The present.
    pub now: Timestamp,
    /// The household's policy.
    pub policy: &'a Policy,
    /// The bounds.
    pub limits: &'a Limits,
}

impl Context<'_> {
    /// Whether `guard` stands: see [`Limits::stands`].
    pub(super) fn stands(&self, guard: Guard) -> bool {
        self.limits.stands(guard)
    }
}
