//! Idempotency of requests about webhooks: a repeat gets the same answer. Where that holds a secret, the record holds it sealed.

use postern_contract::{
    ids::{CarrierId, PushId},
    push::Replayed,
    webhook::{WebhookSecret, WebhookView},
};
use postern_keys::Sealed;
use serde::{Deserialize, Serialize};

use super::{WebhookRefusal, secret::SigningSecret};
use crate::{
    Error, Platform,
    deliveries::Idempotent,
    store::{Answered, Asked, StoreError, Write},
};

/// The fingerprint covers a request's path, so that no request meets the answer to one of another kind.
pub(super) const STRANGE_ANSWER: Error =
    Error::Corrupt("an idempotency record with another request's answer");

/// What a first request was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stored {
    /// An endpoint was made, or got another secret.
    Made { view: Box<WebhookView>, secret: Sealed },
    /// An endpoint is tested by this push.
    Tested(PushId),
    /// Events are pushed again.
    Replayed(Replayed),
    /// Nothing has happened.
    Refused(WebhookRefusal),
}

/// An endpoint with its secret, as its carrier is told it.
pub(super) async fn told(
    platform: &Platform,
    carrier: &CarrierId,
    webhook: WebhookView,
    secret: &Sealed,
) -> Result<WebhookSecret, Error> {
    let opened = SigningSecret::open(&*platform.sealer, secret, carrier, webhook.id).await?;
    let secret = opened.shared_text();
    Ok(WebhookSecret { webhook, secret })
}

/// What an earlier request under this key was answered, if there was one.
pub(super) async fn earlier(platform: &Platform, caller: &Idempotent) -> Result<Option<Stored>, Error> {
    let found = platform
        .store
        .idempotency(caller.carrier.as_str(), &caller.key, platform.now());
    let Some(found) = found.await? else {
        return Ok(None);
    };
    if found.fingerprint != caller.fingerprint {
        return Err(Error::KeyReused);
    }
    let Answered::Done(answer) = found.progress else {
        return Err(Error::StillRunning);
    };
    let unreadable = |_| Error::Corrupt("an idempotency record with an unreadable answer");
    serde_json::from_str(&answer).map_err(unreadable)
}

/// The endpoint and secret that an earlier request under this key was answered, if there was one.
pub(super) async fn replayed(
    platform: &Platform,
    caller: &Idempotent,
) -> Result<Option<WebhookSecret>, Error> {
    match earlier(platform, caller).await? {
        None => Ok(None),
        Some(Stored::Made { view, secret }) => {
            told(platform, &caller.carrier, *view, &secret).await.map(Some)
        }
        Some(Stored::Refused(refusal)) => Err(refusal.into()),
        Some(Stored::Tested(_) | Stored::Replayed(_)) => Err(Error::Corrupt(
            "an idempotency record with another request's answer",
        )),
    }
}

/// The write that keeps a good answer.
pub(super) fn kept(
    platform: &Platform,
    caller: &Idempotent,
    view: &WebhookView,
    secret: &Sealed,
) -> Result<Write, Error> {
    answered(
        platform,
        caller,
        &Stored::Made {
            view: Box::new(view.clone()),
            secret: secret.clone(),
        },
    )
}

/// Keeps a refusal as this key's answer, and gives what the answer then is.
pub(super) async fn refuse(
    platform: &Platform,
    caller: &Idempotent,
    refusal: WebhookRefusal,
) -> Result<WebhookSecret, Error> {
    match refused(platform, caller, refusal).await? {
        Error::Contended => replayed(platform, caller).await?.ok_or(Error::Contended),
        error => Err(error),
    }
}

/// Keeps a refusal as this key's answer, and gives what the error then is.
pub(super) async fn refused(
    platform: &Platform,
    caller: &Idempotent,
    refusal: WebhookRefusal,
) -> Result<Error, Error> {
    let write = answered(platform, caller, &Stored::Refused(refusal))?;
    match platform.store.transact(vec![write]).await {
        Ok(()) => Ok(refusal.into()),
        // A repeat was faster; whoever asks again is told what it was.
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => Ok(Error::Contended),
        Err(error) => Err(error.into()),
    }
}

/// The write that keeps what a request was answered, on condition that its key was not used.
pub(super) fn answered(platform: &Platform, caller: &Idempotent, stored: &Stored) -> Result<Write, Error> {
    let answer =
        serde_json::to_string(stored).map_err(|_| Error::Corrupt("an answer that JSON cannot write"))?;
    let asked = Asked {
        tenant: caller.carrier.as_str(),
        key: &caller.key,
        fingerprint: &caller.fingerprint,
    };
    Ok(Write::request_answered(asked, &answer, platform.now()))
}
