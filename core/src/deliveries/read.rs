//! Reading deliveries: one, many, a log, and waiting for one to change.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    delivery::DeliveryView,
    event::LogEntry,
    evidence::EvidenceBundle,
    ids::{CarrierId, DeliveryId, HouseholdId},
};

use super::commit::load;
use crate::{
    Error, Platform, evidence,
    grant::{Grant, Viewer},
    store::{Fetched, PageKey},
};

/// The pause between two looks while somebody waits.
const PAUSE: Duration = Duration::from_millis(100);

/// One delivery of a carrier.
///
/// # Errors
/// [`Error::NotFound`] also for another carrier's; [`Error::Store`].
pub async fn get(
    platform: &Platform,
    carrier: &CarrierId,
    delivery: DeliveryId,
) -> Result<DeliveryView, Error> {
    find(platform, delivery, Viewer::Carrier, |grant| {
        grant.is_carriers(carrier, &platform.limits)
    })
    .await
}

/// One delivery to a household.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`].
pub async fn get_of_household(
    platform: &Platform,
    household: HouseholdId,
    delivery: DeliveryId,
) -> Result<DeliveryView, Error> {
    find(platform, delivery, Viewer::Household, |grant| {
        grant.is_households(household, &platform.limits)
    })
    .await
}

async fn find(
    platform: &Platform,
    delivery: DeliveryId,
    viewer: Viewer,
    may_see: impl FnOnce(&Grant) -> bool,
) -> Result<DeliveryView, Error> {
    let loaded = load(platform, delivery).await?;
    let grant = loaded
        .map(|loaded| loaded.grant)
        .filter(may_see)
        .ok_or(Error::NotFound)?;
    Ok(grant.view(viewer))
}

/// A delivery's log as `viewer` is shown it, the oldest entry first. Whoever asks must have been let see the delivery.
///
/// # Errors
/// [`Error::Store`].
pub async fn log(
    platform: &Platform,
    delivery: DeliveryId,
    viewer: Viewer,
    limit: usize,
    after: Option<PageKey>,
) -> Result<Fetched<LogEntry>, Error> {
    let page = platform.store.log_page(delivery, limit, after).await?;
    page.try_map(|entry| {
        Ok(match viewer {
            Viewer::Carrier => entry.shared(),
            Viewer::Household => entry,
        })
    })
}

/// The evidence of a delivery of a carrier.
///
/// # Errors
/// [`Error::NotFound`] also for another carrier's; [`Error::Store`].
pub async fn evidence(
    platform: &Platform,
    carrier: &CarrierId,
    delivery: DeliveryId,
) -> Result<EvidenceBundle, Error> {
    let store = &platform.store;
    // The grant first: its log only grows, and what came after it is left for the next bundle.
    let (loaded, registered) = tokio::join!(load(platform, delivery), store.carrier(carrier));
    let grant = loaded?
        .map(|loaded| loaded.grant)
        .filter(|grant| grant.is_carriers(carrier, &platform.limits))
        .ok_or(Error::NotFound)?;
    let name = registered?.ok_or(Error::Corrupt("a carrier that vanished"))?.name;
    let log = store.whole_log(delivery).await?;
    evidence::bundle(&grant, &name, &log, platform.now(), &platform.limits)
}

/// Waits until `arrived` holds of a delivery, `patience` is over, or an error; answers the delivery as it then is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn wait_until(
    platform: &Platform,
    delivery: DeliveryId,
    viewer: Viewer,
    patience: SignedDuration,
    arrived: impl Fn(&DeliveryView) -> bool,
) -> Result<DeliveryView, Error> {
    let deadline: Timestamp = platform.now() + patience;
    loop {
        let view = find(platform, delivery, viewer, |_| true).await?;
        if arrived(&view) || platform.now() >= deadline {
            return Ok(view);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
