//! Idempotency: the first answer under a key is the answer to every repeat.
//!
//! The record of a key is written in the same transaction as what it did, so there is no moment in which one is there without the
//! other. A repeat that comes while a door command is under way waits for its answer. A record whose first request was cut off
//! never runs the command again: it answers what is known by then.

use std::time::Duration;

use jiff::SignedDuration;
use postern_contract::{
    delivery::DeliveryView,
    ids::{CarrierId, DeliveryId},
};
use serde::{Deserialize, Serialize};

use super::commit::load;
use crate::{
    Error, Platform,
    grant::Refusal,
    store::{IdempotencyRecord, IdempotencyStatus, StoreError, Write},
};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long a repeat waits for the first request to come to its end.
const PATIENCE: SignedDuration = SignedDuration::from_secs(25);
/// The pause between two looks at a record that is still running.
const PAUSE: Duration = Duration::from_millis(100);

/// An unsafe request of a carrier, by the key it chose and what it asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idempotent {
    /// Who asks.
    pub carrier: CarrierId,
    /// The `Idempotency-Key`.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub fingerprint: String,
}

/// What a first request was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    View(Box<DeliveryView>),
    Refused(Refusal),
}

impl Stored {
    fn into_result(self) -> Result<DeliveryView, Error> {
        match self {
            Self::View(view) => Ok(*view),
            Self::Refused(refusal) => Err(refusal.into()),
        }
    }
}

impl Idempotent {
    /// Looks the key up. `None`: this is the first request.
    pub(super) async fn find(&self, platform: &Platform) -> Result<Option<IdempotencyRecord>, Error> {
        Ok(platform.store.idempotency(self.carrier.as_str(), &self.key).await?)
    }

    /// The answer of an earlier request under this key.
    ///
    /// # Errors
    /// [`Error::KeyReused`], [`Error::StillRunning`], or the refusal that was the answer.
    pub(super) async fn replay(
        &self,
        platform: &Platform,
        found: IdempotencyRecord,
    ) -> Result<DeliveryView, Error> {
        let deadline = platform.now() + PATIENCE;
        let mut record = found;
        loop {
            if record.fingerprint != self.fingerprint {
                return Err(Error::KeyReused);
            }
            if record.status == IdempotencyStatus::Done {
                let answer = record.answer.ok_or(Error::Corrupt("a done idempotency record without its answer"))?;
                let stored: Stored = serde_json::from_str(&answer)
                    .map_err(|_| Error::Corrupt("an idempotency record with an unreadable answer"))?;
                return stored.into_result();
            }
            let now = platform.now();
            if record.lock_until.is_none_or(|until| until <= now) {
                return self.known_by_now(platform, &record).await;
            }
            if now >= deadline {
                return Err(Error::StillRunning);
            }
            tokio::time::sleep(PAUSE).await;
            match self.find(platform).await? {
                Some(next) => record = next,
                None => return Err(Error::Corrupt("an idempotency record that vanished")),
            }
        }
    }

    /// The first request was cut off: nothing is run again, and what is known is the answer.
    async fn known_by_now(&self, platform: &Platform, record: &IdempotencyRecord) -> Result<DeliveryView, Error> {
        let delivery: DeliveryId = record
            .delivery
            .ok_or(Error::Corrupt("a running idempotency record without its delivery"))?;
        let loaded = load(platform, delivery).await?.ok_or(Error::NotFound)?;
        Ok(loaded.grant.view())
    }

    /// The write that says: this key's request is under way, and it concerns this delivery.
    pub(super) fn running(
        &self,
        platform: &Platform,
        delivery: DeliveryId,
        lock_until: jiff::Timestamp,
    ) -> Result<Write, StoreError> {
        platform.store.idempotency_running_write(
            self.carrier.as_str(),
            &self.key,
            &self.fingerprint,
            delivery,
            lock_until,
            platform.now() + KEPT,
        )
    }

    /// The write of this key's answer. `first` when the key must not have been used; otherwise it replaces a running record.
    pub(super) fn answered(
        &self,
        platform: &Platform,
        answer: Result<&DeliveryView, &Refusal>,
        first: bool,
    ) -> Result<Write, Error> {
        let stored = match answer {
            Ok(view) => Stored::View(Box::new(view.clone())),
            Err(refusal) => Stored::Refused(refusal.clone()),
        };
        let text = serde_json::to_string(&stored).map_err(|_| Error::Corrupt("an answer that JSON cannot write"))?;
        Ok(platform.store.idempotency_done_write(
            self.carrier.as_str(),
            &self.key,
            &self.fingerprint,
            &text,
            first,
            platform.now() + KEPT,
        )?)
    }

    /// Records a refusal as this key's answer and hands it back. When another request under the same key was faster, its answer
    /// is the answer.
    pub(super) async fn refuse(&self, platform: &Platform, refusal: Refusal) -> Result<DeliveryView, Error> {
        let write = self.answered(platform, Err(&refusal), true)?;
        match platform.store.transact(vec![write]).await {
            Ok(()) => Err(refusal.into()),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => match self.find(platform).await? {
                Some(found) => self.replay(platform, found).await,
                None => Err(Error::Contended),
            },
            Err(error) => Err(error.into()),
        }
    }
}
