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

/// Sets all of a household's preferences at once, whatever they are.
///
/// # Errors
/// As [`set_preferences_if`], but for [`Error::Changed`].
pub async fn set_preferences(
    platform: &Platform,
    household: HouseholdId,
    wanted: Preferences,
) -> Result<PreferencesView, Error> {
    set_preferences_if(platform, household, wanted, |_| true).await
}

/// Sets all of a household's preferences at once, where they are `as_seen`. From the moment this returns, no code is redeemed that they do not cover: the
/// transaction that redeems one demands the consent's version. Setting what is already set changes nothing.
///
/// # Errors
/// [`Error::Changed`]; [`Error::Invalid`] for more than 50 carriers; [`Error::Store`], [`Error::Contended`].
pub async fn set_preferences_if(
    platform: &Platform,
    household: HouseholdId,
    wanted: Preferences,
    as_seen: impl Fn(&PreferencesView) -> bool,
) -> Result<PreferencesView, Error> {
    check(&wanted)?;
    let changed = change_consent(platform, household, |consent| {
        if !as_seen(&consent.view()) {
            return Err(Error::Changed);
        }
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
