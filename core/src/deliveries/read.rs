//! Reading deliveries: one, many, a log, and waiting for one to change.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use postern_contract::{
    delivery::DeliveryView,
    event::LogEntry,
    ids::{CarrierId, DeliveryId, HouseholdId},
};

use super::commit::load;
use crate::{
    Error, Platform,
    grant::Grant,
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
    find(platform, delivery, |grant| {
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
    find(platform, delivery, |grant| {
        grant.is_households(household, &platform.limits)
    })
    .await
}

async fn find(
    platform: &Platform,
    delivery: DeliveryId,
    may_see: impl FnOnce(&Grant) -> bool,
) -> Result<DeliveryView, Error> {
    let loaded = load(platform, delivery).await?;
    let grant = loaded
        .map(|loaded| loaded.grant)
        .filter(may_see)
        .ok_or(Error::NotFound)?;
    Ok(grant.view())
}

/// A carrier's deliveries, the newest first.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(
    platform: &Platform,
    carrier: &CarrierId,
    limit: usize,
    after: Option<PageKey>,
) -> Result<Fetched<DeliveryView>, Error> {
    let page = platform
        .store
        .deliveries_of_carrier::<Grant>(carrier, limit, after)
        .await?;
    page.try_map(|grant| Ok(grant.view()))
}

/// A delivery's log, the oldest entry first. Whoever asks must have been let see the delivery.
///
/// # Errors
/// [`Error::Store`].
pub async fn log(
    platform: &Platform,
    delivery: DeliveryId,
    limit: usize,
    after: Option<PageKey>,
) -> Result<Fetched<LogEntry>, Error> {
    Ok(platform.store.log_page(delivery, limit, after).await?)
}

/// Waits until `arrived` holds of a delivery, `patience` is over, or an error; answers the delivery as it then is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`].
pub async fn wait_until(
    platform: &Platform,
    delivery: DeliveryId,
    patience: SignedDuration,
    arrived: impl Fn(&DeliveryView) -> bool,
) -> Result<DeliveryView, Error> {
    let deadline: Timestamp = platform.now() + patience;
    loop {
        let view = find(platform, delivery, |_| true).await?;
        if arrived(&view) || platform.now() >= deadline {
            return Ok(view);
        }
        tokio::time::sleep(PAUSE).await;
    }
}
