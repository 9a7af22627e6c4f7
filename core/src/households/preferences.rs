//! What a household wants: pause, hours, carriers.

use postern_contract::{
    Invalid,
    customer::{CarriersAllowed, HouseholdEvent, Preferences, PreferencesView},
    ids::HouseholdId,
};

use super::{change_consent, consent_of};
use crate::{Error, Platform};

/// How many carriers a household may name.
const CARRIERS_MAX: usize = 50;

/// What a household agreed to.
///
/// # Errors
/// [`Error::Store`].
pub async fn preferences(platform: &Platform, household: HouseholdId) -> Result<PreferencesView, Error> {
    Ok(consent_of(platform, household).await?.view())
}

/// Sets all of a household's preferences at once. From the moment this returns, no code is redeemed that they do not cover: the
/// transaction that redeems one demands the consent's version. Setting what is already set changes nothing.
///
/// # Errors
/// [`Error::Invalid`] for more than 50 carriers; [`Error::Store`], [`Error::Contended`].
pub async fn set_preferences(
    platform: &Platform,
    household: HouseholdId,
    wanted: Preferences,
) -> Result<PreferencesView, Error> {
    check(&wanted)?;
    let changed = change_consent(platform, household, |consent| {
        if consent.preferences == wanted {
            return Ok(None);
        }
        let changed = consent.changed(|consent| consent.preferences = wanted.clone());
        Ok(Some((changed, Some(HouseholdEvent::PreferencesChanged))))
    })
    .await?;
    Ok(changed.view())
}

fn check(wanted: &Preferences) -> Result<(), Invalid> {
    match &wanted.carriers {
        CarriersAllowed::Only(names) if names.len() > CARRIERS_MAX => {
            Err(Invalid::new("carriers", "at most 50 names"))
        }
        CarriersAllowed::All | CarriersAllowed::Only(_) => Ok(()),
    }
}
