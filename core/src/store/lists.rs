//! Where a carrier finds its deliveries: by the day of their windows, and by their parcels. Both point at grants, and are written in the
//! transaction of what they say.

use jiff::civil::Date;
use postern_contract::{
    ids::{CarrierId, DeliveryId},
    text::TrackingNumber,
};

use super::{
    Fetched, Key, PageKey, Partition, QueryPlan, Sort, Store, StoreError, Write, households::pointed,
    key::prefix,
};

impl Write {
    /// Lists a delivery among those of a day.
    #[must_use]
    pub fn list_of_day(carrier: &CarrierId, day: Date, delivery: DeliveryId) -> Self {
        Self::put_marker(Key::OfDay(carrier.clone(), day, delivery))
    }

    /// Takes a delivery out of those of a day.
    #[must_use]
    pub fn unlist_of_day(carrier: &CarrierId, day: Date, delivery: DeliveryId) -> Self {
        Self::delete(Key::OfDay(carrier.clone(), day, delivery))
    }

    /// Lists a delivery among those of a parcel.
    #[must_use]
    pub fn list_of_parcel(carrier: &CarrierId, parcel: &TrackingNumber, delivery: DeliveryId) -> Self {
        Self::put_marker(Key::of_parcel(carrier, parcel, delivery))
    }

    /// Takes a delivery out of those of a parcel.
    #[must_use]
    pub fn unlist_of_parcel(carrier: &CarrierId, parcel: &TrackingNumber, delivery: DeliveryId) -> Self {
        Self::delete(Key::of_parcel(carrier, parcel, delivery))
    }
}

impl Store {
    /// A page of a carrier's deliveries of a day, the youngest first, with everything that was written before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deliveries_of_day(
        &self,
        carrier: &CarrierId,
        day: Date,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<DeliveryId>, StoreError> {
        let partition = Partition::DayOf(carrier.clone(), day);
        self.listed(partition, limit, after).await
    }

    /// A page of a carrier's deliveries of a parcel, the youngest first, with everything that was written before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deliveries_of_parcel(
        &self,
        carrier: &CarrierId,
        parcel: &TrackingNumber,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<DeliveryId>, StoreError> {
        let partition = Partition::parcel_of(carrier, parcel);
        self.listed(partition, limit, after).await
    }

    async fn listed(
        &self,
        partition: Partition,
        limit: usize,
        after: Option<PageKey>,
    ) -> Result<Fetched<DeliveryId>, StoreError> {
        let plan = QueryPlan::new(partition, Sort::StartsWith(prefix::DELIVERY.to_owned()));
        self.query(plan.consistent().backward().limit(limit).after(after))
            .await?
            .try_map(|item| pointed(&item, prefix::DELIVERY))
    }
}
