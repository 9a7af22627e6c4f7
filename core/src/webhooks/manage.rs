//! Making, showing, changing and ending a carrier's endpoints. Another carrier's endpoint is one that does not exist.

use postern_contract::{
    ids::{CarrierId, WebhookId},
    webhook::{ChangeWebhook, CreateWebhook, WebhookSecret, WebhookView},
};

use super::{
    Addresses, ENDPOINTS_MAX, Endpoint, WebhookRefusal,
    answer::{kept, refuse, replayed, told},
    secret::fresh,
};
use crate::{
    Error, Platform,
    deliveries::Idempotent,
    store::{StoreError, Write},
};

const TRIES_MAX: usize = 12;

/// A carrier's endpoints, and the version of the item that holds them.
pub(super) async fn load(
    platform: &Platform,
    carrier: &CarrierId,
) -> Result<(Vec<Endpoint>, Option<u64>), Error> {
    let found = platform.store.webhooks(carrier).await?;
    Ok(found.map_or((Vec::new(), None), |item| (item.doc, Some(item.version))))
}

/// A carrier's endpoints, the oldest first.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(platform: &Platform, carrier: &CarrierId) -> Result<Vec<WebhookView>, Error> {
    let now = platform.now();
    let (endpoints, _) = load(platform, carrier).await?;
    Ok(endpoints.iter().map(|endpoint| endpoint.view(now)).collect())
}

/// One of a carrier's endpoints.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn get(platform: &Platform, carrier: &CarrierId, webhook: WebhookId) -> Result<WebhookView, Error> {
    let views = list(platform, carrier).await?;
    views
        .into_iter()
        .find(|view| view.id == webhook)
        .ok_or(Error::NotFound)
}

/// Makes an endpoint. Its secret is told in this answer, in those to repeats of the request, and never again.
///
/// # Errors
/// [`Error::Webhook`]; [`Error::KeyReused`], [`Error::Contended`], [`Error::Key`], [`Error::Store`].
pub async fn create(
    platform: &Platform,
    addresses: Addresses,
    caller: &Idempotent,
    wanted: CreateWebhook,
) -> Result<WebhookSecret, Error> {
    let carrier = &caller.carrier;
    for _ in 0..TRIES_MAX {
        if let Some(answer) = replayed(platform, caller).await? {
            return Ok(answer);
        }
        if let Err(refusal) = addresses.check(&wanted.url) {
            return refuse(platform, caller, refusal).await;
        }
        let (mut endpoints, version) = load(platform, carrier).await?;
        if endpoints.len() >= ENDPOINTS_MAX {
            return refuse(platform, caller, WebhookRefusal::TooMany).await;
        }
        let (id, now) = (platform.new_webhook(), platform.now());
        let secret = fresh(&*platform.chance, &*platform.sealer, carrier, id).await?;
        let made = Endpoint::new(id, wanted.clone(), secret.clone(), now);
        let view = made.view(now);
        endpoints.push(made);
        let answer = kept(platform, caller, &view, &secret.sealed)?;
        if committed(platform, carrier, &endpoints, version, Some(answer)).await? {
            return told(platform, carrier, view, &secret.sealed).await;
        }
    }
    Err(Error::Contended)
}

/// Gives an endpoint another secret; the one before signs beside it for a day.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::KeyReused`], [`Error::Contended`], [`Error::Key`], [`Error::Store`].
pub async fn rotate(
    platform: &Platform,
    caller: &Idempotent,
    webhook: WebhookId,
) -> Result<WebhookSecret, Error> {
    let carrier = &caller.carrier;
    for _ in 0..TRIES_MAX {
        if let Some(answer) = replayed(platform, caller).await? {
            return Ok(answer);
        }
        let (mut endpoints, version) = load(platform, carrier).await?;
        let endpoint = find(&mut endpoints, webhook)?;
        let now = platform.now();
        let secret = fresh(&*platform.chance, &*platform.sealer, carrier, webhook).await?;
        *endpoint = endpoint.clone().rotated(secret.clone(), now);
        let view = endpoint.view(now);
        let answer = kept(platform, caller, &view, &secret.sealed)?;
        if committed(platform, carrier, &endpoints, version, Some(answer)).await? {
            return told(platform, carrier, view, &secret.sealed).await;
        }
    }
    Err(Error::Contended)
}

/// Changes an endpoint, whatever it is like.
///
/// # Errors
/// As [`change_if`], but for [`Error::Changed`].
pub async fn change(
    platform: &Platform,
    addresses: Addresses,
    carrier: &CarrierId,
    webhook: WebhookId,
    change: ChangeWebhook,
) -> Result<WebhookView, Error> {
    change_if(platform, addresses, carrier, webhook, change, |_| true).await
}

/// Changes an endpoint that is `as_seen`. The same change again changes nothing more.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`], [`Error::Webhook`], [`Error::Contended`], [`Error::Store`].
pub async fn change_if(
    platform: &Platform,
    addresses: Addresses,
    carrier: &CarrierId,
    webhook: WebhookId,
    change: ChangeWebhook,
    as_seen: impl Fn(&WebhookView) -> bool,
) -> Result<WebhookView, Error> {
    for _ in 0..TRIES_MAX {
        let (mut endpoints, version) = load(platform, carrier).await?;
        let endpoint = find(&mut endpoints, webhook)?;
        let now = platform.now();
        if !as_seen(&endpoint.view(now)) {
            return Err(Error::Changed);
        }
        if let Some(url) = &change.url {
            addresses.check(url)?;
        }
        *endpoint = endpoint.clone().changed(change.clone(), now);
        let view = endpoint.view(now);
        if committed(platform, carrier, &endpoints, version, None).await? {
            return Ok(view);
        }
    }
    Err(Error::Contended)
}

/// Ends an endpoint, whatever it is like.
///
/// # Errors
/// As [`delete_if`], but for [`Error::Changed`].
pub async fn delete(platform: &Platform, carrier: &CarrierId, webhook: WebhookId) -> Result<(), Error> {
    delete_if(platform, carrier, webhook, |_| true).await
}

/// Ends an endpoint that is `as_seen`, and its secrets with it.
///
/// # Errors
/// [`Error::NotFound`], also when it was ended before; [`Error::Changed`], [`Error::Contended`], [`Error::Store`].
pub async fn delete_if(
    platform: &Platform,
    carrier: &CarrierId,
    webhook: WebhookId,
    as_seen: impl Fn(&WebhookView) -> bool,
) -> Result<(), Error> {
    for _ in 0..TRIES_MAX {
        let (mut endpoints, version) = load(platform, carrier).await?;
        if !as_seen(&find(&mut endpoints, webhook)?.view(platform.now())) {
            return Err(Error::Changed);
        }
        endpoints.retain(|endpoint| endpoint.id != webhook);
        if committed(platform, carrier, &endpoints, version, None).await? {
            return Ok(());
        }
    }
    Err(Error::Contended)
}

fn find(endpoints: &mut [Endpoint], webhook: WebhookId) -> Result<&mut Endpoint, Error> {
    let found = endpoints.iter_mut().find(|endpoint| endpoint.id == webhook);
    found.ok_or(Error::NotFound)
}

/// Writes a carrier's endpoints over the version that was read; whether nobody was faster.
async fn committed(
    platform: &Platform,
    carrier: &CarrierId,
    endpoints: &[Endpoint],
    version: Option<u64>,
    answer: Option<Write>,
) -> Result<bool, Error> {
    let mut writes = vec![Write::put_webhooks(carrier, endpoints, version)?];
    writes.extend(answer);
    match platform.store.transact(writes).await {
        Ok(()) => Ok(true),
        Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
