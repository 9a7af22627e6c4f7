//! What happens in a delivery, in the order it happened: the events are the log.
//!
//! Each entry names the hash of the one before it, so that nothing can be taken out or changed unseen. Entries hold no address, no
//! coordinates, no code, no name. What of them is private to the household is left out where others look, and the hashes still fit:
//! see [`DeliveryEvent::shared`] and [`Commitment`].

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    adapter::AdapterErrorKind,
    delivery::{Actor, Attention, DoorstepReason, RevocationReason, Window},
    door::DoorReading,
    ids::{CarrierId, CommandId, DeliveryId, DoorId},
    text::{DriverRef, Remark, TrackingNumber},
};

mod shared;

/// Something that happened in a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum DeliveryEvent {
    /// The carrier booked it.
    Booked {
        /// By whom.
        carrier: CarrierId,
        /// For which door.
        door: DoorId,
        /// When the door may be opened.
        window: Window,
        /// The parcels.
        tracking_numbers: Vec<TrackingNumber>,
    },
    /// The parcels are out for delivery; the grant is armed at `arm_at`.
    Dispatched {
        /// The driver, where the carrier already knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        driver: Option<DriverRef>,
        /// When a code may be minted.
        arm_at: Timestamp,
    },
    /// The carrier changed what it had booked. What is not named is as it was. With another window a code that lay ready is gone.
    Changed {
        /// When the door may be opened from here on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Window>,
        /// With another window, where the parcels are out for delivery already: when a code may be minted for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arm_at: Option<Timestamp>,
        /// The only driver who may open from here on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        driver: Option<DriverRef>,
        /// All the parcels from here on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracking_numbers: Option<Vec<TrackingNumber>>,
    },
    /// A one-time code was minted and sealed.
    Armed {
        /// Which of this delivery's codes.
        code_number: u32,
    },
    /// A code was redeemed, and the door is about to be told to open.
    OpenRequested {
        /// The order.
        command: CommandId,
        /// Which code was redeemed for it.
        code_number: u32,
        /// The driver at the door.
        driver: DriverRef,
        /// The parcel whose label was scanned.
        tracking_number: TrackingNumber,
        /// How far from the door the driver's handheld was, in whole metres.
        distance_m: u32,
        /// How sure the handheld was, in whole metres.
        accuracy_m: u32,
        /// The order does not leave at or after this moment.
        send_by: Timestamp,
    },
    /// The vendor took the order to open.
    OpenAccepted {
        /// The order.
        command: CommandId,
    },
    /// The order to open was certainly not carried out.
    OpenNotExecuted {
        /// The order.
        command: CommandId,
        /// Why.
        kind: AdapterErrorKind,
    },
    /// Whether the order to open was carried out is not known. The door is read, and nothing is repeated.
    OpenUnknown {
        /// The order.
        command: CommandId,
        /// Why.
        kind: AdapterErrorKind,
    },
    /// The door was seen not closed after the order to open.
    Opened {
        /// What was seen.
        reading: DoorReading,
    },
    /// Long after the order to open, the door was seen still closed.
    NotOpened {
        /// The order.
        command: CommandId,
        /// What was seen.
        reading: DoorReading,
    },
    /// The door is about to be told to close.
    CloseRequested {
        /// The order.
        command: CommandId,
        /// Who wants it closed.
        by: Actor,
        /// Which close of this opening, counted by obstructions: 1 or 2.
        try_number: u8,
        /// The order does not leave at or after this moment.
        send_by: Timestamp,
    },
    /// The vendor took the order to close.
    CloseAccepted {
        /// The order.
        command: CommandId,
    },
    /// The order to close was certainly not carried out.
    CloseNotExecuted {
        /// The order.
        command: CommandId,
        /// Why.
        kind: AdapterErrorKind,
    },
    /// Whether the order to close was carried out is not known.
    CloseUnknown {
        /// The order.
        command: CommandId,
        /// Why.
        kind: AdapterErrorKind,
    },
    /// The order to close was taken, and yet the door was seen not closed afterwards. It counts as an obstruction.
    CloseStopped {
        /// The order.
        command: CommandId,
        /// How many closes of this opening have been stopped.
        stopped_closes: u8,
        /// What was seen.
        reading: DoorReading,
    },
    /// The door was seen closed.
    Closed {
        /// Whether we had ordered it; otherwise somebody closed it by hand.
        ordered: bool,
        /// What was seen.
        reading: DoorReading,
    },
    /// Some time after it was seen closed, the door was seen still closed.
    StillClosed {
        /// What was seen.
        reading: DoorReading,
    },
    /// The door moved though nobody here had ordered it.
    MovedUnordered {
        /// What was seen.
        reading: DoorReading,
    },
    /// A person is needed.
    AttentionRaised {
        /// For what.
        attention: Attention,
    },
    /// A person is no longer needed.
    AttentionCleared {
        /// For what one was.
        attention: Attention,
    },
    /// A person sees to the door from here on: nothing closes it from afar any more, and it is watched for a while.
    TakenOver {
        /// Who said so.
        by: Actor,
    },
    /// The driver has to go back; a further code is minted.
    Reissued {
        /// Who asked.
        driver: DriverRef,
        /// Which reissue of this delivery.
        number: u8,
    },
    /// The reissued code was not used in time, or was taken back: the delivery stands as it stood when the door was closed.
    ReissueLapsed,
    /// The household takes the right back while the door is in use: the door is closed first.
    RevocationRequested {
        /// Why.
        reason: RevocationReason,
    },
    /// Delivered, with the door seen closed.
    Completed {
        /// Who said so: the carrier, or the guardian when the carrier said nothing.
        by: Actor,
        /// The parcels left inside.
        dropped: Vec<TrackingNumber>,
    },
    /// The parcels were left at the doorstep while the door may yet open: nothing opens any more, and the door is seen closed first.
    DoorstepRequested {
        /// Why.
        reason: DoorstepReason,
        /// In the driver's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Remark>,
    },
    /// It ended with the parcels at the doorstep.
    LeftAtDoorstep {
        /// Why.
        reason: DoorstepReason,
        /// In the driver's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        remark: Option<Remark>,
    },
    /// The carrier called it off.
    Cancelled {
        /// Why.
        reason: Remark,
    },
    /// The window went by.
    Expired,
    /// The household's right was taken back.
    Revoked {
        /// Why.
        reason: RevocationReason,
    },
}

