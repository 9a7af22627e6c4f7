//! Households: themselves, their consent, who they are found by, their deliveries and their activity.

use postern_contract::{
    customer::{ActivityEntry, HouseholdActivity},
    event::LogEntry,
    ids::{DeliveryId, HouseholdId},
};
use serde::Serialize;

use super::{
    Condition, Fetched, Key, PageKey, Partition, QueryPlan, Sort, Store, StoreError, Versioned, Write,
    item::{Item, attribute, decode, required, text},
    key::{prefix, sortable},
};
use crate::{consent::Consent, household::Household};

/// One entry of a household's activity: of its own, or of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub enum Recent {
    /// Of the household itself.
    Household(HouseholdActivity),
    /// Of a delivery.
    Delivery(LogEntry),
}

impl Recent {
    /// The entry, as the household sees it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when an event cannot be written as JSON.
    pub fn view(&self) -> Result<ActivityEntry, StoreError> {
        let (at, delivery, event) = match self {
            Self::Household(activity) => (activity.at, None, json(&activity.event)?),
            Self::Delivery(entry) => (entry.at, Some(entry.delivery), json(&entry.event)?),
        };
        let serde_json::Value::Object(mut details) = event else {
            return Err(StoreError::corrupt("an event that is not an object"));
        };
        let Some(serde_json::Value::String(what)) = details.remove("type") else {
            return Err(StoreError::corrupt("an event without a type"));
        };
        Ok(ActivityEntry {
            at,
            delivery,
            what,
            details: serde_json::Value::Object(details),
        })
    }
}

fn json(event: &impl Serialize) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(event).map_err(|_| StoreError::corrupt("an event to be shown"))
}

/// Whom a household is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner<'a> {
    /// One of its people, by the subject of their token.
    Person(&'a str),
    /// Its address, in the one spelling.
    Address(&'a str),
}

impl Owner<'_> {
    fn key(self) -> Key {
        match self {
            Self::Person(subject) => Key::person(subject),
            Self::Address(normalised) => Key::address(normalised),
        }
    }
}

/// Writes of households and what belongs to them.
impl Write {
    /// Writes a household.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn new_household(household: &Household) -> Result<Self, StoreError> {
        Ok(Self::put(Key::Household(household.id), household)?.on(Condition::Absent))
    }

    /// Claims a person or an address for a household, on condition that it is nobody's.
    #[must_use]
    pub fn claim_owner(owner: Owner<'_>, household: HouseholdId) -> Self {
        Self::put_marker(owner.key())
            .with(attribute::HOUSEHOLD, text(household.to_string()))
            .on(Condition::Absent)
    }

    /// Writes a household's consent: new when `expected` is `None`, otherwise over that version. The item's version is the
    /// consent's own.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body, or is not one version after `expected`.
    pub fn put_consent(
        household: HouseholdId,
        consent: &Consent,
        expected: Option<u64>,
    ) -> Result<Self, StoreError> {
        if consent.version != expected.unwrap_or(0) + 1 {
            return Err(StoreError::corrupt("a consent that skips a version"));
        }
        let enabled = aws_sdk_dynamodb::types::AttributeValue::Bool(consent.enabled);
        Ok(Self::put_version(Key::Consent(household), consent, expected)?.with(attribute::ENABLED, enabled))
    }

    /// Demands that the household's consent is on, and still in this version.
    #[must_use]
    pub fn check_consent(household: HouseholdId, version: u64) -> Self {
        let on = aws_sdk_dynamodb::types::AttributeValue::Bool(true);
        let condition = Condition::All(vec![
            Condition::version(version),
            Condition::Is(attribute::ENABLED, on),
        ]);
        Self::check(Key::Consent(household), condition)
    }

    /// Lists a delivery among those under way.
    #[must_use]
    pub fn list_active(household: HouseholdId, delivery: DeliveryId) -> Self {
        Self::put_marker(Key::Active(household, delivery))
    }

    /// Moves a delivery from those under way to those that have ended.
    #[must_use]
    pub fn list_past(household: HouseholdId, delivery: DeliveryId) -> [Self; 2] {
        [
            Self::delete(Key::Active(household, delivery)),
            Self::put_marker(Key::Past(household, delivery)),
        ]
    }

    /// Adds an entry to a household's activity.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn activity(household: HouseholdId, activity: &HouseholdActivity) -> Result<Self, StoreError> {
        let sort = format!("{}#{}", sortable(activity.at), activity.id);
        Ok(Self::put(Key::Activity(household, activity.id), activity)?
            .owned_by(&Partition::ActivityOf(household), sort)
            .on(Condition::Absent))
    }
}

