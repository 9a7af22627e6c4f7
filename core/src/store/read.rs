//! Reading: one item, several, or a page of a partition.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Key, Partition, Store, StoreError,
    error::classify,
    item::{Item, Versioned, attribute, decode, decode_versioned, keyed, text},
    retry::{pause, persist},
};

/// How many items DynamoDB hands out in one batch.
const BATCH_MAX: usize = 100;
/// How often the rest of a batch is asked for.
const BATCH_ROUNDS_MAX: u32 = 8;
/// The most items of one page.
pub const PAGE_ITEMS_MAX: usize = 200;

/// Where a list goes on: the keys of the last item shown. For the API to seal into a cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageKey(BTreeMap<String, String>);

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched<T> {
    /// The items, in the order asked for.
    pub items: Vec<T>,
    /// Where the next page begins; absent when there is nothing after this one.
    pub next: Option<PageKey>,
}

impl<T> Fetched<T> {
    /// The same page of other things.
    ///
    /// # Errors
    /// The first that `map` gives.
    pub fn try_map<U, E>(self, map: impl FnMut(T) -> Result<U, E>) -> Result<Fetched<U>, E> {
        Ok(Fetched {
            items: self.items.into_iter().map(map).collect::<Result<_, E>>()?,
            next: self.next,
        })
    }
}

/// Which sort keys of a partition are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sort {
    /// All of them.
    Any,
    /// Those that start so.
    StartsWith(String),
    /// Those below this text.
    Below(String),
    /// Those above this text.
    Above(String),
}

/// One query: a partition, a span of it, an order, a number of items.
#[derive(Debug, Clone)]
pub struct QueryPlan {
    partition: Partition,
    sort: Sort,
    backward: bool,
    consistent: bool,
    limit: usize,
    after: Option<PageKey>,
}

impl QueryPlan {
    /// The first [`PAGE_ITEMS_MAX`] items of a span of a partition, in ascending order.
    #[must_use]
    pub fn new(partition: Partition, sort: Sort) -> Self {
        Self {
            partition,
            sort,
            backward: false,
            consistent: false,
            limit: PAGE_ITEMS_MAX,
            after: None,
        }
    }

    /// In descending order.
    #[must_use]
    pub fn backward(self) -> Self {
        Self {
            backward: true,
            ..self
        }
    }

    /// With everything that was written before. Means nothing to an index, which may lag by moments.
    #[must_use]
    pub fn consistent(self) -> Self {
        Self {
            consistent: self.index().is_none(),
            ..self
        }
    }

    /// At most so many items, 1 to [`PAGE_ITEMS_MAX`].
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self {
            limit: limit.clamp(1, PAGE_ITEMS_MAX),
            ..self
        }
    }

    /// From where an earlier page ended.
    #[must_use]
    pub fn after(self, after: Option<PageKey>) -> Self {
        Self { after, ..self }
    }

    fn index(&self) -> Option<Index> {
        match self.partition {
            Partition::Delivery(_)
            | Partition::Household(_)
            | Partition::DayOf(..)
            | Partition::ParcelOf(..)
            | Partition::Feed(_)
            | Partition::PushesTo(_) => None,
            Partition::DeliveriesOf(_)
            | Partition::ActivityOf(_)
            | Partition::Carriers
            | Partition::Vendors => Some(Index::ByOwner),
            Partition::Due(_) | Partition::PushesDue(_) => Some(Index::ByDue),
        }
    }

    /// The names of the partition key and the sort key.
    fn key_names(&self) -> (&'static str, &'static str) {
        match self.index() {
            None => (attribute::PK, attribute::SK),
            Some(Index::ByOwner) => (attribute::GSI1PK, attribute::GSI1SK),
            Some(Index::ByDue) => (attribute::GSI2PK, attribute::GSI2SK),
        }
    }

    /// Where to go on after `item`.
    fn page_key(&self, item: &Item) -> Result<PageKey, StoreError> {
        let (partition, sort) = self.key_names();
        [attribute::PK, attribute::SK, partition, sort]
            .into_iter()
            .map(|name| match item.get(name) {
                Some(AttributeValue::S(value)) => Ok((name.to_owned(), value.clone())),
                _ => Err(StoreError::corrupt(format!("an item of a list without {name}"))),
            })
            .collect::<Result<_, _>>()
            .map(PageKey)
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Index {
    ByOwner,
    ByDue,
}

impl Index {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ByOwner => "by_owner",
            Self::ByDue => "by_due",
        }
    }
}

