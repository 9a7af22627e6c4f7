//! Idempotency keys: the same key and request give the same answer, and never run twice at once.
//!
//! A request under a key first lays a claim on it, for as long as a request may take. When it is done, the answer goes into
//! the same transaction as the effect (or by itself, where there was none). A claim whose holder died may be taken over, by the
//! same request only.

use jiff::{SignedDuration, Timestamp};

use super::{
    Condition, Key, Store, StoreError, Write,
    item::{Item, attribute, number, parsed, required, text, whole},
};

/// How long an answer is kept, in seconds.
const KEPT_S: i64 = 24 * 3600;

/// The claim on an idempotency key: whoever holds it does the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    tenant: String,
    key: String,
    fingerprint: String,
    holder: String,
    expires_at: Timestamp,
}

/// What became of a request under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nobody has done it: do it.
    Fresh(Ticket),
    /// Another invocation is doing it just now.
    Running,
    /// It was done, and this was answered.
    Done(String),
    /// The key came with another request.
    AnotherRequest,
}

/// Writes of answers.
impl Write {
    /// Keeps the answer, on condition that the claim is still ours. Put it into the transaction that has the effect.
    #[must_use]
    pub fn answered(ticket: &Ticket, answer: &str) -> Self {
        Self::put_marker(ticket.record())
            .with(attribute::FINGERPRINT, text(&ticket.fingerprint))
            .with(attribute::ANSWER, text(answer))
            .until(ticket.expires_at)
            .on(ticket.is_held())
    }

    /// Gives the claim back: the request had no effect, and the same key may be tried again.
    #[must_use]
    pub fn abandoned(ticket: &Ticket) -> Self {
        Self::delete(ticket.record()).on(ticket.is_held())
    }
}

impl Ticket {
    fn record(&self) -> Key {
        Key::idempotency(&self.tenant, &self.key)
    }

    fn is_held(&self) -> Condition {
        Condition::is_text(attribute::HOLDER, &self.holder)
    }
}

impl Store {
    /// Claims `key` of `tenant` for a request with this fingerprint, for `lock` from `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_idempotent(
        &self,
        tenant: &str,
        key: &str,
        fingerprint: &str,
        now: Timestamp,
        lock: SignedDuration,
    ) -> Result<Begun, StoreError> {
        let ticket = Ticket {
            tenant: tenant.to_owned(),
            key: key.to_owned(),
            fingerprint: fingerprint.to_owned(),
            holder: format!("{:032x}", self.chance.number()),
            expires_at: now + SignedDuration::from_secs(KEPT_S),
        };
        let lost_holder = Condition::All(vec![
            Condition::Lacks(attribute::ANSWER),
            Condition::Below(attribute::LOCK_UNTIL, now.as_millisecond()),
            Condition::is_text(attribute::FINGERPRINT, fingerprint),
        ]);
        // DynamoDB removes what has expired within days; until then it is as good as gone.
        let free = Condition::Any(vec![
            Condition::Absent,
            lost_holder,
            Condition::Below(attribute::TTL, now.as_second()),
        ]);
        let claim = Write::put_marker(ticket.record())
            .with(attribute::FINGERPRINT, text(fingerprint))
            .with(attribute::HOLDER, text(&ticket.holder))
            .with(attribute::LOCK_UNTIL, number((now + lock).as_millisecond()))
            .until(ticket.expires_at)
            .on(free);
        match self.transact(vec![claim]).await {
            Ok(()) => Ok(Begun::Fresh(ticket)),
            Err(StoreError::ConditionFailed { item: Some(item), .. }) => found(&item, fingerprint),
            Err(error) => Err(error),
        }
    }
}

fn found(item: &Item, fingerprint: &str) -> Result<Begun, StoreError> {
    let first: String = required(item, attribute::FINGERPRINT)?;
    if first != fingerprint {
        return Ok(Begun::AnotherRequest);
    }
    match parsed(item, attribute::ANSWER)? {
        Some(answer) => Ok(Begun::Done(answer)),
        None => {
            let _: i64 = whole(item, attribute::LOCK_UNTIL)?
                .ok_or_else(|| StoreError::corrupt("a claim on an idempotency key without an end"))?;
            Ok(Begun::Running)
        }
    }
}
