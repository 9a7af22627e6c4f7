//! A household's links.

use postern_contract::{customer::LinkView, ids::HouseholdId};

use crate::{Error, Platform, household::Link};

/// A household's links, in the order in which they were made.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(platform: &Platform, household: HouseholdId) -> Result<Vec<LinkView>, Error> {
    let links = platform.store.links_of(household).await?;
    Ok(links.iter().map(|link| view(&link.doc)).collect())
}

pub(super) fn view(link: &Link) -> LinkView {
    LinkView {
        id: link.id,
        vendor: link.vendor.clone(),
        state: link.state,
        linked_at: link.linked_at,
    }
}
