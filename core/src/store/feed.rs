//! Carriers' feeds: each event under the next number of its carrier, exactly once, without a gap.
//!
//! The number is given out in one transaction with the event: the feed's head moves from the number that was read to the new one,
//! on condition that nobody moved it meanwhile, and the event's place is written on condition that it has none. So a number is
//! committed only after all below it, and whoever has read up to a number has missed nothing.

use std::collections::BTreeSet;

use jiff::Timestamp;
use postern_contract::{
    delivery::{Attention, GrantState},
    event::LogEntry,
    feed::CarrierEvent,
    ids::{CarrierId, DeliveryId, EventId},
};
use serde::{Deserialize, Serialize};

use super::{
    Condition, Key, Partition, QueryPlan, Sort, Store, StoreError, Write,
    item::{Item, attribute, decode, number, parsed, required, text, whole},
    key::{event_sort, prefix},
};
use crate::webhooks::Endpoint;

/// Where a delivery stood once an entry of its log was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Where its grant stood.
    pub state: GrantState,
    /// What needed a person.
    pub attention: Option<Attention>,
}

/// An entry of a delivery's log with what lies beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// The carrier whose delivery it is.
    pub carrier: CarrierId,
    /// Where the delivery stood once it was recorded.
    pub standing: Standing,
    /// The entry.
    pub entry: LogEntry,
}

/// The last number that a carrier's feed has given out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedHead {
    /// The number; 0 before the first.
    pub number: u64,
    /// Until when the event under it is kept, in seconds since 1970; 0 before the first.
    pub kept_until_s: i64,
}

/// What is known of a feed before events are added to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedEnd {
    /// Its head.
    pub head: FeedHead,
    /// Those of the events asked about that are in it.
    pub known: BTreeSet<EventId>,
    /// The carrier's webhook endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// An event at its place in a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The event's number among those of its carrier.
    pub number: u64,
    /// The event.
    pub event: CarrierEvent,
}

/// Writes of feeds.
impl Write {
    /// Moves a feed's head to `to`, on condition that it is still at `from`.
    #[must_use]
    pub fn move_feed_head(carrier: &CarrierId, from: FeedHead, to: FeedHead) -> Self {
        Self::put_marker(Key::Feed(carrier.clone()))
            .with(attribute::NUMBER, number(to.number))
            .with(attribute::KEPT_UNTIL, number(to.kept_until_s))
            .on(match from.number {
                0 => Condition::Absent,
                at => Condition::Is(attribute::NUMBER, number(at)),
            })
    }

    /// Puts an event under its number, which must be free. `before` is the head that it follows.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the event cannot be written as a body.
    pub fn feed_event(
        carrier: &CarrierId,
        placed: &Placed,
        before: FeedHead,
        kept_until_s: i64,
    ) -> Result<Self, StoreError> {
        Ok(
            Self::put(Key::Event(carrier.clone(), placed.number), &placed.event)?
                .with(attribute::NUMBER, number(placed.number))
                .with(attribute::TTL, number(kept_until_s))
                .with(attribute::BEFORE_UNTIL, number(before.kept_until_s))
                .on(Condition::Absent),
        )
    }

    /// Says under which number of which carrier an event is, on condition that it is under none.
    #[must_use]
    pub fn event_place(carrier: &CarrierId, event: EventId, at: u64, kept_until_s: i64) -> Self {
        Self::put_marker(Key::EventPlace(event))
            .with(attribute::CARRIER, text(carrier.to_string()))
            .with(attribute::NUMBER, number(at))
            .with(attribute::TTL, number(kept_until_s))
            .on(Condition::Absent)
    }
}

