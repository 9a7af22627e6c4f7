//! Unlinking an opener.
//!
//! First the consent loses the delivery door, so that no code can be redeemed; then the grants end; and only when no door of the
//! link is in use are the credentials given back and forgotten, because nothing else could close that door.

use postern_contract::{
    customer::HouseholdEvent,
    delivery::RevocationReason,
    ids::{DoorId, HouseholdId, LinkId},
};

use super::end::end_link;
use crate::{
    Error, Platform,
    households::{HouseholdRefusal, change_consent, end_grants},
};

/// Ends a household's link. When it returns, no open through it can leave, and its credentials are forgotten. Runs to its end even
/// when the caller hangs up. Unlinking what is not there is [`Error::NotFound`].
///
/// # Errors
/// [`HouseholdRefusal::DoorBeingClosed`] while one of its doors is in use: the grants have ended, the door is being closed, and
/// asking again later finishes it. [`Error::NotFound`] also for another household's; [`Error::Store`], [`Error::Contended`].
pub async fn unlink(platform: &Platform, household: HouseholdId, link: LinkId) -> Result<(), Error> {
    let platform = platform.clone();
    let flow = tokio::spawn(async move { run(&platform, household, link).await });
    flow.await.map_err(|_| Error::Panicked("an unlinking"))?
}

async fn run(platform: &Platform, household: HouseholdId, link: LinkId) -> Result<(), Error> {
    platform
        .store
        .link(household, link)
        .await?
        .ok_or(Error::NotFound)?;
    let doors = platform.store.doors_of(household).await?;
    let reached: Vec<DoorId> = doors
        .iter()
        .filter(|door| door.doc.link == link)
        .map(|door| door.doc.id)
        .collect();
    change_consent(platform, household, |consent| {
        if !consent
            .delivery_door
            .is_some_and(|chosen| reached.contains(&chosen.door))
        {
            return Ok(None);
        }
        let without = consent.changed(|consent| {
            consent.delivery_door = None;
            consent.enabled = false;
        });
        let turned_off = consent.enabled.then_some(HouseholdEvent::TurnedOff);
        Ok(Some((without, turned_off)))
    })
    .await?;
    let ended = end_grants(platform, household, RevocationReason::Unlinked, |grant| {
        grant.door.link == link
    })
    .await?;
    if !ended.closing.is_empty() {
        return Err(HouseholdRefusal::DoorBeingClosed.into());
    }
    end_link(platform, household, link).await
}
