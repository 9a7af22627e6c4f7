//! Refreshing a link's credentials: one at a time, under a lease, the new ones stored before the old ones are forgotten.
//!
//! Refresh tokens rotate and are good for one use. Two refreshes at once would burn the link, and so would a refresh whose result
//! is not stored; hence the lease, and hence nothing between the vendor's answer and its storing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind, Answer, Call, LinkInput},
    customer::{HouseholdActivity, HouseholdEvent, LinkState},
    delivery::RevocationReason,
    ids::{HouseholdId, LinkId},
    text::SealedBlob,
};

use crate::{
    Error, Platform,
    endings::{Begun, Finishing},
    household::{EndingScope, Link},
    ports::wrong_answer,
    store::{StoreError, StoredLink, Write},
};

/// How long a vendor may take to refresh.
const REFRESH_WITHIN: SignedDuration = SignedDuration::from_secs(10);
/// How long a lease is held at the most: the refresh, and its storing.
const LEASE: SignedDuration = SignedDuration::from_secs(20);
/// The pause between two looks at a lease that another holds.
const PAUSE: Duration = Duration::from_millis(50);
/// When the guardian tries again after a refresh that the vendor's cloud could not serve.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Refreshes a link whose credentials are `stale`. When another has done so meanwhile, its result is taken.
///
/// # Errors
/// [`Error::Adapter`] with kind `link_revoked` when the vendor no longer accepts the link, which then is broken and told; another
/// kind when the vendor could not be reached; [`Error::NotFound`], [`Error::Store`], [`Error::Contended`].
pub async fn refresh(
    platform: &Platform,
    household: HouseholdId,
    link: LinkId,
    stale: &SealedBlob,
) -> Result<Link, Error> {
    let holder = format!("{:032x}", platform.chance.number());
    let give_up = platform.now() + LEASE;
    loop {
        let now = platform.now();
        if let Some(held) = platform
            .store
            .take_lease(household, link, &holder, now + LEASE, now)
            .await?
        {
            // In a task of its own: once the vendor has rotated the token, the new one is stored, whoever hangs up.
            let (platform, holder, stale) = (platform.clone(), holder.clone(), stale.clone());
            let task =
                tokio::spawn(async move { under_lease(&platform, household, held, &holder, &stale).await });
            return task.await.map_err(|_| Error::Panicked("a refresh"))?;
        }
        let Some(seen) = platform.store.link(household, link).await? else {
            return Err(Error::NotFound);
        };
        if seen.doc.state != LinkState::Active || seen.doc.credentials != *stale {
            return usable(seen.doc);
        }
        if now >= give_up {
            return Err(Error::Contended);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn under_lease(
    platform: &Platform,
    household: HouseholdId,
    held: StoredLink,
    holder: &str,
    stale: &SealedBlob,
) -> Result<Link, Error> {
    let link = held.doc;
    if link.state != LinkState::Active || link.credentials != *stale {
        release(platform, household, link.id, holder, None).await?;
        return usable(link);
    }
    let request_id = format!("refresh-{}", platform.new_command());
    let deadline = platform.now() + REFRESH_WITHIN;
    let input = LinkInput {
        link: link.id,
        credentials: link.credentials.clone(),
    };
    let answer = platform
        .adapters
        .call(&link.vendor, request_id, deadline, Call::LinkRefresh(input))
        .await;
    match answer {
        Ok(Answer::LinkRefresh(granted)) => {
            let fresh = Link {
                credentials: granted.credentials,
                refresh_at: granted.refresh_at,
                ..link
            };
            let write = Write::refreshed_link(household, &fresh, held.version, holder)?;
            store(platform, vec![write]).await?;
            Ok(fresh)
        }
        Ok(_) => give_back(platform, household, &link, holder, wrong_answer()).await,
        Err(error) if error.kind == AdapterErrorKind::LinkRevoked => {
            broken(platform, household, &link, held.version, holder).await?;
            Err(error.into())
        }
        Err(error) => give_back(platform, household, &link, holder, error).await,
    }
}

/// Stores what became of a refresh. A link that the household ended meanwhile is not there.
async fn store(platform: &Platform, writes: Vec<Write>) -> Result<(), Error> {
    match platform.store.transact(writes).await {
        Err(StoreError::ConditionFailed { item: None, .. }) => Err(Error::NotFound),
        stored => Ok(stored?),
    }
}

fn usable(link: Link) -> Result<Link, Error> {
    if link.state == LinkState::Active {
        Ok(link)
    } else {
        Err(AdapterError::not_executed(AdapterErrorKind::LinkRevoked, "the link no longer works").into())
    }
}

async fn give_back(
    platform: &Platform,
    household: HouseholdId,
    link: &Link,
    holder: &str,
    error: AdapterError,
) -> Result<Link, Error> {
    release(
        platform,
        household,
        link.id,
        holder,
        Some(platform.now() + TRY_AGAIN_AFTER),
    )
    .await?;
    Err(error.into())
}

async fn release(
    platform: &Platform,
    household: HouseholdId,
    link: LinkId,
    holder: &str,
    look_again_at: Option<Timestamp>,
) -> Result<(), Error> {
    match platform
        .store
        .transact(vec![Write::release_lease(household, link, holder, look_again_at)])
        .await
    {
        // The lease ran out and another took it: there is nothing to give back.
        Ok(()) | Err(StoreError::ConditionFailed { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The vendor no longer accepts the link: it is broken, the household is told, and what hangs on it ends. Nothing can leave through
/// it, so nothing is waited for: it may be found out about by the very open that would be.
async fn broken(
    platform: &Platform,
    household: HouseholdId,
    link: &Link,
    version: u64,
    holder: &str,
) -> Result<(), Error> {
    let broken = Link {
        state: LinkState::Broken,
        ..link.clone()
    };
    let event = HouseholdEvent::LinkBroken { link: link.id };
    let activity = HouseholdActivity {
        id: platform.new_activity(),
        at: platform.now(),
        event,
    };
    let scope = EndingScope::BrokenLink { link: link.id };
    let (begun, word) = Begun::now(platform, household, scope, RevocationReason::Unlinked)?;
    let writes = vec![
        Write::refreshed_link(household, &broken, version, holder)?,
        Write::activity(household, &activity)?,
        word,
    ];
    store(platform, writes).await?;
    Finishing::of(vec![begun]).run(platform).await?;
    Ok(())
}

/// The guardian's look at a link: refreshes it ahead of its end, and answers when to look again.
///
/// # Errors
/// See [`refresh`]. A vendor that cannot be reached is no error here: the link stays due.
pub async fn refresh_when_due(
    platform: &Platform,
    household: HouseholdId,
    link: LinkId,
) -> Result<Option<Timestamp>, Error> {
    let Some(stored) = platform.store.link(household, link).await? else {
        return Ok(None);
    };
    if stored.doc.state != LinkState::Active {
        return Ok(None);
    }
    if platform.now() < stored.doc.refresh_at {
        return Ok(Some(stored.doc.refresh_at));
    }
    match refresh(platform, household, link, &stored.doc.credentials).await {
        Ok(fresh) => Ok(Some(fresh.refresh_at)),
        Err(Error::Adapter(error)) if error.kind == AdapterErrorKind::LinkRevoked => Ok(None),
        // It was unlinked meanwhile.
        Err(Error::NotFound) => Ok(None),
        Err(Error::Adapter(error)) => {
            tracing::warn!(%link, kind = ?error.kind, "a link could not be refreshed; it stays due");
            Ok(Some(platform.now() + TRY_AGAIN_AFTER))
        }
        Err(error) => Err(error),
    }
}
