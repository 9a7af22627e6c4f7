//! A delivery, as carriers and customers see it: its states, its window, what needs a person, how it can end.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Invalid,
    door::{DoorReading, DoorState},
    ids::{CarrierId, CommandId, DeliveryId},
    text::{DriverRef, Remark, TrackingNumber},
};

/// Where a grant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// Booked, for a day that has not come.
    Scheduled,
    /// The parcel is out for delivery and a one-time code lies ready.
    Armed,
    /// The code is redeemed and the door was told to open.
    Opening,
    /// The door is not closed.
    Open,
    /// The door was told to close.
    Closing,
    /// The door was seen closed again.
    Closed,
    /// Delivered, and the door was seen closed. The only good end.
    Completed,
    /// The carrier called it off, or left the parcels at the doorstep.
    Cancelled,
    /// Its window went by.
    Expired,
    /// The household took the right back.
    Revoked,
}

impl GrantState {
    /// Whether nothing can happen any more.
    #[must_use]
    pub const fn is_end(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Cancelled | Self::Expired | Self::Revoked
        )
    }
}

/// What needs a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// The door was opened for this delivery and could not be closed.
    DoorLeftOpen,
    /// A command may or may not have moved the door.
    OutcomeUnknown,
    /// The opener cannot be reached, so nobody knows how the door stands.
    DoorUnreachable,
    /// Something stands in the door's way.
    Obstructed,
}

/// The time in which a door may be opened: from `starts_at` up to but not including `ends_at`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, try_from = "RawWindow")]
pub struct Window {
    starts_at: Timestamp,
    ends_at: Timestamp,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawWindow {
    /// The first moment of the window.
    starts_at: Timestamp,
    /// The first moment after it: later than `starts_at`, by at most 14 hours.
    ends_at: Timestamp,
}

impl TryFrom<RawWindow> for Window {
    type Error = Invalid;
    fn try_from(raw: RawWindow) -> Result<Self, Invalid> {
        Self::new(raw.starts_at, raw.ends_at)
    }
}

impl Window {
    /// The longest window, in seconds: one working day.
    pub const LENGTH_S_MAX: i64 = 14 * 3600;

    /// A window.
    ///
    /// # Errors
    /// [`Invalid`] when it ends before it starts or is longer than fourteen hours.
    pub fn new(starts_at: Timestamp, ends_at: Timestamp) -> Result<Self, Invalid> {
        let length_s = ends_at.as_second() - starts_at.as_second();
        if ends_at <= starts_at || length_s > Self::LENGTH_S_MAX {
            return Err(Invalid::new(
                "window",
                "a start and a later end, at most 14 hours apart",
            ));
        }
        Ok(Self { starts_at, ends_at })
    }

    /// The first moment of the window.
    #[must_use]
    pub const fn starts_at(&self) -> Timestamp {
        self.starts_at
    }

    /// The first moment after the window.
    #[must_use]
    pub const fn ends_at(&self) -> Timestamp {
        self.ends_at
    }

    /// Whether `moment` lies inside.
    #[must_use]
    pub fn contains(&self, moment: Timestamp) -> bool {
        self.starts_at <= moment && moment < self.ends_at
    }
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The carrier, or its driver through it.
    Carrier,
    /// The household.
    Household,
    /// Postern itself, watching.
    Guardian,
}

/// Why a household's right was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    /// In-garage delivery was turned off.
    Disabled,
    /// The household refused this one delivery.
    Refused,
    /// The opener was unlinked, or its link broke for good.
    Unlinked,
    /// The household chose another door.
    DoorChanged,
    /// Another household showed that the door is theirs.
    DoorTransferred,
    /// A person took over a door that needed one, and nothing was seen of it in time: its end is that person's word.
    TakenOver,
    /// A reason of the household's own, which is told to the household alone. In what others are shown it stands for each of those above
    /// but `taken_over`.
    Withheld,
}

