//! What each saga is tried in: at least one situation for each table.

use postern_core::{
    Error, deliveries,
    grant::Refusal,
    guardian,
    households::{self, HouseholdRefusal},
    links,
    saga::Saga,
};

/// A situation in which one saga is about to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scene {
    /// A driver stands before an armed delivery's door.
    Opening,
    /// The same, with an access token that has run out.
    OpeningWithARefresh,
    /// A driver leaves through an open door.
    Closing,
    /// A driver wants a door closed that seemed never to open.
    ClosingALateOpen,
    /// Nobody closed the door in five minutes.
    GuardianClosing,
    /// A driver has to go back in.
    Reissuing,
    /// A household comes back from a vendor's login page.
    Linking,
    /// A household has filled in a vendor's form.
    LinkingByForm,
    /// A household chooses another of its doors.
    Choosing,
    /// A household chooses a door that another household has.
    ChoosingAnothers,
    /// A household unlinks its opener.
    Unlinking,
    /// A household turns it all off.
    TurningOff,
    /// The same, with its door open.
    TurningOffWhileOpen,
    /// A household refuses a delivery.
    Refusing,
}

impl Scene {
    /// All of them.
    pub(crate) const ALL: &[Self] = &[
        Self::Opening,
        Self::OpeningWithARefresh,
        Self::Closing,
        Self::ClosingALateOpen,
        Self::GuardianClosing,
        Self::Reissuing,
        Self::Linking,
        Self::LinkingByForm,
        Self::Choosing,
        Self::ChoosingAnothers,
        Self::Unlinking,
        Self::TurningOff,
        Self::TurningOffWhileOpen,
        Self::Refusing,
    ];

    /// The saga that is about to begin.
    pub(crate) const fn saga(self) -> &'static Saga {
        match self {
            Self::Opening | Self::OpeningWithARefresh => &deliveries::OPENING,
            Self::Closing | Self::ClosingALateOpen => &deliveries::CLOSING,
            Self::GuardianClosing => &guardian::CLOSING,
            Self::Reissuing => &deliveries::REISSUING,
            Self::Linking | Self::LinkingByForm => &links::LINKING,
            Self::Choosing | Self::ChoosingAnothers => &links::CHOOSING,
            Self::Unlinking => &links::UNLINKING,
            Self::TurningOff | Self::TurningOffWhileOpen => &households::TURNING_OFF,
            Self::Refusing => &households::REFUSING,
        }
    }

    /// Whether a repeat gets the very answer of the first request. The guardian answers when to look again, which differs; a turning
    /// off tells what it ended; and what is gone is not there a second time.
    pub(crate) const fn answers_repeats_alike(self) -> bool {
        !matches!(
            self,
            Self::GuardianClosing
                | Self::TurningOff
                | Self::TurningOffWhileOpen
                | Self::Unlinking
                | Self::Linking
                | Self::LinkingByForm
        )
    }

    /// Whether a request may be refused so when an earlier one came part of the way, or is under way.
    pub(crate) const fn may_be_refused(self, error: &Error) -> bool {
        match self {
            Self::Linking | Self::LinkingByForm => {
                matches!(error, Error::Household(HouseholdRefusal::LoginNotKnown))
            }
            Self::Unlinking => matches!(error, Error::NotFound),
            _ => matches!(error, Error::Refused(Refusal::DoorMoving)),
        }
    }
}