impl Store {
    /// The household that a person or an address belongs to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn household_of(&self, owner: Owner<'_>) -> Result<Option<HouseholdId>, StoreError> {
        let item = self.get_item(&owner.key(), true).await?;
        item.map(|item| required(&item, attribute::HOUSEHOLD)).transpose()
    }

    /// A household.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn household(&self, household: HouseholdId) -> Result<Option<Household>, StoreError> {
        self.get(&Key::Household(household), true).await
    }

    /// What a household agreed to, with everything that was written before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn consent(&self, household: HouseholdId) -> Result<Option<Consent>, StoreError> {
        let found: Option<Versioned<Consent>> = self.get_versioned(&Key::Consent(household), true).await?;
        match found {
            Some(found) if found.version != found.doc.version => {
                Err(StoreError::corrupt("a consent with two versions"))
            }
            found => Ok(found.map(|found| found.doc)),
        }
    }

    /// A household's deliveries that are under way, with everything that was written before, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn active_of(&self, household: HouseholdId) -> Result<Vec<DeliveryId>, StoreError> {
        let plan = QueryPlan::new(
            Partition::Household(household),
            Sort::StartsWith(prefix::ACTIVE.to_owned()),
        );
        let items = self.query_all(plan.consistent()).await?;
        items.iter().map(|item| pointed(item, prefix::ACTIVE)).collect()
    }

    /// A page of a household's deliveries that are under way, the youngest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn active_page(
        &self,
        household: HouseholdId,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<DeliveryId>, StoreError> {
        self.pointed_page(household, prefix::ACTIVE, limit, after).await
    }

    /// A page of a household's deliveries that have ended, the youngest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn past_of(
        &self,
        household: HouseholdId,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<DeliveryId>, StoreError> {
        self.pointed_page(household, prefix::PAST, limit, after).await
    }

    async fn pointed_page(
        &self,
        household: HouseholdId,
        prefix: &'static str,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<DeliveryId>, StoreError> {
        let plan = QueryPlan::new(
            Partition::Household(household),
            Sort::StartsWith(prefix.to_owned()),
        );
        self.query(plan.backward().limit(limit).after(after))
            .await?
            .try_map(|item| pointed(&item, prefix))
    }

    /// A page of a household's activity, its own and its deliveries', the youngest first. The index may lag by moments.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn activity_of(
        &self,
        household: HouseholdId,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<Recent>, StoreError> {
        let plan = QueryPlan::new(Partition::ActivityOf(household), Sort::Any);
        let page = self.query(plan.backward().limit(limit).after(after)).await?;
        page.try_map(|item| {
            let sort: String = required(&item, attribute::SK)?;
            if sort.starts_with(prefix::ACTIVITY) {
                decode(item).map(Recent::Household)
            } else {
                decode(item).map(Recent::Delivery)
            }
        })
    }
}

/// The delivery that a pointer points to.
pub(super) fn pointed(item: &Item, prefix: &str) -> Result<DeliveryId, StoreError> {
    let sort: String = required(item, attribute::SK)?;
    sort.strip_prefix(prefix)
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| StoreError::corrupt("a pointer to a delivery"))
}
