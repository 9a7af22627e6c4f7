//! What of a delivery's events the household keeps to itself, and what of them everybody may see who may see the delivery.
//!
//! A log is shown to the carrier, and goes on from there to whoever settles a dispute. Each field of each event is named here, so that a
//! new one does not compile until somebody has decided about it.
//!
//! Private are a household's own reasons for taking its right back, and of a door's readings when the door last moved (it may have
//! been the household's own coming and going) and how its opener's battery does. That a right was taken back, and how the door stood,
//! by whose word and how old, belongs to the delivery.

use super::{Commitment, DeliveryEvent, LogEntry};
use crate::{delivery::RevocationReason, door::DoorReading};

impl DeliveryEvent {
    /// The event without what is private to the household; the event itself where nothing is.
    #[must_use]
    pub fn shared(&self) -> Self {
        match self {
            // The carrier's own words, the orders and what became of them, times of the delivery, and who acted by their part in it: of the
            // household it is never told which person.
            Self::Booked { carrier: _, door: _, window: _, tracking_numbers: _ }
            | Self::Dispatched { driver: _, arm_at: _ }
            | Self::Changed { window: _, arm_at: _, driver: _, tracking_numbers: _ }
            | Self::Armed { code_number: _ }
            | Self::OpenRequested {
                command: _,
                code_number: _,
                driver: _,
                tracking_number: _,
                distance_m: _,
                accuracy_m: _,
                send_by: _,
            }
            | Self::OpenAccepted { command: _ }
            // Why an opener did not take an order was told to the carrier at the door: it is the answer to its own call.
            | Self::OpenNotExecuted { command: _, kind: _ }
            | Self::OpenUnknown { command: _, kind: _ }
            | Self::CloseRequested { command: _, by: _, try_number: _, send_by: _ }
            | Self::CloseAccepted { command: _ }
            | Self::CloseNotExecuted { command: _, kind: _ }
            | Self::CloseUnknown { command: _, kind: _ }
            | Self::AttentionRaised { attention: _ }
            | Self::AttentionCleared { attention: _ }
            | Self::TakenOver { by: _ }
            | Self::Reissued { driver: _, number: _ }
            | Self::ReissueLapsed
            | Self::Completed { by: _, dropped: _ }
            // The carrier's own word, of which it tells the household.
            | Self::DoorstepRequested { reason: _, remark: _ }
            | Self::LeftAtDoorstep { reason: _, remark: _ }
            | Self::Cancelled { reason: _ }
            | Self::Expired => self.clone(),
            Self::Opened { reading } => Self::Opened {
                reading: reading.shared(),
            },
            Self::NotOpened { command, reading } => Self::NotOpened {
                command: *command,
                reading: reading.shared(),
            },
            Self::CloseStopped {
                command,
                stopped_closes,
                reading,
            } => Self::CloseStopped {
                command: *command,
                stopped_closes: *stopped_closes,
                reading: reading.shared(),
            },
            Self::Closed { ordered, reading } => Self::Closed {
                ordered: *ordered,
                reading: reading.shared(),
            },
            Self::StillClosed { reading } => Self::StillClosed {
                reading: reading.shared(),
            },
            Self::MovedUnordered { reading } => Self::MovedUnordered {
                reading: reading.shared(),
            },
            Self::RevocationRequested { reason } => Self::RevocationRequested {
                reason: reason.shared(),
            },
            Self::Revoked { reason } => Self::Revoked {
                reason: reason.shared(),
            },
        }
    }
}

impl DoorReading {
    /// The reading without what is private to the household: what it says of the door, by whose word and how old.
    #[must_use]
    pub fn shared(&self) -> Self {
        let Self {
            state,
            online,
            obstructed,
            battery: _,
            observed_by,
            observed_at,
            changed_at: _,
            read_at,
            stale,
        } = *self;
        Self {
            state,
            online,
            obstructed,
            battery: None,
            observed_by,
            observed_at,
            changed_at: None,
            read_at,
            stale,
        }
    }
}

impl RevocationReason {
    /// The reason, where it is the delivery's own affair; otherwise that it is withheld.
    #[must_use]
    pub const fn shared(self) -> Self {
        match self {
            Self::TakenOver => Self::TakenOver,
            Self::Disabled
            | Self::Refused
            | Self::Unlinked
            | Self::DoorChanged
            | Self::DoorTransferred
            | Self::Withheld => Self::Withheld,
        }
    }
}

impl LogEntry {
    /// The entry as the carrier is shown it: without what is private, and without the salt that would let it be guessed. Its hash is
    /// the same.
    #[must_use]
    pub fn shared(&self) -> Self {
        let mut entry = self.clone();
        if let Some(Commitment { digest, .. }) = &self.commitment {
            entry.event = self.event.shared();
            entry.commitment = Some(Commitment {
                digest: digest.clone(),
                salt: None,
            });
        }
        entry
    }
}