impl Store {
    /// The head of a carrier's feed, which of `events` are in it, and the carrier's webhook endpoints. At most 98 events.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn feed_end(&self, carrier: &CarrierId, events: &[EventId]) -> Result<FeedEnd, StoreError> {
        let keys: Vec<Key> = [Key::Feed(carrier.clone()), Key::Webhooks(carrier.clone())]
            .into_iter()
            .chain(events.iter().copied().map(Key::EventPlace))
            .collect();
        let mut found = self.get_many(&keys, true).await?.into_iter();
        let head = match found.next().flatten() {
            Some(item) => FeedHead {
                number: needed(&item, attribute::NUMBER)?,
                kept_until_s: needed(&item, attribute::KEPT_UNTIL)?,
            },
            None => FeedHead::default(),
        };
        let endpoints = found.next().flatten().map(decode).transpose()?;
        let known = events
            .iter()
            .zip(found)
            .filter_map(|(event, item)| item.map(|_| *event))
            .collect();
        Ok(FeedEnd {
            head,
            known,
            endpoints: endpoints.unwrap_or_default(),
        })
    }

    /// A carrier's events after the number `after`, at most `limit` of them, in their order and with none left out but what was no
    /// longer kept at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn feed(
        &self,
        carrier: &CarrierId,
        after: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Placed>, StoreError> {
        let events = self.feed_with_times(carrier, after, limit, now).await?;
        Ok(events.into_iter().map(|(placed, _)| placed).collect())
    }

    /// The same, each with the time at which it came into the feed, to the second.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn feed_with_times(
        &self,
        carrier: &CarrierId,
        after: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<(Placed, Timestamp)>, StoreError> {
        let plan = QueryPlan::new(Partition::Feed(carrier.clone()), Sort::Above(event_sort(after)));
        let items = self.query(plan.consistent().limit(limit)).await?.items;
        let mut events = Vec::with_capacity(items.len());
        let mut last = after;
        for item in items {
            let at: u64 = needed(&item, attribute::NUMBER)?;
            let before_until_s: i64 = needed(&item, attribute::BEFORE_UNTIL)?;
            // A query sees each item of a transaction at its own moment, so an event may show before the one below it. It is shown
            // only then; a gap that is there for good is of events that are no longer kept.
            if at != last + 1 && before_until_s >= now.as_second() {
                break;
            }
            last = at;
            let came_at = came_at(&item)?;
            let placed = Placed {
                number: at,
                event: decode(item)?,
            };
            events.push((placed, came_at));
        }
        Ok(events)
    }

    /// The number of the last event that came into a carrier's feed before the second of `since`; 0 if none that is kept did.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn feed_before(&self, carrier: &CarrierId, since: Timestamp) -> Result<u64, StoreError> {
        let head = self.feed_end(carrier, &[]).await?.head;
        // Events come with rising times, so the place is found by halves.
        let (mut low, mut high) = (0, head.number);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            let plan = QueryPlan::new(
                Partition::Feed(carrier.clone()),
                Sort::Above(event_sort(middle - 1)),
            );
            let found = self.query(plan.consistent().limit(1)).await?.items;
            match found.first() {
                Some(item) if came_at(item)?.as_second() < since.as_second() => {
                    low = needed(item, attribute::NUMBER)?;
                }
                _ => high = middle - 1,
            }
        }
        Ok(low)
    }

    /// The event under a number, if it is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn event(&self, carrier: &CarrierId, number: u64) -> Result<Option<CarrierEvent>, StoreError> {
        self.get(&Key::Event(carrier.clone(), number), true).await
    }

    /// Events of a carrier by their ids, each in its id's place, with nothing in the place of one that the carrier's feed does not hold.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn events(
        &self,
        carrier: &CarrierId,
        ids: &[EventId],
    ) -> Result<Vec<Option<Placed>>, StoreError> {
        let keys: Vec<Key> = ids.iter().copied().map(Key::EventPlace).collect();
        let mut numbers = Vec::with_capacity(ids.len());
        for item in self.get_many(&keys, true).await? {
            let Some(item) = item else {
                numbers.push(None);
                continue;
            };
            let whose: CarrierId = required(&item, attribute::CARRIER)?;
            let number: u64 = needed(&item, attribute::NUMBER)?;
            numbers.push((whose == *carrier).then_some(number));
        }
        let keys: Vec<Key> = numbers
            .iter()
            .flatten()
            .map(|number| Key::Event(carrier.clone(), *number))
            .collect();
        let mut found = self.get_many(&keys, true).await?.into_iter();
        let mut placed = |number| {
            let item = found.next().flatten();
            item.map(|item| decode(item).map(|event| Placed { number, event }))
                .transpose()
        };
        numbers
            .into_iter()
            .map(|number| number.map_or(Ok(None), &mut placed))
            .collect()
    }

    /// A delivery's whole log, the oldest entry first, each with what lies beside it. Entries from before carriers were told are
    /// left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logged(&self, delivery: DeliveryId) -> Result<Vec<Logged>, StoreError> {
        let log = Sort::StartsWith(prefix::LOG.to_owned());
        let plan = QueryPlan::new(Partition::Delivery(delivery), log);
        let items = self.query_all(plan.consistent()).await?.into_iter();
        items.filter_map(|item| read_logged(item).transpose()).collect()
    }

    /// Whose event it is, and under which number, if it is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn place_of_event(&self, event: EventId) -> Result<Option<(CarrierId, u64)>, StoreError> {
        let Some(item) = self.get_item(&Key::EventPlace(event), true).await? else {
            return Ok(None);
        };
        Ok(Some((
            required(&item, attribute::CARRIER)?,
            needed(&item, attribute::NUMBER)?,
        )))
    }
}

/// Reads an item as an entry of a delivery's log with what lies beside it. `None` for an item of another kind, and for an entry
/// from before carriers were told.
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn read_logged(item: Item) -> Result<Option<Logged>, StoreError> {
    let sort: String = required(&item, attribute::SK)?;
    if !Key::is_log(&sort) {
        return Ok(None);
    }
    let Some(carrier) = parsed(&item, attribute::CARRIER)? else {
        return Ok(None);
    };
    let standing = item
        .get(attribute::STANDING)
        .cloned()
        .ok_or_else(|| StoreError::corrupt("an entry of a log without a standing"))?;
    let standing = serde_dynamo::aws_sdk_dynamodb_1::from_attribute_value(standing)
        .map_err(|_| StoreError::corrupt("the standing of an entry of a log"))?;
    Ok(Some(Logged {
        carrier,
        standing,
        entry: decode(item)?,
    }))
}

/// When an event came into its feed: it is kept for a fixed time from then on.
fn came_at(event: &Item) -> Result<Timestamp, StoreError> {
    let until_s: i64 = needed(event, attribute::TTL)?;
    let until = Timestamp::from_second(until_s).map_err(|_| StoreError::corrupt("an event kept for ever"))?;
    Ok(until - crate::feed::KEPT)
}

fn needed<N: std::str::FromStr>(item: &Item, name: &'static str) -> Result<N, StoreError> {
    whole(item, name)?.ok_or_else(|| StoreError::corrupt(format!("an item of a feed without {name}")))
}
