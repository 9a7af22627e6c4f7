//! Idempotency: the first answer under a key is the answer to every repeat.
//!
//! The record of a key is written in the same transaction as what it did, so there is no moment in which one is there without the
//! other. A repeat that comes while a door command is under way waits for its answer. A record whose first request was cut off
//! never runs the command again: what is known by then becomes the answer, also for the first request, should it come back.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    carrier::Allowance,
    delivery::DeliveryView,
    ids::{CarrierId, DeliveryId},
};
use serde::{Deserialize, Serialize};

use super::commit::load;
use crate::{
    Error, Platform,
    grant::{Refusal, Viewer},
    store::{Answered, Asked, IdempotencyRecord, StoreError, Write},
};

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
    fn asked(&self) -> Asked<'_> {
        Asked {
            tenant: self.carrier.as_str(),
            key: &self.key,
            fingerprint: &self.fingerprint,
        }
    }

    /// Looks the key up. `None`: this is the first request.
    pub(super) async fn find(&self, platform: &Platform) -> Result<Option<IdempotencyRecord>, Error> {
        Ok(platform
            .store
            .idempotency(self.carrier.as_str(), &self.key, platform.now())
            .await?)
    }

    /// Looks the key up, for what only an active carrier may do, and how much it may do. The two reads go side by side.
    pub(super) async fn find_if_active(
        &self,
        platform: &Platform,
    ) -> Result<(Option<IdempotencyRecord>, Allowance), Error> {
        let (found, active) = tokio::join!(self.find(platform), must_be_active(platform, &self.carrier));
        let allowance = active?;
        Ok((found?, allowance))
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
            let (delivery, until) = match record.progress {
                Answered::Done(answer) => return stored(&answer)?.into_result(),
                Answered::Running { delivery, until } => (delivery, until),
            };
            let now = platform.now();
            if until <= now
                && let Some(view) = self.answer_what_is_known(platform, delivery).await?
            {
                return Ok(view);
            }
            if now >= deadline {
                return Err(Error::StillRunning);
            }
            tokio::time::sleep(PAUSE).await;
            record = self
                .find(platform)
                .await?
                .ok_or(Error::Corrupt("an idempotency record that vanished"))?;
        }
    }

    /// The first request was cut off: nothing is run again, and what is known is the answer. Nothing is answered where an answer was
    /// kept meanwhile.
    async fn answer_what_is_known(
        &self,
        platform: &Platform,
        delivery: DeliveryId,
    ) -> Result<Option<DeliveryView>, Error> {
        let loaded = load(platform, delivery).await?.ok_or(Error::NotFound)?;
        let view = loaded.grant.view(Viewer::Carrier);
        let kept = self.finished(platform, Ok(&view))?;
        match platform.store.transact(vec![kept]).await {
            Ok(()) => Ok(Some(view)),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The answer that a repeat was given in the place of this request.
    pub(super) async fn answered_meanwhile(&self, platform: &Platform) -> Result<DeliveryView, Error> {
        let found = self.find(platform).await?;
        let found = found.ok_or(Error::Corrupt("an idempotency record that vanished"))?;
        self.replay(platform, found).await
    }

    /// The write that says: this key's request is under way, and a command for this delivery leaves by `send_by` or never.
    pub(super) fn running(&self, platform: &Platform, delivery: DeliveryId, send_by: Timestamp) -> Write {
        let until = send_by + platform.limits.lapse_after;
        Write::request_running(self.asked(), delivery, until, platform.now())
    }

    /// The write of the answer to a first request.
    pub(super) fn answered(&self, platform: &Platform, view: &DeliveryView) -> Result<Write, Error> {
        let answer = written(&Stored::View(Box::new(view.clone())))?;
        Ok(Write::request_answered(self.asked(), &answer, platform.now()))
    }

    /// The write of the answer to a request that was under way.
    pub(super) fn finished(
        &self,
        platform: &Platform,
        result: Result<&DeliveryView, &Refusal>,
    ) -> Result<Write, Error> {
        let answer = written(&match result {
            Ok(view) => Stored::View(Box::new(view.clone())),
            Err(refusal) => Stored::Refused(refusal.clone()),
        })?;
        Ok(Write::request_finished(self.asked(), &answer, platform.now()))
    }

    /// Records a refusal as this key's answer and hands it back. When another request under the same key was faster, its answer
    /// is the answer.
    pub(super) async fn refuse(&self, platform: &Platform, refusal: Refusal) -> Result<DeliveryView, Error> {
        let answer = written(&Stored::Refused(refusal.clone()))?;
        let write = Write::request_answered(self.asked(), &answer, platform.now());
        match platform.store.transact(vec![write]).await {
            Ok(()) => Err(refusal.into()),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {
                match self.find(platform).await? {
                    Some(found) => self.replay(platform, found).await,
                    None => Err(Error::Contended),
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Only a carrier that the operator registered and has not suspended may book or open. Closing and completing are never held back.
pub(super) async fn must_be_active(platform: &Platform, carrier: &CarrierId) -> Result<Allowance, Error> {
    match platform.store.carrier(carrier).await? {
        Some(record) if record.active => Ok(record.allowance),
        _ => Err(Refusal::CarrierInactive.into()),
    }
}

fn written(stored: &Stored) -> Result<String, Error> {
    serde_json::to_string(stored).map_err(|_| Error::Corrupt("an answer that JSON cannot write"))
}

fn stored(answer: &str) -> Result<Stored, Error> {
    serde_json::from_str(answer)
        .map_err(|_| Error::Corrupt("an idempotency record with an unreadable answer"))
}
