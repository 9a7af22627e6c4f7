//! Telling endpoints: an attempt is put on record before anything leaves, and its outcome after.
//!
//! Who is cut off between the two leaves an attempt without an outcome. Once its time is up it counts as one of unknown outcome, and
//! the next attempt goes out: an endpoint may be told twice, and is never not told.

use std::fmt;

use jiff::Timestamp;
use postern_contract::{
    feed::{CarrierEvent, WebhookChanged, WebhookEvent},
    ids::{CarrierId, EventId, WebhookId},
    push::PushState,
    webhook::WebhookUrl,
};

use super::{Due, Endpoint, Push, PushPlace, Told, push::number_of, secret::SigningSecret};
use crate::{
    Error,
    feed::{self, Outbox},
    store::{FeedEnd, Pushable, StoreError, Write},
};

/// How often an outcome is tried to be put on record while others change the carrier's endpoints.
const TRIES_MAX: usize = 12;

/// What is to be posted, and where.
pub struct Letter {
    /// Where.
    pub url: WebhookUrl,
    /// The header `webhook-id`: the same in every attempt.
    pub id: EventId,
    /// The header `webhook-timestamp`: when this attempt began, in seconds since 1970.
    pub timestamp_s: i64,
    /// The header `webhook-signature`.
    pub signatures: String,
    /// The body.
    pub body: String,
    push: Push,
    version: u64,
}

/// An address may hold what only its carrier knows.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Letter").field(&self.push.place).finish()
    }
}

impl Letter {
    /// Which push it is.
    #[must_use]
    pub fn place(&self) -> &PushPlace {
        &self.push.place
    }
}

/// Begins an attempt of a push, if one is due. From the answer on the attempt is on record.
///
/// # Errors
/// [`Error::Store`], [`Error::Key`], [`Error::Corrupt`].
pub async fn begin(outbox: &Outbox, place: &PushPlace) -> Result<Option<Letter>, Error> {
    let Pushable { push, endpoints } = outbox.store.pushable(place).await?;
    let Some(found) = push else { return Ok(None) };
    let version = found.version;
    let endpoints = endpoints.map(|item| item.doc).unwrap_or_default();
    let endpoint = endpoints.iter().find(|endpoint| endpoint.id == place.webhook);
    let now = outbox.now();
    let (push, endpoint) = match (found.doc.begun(endpoint, now), endpoint) {
        (Due::Attempt(push), Some(endpoint)) => (push, endpoint),
        (Due::Ended(push), _) => {
            replaced(outbox, &push, version).await?;
            return Ok(None);
        }
        (Due::Nothing | Due::Attempt(_), _) => return Ok(None),
    };
    let Some(event) = event_of(outbox, &push).await? else {
        // It is older than what is kept.
        replaced(outbox, &push.ended(PushState::GivenUp), version).await?;
        return Ok(None);
    };
    let body =
        serde_json::to_string(&event).map_err(|_| Error::Corrupt("an event that JSON cannot write"))?;
    let timestamp_s = now.as_second();
    let mut signatures = Vec::new();
    for sealed in endpoint.secrets(now) {
        let secret = SigningSecret::open(&*outbox.sealer, sealed, &place.carrier, place.webhook).await?;
        signatures.extend(secret.signatures(push.event, timestamp_s, &body));
    }
    if !replaced(outbox, &push, version).await? {
        return Ok(None);
    }
    Ok(Some(Letter {
        url: endpoint.url.clone(),
        id: push.event,
        timestamp_s,
        signatures: signatures.join(" "),
        body,
        push,
        version: version + 1,
    }))
}

/// Puts the outcome of an attempt on record, with what it means for the endpoint, and answers when the next is due, if ever.
///
/// # Errors
/// [`Error::Store`]; [`Error::Contended`] when others kept changing the carrier's endpoints. The attempt then counts as one of unknown
/// outcome.
pub async fn settle(outbox: &Outbox, letter: Letter, told: Told) -> Result<Option<Timestamp>, Error> {
    let place = letter.place().clone();
    for _ in 0..TRIES_MAX {
        let now = outbox.now();
        let Pushable { push, endpoints } = outbox.store.pushable(&place).await?;
        if push.is_none_or(|push| push.version != letter.version) {
            // It took so long that another attempt has begun, or an earlier try was carried out after all.
            return Ok(None);
        }
        let push = letter.push.clone().settled(told, now);
        let mut writes = vec![Write::put_push(&push, Some(letter.version))?];
        if let Some(item) = endpoints {
            writes.extend(heard(outbox, &place, item.doc, item.version, &told, now).await?);
        }
        match outbox.store.transact(writes).await {
            Ok(()) => return Ok(push.due_at),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// What an attempt changes at its endpoint. One that is switched off by it is told of in the carrier's feed, and so to its other endpoints.
async fn heard(
    outbox: &Outbox,
    place: &PushPlace,
    mut endpoints: Vec<Endpoint>,
    version: u64,
    told: &Told,
    now: Timestamp,
) -> Result<Vec<Write>, Error> {
    let carrier = &place.carrier;
    let endpoint = endpoints.iter_mut().find(|endpoint| endpoint.id == place.webhook);
    let Some((endpoint, after)) = endpoint.and_then(|endpoint| {
        let after = endpoint.heard(told, now)?;
        Some((endpoint, after))
    }) else {
        return Ok(Vec::new());
    };
    *endpoint = after.clone();
    let mut writes = vec![Write::put_webhooks(carrier, &endpoints, Some(version))?];
    if after.disabled.is_some() {
        let notice = notice(carrier, &after, now);
        let end = FeedEnd {
            endpoints,
            ..outbox.store.feed_end(carrier, &[notice.id]).await?
        };
        writes.extend(feed::writes(now, carrier, &end, vec![&notice])?);
    }
    Ok(writes)
}

fn notice(carrier: &CarrierId, endpoint: &Endpoint, now: Timestamp) -> CarrierEvent {
    let unix_ms = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let random = number_of(&format!("disabled {} {now}", endpoint.id));
    let changed = WebhookChanged {
        webhook: endpoint.id,
        disabled_reason: endpoint.disabled,
        failing_since: endpoint.failing_since,
    };
    let id = EventId::from_parts(unix_ms, random);
    CarrierEvent::of_webhook(id, carrier, WebhookEvent::Disabled, now, changed)
}

/// The event that a push tells of, while it is kept.
async fn event_of(outbox: &Outbox, push: &Push) -> Result<Option<CarrierEvent>, Error> {
    let PushPlace { carrier, webhook, .. } = &push.place;
    match push.number {
        Some(number) => Ok(outbox.store.event(carrier, number).await?),
        None => Ok(Some(test_event(carrier, *webhook, push.event, push.created_at))),
    }
}

/// The event that tells an endpoint that this is a test.
pub(super) fn test_event(
    carrier: &CarrierId,
    webhook: WebhookId,
    id: EventId,
    at: Timestamp,
) -> CarrierEvent {
    let changed = WebhookChanged {
        webhook,
        disabled_reason: None,
        failing_since: None,
    };
    CarrierEvent::of_webhook(id, carrier, WebhookEvent::Test, at, changed)
}

/// Writes a push over the version that was read; whether nobody was faster.
async fn replaced(outbox: &Outbox, push: &Push, version: u64) -> Result<bool, Error> {
    let write = Write::put_push(push, Some(version))?;
    match outbox.store.transact(vec![write]).await {
        Ok(()) => Ok(true),
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
