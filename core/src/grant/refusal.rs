//! Why a grant refuses: one variant a reason, each with a code that never changes its meaning.

use jiff::Timestamp;
use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind},
    carrier::Ineligible,
    delivery::Window,
    door::{DoorReading, DoorState},
    unattended::UnattendedCloseBar,
};
use serde::{Deserialize, Serialize};

/// A refusal by the rules, or by the door itself. Nothing has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "snake_case")]
#[error("refused: {}", self.code())]
#[expect(
    missing_docs,
    reason = "each code has its sentence in the API's catalogue and its page in docs/errors"
)]
pub enum Refusal {
    NotEligible { reasons: Vec<Ineligible> },
    ParcelRepeated,
    ParcelCount,
    NotArmed { window: Window },
    OutsideWindow { window: Window },
    OutsideHours,
    OutsideGeofence { distance_m: u32, limit_m: u32 },
    PositionTooVague { accuracy_m: u32, limit_m: u32 },
    WrongParcel,
    WrongDriver,
    DeliveryDisabled,
    DeliveryPaused { until: Timestamp },
    CarrierNotAllowed,
    ReturnsNotTaken,
    WrongPurpose,
    CarrierInactive,
    AlreadyUsed,
    TooManyAttempts,
    DeliveryCancelled,
    DeliveryExpired,
    DeliveryRevoked,
    DeliveryCompleted,
    DoorInUse,
    DoorNeverOpened,
    DoorNotClosed,
    CloseNotAllowed { bar: UnattendedCloseBar },
    NothingToReissue,
    ReissueTooLate,
    ReissueLimit,
    DoorOffline,
    DoorAlreadyOpen,
    DoorStateUnknown,
    DoorMoving,
    DoorLockedOut,
    DoorObstructed,
    DoorGone,
    LinkBroken,
    VendorUnavailable { retry_after_s: Option<u32> },
    VendorBusy { retry_after_s: Option<u32> },
}

impl Refusal {
    /// The stable code, as it stands in an answer.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotEligible { .. } => "not_eligible",
            Self::ParcelRepeated => "parcel_repeated",
            Self::ParcelCount => "parcel_count",
            Self::NotArmed { .. } => "not_out_for_delivery",
            Self::OutsideWindow { .. } => "outside_window",
            Self::OutsideHours => "outside_hours",
            Self::OutsideGeofence { .. } => "outside_geofence",
            Self::PositionTooVague { .. } => "position_too_vague",
            Self::WrongParcel => "wrong_parcel",
            Self::WrongDriver => "wrong_driver",
            Self::DeliveryDisabled => "delivery_disabled",
            Self::DeliveryPaused { .. } => "delivery_paused",
            Self::CarrierNotAllowed => "carrier_not_allowed",
            Self::ReturnsNotTaken => "returns_not_taken",
            Self::WrongPurpose => "wrong_purpose",
            Self::CarrierInactive => "carrier_inactive",
            Self::AlreadyUsed => "already_used",
            Self::TooManyAttempts => "too_many_attempts",
            Self::DeliveryCancelled => "delivery_cancelled",
            Self::DeliveryExpired => "delivery_expired",
            Self::DeliveryRevoked => "delivery_revoked",
            Self::DeliveryCompleted => "delivery_completed",
            Self::DoorInUse => "door_in_use",
            Self::DoorNeverOpened => "door_never_opened",
            Self::DoorNotClosed => "door_not_closed",
            Self::CloseNotAllowed { .. } => "close_not_allowed",
            Self::NothingToReissue => "nothing_to_reissue",
            Self::ReissueTooLate => "reissue_too_late",
            Self::ReissueLimit => "reissue_limit",
            Self::DoorOffline => "door_offline",
            Self::DoorAlreadyOpen => "door_already_open",
            Self::DoorStateUnknown => "door_state_unknown",
            Self::DoorMoving => "door_moving",
            Self::DoorLockedOut => "door_locked_out",
            Self::DoorObstructed => "door_obstructed",
            Self::DoorGone => "door_gone",
            Self::LinkBroken => "link_broken",
            Self::VendorUnavailable { .. } => "vendor_unavailable",
            Self::VendorBusy { .. } => "vendor_busy",
        }
    }

    /// The refusal that a carrier hears of an adapter error that certainly moved nothing.
    #[must_use]
    pub fn from_adapter(error: &AdapterError) -> Self {
        let retry_after_s = error.retry_after_seconds;
        match error.kind {
            AdapterErrorKind::DoorOffline => Self::DoorOffline,
            AdapterErrorKind::DoorLockedOut => Self::DoorLockedOut,
            AdapterErrorKind::DoorObstructed => Self::DoorObstructed,
            AdapterErrorKind::DoorNotFound => Self::DoorGone,
            AdapterErrorKind::LinkRevoked | AdapterErrorKind::CredentialsExpired => Self::LinkBroken,
            AdapterErrorKind::RateLimited => Self::VendorBusy { retry_after_s },
            AdapterErrorKind::Rejected => error
                .reading
                .as_ref()
                .map_or(Self::VendorUnavailable { retry_after_s }, |reading| {
                    Self::of_reading(reading)
                }),
            AdapterErrorKind::VendorUnavailable
            | AdapterErrorKind::TimedOut
            | AdapterErrorKind::Unsupported
            | AdapterErrorKind::InvalidRequest
            | AdapterErrorKind::Internal => Self::VendorUnavailable { retry_after_s },
        }
    }

    fn of_reading(reading: &DoorReading) -> Self {
        if !reading.online {
            return Self::DoorOffline;
        }
        match reading.state {
            DoorState::Open | DoorState::Stopped => Self::DoorAlreadyOpen,
            DoorState::Opening | DoorState::Closing | DoorState::Warning => Self::DoorMoving,
            DoorState::Unknown | DoorState::Closed => Self::DoorStateUnknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use postern_contract::door::Observer;

    use super::*;

    fn rejected(state: DoorState, online: bool) -> Refusal {
        let at = Timestamp::UNIX_EPOCH;
        let reading = DoorReading {
            state,
            online,
            obstructed: None,
            battery: None,
            observed_by: Observer::VendorCloud,
            observed_at: at,
            changed_at: None,
            read_at: at,
            stale: true,
        };
        let error = AdapterError::not_executed(AdapterErrorKind::Rejected, "not as expected");
        Refusal::from_adapter(&error.with_reading(reading))
    }

    #[test]
    fn a_door_that_was_not_seen_closed_is_refused_by_what_was_seen_of_it() {
        assert_eq!(rejected(DoorState::Open, true), Refusal::DoorAlreadyOpen);
        assert_eq!(rejected(DoorState::Stopped, true), Refusal::DoorAlreadyOpen);
        assert_eq!(rejected(DoorState::Warning, true), Refusal::DoorMoving);
        assert_eq!(rejected(DoorState::Unknown, true), Refusal::DoorStateUnknown);
        // A closed that was not believed, or the adapter would not have refused.
        assert_eq!(rejected(DoorState::Closed, true), Refusal::DoorStateUnknown);
        assert_eq!(rejected(DoorState::Closed, false), Refusal::DoorOffline);
    }

    #[test]
    fn what_a_vendor_said_of_waiting_reaches_the_carrier() {
        let busy = AdapterError::not_executed(AdapterErrorKind::RateLimited, "slow down");
        let refusal = Refusal::from_adapter(&busy.with_retry_after(Some(90)));
        assert_eq!(
            refusal,
            Refusal::VendorBusy {
                retry_after_s: Some(90)
            }
        );
    }
}
