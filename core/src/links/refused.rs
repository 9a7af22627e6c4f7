//! What a household hears when a vendor's adapter cannot serve it.

use postern_contract::adapter::{AdapterError, AdapterErrorKind};

use crate::{Error, households::HouseholdRefusal};

/// Words an adapter's error for the household. What is nobody's to act on stays an error of ours.
pub(super) fn worded(error: AdapterError) -> Error {
    let refusal = match error.kind {
        AdapterErrorKind::LinkRevoked | AdapterErrorKind::CredentialsExpired => HouseholdRefusal::LinkBroken,
        AdapterErrorKind::DoorNotFound => HouseholdRefusal::DoorGone,
        AdapterErrorKind::DoorOffline => HouseholdRefusal::DoorOffline,
        AdapterErrorKind::RateLimited | AdapterErrorKind::VendorUnavailable | AdapterErrorKind::TimedOut => {
            HouseholdRefusal::VendorUnavailable {
                retry_after_s: error.retry_after_seconds,
            }
        }
        AdapterErrorKind::DoorObstructed
        | AdapterErrorKind::DoorLockedOut
        | AdapterErrorKind::Unsupported
        | AdapterErrorKind::Rejected
        | AdapterErrorKind::InvalidRequest
        | AdapterErrorKind::Internal => return error.into(),
    };
    refusal.into()
}

/// The same, for answers to a form, where so many tries are left: there a plain no means that the vendor did not take them.
pub(super) fn worded_of_answers(error: AdapterError, tries_left: u8) -> Error {
    match error.kind {
        AdapterErrorKind::Rejected | AdapterErrorKind::LinkRevoked | AdapterErrorKind::CredentialsExpired => {
            HouseholdRefusal::AnswersRefused { tries_left }.into()
        }
        _ => worded(error),
    }
}

/// The same, for a login on a vendor's page: there a plain no means that the vendor did not accept it, and a vendor without an adapter is the
/// caller's mistake: trying again will not help.
pub(super) fn worded_of_login(error: AdapterError) -> Error {
    match error.kind {
        AdapterErrorKind::Rejected
        | AdapterErrorKind::InvalidRequest
        | AdapterErrorKind::LinkRevoked
        | AdapterErrorKind::CredentialsExpired => HouseholdRefusal::LoginRefused.into(),
        AdapterErrorKind::Unsupported => HouseholdRefusal::UnknownVendor.into(),
        _ => worded(error),
    }
}
