//! Bringing a household's doors in line with what its link lists.
//!
//! A door that was known by another link of the household, which no longer works, keeps its id and the name the household gave it,
//! and moves to the link that works: linking again repairs, it does not begin anew.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{Answer, Call},
    customer::LinkState,
    door::Door,
    ids::{HouseholdId, LinkId},
};

use super::{call_with, refused::worded};
use crate::{
    Error, Platform,
    household::{HouseholdDoorRecord, Link},
    ports::wrong_answer,
    store::{StoreError, StoredLink, Versioned, Write},
};

/// How many doors of one account are taken.
const DOORS_MAX: usize = 40;
/// How long the vendor may take to list them.
const LIST_WITHIN: SignedDuration = SignedDuration::from_secs(15);
/// How often the writing is tried when others were faster.
const TRIES_MAX: usize = 5;

/// Lists a link's doors at the vendor and records them. A door that the vendor no longer lists stays as it is: its next reading says
/// that it is gone. A link of the same vendor that is broken and has lost all its doors to this one is forgotten.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Household`] when the vendor cannot or will not; [`Error::Store`], [`Error::Contended`].
pub async fn sync_doors(platform: &Platform, household: HouseholdId, link: LinkId) -> Result<(), Error> {
    let stored = platform
        .store
        .link(household, link)
        .await?
        .ok_or(Error::NotFound)?;
    let listed = listed(platform, household, &stored.doc).await?;
    for _ in 0..TRIES_MAX {
        let writes = plan(platform, household, &stored.doc, &listed).await?;
        match platform.store.transact(writes).await {
            Ok(()) => return Ok(()),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// Lists the doors of every link that works. When one vendor cannot answer, the others' doors are recorded all the same.
///
/// # Errors
/// The last that went wrong, if anything did.
pub async fn sync_all_doors(platform: &Platform, household: HouseholdId) -> Result<(), Error> {
    let mut failed = None;
    for link in platform.store.links_of(household).await? {
        if link.doc.state == LinkState::Active
            && let Err(error) = sync_doors(platform, household, link.doc.id).await
        {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn listed(platform: &Platform, household: HouseholdId, link: &Link) -> Result<Vec<Door>, Error> {
    let request_id = format!("list-{}", platform.new_command());
    let deadline = platform.now() + LIST_WITHIN;
    match call_with(platform, household, link, request_id, deadline, Call::DoorsList)
        .await
        .map_err(worded)?
    {
        Answer::DoorsList(mut answer) => {
            if answer.doors.len() > DOORS_MAX {
                tracing::warn!(link = %link.id, doors = answer.doors.len(), "an account has more doors than are taken");
                answer.doors.truncate(DOORS_MAX);
            }
            Ok(answer.doors)
        }
        _ => Err(wrong_answer().into()),
    }
}

async fn plan(
    platform: &Platform,
    household: HouseholdId,
    link: &Link,
    listed: &[Door],
) -> Result<Vec<Write>, Error> {
    let (known, links) = tokio::join!(
        platform.store.doors_of(household),
        platform.store.links_of(household)
    );
    let (known, links) = (known?, links?);
    let is_broken = |id: LinkId| {
        links
            .iter()
            .all(|link| link.doc.id != id || link.doc.state == LinkState::Broken)
    };
    let mut writes = Vec::new();
    let mut moved = Vec::new();
    for door in listed {
        // A door that another working link of the household reaches stays with that one.
        let before = known
            .iter()
            .find(|record| record.doc.vendor == link.vendor && record.doc.opener() == door.opener());
        match before {
            Some(record) if record.doc.link == link.id || is_broken(record.doc.link) => {
                moved.push(record.doc.id);
                writes.push(relisted(household, link, record, door)?);
            }
            Some(_) => {}
            None => {
                let id = platform.new_door();
                let record = HouseholdDoorRecord::listed(id, link.id, link.vendor.clone(), door.clone());
                writes.push(Write::put_door(household, &record, None)?);
            }
        }
    }
    let emptied = |old: &&StoredLink| {
        old.doc.id != link.id
            && old.doc.vendor == link.vendor
            && old.doc.state == LinkState::Broken
            && known
                .iter()
                .all(|record| record.doc.link != old.doc.id || moved.contains(&record.doc.id))
    };
    writes.extend(
        links
            .iter()
            .filter(emptied)
            .map(|old| Write::delete_link(household, old.doc.id, old.version)),
    );
    Ok(writes)
}

/// A known door as it is listed now, under the id and the name that the household knows.
fn relisted(
    household: HouseholdId,
    link: &Link,
    before: &Versioned<HouseholdDoorRecord>,
    door: &Door,
) -> Result<Write, StoreError> {
    let record = HouseholdDoorRecord {
        name: before.doc.name.clone(),
        ..HouseholdDoorRecord::listed(before.doc.id, link.id, link.vendor.clone(), door.clone())
    };
    Write::put_door(household, &record, Some(before.version))
}