impl DeliveryEvent {
    /// The event's name, as it stands on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Booked { .. } => "booked",
            Self::Dispatched { .. } => "dispatched",
            Self::Changed { .. } => "changed",
            Self::Armed { .. } => "armed",
            Self::OpenRequested { .. } => "open_requested",
            Self::OpenAccepted { .. } => "open_accepted",
            Self::OpenNotExecuted { .. } => "open_not_executed",
            Self::OpenUnknown { .. } => "open_unknown",
            Self::Opened { .. } => "opened",
            Self::NotOpened { .. } => "not_opened",
            Self::CloseRequested { .. } => "close_requested",
            Self::CloseAccepted { .. } => "close_accepted",
            Self::CloseNotExecuted { .. } => "close_not_executed",
            Self::CloseUnknown { .. } => "close_unknown",
            Self::CloseStopped { .. } => "close_stopped",
            Self::Closed { .. } => "closed",
            Self::StillClosed { .. } => "still_closed",
            Self::MovedUnordered { .. } => "moved_unordered",
            Self::AttentionRaised { .. } => "attention_raised",
            Self::AttentionCleared { .. } => "attention_cleared",
            Self::TakenOver { .. } => "taken_over",
            Self::Reissued { .. } => "reissued",
            Self::ReissueLapsed => "reissue_lapsed",
            Self::RevocationRequested { .. } => "revocation_requested",
            Self::Completed { .. } => "completed",
            Self::DoorstepRequested { .. } => "doorstep_requested",
            Self::LeftAtDoorstep { .. } => "left_at_doorstep",
            Self::Cancelled { .. } => "cancelled",
            Self::Expired => "expired",
            Self::Revoked { .. } => "revoked",
        }
    }
}

/// One entry of a delivery's log.
///
/// `hash` is SHA-256 over the entry as the carrier is shown it, without its `hash`, in the canonical form of RFC 8785, as lower-case
/// hex. The household's own copy of an entry may tell more, and names the salt that proves it: see [`Commitment`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LogEntry {
    /// The delivery.
    pub delivery: DeliveryId,
    /// 1 for the first entry, and one more for each after it.
    pub sequence: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// The hash of the entry before; 64 zeros for the first.
    pub previous: String,
    /// What happened.
    pub event: DeliveryEvent,
    /// What stands for the whole event, where a part of it is private to the household.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<Commitment>,
    /// The hash of this entry.
    pub hash: String,
}

/// What stands for a whole event in an entry that is shown without its private part.
///
/// `digest` is SHA-256 over the canonical form of `{"event": …, "salt": …}`, the event whole, as lower-case hex. Who is given the
/// salt and the whole event can check them against the digest, and so against the chain; without the salt nothing can be guessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Commitment {
    /// The digest.
    pub digest: String,
    /// 64 hexadecimal digits that nobody can guess; only in the household's own copy, whose event is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}
