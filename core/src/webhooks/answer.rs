//! Idempotency for what makes a secret: a repeat gets the same secret, and the record holds it sealed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use postern_contract::{
    ids::{CarrierId, WebhookId},
    text::SecretText,
    webhook::{WebhookSecret, WebhookView},
};
use postern_keys::{SealContext, Sealed};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::WebhookRefusal;
use crate::{
    Error, Platform,
    deliveries::Idempotent,
    store::{Answered, Asked, StoreError, Write},
};

/// What secrets begin with, after Standard Webhooks.
const SECRET_PREFIX: &str = "whsec_";

/// What a first request was answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored {
    Made { view: Box<WebhookView>, secret: Sealed },
    Refused(WebhookRefusal),
}

/// What a carrier's secret for an endpoint is bound to.
fn context(carrier: &CarrierId, webhook: WebhookId) -> SealContext {
    SealContext::for_webhook(carrier.as_str(), &webhook.to_string())
}

/// A fresh secret of 256 random bits, sealed.
pub(super) async fn mint(
    platform: &Platform,
    carrier: &CarrierId,
    webhook: WebhookId,
) -> Result<Sealed, Error> {
    let secret = platform.chance.bytes();
    let context = context(carrier, webhook);
    Ok(platform.sealer.seal(&secret, &context).await?)
}

/// An endpoint with its secret, as its carrier is told it.
pub(super) async fn told(
    platform: &Platform,
    carrier: &CarrierId,
    webhook: WebhookView,
    secret: &Sealed,
) -> Result<WebhookSecret, Error> {
    let clear = platform
        .sealer
        .open(secret, &context(carrier, webhook.id))
        .await?;
    let secret = SecretText::new(format!(
        "{SECRET_PREFIX}{}",
        STANDARD.encode(clear.expose_secret())
    ));
    Ok(WebhookSecret { webhook, secret })
}

/// The answer that an earlier request under this key got, if there was one.
pub(super) async fn replayed(
    platform: &Platform,
    caller: &Idempotent,
) -> Result<Option<WebhookSecret>, Error> {
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
    match serde_json::from_str(&answer).map_err(unreadable)? {
        Stored::Made { view, secret } => told(platform, &caller.carrier, *view, &secret).await.map(Some),
        Stored::Refused(refusal) => Err(refusal.into()),
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
    let write = answered(platform, caller, &Stored::Refused(refusal))?;
    match platform.store.transact(vec![write]).await {
        Ok(()) => Err(refusal.into()),
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {
            replayed(platform, caller).await?.ok_or(Error::Contended)
        }
        Err(error) => Err(error.into()),
    }
}

fn answered(platform: &Platform, caller: &Idempotent, stored: &Stored) -> Result<Write, Error> {
    let answer =
        serde_json::to_string(stored).map_err(|_| Error::Corrupt("an answer that JSON cannot write"))?;
    let asked = Asked {
        tenant: caller.carrier.as_str(),
        key: &caller.key,
        fingerprint: &caller.fingerprint,
    };
    Ok(Write::request_answered(asked, &answer, platform.now()))
}
