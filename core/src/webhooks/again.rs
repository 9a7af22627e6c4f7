//! Having events pushed by hand: a test, and what happened before. And what became of pushes.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    Invalid,
    feed::FeedCursor,
    ids::{CarrierId, EventId, WebhookId},
    push::{PushReason, PushView, Replay, Replayable, Replayed},
};

use super::{
    Endpoint, Push, PushPlace, WebhookRefusal,
    answer::{STRANGE_ANSWER, Stored, answered, earlier, refused},
    manage,
    send::test_event,
};
use crate::{
    Error, Platform,
    deliveries::Idempotent,
    store::{Fetched, PageKey, Placed, StoreError, WRITES_MAX, Write},
};

/// How many events one replay pushes: as many as one transaction takes beside its answer.
pub const REPLAY_MAX: usize = WRITES_MAX - 1;
/// How many events of the feed one replay looks at.
const SCAN_MAX: usize = 1_000;
/// The pause between two looks while somebody waits.
const PAUSE: Duration = Duration::from_millis(100);

/// Has an endpoint told of nothing, to see whether it can be. Waits for how that went for as long as `patience`.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::KeyReused`], [`Error::Contended`], [`Error::Store`].
pub async fn test(
    platform: &Platform,
    caller: &Idempotent,
    webhook: WebhookId,
    patience: SignedDuration,
) -> Result<PushView, Error> {
    let deadline = platform.now() + patience;
    let place = |push| PushPlace {
        carrier: caller.carrier.clone(),
        webhook,
        push,
    };
    let place = match earlier(platform, caller).await? {
        Some(Stored::Tested(push)) => place(push),
        Some(Stored::Refused(refusal)) => return Err(refusal.into()),
        Some(_) => return Err(STRANGE_ANSWER),
        None => {
            manage::get(platform, &caller.carrier, webhook).await?;
            let place = place(platform.new_push());
            let (now, id) = (platform.now(), platform.new_event());
            let event = test_event(&caller.carrier, webhook, id, now);
            let push = Push::of(place.clone(), &event, None, PushReason::Test, now);
            let writes = vec![
                Write::put_push(&push, None)?,
                answered(platform, caller, &Stored::Tested(place.push))?,
            ];
            match platform.store.transact(writes).await {
                Ok(()) => place,
                Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {
                    return Err(Error::Contended);
                }
                Err(error) => return Err(error.into()),
            }
        }
    };
    loop {
        let push = platform.store.push(&place).await?.ok_or(Error::NotFound)?;
        let waiting = push.due_at.is_some();
        if !waiting || platform.now() >= deadline {
            return Ok(push.view());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Has events of the carrier's feed pushed to an endpoint again, or for the first time: those that were asked for and that it wants.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for what names no events, or events that are not in the feed; [`Error::Webhook`] for an endpoint
/// that is off; [`Error::KeyReused`], [`Error::Contended`], [`Error::Store`].
pub async fn replay(
    platform: &Platform,
    caller: &Idempotent,
    webhook: WebhookId,
    wanted: &Replay,
) -> Result<Replayed, Error> {
    let what = wanted.what()?;
    match earlier(platform, caller).await? {
        Some(Stored::Replayed(answer)) => return Ok(answer),
        Some(Stored::Refused(refusal)) => return Err(refusal.into()),
        Some(_) => return Err(STRANGE_ANSWER),
        None => {}
    }
    let (endpoints, _) = manage::load(platform, &caller.carrier).await?;
    let endpoint = endpoints.iter().find(|endpoint| endpoint.id == webhook);
    let endpoint = endpoint.ok_or(Error::NotFound)?;
    if endpoint.disabled.is_some() {
        return Err(refused(platform, caller, WebhookRefusal::Disabled).await?);
    }
    let (events, next_cursor) = chosen(platform, &caller.carrier, endpoint, what).await?;
    let now = platform.now();
    let mut writes = Vec::with_capacity(events.len() + 1);
    for Placed { number, event } in &events {
        let place = PushPlace {
            carrier: caller.carrier.clone(),
            webhook,
            push: platform.new_push(),
        };
        let push = Push::of(place, event, Some(*number), PushReason::Replayed, now);
        writes.push(Write::put_push(&push, None)?);
    }
    let answer = Replayed {
        pushes: u32::try_from(events.len()).map_err(|_| Error::Corrupt("a replay without an end"))?,
        next_cursor,
    };
    writes.push(answered(platform, caller, &Stored::Replayed(answer))?);
    match platform.store.transact(writes).await {
        Ok(()) => Ok(answer),
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => Err(Error::Contended),
        Err(error) => Err(error.into()),
    }
}

/// The events that a replay means, and where to go on if there may be more than it takes.
async fn chosen(
    platform: &Platform,
    carrier: &CarrierId,
    endpoint: &Endpoint,
    what: Replayable,
) -> Result<(Vec<Placed>, Option<FeedCursor>), Error> {
    match what {
        Replayable::Events(ids) => Ok((named(platform, carrier, &ids).await?, None)),
        Replayable::Since(since, until) => {
            let after = platform.store.feed_before(carrier, since).await?;
            stretch(platform, carrier, endpoint, after, until).await
        }
        Replayable::After(after, until) => stretch(platform, carrier, endpoint, after.number(), until).await,
    }
}

async fn named(platform: &Platform, carrier: &CarrierId, ids: &[EventId]) -> Result<Vec<Placed>, Error> {
    let unknown = || Error::Invalid(Invalid::new("events", "ids of events that are in your feed"));
    let mut events = Vec::with_capacity(ids.len());
    for found in platform.store.events(carrier, ids).await? {
        events.push(found.ok_or_else(unknown)?);
    }
    Ok(events)
}

async fn stretch(
    platform: &Platform,
    carrier: &CarrierId,
    endpoint: &Endpoint,
    after: u64,
    until: Option<Timestamp>,
) -> Result<(Vec<Placed>, Option<FeedCursor>), Error> {
    let (mut events, mut last, mut seen) = (Vec::new(), after, 0);
    loop {
        let page = platform
            .store
            .feed_with_times(carrier, last, REPLAY_MAX, platform.now())
            .await?;
        if page.is_empty() {
            return Ok((events, None));
        }
        for (placed, came_at) in page {
            if until.is_some_and(|until| came_at >= until) {
                return Ok((events, None));
            }
            if events.len() == REPLAY_MAX || seen == SCAN_MAX {
                return Ok((events, Some(FeedCursor::after(last))));
            }
            seen += 1;
            last = placed.number;
            if endpoint.wants(&placed.event.kind) {
                events.push(placed);
            }
        }
    }
}

/// What was pushed to an endpoint within the time that events are kept, the newest first.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn pushes(
    platform: &Platform,
    carrier: &CarrierId,
    webhook: WebhookId,
    limit: usize,
    after: Option<PageKey>,
) -> Result<Fetched<PushView>, Error> {
    manage::get(platform, carrier, webhook).await?;
    let page = platform.store.pushes_to(webhook, limit, after).await?;
    page.try_map(|push| Ok(push.view()))
}
