//! A household's doors: as they were last seen, or as they are now.

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    adapter::{Answer, Call, DoorInput},
    customer::HouseholdDoor,
    door::DoorReading,
    ids::{DoorId, HouseholdId},
};

use super::{call_with, refused::worded};
use crate::{
    Error, Platform,
    consent::Consent,
    household::HouseholdDoorRecord,
    households::{HouseholdRefusal, consent_of},
    ports::wrong_answer,
    store::{StoreError, Write},
};

/// How long the vendor may take to answer.
const READ_WITHIN: SignedDuration = SignedDuration::from_secs(10);
/// After this long a kept reading is not the present any more.
const FRESH_FOR: SignedDuration = SignedDuration::from_secs(30);

/// A household's doors, as they were last seen.
///
/// # Errors
/// [`Error::Store`].
pub async fn doors(platform: &Platform, household: HouseholdId) -> Result<Vec<HouseholdDoor>, Error> {
    let (doors, consent) = tokio::join!(
        platform.store.doors_of(household),
        consent_of(platform, household)
    );
    let (consent, now) = (consent?, platform.now());
    Ok(doors?
        .into_iter()
        .map(|door| view(door.doc, &consent, now))
        .collect())
}

/// One of a household's doors, as it was last seen.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`].
pub async fn door(platform: &Platform, household: HouseholdId, door: DoorId) -> Result<HouseholdDoor, Error> {
    let (found, consent) = tokio::join!(
        platform.store.door(household, door),
        consent_of(platform, household)
    );
    let found = found?.ok_or(Error::NotFound)?;
    Ok(view(found.doc, &consent?, platform.now()))
}

/// One of a household's doors, read at its vendor just now.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`HouseholdRefusal::LinkBroken`], [`HouseholdRefusal::DoorOffline`],
/// [`HouseholdRefusal::DoorGone`], [`HouseholdRefusal::VendorUnavailable`]; [`Error::Store`].
pub async fn read_door(
    platform: &Platform,
    household: HouseholdId,
    door: DoorId,
) -> Result<HouseholdDoor, Error> {
    let stored = platform
        .store
        .door(household, door)
        .await?
        .ok_or(Error::NotFound)?;
    let mut record = stored.doc;
    let link = platform
        .store
        .link(household, record.link)
        .await?
        .ok_or(HouseholdRefusal::LinkBroken)?;
    let call = |link| {
        Call::DoorRead(DoorInput {
            link,
            door: record.door_ref.clone(),
        })
    };
    let request_id = format!("read-{}", platform.new_command());
    let deadline = platform.now() + READ_WITHIN;
    let answer = call_with(platform, household, &link.doc, request_id, deadline, call)
        .await
        .map_err(worded)?;
    let Answer::DoorRead(read) = answer else {
        return Err(wrong_answer().into());
    };
    record.reading = read.reading;
    let kept = Write::put_door(household, &record, Some(stored.version))?;
    match platform.store.transact(vec![kept]).await {
        // Somebody changed the door meanwhile; what was read is told all the same.
        Ok(()) | Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(view(
        record,
        &consent_of(platform, household).await?,
        platform.now(),
    ))
}

pub(super) fn view(record: HouseholdDoorRecord, consent: &Consent, now: Timestamp) -> HouseholdDoor {
    let reading = aged(record.reading, now);
    HouseholdDoor {
        is_delivery_door: consent
            .delivery_door
            .is_some_and(|chosen| chosen.door == record.id),
        id: record.id,
        link: record.link,
        vendor: record.vendor,
        name: record.name,
        site: record.site,
        kind: record.kind,
        unattended_close: record.unattended_close,
        door: Some((&reading).into()),
    }
}

/// A kept reading as it may be shown now: an old one is not passed off as the present.
fn aged(reading: DoorReading, now: Timestamp) -> DoorReading {
    DoorReading {
        stale: reading.stale || now.duration_since(reading.read_at) > FRESH_FOR,
        ..reading
    }
}

#[cfg(test)]
mod tests {
    use postern_contract::{
        delivery::DoorView,
        door::{DoorState, Observer},
    };

    use super::*;

    #[test]
    fn a_door_that_was_closed_a_minute_ago_is_not_shown_as_closed() {
        let read_at: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let reading = DoorReading {
            state: DoorState::Closed,
            online: true,
            obstructed: None,
            battery: None,
            observed_by: Observer::VendorCloud,
            observed_at: read_at,
            changed_at: None,
            read_at,
            stale: false,
        };
        let shown = |seconds| {
            let reading = aged(reading.clone(), read_at + SignedDuration::from_secs(seconds));
            DoorView::from(&reading).state
        };
        assert_eq!(shown(30), DoorState::Closed);
        assert_eq!(shown(31), DoorState::Unknown);
    }
}
