//! Who asks, and what their household looks like.

use postern_contract::{customer::HouseholdView, ids::HouseholdId};

use super::{HouseholdRefusal, consent_of};
use crate::{Error, Platform, consent::Consent, household::Household, store::Owner};

/// The household of the person whom a token names.
///
/// # Errors
/// [`HouseholdRefusal::NotSignedUp`]; [`Error::Store`].
pub async fn of_person(platform: &Platform, subject: &str) -> Result<HouseholdId, Error> {
    let household = platform.store.household_of(Owner::Person(subject)).await?;
    household.ok_or_else(|| HouseholdRefusal::NotSignedUp.into())
}

/// A household, as its own people see it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Store`].
pub async fn read(platform: &Platform, household: HouseholdId) -> Result<HouseholdView, Error> {
    let (profile, consent) = tokio::join!(
        platform.store.household(household),
        consent_of(platform, household)
    );
    let profile = profile?.ok_or(Error::NotFound)?;
    Ok(view(profile, &consent?))
}

pub(super) fn view(profile: Household, consent: &Consent) -> HouseholdView {
    HouseholdView {
        id: profile.id,
        address: profile.address,
        time_zone: profile.time_zone,
        locale: profile.locale,
        preferences: consent.view(),
        delivery_door: consent.delivery_door.map(|chosen| chosen.door),
    }
}
