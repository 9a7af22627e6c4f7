//! Why a household's own request is refused: one variant a reason, each with a code that never changes its meaning.

use postern_contract::unattended::UnattendedCloseBar;

/// A refusal that the household can do something about. Nothing has happened, unless the variant says so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused: {}", self.code())]
pub enum HouseholdRefusal {
    /// The person does not belong to a household yet.
    NotSignedUp,
    /// The person belongs to a household at another address.
    AlreadySignedUp,
    /// Another household lives at the address.
    AddressTaken,
    /// No such time zone is known.
    UnknownTimeZone,
    /// No door is chosen for deliveries.
    NoDeliveryDoor,
    /// The link that reaches the door no longer works.
    LinkBroken,
    /// The door's opener forbids opening it with nobody watching.
    UnattendedOpenBarred,
    /// The door may not be closed with nobody watching, so it is never opened for a delivery.
    UnattendedCloseBarred {
        /// Why not.
        bar: UnattendedCloseBar,
    },
    /// The login was not begun here, is over, or was finished before: which of these is not told.
    LoginNotKnown,
    /// The vendor did not accept the login.
    LoginRefused,
    /// The vendor did not take the answers to its form. The login lies ready again, unless no try is left.
    AnswersRefused {
        /// How often it may still be tried.
        tries_left: u8,
    },
    /// The vendor was asked too often in this hour to take answers for this account. The login is as it was.
    TooManyLogins {
        /// In how many seconds it may be asked again.
        retry_after_s: u32,
    },
    /// No adapter serves this vendor.
    UnknownVendor,
    /// The household has as many links as it may have.
    TooManyLinks,
    /// The grants have ended, but a door of this link is or may be in use: it is being closed, and only the link can do that.
    DoorBeingClosed,
    /// The opener is not connected.
    DoorOffline,
    /// The vendor's account has no such door any more.
    DoorGone,
    /// The vendor's cloud cannot serve us just now.
    VendorUnavailable {
        /// When to try again, in seconds, where the vendor said so.
        retry_after_s: Option<u32>,
    },
}

impl HouseholdRefusal {
    /// The stable code, as it stands in an answer.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotSignedUp => "not_signed_up",
            Self::AlreadySignedUp => "already_signed_up",
            Self::AddressTaken => "address_taken",
            Self::UnknownTimeZone => "unknown_time_zone",
            Self::NoDeliveryDoor => "no_delivery_door",
            Self::LinkBroken => "opener_link_broken",
            Self::UnattendedOpenBarred => "unattended_open_barred",
            Self::UnattendedCloseBarred { .. } => "unattended_close_barred",
            Self::LoginNotKnown => "login_not_known",
            Self::LoginRefused => "login_refused",
            Self::AnswersRefused { .. } => "login_answers_refused",
            Self::TooManyLogins { .. } => "too_many_logins",
            Self::UnknownVendor => "unknown_vendor",
            Self::TooManyLinks => "too_many_links",
            Self::DoorBeingClosed => "door_being_closed",
            Self::DoorOffline => "opener_offline",
            Self::DoorGone => "opener_door_gone",
            Self::VendorUnavailable { .. } => "opener_cloud_unavailable",
        }
    }
}
