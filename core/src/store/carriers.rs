//! Carriers and vendors, as the operator registered them.

use postern_contract::{
    carrier::CarrierRecord,
    ids::{CarrierId, VendorId},
};

use super::{Key, Store, StoreError, Write};
use crate::vendor::VendorRecord;

/// Writes of what the operator registers.
impl Write {
    /// Registers a carrier, or changes it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn put_carrier(carrier: &CarrierId, record: &CarrierRecord) -> Result<Self, StoreError> {
        Self::put(Key::Carrier(carrier.clone()), record)
    }

    /// Registers a vendor, or changes it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it cannot be written as a body.
    pub fn put_vendor(vendor: &VendorId, record: &VendorRecord) -> Result<Self, StoreError> {
        Self::put(Key::Vendor(vendor.clone()), record)
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
}
