//! A household's deliveries: under way or past, one, its log, and waiting for it to change.

use jiff::SignedDuration;
use postern_contract::{
    delivery::DeliveryView,
    event::LogEntry,
    ids::{DeliveryId, HouseholdId},
};

use crate::{
    Error, Platform, deliveries,
    grant::{Grant, Viewer},
    store::{Fetched, PageKey},
};

/// Which deliveries are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those under way.
    Current,
    /// Those that have ended.
    Past,
}

/// A page of a household's deliveries, the youngest first.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(
    platform: &Platform,
    household: HouseholdId,
    which: Which,
    limit: usize,
    after: Option<PageKey>,
) -> Result<Fetched<DeliveryView>, Error> {
    let store = &platform.store;
    let page = match which {
        Which::Current => store.active_page(household, limit, after).await?,
        Which::Past => store.past_of(household, limit, after).await?,
    };
    let grants: Vec<Grant> = store.grants(&page.items).await?;
    Ok(Fetched {
        items: grants.iter().map(|grant| grant.view(Viewer::Household)).collect(),
        next: page.next,
    })
}

/// One of a household's deliveries.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`].
pub async fn delivery(
    platform: &Platform,
    household: HouseholdId,
    delivery: DeliveryId,
) -> Result<DeliveryView, Error> {
    deliveries::get_of_household(platform, household, delivery).await
}

/// One of a household's deliveries, once its log is longer than `known` (than now, when absent), or `patience` is over.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`].
pub async fn wait_for_change(
    platform: &Platform,
    household: HouseholdId,
    id: DeliveryId,
    known: Option<u64>,
    patience: SignedDuration,
) -> Result<DeliveryView, Error> {
    let view = delivery(platform, household, id).await?;
    let known = known.unwrap_or(view.log_length);
    if view.log_length > known {
        return Ok(view);
    }
    deliveries::wait_until(platform, id, Viewer::Household, patience, |view| {
        view.log_length > known
    })
    .await
}

/// A page of a delivery's log, the oldest entry first.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`].
pub async fn log(
    platform: &Platform,
    household: HouseholdId,
    id: DeliveryId,
    limit: usize,
    after: Option<PageKey>,
) -> Result<Fetched<LogEntry>, Error> {
    delivery(platform, household, id).await?;
    deliveries::log(platform, id, Viewer::Household, limit, after).await
}
