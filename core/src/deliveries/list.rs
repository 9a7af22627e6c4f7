//! A carrier's deliveries, listed: all of them, those of a day, those of a parcel.
//!
//! A list is one query of one partition. What a query cannot ask for is left out of its page afterwards: so a page may be short, or empty
//! with more behind it, and what it costs is bounded by its limit whatever is asked.

use jiff::civil::Date;
use postern_contract::{
    delivery::{DeliveryView, GrantState},
    ids::{CarrierId, DeliveryId},
    text::{DriverRef, TrackingNumber},
};

use crate::{
    Error, Platform,
    grant::{Grant, Viewer},
    store::{Fetched, PageKey, Write},
};

/// Which of a carrier's deliveries are meant: those that are so in all that is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The window starts on this day, by the household's clock.
    pub day: Option<Date>,
    /// This is one of the parcels.
    pub tracking_number: Option<TrackingNumber>,
    /// The grant stands so.
    pub state: Option<GrantState>,
    /// This is the driver.
    pub driver: Option<DriverRef>,
}

impl Wanted {
    fn is_met_by(&self, grant: &Grant) -> bool {
        let parcel = |number| grant.tracking_numbers.contains(number);
        self.day.is_none_or(|day| grant.day == Some(day))
            && self.tracking_number.as_ref().is_none_or(parcel)
            && self.state.is_none_or(|state| grant.state == state)
            && (self.driver.is_none() || grant.driver == self.driver)
    }
}

/// A page of a carrier's deliveries that are as `wanted`, the newest first. A page has at most `limit`, and may have fewer though more
/// come after it: only where there is no `next` is there no more.
///
/// # Errors
/// [`Error::Store`].
pub async fn list(
    platform: &Platform,
    carrier: &CarrierId,
    wanted: &Wanted,
    limit: usize,
    after: Option<PageKey>,
) -> Result<Fetched<DeliveryView>, Error> {
    let store = &platform.store;
    let page = match (&wanted.tracking_number, wanted.day) {
        (Some(parcel), _) => {
            let listed = store.deliveries_of_parcel(carrier, parcel, limit, after).await?;
            those(platform, listed).await?
        }
        (None, Some(day)) => {
            let listed = store.deliveries_of_day(carrier, day, limit, after).await?;
            those(platform, listed).await?
        }
        (None, None) => {
            store
                .deliveries_of_carrier::<Grant>(carrier, limit, after)
                .await?
        }
    };
    let found = page.items.iter();
    let found = found.filter(|grant| grant.is_carriers(carrier, &platform.limits) && wanted.is_met_by(grant));
    Ok(Fetched {
        items: found.map(|grant| grant.view(Viewer::Carrier)).collect(),
        next: page.next,
    })
}

async fn those(platform: &Platform, listed: Fetched<DeliveryId>) -> Result<Fetched<Grant>, Error> {
    Ok(Fetched {
        items: platform.store.grants(&listed.items).await?,
        next: listed.next,
    })
}

/// The writes that make a carrier find a grant under what it is `after`, and no longer under what it was `before`.
pub(super) fn relist(before: Option<&Grant>, after: &Grant) -> Vec<Write> {
    let (carrier, delivery) = (&after.carrier, after.delivery);
    let mut writes = Vec::new();
    let was = before.and_then(|before| before.day);
    if was != after.day {
        writes.extend(was.map(|day| Write::unlist_of_day(carrier, day, delivery)));
        writes.extend(after.day.map(|day| Write::list_of_day(carrier, day, delivery)));
    }
    let had: &[TrackingNumber] = before.map_or(&[], |before| &before.tracking_numbers);
    let has = &after.tracking_numbers;
    let gone = had.iter().filter(|parcel| !has.contains(parcel));
    writes.extend(gone.map(|parcel| Write::unlist_of_parcel(carrier, parcel, delivery)));
    let new = has.iter().filter(|parcel| !had.contains(parcel));
    writes.extend(new.map(|parcel| Write::list_of_parcel(carrier, parcel, delivery)));
    writes
}
