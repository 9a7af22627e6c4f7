//! The way to a door that is in use, as it is now.
//!
//! A grant remembers the link that reached its door when it was booked. That link may have broken since, and the household may have
//! linked the same opener again: then the new link is the only one that can read the door and close it. An open never takes this
//! way: it rests on the link that the grant was booked by.

use postern_contract::{customer::LinkState, ids::HouseholdId};

use crate::{
    Platform,
    grant::GrantedDoor,
    store::{StoreError, StoredLink},
};

/// The link that reaches a door now: the grant's own while it works, otherwise the working link under which the household has that
/// door, otherwise its youngest working link to that vendor. `None` when the household has none.
pub(crate) async fn way_to(
    platform: &Platform,
    household: HouseholdId,
    door: &GrantedDoor,
) -> Result<Option<StoredLink>, StoreError> {
    let own = platform.store.link(household, door.link).await?;
    if let Some(own) = own.filter(|own| own.doc.state == LinkState::Active) {
        return Ok(Some(own));
    }
    let (links, doors) = tokio::join!(
        platform.store.links_of(household),
        platform.store.doors_of(household)
    );
    let doors = doors?;
    let listed_by = doors
        .iter()
        .find(|listed| listed.doc.vendor == door.vendor && listed.doc.opener() == door.opener())
        .map(|listed| listed.doc.link);
    let mut working = links?;
    working.retain(|link| link.doc.state == LinkState::Active && link.doc.vendor == door.vendor);
    let at = working.iter().position(|link| Some(link.doc.id) == listed_by);
    Ok(match at {
        Some(at) => Some(working.swap_remove(at)),
        None => working.pop(),
    })
}
