//! Grants, their codes and logs, and the index of what is due.

use jiff::Timestamp;
use postern_contract::{
    event::LogEntry,
    ids::{CarrierId, DeliveryId, HouseholdId},
};
use postern_keys::Sealed;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Condition, Fetched, Key, PageKey, Partition, QueryPlan, Sort, Standing, Store, StoreError, Versioned,
    Write,
    item::{Item, attribute, decode, decode_versioned, encode, number, parsed, required, text, whole},
    key::{prefix, read_due, sortable},
};
use crate::ports::Subject;

/// A delivery's one-time code, as it rests: sealed, and by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRecord {
    /// Which of the delivery's codes.
    pub number: u32,
    /// The code, sealed.
    pub sealed: Sealed,
    /// SHA-256 of the code, in hex.
    pub hash: String,
    /// When it was redeemed, if it was.
    pub redeemed_at: Option<Timestamp>,
}

/// A grant with what lies beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedGrant<T> {
    /// Its body and version.
    pub grant: Versioned<T>,
    /// Whose door it is about.
    pub household: HouseholdId,
    /// Its present code, if one was minted.
    pub code: Option<CodeRecord>,
}

/// Something that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// What.
    pub subject: Subject,
}

const SEALED: &str = "sealed";
const HASH: &str = "hash";

/// Writes of grants and what belongs to them.
impl Write {
    /// Writes a grant: new when `expected` is `None`, otherwise over that version. `due_at` is when the guardian must look at it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the body cannot be written as one.
    pub fn put_grant(
        delivery: DeliveryId,
        carrier: &CarrierId,
        household: HouseholdId,
        due_at: Option<Timestamp>,
        doc: &impl Serialize,
        expected: Option<u64>,
    ) -> Result<Self, StoreError> {
        Ok(Self::put_version(Key::Grant(delivery), doc, expected)?
            .with(attribute::HOUSEHOLD, text(household.to_string()))
            .owned_by(
                &Partition::DeliveriesOf(carrier.clone()),
                format!("DLV#{delivery}"),
            )
            .due(Subject::Delivery { delivery }, due_at))
    }

    /// Puts an entry at its place in a delivery's log, and into the household's activity; beside it lies what its carrier is told
    /// with it. An entry is never written over.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the entry cannot be written as a body.
    pub fn log_entry(
        household: HouseholdId,
        carrier: &CarrierId,
        standing: Standing,
        entry: &LogEntry,
    ) -> Result<Self, StoreError> {
        let sort = format!("{}#{}#{:010}", sortable(entry.at), entry.delivery, entry.sequence);
        Ok(Self::put(Key::Log(entry.delivery, entry.sequence), entry)?
            .with(attribute::CARRIER, text(carrier.to_string()))
            .with(attribute::STANDING, encode(&standing)?)
            .owned_by(&Partition::ActivityOf(household), sort)
            .on(Condition::Absent))
    }

    /// Lays down a delivery's code, in place of the one before.
    #[must_use]
    pub fn put_code(delivery: DeliveryId, code: &CodeRecord) -> Self {
        let put = Self::put_marker(Key::Code(delivery))
            .with(attribute::NUMBER, number(code.number))
            .with(SEALED, text(code.sealed.clone()))
            .with(HASH, text(&code.hash));
        match code.redeemed_at {
            Some(at) => put.with(attribute::REDEEMED_AT, text(at.to_string())),
            None => put,
        }
    }

    /// Redeems a delivery's code, once: on condition that it is this one and was not redeemed before.
    #[must_use]
    pub fn redeem_code(delivery: DeliveryId, code_number: u32, at: Timestamp) -> Self {
        Self::update(Key::Code(delivery))
            .with(attribute::REDEEMED_AT, text(at.to_string()))
            .on(Condition::All(vec![
                Condition::Is(attribute::NUMBER, number(code_number)),
                Condition::Lacks(attribute::REDEEMED_AT),
            ]))
    }

