//! What happened in a household, its deliveries included.

use postern_contract::{customer::ActivityEntry, ids::HouseholdId};

use crate::{
    Error, Platform,
    store::{Fetched, PageKey},
};

/// A page of a household's activity, the youngest first. The newest entries may be missing for a moment.
///
/// # Errors
/// [`Error::Store`].
pub async fn activity(
    platform: &Platform,
    household: HouseholdId,
    limit: usize,
    after: Option<PageKey>,
) -> Result<Fetched<ActivityEntry>, Error> {
    let page = platform.store.activity_of(household, limit, after).await?;
    Ok(page.try_map(|recent| recent.view())?)
}
