//! Idempotency keys: what was first asked under a key, and what was answered.
//!
//! A record is written in the very transaction that has the effect, so that neither is ever there without the other: `Running`
//! where a door command has yet to leave, `Done` with the answer everywhere else. A record is good for 24 hours.

use jiff::{SignedDuration, Timestamp};
use postern_contract::ids::DeliveryId;

use super::{
    Condition, Key, Store, StoreError, Write,
    item::{Item, attribute, number, parsed, required, text, whole},
};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Who asked, under which key, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Whose keys these are.
    pub tenant: &'a str,
    /// The key.
    pub key: &'a str,
    /// A digest of the whole request: the same key with another one is a mistake of the caller.
    pub fingerprint: &'a str,
}

/// What an earlier request under a key has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The digest of that request.
    pub fingerprint: String,
    /// How far it came.
    pub progress: Answered,
}

/// How far a request under a key has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// A door command is under way for this delivery; whoever sends it is done, or gone, by then.
    Running {
        /// The delivery.
        delivery: DeliveryId,
        /// When whoever was to finish it is taken to be gone.
        until: Timestamp,
    },
    /// It was answered so.
    Done(String),
}

/// Writes of idempotency records.
impl Write {
    /// Says that a request is under way, on condition that its key was not used.
    #[must_use]
    pub fn request_running(asked: Asked<'_>, delivery: DeliveryId, until: Timestamp, now: Timestamp) -> Self {
        record(asked, now)
            .with(attribute::DELIVERY, text(delivery.to_string()))
            .with(attribute::LOCK_UNTIL, number(until.as_millisecond()))
            .on(unused(now))
    }

    /// Keeps the answer to a request that had no record before, on condition that its key was not used.
    #[must_use]
    pub fn request_answered(asked: Asked<'_>, answer: &str, now: Timestamp) -> Self {
        record(asked, now)
            .with(attribute::ANSWER, text(answer))
            .on(unused(now))
    }

    /// Keeps the answer to a request that was under way, on condition that it has none.
    #[must_use]
    pub fn request_finished(asked: Asked<'_>, answer: &str, now: Timestamp) -> Self {
        record(asked, now)
            .with(attribute::ANSWER, text(answer))
            .on(Condition::Lacks(attribute::ANSWER))
    }
}

fn record(asked: Asked<'_>, now: Timestamp) -> Write {
    Write::put_marker(Key::idempotency(asked.tenant, asked.key))
        .with(attribute::FINGERPRINT, text(asked.fingerprint))
        .until(now + KEPT)
}

/// DynamoDB removes what has expired within days; until then it is as good as gone.
fn unused(now: Timestamp) -> Condition {
    Condition::Any(vec![
        Condition::Absent,
        Condition::Below(attribute::TTL, now.as_second()),
    ])
}

impl Store {
    /// What was asked before under `key` of `tenant`, if anything was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn idempotency(
        &self,
        tenant: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        let item = self.get_item(&Key::idempotency(tenant, key), true).await?;
        item.map(|item| read(&item, now)).transpose().map(Option::flatten)
    }
}

fn read(item: &Item, now: Timestamp) -> Result<Option<IdempotencyRecord>, StoreError> {
    let expires_s: i64 = whole(item, attribute::TTL)?
        .ok_or_else(|| StoreError::corrupt("an idempotency record that never expires"))?;
    if expires_s < now.as_second() {
        return Ok(None);
    }
    let progress = match parsed(item, attribute::ANSWER)? {
        Some(answer) => Answered::Done(answer),
        None => Answered::Running {
            delivery: required(item, attribute::DELIVERY)?,
            until: lock_until(item)?,
        },
    };
    Ok(Some(IdempotencyRecord {
        fingerprint: required(item, attribute::FINGERPRINT)?,
        progress,
    }))
}

fn lock_until(item: &Item) -> Result<Timestamp, StoreError> {
    whole(item, attribute::LOCK_UNTIL)?
        .and_then(|unix_ms| Timestamp::from_millisecond(unix_ms).ok())
        .ok_or_else(|| StoreError::corrupt("a running request without an end"))
}