    /// Forgets a delivery's code.
    #[must_use]
    pub fn forget_code(delivery: DeliveryId) -> Self {
        Self::delete(Key::Code(delivery))
    }
}

impl Store {
    /// A grant and its code, in one consistent query.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn load_grant<T: DeserializeOwned>(
        &self,
        delivery: DeliveryId,
    ) -> Result<Option<LoadedGrant<T>>, StoreError> {
        let plan = QueryPlan::new(
            Partition::Delivery(delivery),
            Sort::StartsWith(prefix::GRANT.to_owned()),
        );
        let items = self.query(plan.consistent().limit(2)).await?.items;
        let (mut grant, mut code) = (None, None);
        for item in items {
            let sort: String = required(&item, attribute::SK)?;
            if sort == Key::Grant(delivery).sk() {
                grant = Some(item);
            } else if sort == Key::Code(delivery).sk() {
                code = Some(read_code(&item)?);
            }
        }
        let Some(grant) = grant else { return Ok(None) };
        Ok(Some(LoadedGrant {
            household: required(&grant, attribute::HOUSEHOLD)?,
            grant: decode_versioned(grant)?,
            code,
        }))
    }

    /// The bodies of several grants, in the order of `deliveries`; those that are not there are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grants<T: DeserializeOwned>(&self, deliveries: &[DeliveryId]) -> Result<Vec<T>, StoreError> {
        let keys: Vec<Key> = deliveries.iter().copied().map(Key::Grant).collect();
        let items = self.get_many(&keys, true).await?;
        items.into_iter().flatten().map(decode).collect()
    }

    /// A page of a delivery's log, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn log_page(
        &self,
        delivery: DeliveryId,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<LogEntry>, StoreError> {
        let plan = QueryPlan::new(
            Partition::Delivery(delivery),
            Sort::StartsWith(prefix::LOG.to_owned()),
        );
        self.query(plan.consistent().limit(limit).after(after))
            .await?
            .try_map(decode)
    }

    /// A delivery's whole log, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn whole_log(&self, delivery: DeliveryId) -> Result<Vec<LogEntry>, StoreError> {
        let plan = QueryPlan::new(
            Partition::Delivery(delivery),
            Sort::StartsWith(prefix::LOG.to_owned()),
        );
        self.query_all(plan.consistent())
            .await?
            .into_iter()
            .map(decode)
            .collect()
    }

    /// A page of a carrier's grants, the youngest first. The index may lag by moments.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deliveries_of_carrier<T: DeserializeOwned>(
        &self,
        carrier: &CarrierId,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<T>, StoreError> {
        let plan = QueryPlan::new(Partition::DeliveriesOf(carrier.clone()), Sort::Any);
        self.query(plan.backward().limit(limit).after(after))
            .await?
            .try_map(decode)
    }

    /// What of one shard was due at `until` or before, the longest due first. The index may lag by moments.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due(&self, shard: u8, until: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
        // '$' is the sign after '#': everything due at this very microsecond is still below it.
        let end = format!("{}$", sortable(until));
        let plan = QueryPlan::new(Partition::Due(shard), Sort::Below(end));
        self.query(plan.limit(limit))
            .await?
            .items
            .iter()
            .map(read_due_item)
            .collect()
    }
}

fn read_due_item(item: &Item) -> Result<Due, StoreError> {
    let sort: String = required(item, attribute::GSI2SK)?;
    read_due(&sort)
        .map(|(at, subject)| Due { at, subject })
        .ok_or_else(|| StoreError::corrupt("an entry of what is due"))
}

fn read_code(item: &Item) -> Result<CodeRecord, StoreError> {
    let sealed: String = required(item, SEALED)?;
    Ok(CodeRecord {
        number: whole(item, attribute::NUMBER)?
            .ok_or_else(|| StoreError::corrupt("a code without a number"))?,
        sealed: Sealed::try_from(sealed).map_err(|_| StoreError::corrupt("a sealed code"))?,
        hash: required(item, HASH)?,
        redeemed_at: parsed(item, attribute::REDEEMED_AT)?,
    })
}
