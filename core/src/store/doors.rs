//! Doors, and which household each vendor's door belongs to.

use postern_contract::{
    ids::{DoorId, HouseholdId, VendorId},
    text::DoorRef,
};

use super::{
    Condition, Key, Partition, QueryPlan, Sort, Store, StoreError, Versioned, Write,
    item::{Item, attribute, decode_versioned, required, text},
    key::prefix,
};
use crate::household::HouseholdDoorRecord;

/// Whose a vendor's door is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DoorClaim {
    /// The household.
    pub household: HouseholdId,
    /// That household's door.
    pub door: DoorId,
}

/// Writes of doors and claims.
impl Write {
    /// Writes a door: new when `expected` is `None`, otherwise over that version.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn put_door(
        household: HouseholdId,
        door: &HouseholdDoorRecord,
        expected: Option<u64>,
    ) -> Result<Self, StoreError> {
        Self::put_version(Key::Door(household, door.id), door, expected)
    }

    /// Claims a vendor's door for a household, on condition that the claim is as it was read: nobody's when `before` is `None`.
    #[must_use]
    pub fn claim_door(
        vendor: &VendorId,
        opener: &DoorRef,
        claim: DoorClaim,
        before: Option<DoorClaim>,
    ) -> Self {
        Self::put_marker(Key::door_claim(vendor, opener))
            .with(attribute::HOUSEHOLD, text(claim.household.to_string()))
            .with(attribute::DOOR, text(claim.door.to_string()))
            .on(before.map_or(Condition::Absent, is_claim))
    }

    /// Gives up a vendor's door, on condition that the claim is still as it was read.
    #[must_use]
    pub fn release_door(vendor: &VendorId, opener: &DoorRef, claim: DoorClaim) -> Self {
        Self::delete(Key::door_claim(vendor, opener)).on(is_claim(claim))
    }

    /// Demands that a vendor's door is this household's.
    #[must_use]
    pub fn check_door_claim(vendor: &VendorId, opener: &DoorRef, household: HouseholdId) -> Self {
        let owned = Condition::is_text(attribute::HOUSEHOLD, household);
        Self::check(Key::door_claim(vendor, opener), owned)
    }
}

fn is_claim(claim: DoorClaim) -> Condition {
    Condition::All(vec![
        Condition::is_text(attribute::HOUSEHOLD, claim.household),
        Condition::is_text(attribute::DOOR, claim.door),
    ])
}

impl Store {
    /// A household's doors, in the order in which they were first listed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn doors_of(
        &self,
        household: HouseholdId,
    ) -> Result<Vec<Versioned<HouseholdDoorRecord>>, StoreError> {
        let plan = QueryPlan::new(
            Partition::Household(household),
            Sort::StartsWith(prefix::DOOR.to_owned()),
        );
        let items = self.query_all(plan.consistent()).await?;
        items.into_iter().map(decode_versioned).collect()
    }

    /// A household's door.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn door(
        &self,
        household: HouseholdId,
        door: DoorId,
    ) -> Result<Option<Versioned<HouseholdDoorRecord>>, StoreError> {
        self.get_versioned(&Key::Door(household, door), true).await
    }

    /// Whose a vendor's door is, if it is anybody's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn door_claim(
        &self,
        vendor: &VendorId,
        opener: &DoorRef,
    ) -> Result<Option<DoorClaim>, StoreError> {
        let item = self.get_item(&Key::door_claim(vendor, opener), true).await?;
        item.as_ref().map(read_claim).transpose()
    }
}

fn read_claim(item: &Item) -> Result<DoorClaim, StoreError> {
    Ok(DoorClaim {
        household: required(item, attribute::HOUSEHOLD)?,
        door: required(item, attribute::DOOR)?,
    })
}
