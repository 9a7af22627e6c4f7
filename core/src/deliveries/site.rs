//! A household as a place to deliver to, loaded from the record.

use postern_contract::{customer::LinkState, door::DoorKind, ids::HouseholdId};

use crate::{
    Error, Platform,
    consent::{ChosenDoor, Consent},
    grant::{DeliverySite, GrantedDoor, Policy},
    household::HouseholdDoorRecord,
};

/// What a household agreed to and where its door stands, as it is now.
pub(crate) async fn load_policy(platform: &Platform, household: HouseholdId) -> Result<Policy, Error> {
    let (profile, consent) = tokio::join!(
        platform.store.household(household),
        platform.store.consent(household)
    );
    let profile = profile?.ok_or(Error::Corrupt("a household without its profile"))?;
    let consent: Consent = consent?.ok_or(Error::Corrupt("a household without its consent"))?;
    Ok(Policy {
        consent,
        position: profile.position,
        time_zone: profile.time_zone,
    })
}

/// A household as a place to deliver to, as it is now.
pub(crate) async fn load_site(platform: &Platform, household: HouseholdId) -> Result<DeliverySite, Error> {
    let policy = load_policy(platform, household).await?;
    let door = match policy.consent.delivery_door {
        Some(chosen) => load_door(platform, household, chosen).await?,
        None => None,
    };
    Ok(DeliverySite {
        household,
        policy,
        door,
    })
}

async fn load_door(
    platform: &Platform,
    household: HouseholdId,
    chosen: ChosenDoor,
) -> Result<Option<GrantedDoor>, Error> {
    let Some(stored) = platform.store.door(household, chosen.door).await? else {
        return Ok(None);
    };
    let record = stored.doc;
    let link = platform.store.link(household, record.link).await?;
    let works = link.is_some_and(|link| link.doc.state == LinkState::Active);
    Ok(works.then(|| granted(record, chosen)))
}

/// The vendor's word on how a door is built goes before the household's; where the vendor does not tell, the household's counts.
pub(crate) fn granted(record: HouseholdDoorRecord, chosen: ChosenDoor) -> GrantedDoor {
    let kind = match record.kind {
        DoorKind::Unknown if chosen.sectional => DoorKind::Sectional,
        told => told,
    };
    GrantedDoor {
        door: record.id,
        link: record.link,
        vendor: record.vendor,
        door_ref: record.door_ref,
        opener: record.opener,
        kind,
        unattended_open: record.unattended_open,
        unattended_close: record.unattended_close,
        close_act: chosen.unattended_close,
    }
}
