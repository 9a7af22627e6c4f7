//! What a household took back and is not all done yet.

use jiff::Timestamp;
use postern_contract::ids::HouseholdId;

use super::{
    Condition, Key, Partition, QueryPlan, Sort, Store, StoreError, Write,
    item::{attribute, decode, text},
    key::{prefix, sortable},
};
use crate::{household::Ending, ports::Subject};

/// Writes of endings.
impl Write {
    /// Puts an ending on record, in place of one of the same scope; from `due_at` on the guardian finishes it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn begin_ending(
        household: HouseholdId,
        ending: &Ending,
        due_at: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self::put(Key::Ending(household, ending.scope), ending)?
            .with(attribute::BEGUN_AT, text(sortable(ending.begun_at)))
            .due(Subject::Household { household }, Some(due_at)))
    }

    /// Forgets an ending that is done, on condition that none of the same scope was begun after it.
    #[must_use]
    pub fn finish_ending(household: HouseholdId, ending: &Ending) -> Self {
        Self::delete(Key::Ending(household, ending.scope))
            .on(Condition::is_text(attribute::BEGUN_AT, sortable(ending.begun_at)))
    }
}

impl Store {
    /// What a household took back and is not all done yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn endings(&self, household: HouseholdId) -> Result<Vec<Ending>, StoreError> {
        let plan = QueryPlan::new(
            Partition::Household(household),
            Sort::StartsWith(prefix::ENDING.to_owned()),
        );
        let items = self.query_all(plan.consistent()).await?;
        items.into_iter().map(decode).collect()
    }
}
