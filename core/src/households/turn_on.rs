//! Turning in-garage delivery on: only with a door that can also be closed again.

use postern_contract::{
    customer::{HouseholdEvent, PreferencesView},
    door::UnattendedOpen,
    ids::HouseholdId,
    unattended::UnattendedClosePermit,
};

use super::{HouseholdRefusal, change_consent};
use crate::{
    Error, Platform,
    deliveries::load_site,
    endings,
    grant::{DeliverySite, GrantedDoor},
};

/// Turns in-garage delivery on. It asks for a delivery door whose link works and which may be opened and closed with nobody
/// watching, by its opener's word and the household's deliberate act. Turning on what is on changes nothing.
///
/// # Errors
/// [`HouseholdRefusal::NoDeliveryDoor`], [`HouseholdRefusal::LinkBroken`], [`HouseholdRefusal::UnattendedOpenBarred`],
/// [`HouseholdRefusal::UnattendedCloseBarred`]; [`Error::Store`], [`Error::Contended`].
pub async fn turn_on(platform: &Platform, household: HouseholdId) -> Result<PreferencesView, Error> {
    // What an earlier word took back must not take back what is agreed to from now on.
    endings::finish_all(platform, household).await?;
    let site = load_site(platform, household).await?;
    let seen = &site.policy.consent;
    if !seen.enabled {
        ready(&site)?;
    }
    let changed = change_consent(platform, household, |consent| {
        if consent.enabled {
            return Ok(None);
        }
        // What was found ready is turned on, and nothing else: another door may have been chosen since.
        if consent.version != seen.version {
            return Err(Error::Contended);
        }
        let on = consent.changed(|consent| consent.enabled = true);
        Ok(Some((on, Some(HouseholdEvent::TurnedOn))))
    })
    .await?;
    Ok(changed.view())
}

/// Whether the delivery door works, and may be opened and closed again with nobody watching.
fn ready(site: &DeliverySite) -> Result<(), HouseholdRefusal> {
    if site.policy.consent.delivery_door.is_none() {
        return Err(HouseholdRefusal::NoDeliveryDoor);
    }
    usable(site.door.as_ref().ok_or(HouseholdRefusal::LinkBroken)?)
}

/// Whether a door may be opened and closed again with nobody watching, all rules of 16 CFR 1211.14 considered.
pub(crate) fn usable(door: &GrantedDoor) -> Result<(), HouseholdRefusal> {
    if door.unattended_open == UnattendedOpen::NotAllowed {
        return Err(HouseholdRefusal::UnattendedOpenBarred);
    }
    UnattendedClosePermit::judge(door.kind, door.unattended_close, door.close_act, 0)
        .map(drop)
        .map_err(|bar| HouseholdRefusal::UnattendedCloseBarred { bar })
}
