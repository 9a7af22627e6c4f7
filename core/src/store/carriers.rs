//! Carriers and vendors, as the operator registered them.

use std::str::FromStr;

use postern_contract::{
    carrier::CarrierRecord,
    ids::{CarrierId, VendorId},
};
use serde::de::DeserializeOwned;

use super::{
    Key, Partition, QueryPlan, Sort, Store, StoreError, Write,
    item::{Item, attribute, decode, required},
};
use crate::vendor::VendorRecord;

/// Writes of what the operator registers.
impl Write {
    /// Registers a carrier, or changes it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn put_carrier(carrier: &CarrierId, record: &CarrierRecord) -> Result<Self, StoreError> {
        Ok(Self::put(Key::Carrier(carrier.clone()), record)?
            .owned_by(&Partition::Carriers, carrier.to_string()))
    }

    /// Registers a vendor, or changes it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn put_vendor(vendor: &VendorId, record: &VendorRecord) -> Result<Self, StoreError> {
        Ok(Self::put(Key::Vendor(vendor.clone()), record)?.owned_by(&Partition::Vendors, vendor.to_string()))
    }
}

impl Store {
    /// A carrier.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn carrier(&self, carrier: &CarrierId) -> Result<Option<CarrierRecord>, StoreError> {
        self.get(&Key::Carrier(carrier.clone()), false).await
    }

    /// A vendor.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn vendor(&self, vendor: &VendorId) -> Result<Option<VendorRecord>, StoreError> {
        self.get(&Key::Vendor(vendor.clone()), false).await
    }

    /// Every carrier, in the order of their ids. The index may lag by moments.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn carriers(&self) -> Result<Vec<(CarrierId, CarrierRecord)>, StoreError> {
        self.registered(Partition::Carriers).await
    }

    /// Every vendor, in the order of their ids. The index may lag by moments.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn vendors(&self) -> Result<Vec<(VendorId, VendorRecord)>, StoreError> {
        self.registered(Partition::Vendors).await
    }

    async fn registered<I: FromStr, T: DeserializeOwned>(
        &self,
        partition: Partition,
    ) -> Result<Vec<(I, T)>, StoreError> {
        let items = self.query_all(QueryPlan::new(partition, Sort::Any)).await?;
        items.into_iter().map(named).collect()
    }
}

/// An item with the name that it is registered under.
fn named<I: FromStr, T: DeserializeOwned>(item: Item) -> Result<(I, T), StoreError> {
    let name: String = required(&item, attribute::GSI1SK)?;
    let id = name
        .parse()
        .map_err(|_| StoreError::corrupt("the name of something registered"))?;
    Ok((id, decode(item)?))
}
