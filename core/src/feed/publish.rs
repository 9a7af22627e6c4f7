//! Giving events their numbers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use postern_contract::{
    feed::CarrierEvent,
    ids::{CarrierId, DeliveryId},
    push::PushReason,
};

use super::{KEPT, Outbox, event_of};
use crate::{
    Error,
    store::{FeedEnd, FeedHead, Logged, Placed, StoreError, WRITES_MAX, Write},
    webhooks::{ENDPOINTS_MAX, Push, PushPlace},
};

/// How often one transaction is tried when others are adding to the same feed.
const TRIES_MAX: usize = 12;
/// How many events one transaction takes: two writes each and one for every endpoint that is told, and one for the head.
const EVENTS_MAX: usize = (WRITES_MAX - 1) / (2 + ENDPOINTS_MAX);

/// Adds entries of logs to their carriers' feeds, each once however often it comes, and gives the places in `logged` of those that
/// could not be added. They may be handed in again.
///
/// Within one call the entries of a carrier keep their order. Across calls nothing is promised but that no number is visible before
/// all below it are taken.
pub async fn publish(outbox: &Outbox, logged: &[Logged]) -> BTreeSet<usize> {
    let mut of_carrier: BTreeMap<&CarrierId, Vec<usize>> = BTreeMap::new();
    for (place, entry) in logged.iter().enumerate() {
        of_carrier.entry(&entry.carrier).or_default().push(place);
    }
    let mut failed = BTreeSet::new();
    for (carrier, places) in of_carrier {
        for places in places.chunks(EVENTS_MAX) {
            let events: Vec<CarrierEvent> = places.iter().map(|place| event_of(&logged[*place])).collect();
            if let Err(error) = add(outbox, carrier, &events).await {
                tracing::warn!(%carrier, %error, "events could not be added to a feed; they come again");
                failed.extend(places);
            }
        }
    }
    failed
}

/// Adds what a delivery's log holds and its carrier's feed lacks.
///
/// # Errors
/// [`Error::Store`]; [`Error::NotFound`] for a delivery without a log; [`Error::Contended`] when something could not be added.
pub async fn publish_again(outbox: &Outbox, delivery: DeliveryId) -> Result<usize, Error> {
    let logged = outbox.store.logged(delivery).await?;
    if logged.is_empty() {
        return Err(Error::NotFound);
    }
    match publish(outbox, &logged).await.is_empty() {
        true => Ok(logged.len()),
        false => Err(Error::Contended),
    }
}

/// Adds events to one carrier's feed in one transaction; those that are in it already are left out.
async fn add(outbox: &Outbox, carrier: &CarrierId, events: &[CarrierEvent]) -> Result<(), Error> {
    let mut ids = Vec::new();
    let mut distinct = Vec::new();
    for event in events {
        if !ids.contains(&event.id) {
            ids.push(event.id);
            distinct.push(event);
        }
    }
    for _ in 0..TRIES_MAX {
        let end = outbox.store.feed_end(carrier, &ids).await?;
        let fresh: Vec<&CarrierEvent> = distinct
            .iter()
            .copied()
            .filter(|event| !end.known.contains(&event.id))
            .collect();
        if fresh.is_empty() {
            return Ok(());
        }
        match outbox
            .store
            .transact(writes(outbox.now(), carrier, &end, fresh)?)
            .await
        {
            Ok(()) => return Ok(()),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// The writes that add `fresh` behind `end`, each with its pushes to those of the carrier's endpoints that want it.
pub(crate) fn writes(
    now: Timestamp,
    carrier: &CarrierId,
    end: &FeedEnd,
    fresh: Vec<&CarrierEvent>,
) -> Result<Vec<Write>, StoreError> {
    // Clocks differ between the functions that add. What is kept must not end before what was added earlier: by that a reader
    // tells a gap of forgotten events from one that is about to close.
    let kept_until_s = (now + KEPT).as_second().max(end.head.kept_until_s);
    let mut head = end.head;
    let mut writes = Vec::new();
    for event in fresh {
        let placed = Placed {
            number: head.number + 1,
            event: event.clone(),
        };
        writes.push(Write::feed_event(carrier, &placed, head, kept_until_s)?);
        writes.push(Write::event_place(carrier, event.id, placed.number, kept_until_s));
        for endpoint in end
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.wants(&event.kind))
        {
            let place = PushPlace {
                carrier: carrier.clone(),
                webhook: endpoint.id,
                push: Push::first(event.id, endpoint.id),
            };
            let push = Push::of(place, event, Some(placed.number), PushReason::Happened, now);
            writes.push(Write::put_push(&push, None)?);
        }
        head = FeedHead {
            number: placed.number,
            kept_until_s,
        };
    }
    writes.push(Write::move_feed_head(carrier, end.head, head));
    Ok(writes)
}
