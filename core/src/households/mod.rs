//! The flows of a household: who it is, what it agrees to, its deliveries, and turning it all off.
//!
//! Whoever asks is known by the subject of a token, which belongs to at most one household ([`of_person`]). Everything after that
//! is asked in the name of that household, so that another's things are simply not there.

mod activity;
mod change;
mod deliveries;
mod preferences;
mod read;
mod refusal;
mod refuse;
mod sign_up;
mod turn_off;
mod turn_on;

pub use self::{
    activity::activity,
    deliveries::{Which, delivery, list, log, wait_for_change},
    preferences::{preferences, set_preferences, set_preferences_if},
    read::{of_person, read},
    refusal::HouseholdRefusal,
    refuse::{REFUSING, Refusing, refuse},
    sign_up::{SignedUp, sign_up},
    turn_off::{TURNING_OFF, TurningOff, turn_off},
    turn_on::turn_on,
};
pub(crate) use self::{
    change::{change_consent, change_consent_with, consent_of, happened},
    turn_on::usable,
};