impl Store {
    /// An item, as it lies there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get_item(&self, key: &Key, consistent: bool) -> Result<Option<Item>, StoreError> {
        persist(&*self.chance, || async {
            let request = self.client.get_item().table_name(&*self.table);
            let request = request.set_key(Some(keyed(key))).consistent_read(consistent);
            request.send().await.map(|found| found.item).map_err(classify)
        })
        .await
    }

    /// The body of an item. `consistent` reads see everything that was written before, and cost twice as much.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get<T: DeserializeOwned>(
        &self,
        key: &Key,
        consistent: bool,
    ) -> Result<Option<T>, StoreError> {
        self.get_item(key, consistent).await?.map(decode).transpose()
    }

    /// The body and the version of an item.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get_versioned<T: DeserializeOwned>(
        &self,
        key: &Key,
        consistent: bool,
    ) -> Result<Option<Versioned<T>>, StoreError> {
        self.get_item(key, consistent)
            .await?
            .map(decode_versioned)
            .transpose()
    }

    /// Several items at once, each in its key's place, with nothing in the place of one that is not there.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Throttled`] when DynamoDB keeps leaving some for later.
    pub async fn get_many(&self, keys: &[Key], consistent: bool) -> Result<Vec<Option<Item>>, StoreError> {
        let mut found: HashMap<(String, String), Item> = HashMap::new();
        // DynamoDB refuses a batch that names an item twice.
        let mut named = HashSet::new();
        let once: Vec<&Key> = keys.iter().filter(|key| named.insert(*key)).collect();
        for chunk in once.chunks(BATCH_MAX) {
            let mut wanted: Vec<Item> = chunk.iter().map(|key| keyed(key)).collect();
            let mut rounds = 0;
            while !wanted.is_empty() {
                if rounds == BATCH_ROUNDS_MAX {
                    return Err(StoreError::Throttled);
                }
                if rounds > 0 {
                    // What is left for later is throttled: asked for at once, it would be left again.
                    tokio::time::sleep(pause(rounds, &*self.chance)).await;
                }
                rounds += 1;
                let (items, rest) = self.get_batch(wanted, consistent).await?;
                for item in items {
                    let place = |name: &str| match item.get(name) {
                        Some(AttributeValue::S(value)) => value.clone(),
                        _ => String::new(),
                    };
                    found.insert((place(attribute::PK), place(attribute::SK)), item);
                }
                wanted = rest;
            }
        }
        Ok(keys
            .iter()
            .map(|key| found.get(&(key.pk(), key.sk())).cloned())
            .collect())
    }

    async fn get_batch(
        &self,
        keys: Vec<Item>,
        consistent: bool,
    ) -> Result<(Vec<Item>, Vec<Item>), StoreError> {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(consistent)
            .build()
            .map_err(|error| StoreError::corrupt(format!("a batch to be read: {error}")))?;
        let mut answer = persist(&*self.chance, || async {
            let request = self.client.batch_get_item();
            let request = request.request_items(&*self.table, wanted.clone());
            request.send().await.map_err(classify)
        })
        .await?;
        let items = answer
            .responses
            .take()
            .and_then(|mut tables| tables.remove(&*self.table))
            .unwrap_or_default();
        let rest = answer
            .unprocessed_keys
            .take()
            .and_then(|mut tables| tables.remove(&*self.table))
            .map(|left| left.keys)
            .unwrap_or_default();
        Ok((items, rest))
    }

    /// One page of a partition.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Rejected`] for a page key of another list.
    pub async fn query(&self, plan: QueryPlan) -> Result<Fetched<Item>, StoreError> {
        // One item more than asked for tells whether there is a next page; DynamoDB's own mark may point at nothing.
        let wanted = plan.limit + 1;
        let mut items: Vec<Item> = Vec::new();
        let mut start: Option<Item> = plan.after.as_ref().map(|PageKey(keys)| {
            keys.iter()
                .map(|(name, value)| (name.clone(), text(value)))
                .collect()
        });
        loop {
            let (more, last) = self.query_once(&plan, wanted - items.len(), start).await?;
            items.extend(more);
            start = last;
            if start.is_none() || items.len() >= wanted {
                break;
            }
        }
        let next = if items.len() > plan.limit {
            items.truncate(plan.limit);
            items.last().map(|item| plan.page_key(item)).transpose()?
        } else {
            None
        };
        Ok(Fetched { items, next })
    }

    async fn query_once(
        &self,
        plan: &QueryPlan,
        limit: usize,
        start: Option<Item>,
    ) -> Result<(Vec<Item>, Option<Item>), StoreError> {
        let (partition, sort) = plan.key_names();
        let (mut condition, span) = (
            "#pk = :pk".to_owned(),
            match &plan.sort {
                Sort::Any => None,
                Sort::StartsWith(start) => Some((" AND begins_with(#sk, :sk)", start)),
                Sort::Below(end) => Some((" AND #sk < :sk", end)),
                Sort::Above(start) => Some((" AND #sk > :sk", start)),
            },
        );
        let mut names = HashMap::from([("#pk".to_owned(), partition.to_owned())]);
        let mut values = HashMap::from([(":pk".to_owned(), text(plan.partition.value()))]);
        if let Some((clause, bound)) = span {
            condition.push_str(clause);
            names.insert("#sk".to_owned(), sort.to_owned());
            values.insert(":sk".to_owned(), text(bound));
        }
        let page = persist(&*self.chance, || async {
            let request = self.client.query().table_name(&*self.table);
            request
                .set_index_name(plan.index().map(|index| index.name().to_owned()))
                .key_condition_expression(&condition)
                .set_expression_attribute_names(Some(names.clone()))
                .set_expression_attribute_values(Some(values.clone()))
                .scan_index_forward(!plan.backward)
                .set_consistent_read(plan.consistent.then_some(true))
                .limit(i32::try_from(limit).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start.clone())
                .send()
                .await
                .map_err(classify)
        })
        .await?;
        let last = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((page.items.unwrap_or_default(), last))
    }

    /// Every item of a span that is known to be short, page after page.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) async fn query_all(&self, plan: QueryPlan) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut after = None;
        loop {
            let page = self.query(plan.clone().after(after)).await?;
            items.extend(page.items);
            after = page.next;
            if after.is_none() {
                return Ok(items);
            }
        }
    }
}
