//! Registering a household: one to a person, one to an address.

use jiff::tz::TimeZone;
use postern_contract::customer::{HouseholdEvent, HouseholdView, SignUp};

use super::{HouseholdRefusal, happened, read::view};
use crate::{
    Error, Platform,
    consent::Consent,
    household::Household,
    store::{Owner, StoreError, Write},
};

/// A household that is registered, now or from an earlier try.
#[derive(Debug, Clone, PartialEq)]
pub struct SignedUp {
    /// The household.
    pub household: HouseholdView,
    /// Whether this request registered it.
    pub is_new: bool,
}

/// Registers the household of the person whom a token names, with in-garage delivery off. Asking again for the same address
/// changes nothing and answers the household as it is.
///
/// # Errors
/// [`Error::Invalid`] for a postal code that is none; [`HouseholdRefusal::UnknownTimeZone`],
/// [`HouseholdRefusal::AlreadySignedUp`], [`HouseholdRefusal::AddressTaken`]; [`Error::Store`].
pub async fn sign_up(platform: &Platform, subject: &str, body: SignUp) -> Result<SignedUp, Error> {
    let normalised = body.address.normalised()?;
    let household = Household {
        id: platform.new_household(),
        address: body.address,
        position: body.position,
        time_zone: known_time_zone(&body.time_zone)?,
        locale: body.locale,
        created_at: platform.now(),
    };
    let consent = Consent::initial();
    let writes = vec![
        Write::claim_owner(Owner::Person(subject), household.id),
        Write::claim_owner(Owner::Address(&normalised), household.id),
        Write::new_household(&household)?,
        Write::put_consent(household.id, &consent, None)?,
        happened(platform, household.id, HouseholdEvent::SignedUp)?,
    ];
    match platform.store.transact(writes).await {
        Ok(()) => Ok(SignedUp {
            household: view(household, &consent),
            is_new: true,
        }),
        Err(StoreError::ConditionFailed { index: 0 | 1, .. }) => taken(platform, subject, &normalised).await,
        Err(error) => Err(error.into()),
    }
}

/// The zone's own spelling of its name.
fn known_time_zone(name: &str) -> Result<String, HouseholdRefusal> {
    let zone = TimeZone::get(name).map_err(|_| HouseholdRefusal::UnknownTimeZone)?;
    zone.iana_name()
        .map(str::to_owned)
        .ok_or(HouseholdRefusal::UnknownTimeZone)
}

/// The person or the address belongs to a household: perhaps to this one, from an earlier try.
async fn taken(platform: &Platform, subject: &str, normalised: &str) -> Result<SignedUp, Error> {
    let Some(own) = platform.store.household_of(Owner::Person(subject)).await? else {
        return Err(HouseholdRefusal::AddressTaken.into());
    };
    let at_address = platform.store.household_of(Owner::Address(normalised)).await?;
    if at_address == Some(own) {
        Ok(SignedUp {
            household: super::read(platform, own).await?,
            is_new: false,
        })
    } else {
        Err(HouseholdRefusal::AlreadySignedUp.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_kept_in_its_own_spelling_and_an_unknown_one_refused() {
        assert_eq!(
            known_time_zone("america/toronto"),
            Ok("America/Toronto".to_owned())
        );
        for unknown in ["", "Toronto", "America/Nowhere", "+05:00", "../etc/passwd"] {
            assert_eq!(
                known_time_zone(unknown),
                Err(HouseholdRefusal::UnknownTimeZone),
                "{unknown}"
            );
        }
    }
}