/// Why parcels were left at the doorstep instead of inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DoorstepReason {
    /// The door did not open, or nobody knows whether it will.
    DoorDidNotOpen,
    /// An animal was inside, or in the way.
    Animal,
    /// The parcels do not fit through the door, or not inside.
    TooLarge,
    /// There was no room inside where a parcel could be put down.
    NoRoom,
    /// It was not safe to go in.
    NotSafe,
    /// Somebody of the household asked for it.
    CustomerAsked,
    /// Something else; the remark says what.
    Other,
}

/// Parcels that were left at the doorstep instead of inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Doorstep {
    /// Why.
    pub reason: DoorstepReason,
    /// In the driver's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Remark>,
    /// When that was said.
    pub at: Timestamp,
}

/// A command to a door that has not come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PendingCommand {
    /// The order's id.
    pub command: CommandId,
    /// Which way.
    pub direction: Direction,
    /// When it was put on record, before it left.
    pub requested_at: Timestamp,
    /// It does not leave at or after this moment.
    pub send_by: Timestamp,
    /// How far it came.
    pub progress: Progress,
}

/// Which way a door was told to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Up.
    Open,
    /// Down.
    Close,
}

/// How far a command is known to have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// On record; whether it left is not known yet.
    Requested,
    /// The vendor took it.
    Accepted,
    /// It may or may not have been carried out.
    Unknown,
}

/// A delivery, as its carrier and its household see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeliveryView {
    /// Its id.
    pub id: DeliveryId,
    /// The carrier that booked it.
    pub carrier: CarrierId,
    /// Where its grant stands.
    pub state: GrantState,
    /// What needs a person, if anything does.
    pub attention: Option<Attention>,
    /// When the door may be opened.
    pub window: Window,
    /// The day on which the window starts, by the household's clock: under it the delivery is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// The parcels.
    pub tracking_numbers: Vec<TrackingNumber>,
    /// The carrier's own name for the delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier_reference: Option<Remark>,
    /// The driver, once one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<DriverRef>,
    /// What is being done to the door right now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<PendingCommand>,
    /// How the door was last seen on behalf of this delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub door: Option<DoorView>,
    /// Set when the household has taken the right back while the door was in use: close it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<RevocationReason>,
    /// Set when the parcels were left at the doorstep: nothing opens any more, and the delivery ends as `cancelled`, at once or when its
    /// door was seen closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doorstep: Option<Doorstep>,
    /// Since when a person sees to the door: nothing closes it from afar any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_over_at: Option<Timestamp>,
    /// When it was booked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How many entries its log has.
    pub log_length: u64,
    /// The hash of its last log entry.
    pub log_head: String,
    /// The platform's signature over the log of a delivery that has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_signature: Option<String>,
}

/// A door's state with its age, so that nothing old is taken for the present.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DoorView {
    /// What may be said of the door. A doubtful `closed` reads `unknown`.
    pub state: DoorState,
    /// Whether its opener was connected.
    pub online: bool,
    /// When the opener itself was heard.
    pub observed_at: Timestamp,
    /// When we received it.
    pub read_at: Timestamp,
    /// Whether there is a reason to think that this is not the present.
    pub stale: bool,
}

impl From<&DoorReading> for DoorView {
    fn from(reading: &DoorReading) -> Self {
        Self {
            state: reading.shown_state(),
            online: reading.online,
            observed_at: reading.observed_at,
            read_at: reading.read_at,
            stale: reading.stale,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    /// The things on this page.
    pub items: Vec<T>,
    /// Hand it back as `?cursor=` for the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_window_holds_its_start_and_not_its_end(start in 0_i64..4_000_000_000, length in -10_i64..60_000) {
            let at = |second| Timestamp::from_second(second).unwrap();
            match Window::new(at(start), at(start + length)) {
                Ok(window) => {
                    prop_assert!(length > 0 && length <= Window::LENGTH_S_MAX);
                    prop_assert!(window.contains(window.starts_at()));
                    prop_assert!(!window.contains(window.ends_at()));
                }
                Err(_) => prop_assert!(length <= 0 || length > Window::LENGTH_S_MAX),
            }
        }
    }
}
