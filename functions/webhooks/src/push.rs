//! Pushing: one attempt of one push, and what no hint came for.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use postern_core::{
    Error,
    feed::Outbox,
    measures,
    ports::FollowUps,
    store::{DUE_SHARDS, DuePush, PAGE_ITEMS_MAX, StoreError},
    webhooks::{PushPlace, begin, settle},
};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::Poster;

/// A push that has been due for so long is not on its way any more: a sweep leaves a follow-up for it.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// A push that has been due for so long is late: something is wrong with what posts.
const LATE_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// How many pages of each shard one sweep reads.
const PAGES_MAX: usize = 5;

/// What telling carriers' endpoints takes.
#[derive(Clone)]
pub struct Teller {
    /// The record, and what opens secrets.
    pub outbox: Outbox,
    /// Has pushes looked at.
    pub pushes: Arc<dyn FollowUps<PushPlace>>,
    /// What posts.
    pub poster: Poster,
}

impl fmt::Debug for Teller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Teller")
    }
}

/// Attempts a push if it is due, and answers when it is due again, if that is known.
///
/// # Errors
/// See [`Error`]. The push stays due.
pub async fn push(teller: &Teller, place: &PushPlace) -> Result<Option<Timestamp>, Error> {
    let Some(letter) = begin(&teller.outbox, place).await? else {
        return Ok(None);
    };
    let told = teller.poster.post(&letter).await;
    settle(&teller.outbox, letter, told).await
}

/// Attempts pushes side by side, leaves a follow-up for each that is to be tried again, and gives the places in `places` of those
/// that failed on our side. They stay due.
pub async fn push_all(teller: &Teller, places: Vec<PushPlace>) -> Vec<usize> {
    let mut running = JoinSet::new();
    let mut at = Vec::new();
    for (number, place) in places.into_iter().enumerate() {
        let teller = teller.clone();
        let attempt = async move {
            match push(&teller, &place).await {
                Ok(Some(again)) => {
                    follow_up(&teller, place, again).await;
                    true
                }
                Ok(None) => true,
                Err(error) => {
                    tracing::error!(carrier = %place.carrier, webhook = %place.webhook, push = %place.push, %error, "a push failed on our side; it stays due");
                    false
                }
            }
        };
        at.push((running.spawn(attempt.in_current_span()).id(), number));
    }
    let mut failed = Vec::new();
    while let Some(ended) = running.join_next_with_id().await {
        let (task, done) = match ended {
            Ok((task, done)) => (task, done),
            Err(panic) => {
                tracing::error!(%panic, "a push panicked; it stays due");
                (panic.id(), false)
            }
        };
        if !done {
            failed.extend(at.iter().filter(|(id, _)| *id == task).map(|(_, number)| *number));
        }
    }
    failed.sort_unstable();
    failed
}

/// Has a push looked at. What cannot be left is found by a sweep.
pub(crate) async fn follow_up(teller: &Teller, place: PushPlace, at: Timestamp) {
    let push = place.push;
    if let Err(error) = teller.pushes.look_at(place, at).await {
        tracing::warn!(%push, %error, "no follow-up was left; a sweep will find the push");
    }
}

/// What a sweep found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// For how many pushes a follow-up was left.
    pub found: usize,
    /// How many of them were late.
    pub late: usize,
}

/// Leaves follow-ups for all pushes that were due a while ago, those that have waited longest first.
///
/// # Errors
/// [`StoreError`].
pub async fn sweep(teller: &Teller) -> Result<Swept, StoreError> {
    let now = teller.outbox.now();
    let mut swept = Swept::default();
    for shard in 0..DUE_SHARDS {
        let mut after = None;
        for _ in 0..PAGES_MAX {
            let page = teller
                .outbox
                .store
                .due_pushes(shard, now - FORGOTTEN_AFTER, PAGE_ITEMS_MAX, after);
            let page = page.await?;
            swept.found += page.items.len();
            swept.late += page
                .items
                .iter()
                .filter(|due| now.duration_since(due.at) >= LATE_AFTER)
                .count();
            let mut leaving = JoinSet::new();
            for DuePush { place, .. } in page.items {
                let teller = teller.clone();
                leaving.spawn(async move { follow_up(&teller, place, now).await });
            }
            leaving.join_all().await;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    measures::pushes_late(swept.late);
    Ok(swept)
}
