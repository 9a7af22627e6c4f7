//! Naming a door.

use postern_contract::{
    customer::{HouseholdDoor, HouseholdEvent},
    ids::{DoorId, HouseholdId},
    text::Label,
};

use super::doors::view;
use crate::{
    Error, Platform,
    households::{consent_of, happened},
    store::{StoreError, Write},
};

/// How often it is tried when others were faster.
const TRIES_MAX: usize = 5;

/// Gives a door another name. Giving it the name it has changes nothing.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`], [`Error::Contended`].
pub async fn rename_door(
    platform: &Platform,
    household: HouseholdId,
    door: DoorId,
    name: Label,
) -> Result<HouseholdDoor, Error> {
    for _ in 0..TRIES_MAX {
        let (stored, consent) = tokio::join!(
            platform.store.door(household, door),
            consent_of(platform, household)
        );
        let (stored, consent) = (stored?.ok_or(Error::NotFound)?, consent?);
        let mut record = stored.doc;
        if record.name == name {
            return Ok(view(record, &consent, platform.now()));
        }
        record.name = name.clone();
        let writes = vec![
            Write::put_door(household, &record, Some(stored.version))?,
            happened(platform, household, HouseholdEvent::DoorNamed { door })?,
        ];
        match platform.store.transact(writes).await {
            Ok(()) => return Ok(view(record, &consent, platform.now())),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}
