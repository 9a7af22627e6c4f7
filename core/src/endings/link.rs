//! Ending a link: given back to the vendor as well as that can be done, then forgotten with its doors.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{Call, LinkInput},
    customer::HouseholdEvent,
    ids::{DoorId, HouseholdId, LinkId},
};

use crate::{
    Error, Platform,
    household::Link,
    households::{consent_of, happened},
    store::{Condition, Key, StoreError, StoredLink, Write},
};

/// How long the vendor may take to take the credentials back.
const REVOKE_WITHIN: SignedDuration = SignedDuration::from_secs(5);
/// How often it is tried when others were faster.
const TRIES_MAX: usize = 12;

/// Ends a link that reaches no door of the household any more.
pub(super) async fn end_link_if_idle(
    platform: &Platform,
    household: HouseholdId,
    link: LinkId,
) -> Result<(), Error> {
    let doors = platform.store.doors_of(household).await?;
    if doors.iter().any(|door| door.doc.link == link) {
        return Ok(());
    }
    end_link(platform, household, link).await
}

/// Gives a link back to its vendor, then forgets its credentials, its doors and the claims on them. A link that is not there has
/// ended already.
pub(super) async fn end_link(platform: &Platform, household: HouseholdId, link: LinkId) -> Result<(), Error> {
    let mut given_back = false;
    for _ in 0..TRIES_MAX {
        let Some(stored) = platform.store.link(household, link).await? else {
            return Ok(());
        };
        if !given_back {
            give_back(platform, &stored.doc).await;
            given_back = true;
        }
        let writes = forgetting(platform, household, &stored).await?;
        match platform.store.transact(writes).await {
            Ok(()) => return Ok(()),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// Asks the vendor to make the tokens void. When it cannot, forgetting them is all there is.
async fn give_back(platform: &Platform, link: &Link) {
    let call = Call::LinkRevoke(LinkInput {
        link: link.id,
        credentials: link.credentials.clone(),
    });
    let deadline = platform.now() + REVOKE_WITHIN;
    let request_id = format!("revoke-{}", link.id);
    if let Err(error) = platform
        .adapters
        .call(&link.vendor, request_id, deadline, call)
        .await
    {
        tracing::warn!(link = %link.id, kind = ?error.kind, "a link could not be given back to its vendor");
    }
}

async fn forgetting(
    platform: &Platform,
    household: HouseholdId,
    stored: &StoredLink,
) -> Result<Vec<Write>, Error> {
    let link = stored.doc.id;
    let mut writes = vec![
        Write::delete_link(household, link, stored.version),
        happened(platform, household, HouseholdEvent::Unlinked { link })?,
    ];
    let mut forgotten = Vec::new();
    for door in platform.store.doors_of(household).await? {
        if door.doc.link != link {
            continue;
        }
        let (vendor, opener) = (&door.doc.vendor, door.doc.opener());
        writes.push(Write::delete(Key::Door(household, door.doc.id)));
        let claim = platform.store.door_claim(vendor, opener).await?;
        // The door may be chosen at this very moment.
        writes.push(match claim {
            Some(own) if own.household == household => Write::release_door(vendor, opener, own),
            Some(other) => Write::check_door_claim(vendor, opener, other.household),
            None => Write::check(Key::door_claim(vendor, opener), Condition::Absent),
        });
        forgotten.push(door.doc.id);
    }
    writes.extend(no_longer_chosen(platform, household, &forgotten).await?);
    Ok(writes)
}

/// The consent must not go on naming a door that is forgotten, even where it was chosen a moment ago.
async fn no_longer_chosen(
    platform: &Platform,
    household: HouseholdId,
    forgotten: &[DoorId],
) -> Result<Vec<Write>, Error> {
    let consent = consent_of(platform, household).await?;
    let chosen = consent
        .delivery_door
        .is_some_and(|chosen| forgotten.contains(&chosen.door));
    if !chosen {
        let unchanged = Condition::version(consent.version);
        return Ok(vec![Write::check(Key::Consent(household), unchanged)]);
    }
    let off = consent.changed(|consent| {
        consent.delivery_door = None;
        consent.enabled = false;
    });
    let mut writes = vec![Write::put_consent(household, &off, Some(consent.version))?];
    if consent.enabled {
        writes.push(happened(platform, household, HouseholdEvent::TurnedOff)?);
    }
    Ok(writes)
}
