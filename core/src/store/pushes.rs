//! Events on their way to webhook endpoints.

use jiff::Timestamp;
use postern_contract::ids::WebhookId;

use super::{
    Fetched, Key, PageKey, Partition, QueryPlan, Sort, Store, StoreError, Versioned, Write,
    item::{Item, attribute, decode, decode_versioned, required, text},
    key::{prefix, push_due_sort, push_shard, read_push_due, sortable},
};
use crate::{
    feed,
    webhooks::{Endpoint, Push, PushPlace},
};

/// A push that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuePush {
    /// Since when.
    pub at: Timestamp,
    /// Which.
    pub place: PushPlace,
}

/// A push, and the endpoints of its carrier, as they were read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushable {
    /// The push, if it is there.
    pub push: Option<Versioned<Push>>,
    /// The endpoints, if there ever were any.
    pub endpoints: Option<Versioned<Vec<Endpoint>>>,
}

/// Writes of pushes.
impl Write {
    /// Writes a push over the version that was read, or as a new one when `expected` is `None`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn put_push(push: &Push, expected: Option<u64>) -> Result<Self, StoreError> {
        let place = &push.place;
        let write = Self::put_version(Key::Push(place.webhook, place.push), push, expected)?
            .until(push.created_at + feed::KEPT);
        let Some(at) = push.due_at else { return Ok(write) };
        let shard = Partition::PushesDue(push_shard(place)).value();
        Ok(write
            .with(attribute::GSI2PK, text(shard))
            .with(attribute::GSI2SK, text(push_due_sort(place, at))))
    }
}

impl Store {
    /// A push, with the endpoints of its carrier.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pushable(&self, place: &PushPlace) -> Result<Pushable, StoreError> {
        let keys = [
            Key::Push(place.webhook, place.push),
            Key::Webhooks(place.carrier.clone()),
        ];
        let mut found = self.get_many(&keys, true).await?.into_iter();
        let mut next = || found.next().flatten();
        Ok(Pushable {
            push: next().map(decode_versioned).transpose()?,
            endpoints: next().map(decode_versioned).transpose()?,
        })
    }

    /// A push.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn push(&self, place: &PushPlace) -> Result<Option<Push>, StoreError> {
        self.get(&Key::Push(place.webhook, place.push), true).await
    }

    /// What was pushed to an endpoint, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pushes_to(
        &self,
        webhook: WebhookId,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<Push>, StoreError> {
        let plan = QueryPlan::new(
            Partition::PushesTo(webhook),
            Sort::StartsWith(prefix::PUSH.to_owned()),
        );
        let page = self.query(plan.backward().consistent().limit(limit).after(after));
        page.await?.try_map(decode)
    }

    /// A page of the pushes of one shard that are due at `until`, those that have waited longest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_pushes(
        &self,
        shard: u8,
        until: Timestamp,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<DuePush>, StoreError> {
        // '$' is the sign after '#': everything due at this very microsecond is still below it.
        let end = Sort::Below(format!("{}$", sortable(until)));
        let plan = QueryPlan::new(Partition::PushesDue(shard), end);
        let page = self.query(plan.limit(limit).after(after)).await?;
        page.try_map(|item| read_due(&item))
    }
}

fn read_due(item: &Item) -> Result<DuePush, StoreError> {
    let sort: String = required(item, attribute::GSI2SK)?;
    let (at, place) = read_push_due(&sort).ok_or_else(|| StoreError::corrupt("an entry of due pushes"))?;
    Ok(DuePush { at, place })
}

/// Reads an item as a push that is due. `None` for an item of another kind, and for a push that is not.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn read_made_push(item: &Item) -> Result<Option<DuePush>, StoreError> {
    let sort: String = required(item, attribute::SK)?;
    if !Key::is_push(&sort) || !item.contains_key(attribute::GSI2SK) {
        return Ok(None);
    }
    read_due(item).map(Some)
}
