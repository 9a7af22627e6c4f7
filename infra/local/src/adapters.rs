//! The adapters in this process: the same JSON bytes that Lambda would carry, without Lambda.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use postern_adapter_sdk::Dispatch;
use postern_contract::ids::VendorId;
use postern_core::ports::{AdapterTransport, Clock, SystemClock, TransportError};

/// How long after its deadline an adapter is still listened to: it may be telling that it gave up.
const GRACE: Duration = Duration::from_secs(1);

/// Adapters by their vendor.
#[derive(Default)]
pub(crate) struct InProcess(BTreeMap<VendorId, Arc<dyn Dispatch>>);

impl InProcess {
    /// The same, with one adapter more.
    pub(crate) fn with(mut self, vendor: VendorId, adapter: Arc<dyn Dispatch>) -> Self {
        self.0.insert(vendor, adapter);
        self
    }
}

#[async_trait]
impl AdapterTransport for InProcess {
    async fn carry(
        &self,
        vendor: &VendorId,
        payload: Vec<u8>,
        deadline: Timestamp,
    ) -> Result<Vec<u8>, TransportError> {
        let adapter = self.0.get(vendor).cloned().ok_or(TransportError::NoSuchVendor)?;
        let left = deadline.duration_since(SystemClock.now());
        let patience = Duration::try_from(left).unwrap_or_default() + GRACE;
        // A task of its own, as an invocation is: it goes on when nobody listens any more.
        let invocation = tokio::spawn(async move { adapter.dispatch(&payload).await });
        match tokio::time::timeout(patience, invocation).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(_)) => Err(TransportError::NoAnswer("the adapter panicked".to_owned())),
            Err(_) => Err(TransportError::NoAnswer(
                "the adapter was silent past its deadline".to_owned(),
            )),
        }
    }
}
