//! Calling a vendor's adapter: JSON bytes out, JSON bytes in, whatever carries them.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use postern_contract::{
    adapter::{
        AdapterError, AdapterErrorKind, AdapterReply, AdapterRequest, AdapterResult, Answer, Call,
        ContractVersion,
    },
    ids::VendorId,
};

use crate::measures;

/// Why a call brought no reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// There is no adapter for this vendor.
    #[error("no adapter is registered for this vendor")]
    NoSuchVendor,
    /// The call certainly did not reach the adapter: throttled, refused, no connection.
    #[error("the adapter was not reached: {0}")]
    NotReached(String),
    /// The call may have reached the adapter: it timed out, crashed, or the connection broke.
    #[error("the adapter did not answer: {0}")]
    NoAnswer(String),
}

/// Carries a request to a vendor's adapter and its reply back.
///
/// An implementation MUST tell [`TransportError::NotReached`] from [`TransportError::NoAnswer`], MUST NOT repeat a call by
/// itself, and MUST give up no later than a moment after `deadline`.
#[async_trait]
pub trait AdapterTransport: Send + Sync {
    /// Carries one call.
    ///
    /// # Errors
    /// [`TransportError`].
    async fn carry(
        &self,
        vendor: &VendorId,
        payload: Vec<u8>,
        deadline: Timestamp,
    ) -> Result<Vec<u8>, TransportError>;
}

/// The adapters, as the core calls them.
#[derive(Clone)]
pub struct Adapters(Arc<dyn AdapterTransport>);

impl fmt::Debug for Adapters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Adapters")
    }
}

impl Adapters {
    /// The adapters behind `transport`.
    pub fn new(transport: Arc<dyn AdapterTransport>) -> Self {
        Self(transport)
    }

    /// Calls a vendor's adapter. `request_id` names the call in both sides' logs.
    ///
    /// # Errors
    /// The adapter's own error, or one made here of a call that brought no proper reply: with outcome `unknown` unless it
    /// certainly never arrived.
    pub async fn call(
        &self,
        vendor: &VendorId,
        request_id: String,
        deadline: Timestamp,
        call: Call,
    ) -> Result<Answer, AdapterError> {
        let operation = call.operation();
        let request = AdapterRequest {
            contract: ContractVersion::CURRENT,
            request_id,
            deadline,
            call,
        };
        let payload = serde_json::to_vec(&request).map_err(|_| {
            AdapterError::not_executed(
                AdapterErrorKind::Internal,
                "the request cannot be written as JSON",
            )
        })?;
        let bytes = self.0.carry(vendor, payload, deadline).await.map_err(|error| {
            tracing::warn!(%vendor, operation, %error, "an adapter gave no reply");
            measures::adapter_unanswered(vendor);
            unanswered(&error)
        })?;
        let reply: AdapterReply = serde_json::from_slice(&bytes).map_err(|_| {
            measures::adapter_unanswered(vendor);
            AdapterError::unknown(
                AdapterErrorKind::Internal,
                "the adapter's reply is not of the contract",
            )
        })?;
        if !reply.contract.is_understood() || reply.request_id != request.request_id {
            measures::adapter_unanswered(vendor);
            return Err(AdapterError::unknown(
                AdapterErrorKind::Internal,
                "the adapter's reply is to another call",
            ));
        }
        match reply.result {
            AdapterResult::Ok(answer) => Ok(answer),
            AdapterResult::Error(error) => {
                tracing::info!(%vendor, operation, kind = ?error.kind, outcome = ?error.outcome, "an adapter refused");
                if error.kind == AdapterErrorKind::VendorUnavailable {
                    measures::vendor_unavailable(vendor);
                }
                Err(error)
            }
        }
    }
}

fn unanswered(error: &TransportError) -> AdapterError {
    match error {
        TransportError::NoSuchVendor => {
            AdapterError::not_executed(AdapterErrorKind::Unsupported, "no adapter serves this vendor")
        }
        TransportError::NotReached(_) => {
            AdapterError::not_executed(AdapterErrorKind::VendorUnavailable, "the adapter was not reached")
        }
        TransportError::NoAnswer(_) => {
            AdapterError::unknown(AdapterErrorKind::TimedOut, "the adapter did not answer")
        }
    }
}

/// The error for an answer to another operation than the one that was asked.
#[must_use]
pub fn wrong_answer() -> AdapterError {
    AdapterError::unknown(
        AdapterErrorKind::Internal,
        "the adapter answered another operation",
    )
}
