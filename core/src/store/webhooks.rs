//! Carriers' webhook endpoints: all of a carrier in one item.

use postern_contract::ids::CarrierId;

use super::{Key, Store, StoreError, Versioned, Write};
use crate::webhooks::Endpoint;

/// Writes of webhook endpoints.
impl Write {
    /// Writes a carrier's endpoints over the version that was read, or as the first when `expected` is `None`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when they cannot be written as a body.
    pub fn put_webhooks(
        carrier: &CarrierId,
        endpoints: &[Endpoint],
        expected: Option<u64>,
    ) -> Result<Self, StoreError> {
        Self::put_version(Key::Webhooks(carrier.clone()), &endpoints, expected)
    }
}

impl Store {
    /// A carrier's endpoints.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn webhooks(
        &self,
        carrier: &CarrierId,
    ) -> Result<Option<Versioned<Vec<Endpoint>>>, StoreError> {
        self.get_versioned(&Key::Webhooks(carrier.clone()), true).await
    }
}
