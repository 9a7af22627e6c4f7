//! Vendors' adapters as Lambda functions, called by a synchronous `Invoke`, once.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_lambda::{
    Client, Config,
    config::{StalledStreamProtectionConfig, retry::RetryConfig, timeout::TimeoutConfig},
    operation::invoke::InvokeOutput,
    primitives::Blob,
    types::InvocationType,
};
use jiff::{SignedDuration, Timestamp};
use postern_contract::ids::VendorId;
use serde::Deserialize;

use super::verdict::{Departure, verdict};
use crate::{
    ports::{AdapterTransport, Clock, TransportError},
    store::Store,
    vendor::VendorRecord,
};

/// For how long a warm function goes by what it has read of a vendor.
const VENDOR_KEPT: SignedDuration = SignedDuration::from_secs(60);
/// How long after the deadline an answer is still waited for: an adapter that ran out of time says itself whether it acted, which is
/// worth more than silence.
const GRACE: Duration = Duration::from_millis(500);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How much of a function's `errorType` goes into the log, in characters.
const ERROR_TYPE_CHARS_MAX: usize = 100;

/// Carries calls to the functions that the record names as the vendors' adapters.
///
/// A call is sent once: the SDK's retries are off, whatever the client says. A function is looked up in the record at most once a
/// minute, so a vendor that was changed or switched off is seen within that minute.
pub struct LambdaAdapters {
    client: Client,
    store: Store,
    clock: Arc<dyn Clock>,
    vendors: Mutex<HashMap<VendorId, (VendorRecord, Timestamp)>>,
}

impl fmt::Debug for LambdaAdapters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LambdaAdapters")
    }
}

impl LambdaAdapters {
    /// The adapters that `store` names, invoked through `client`.
    #[must_use]
    pub fn new(client: &Client, store: Store, clock: Arc<dyn Clock>) -> Self {
        let config = client
            .config()
            .to_builder()
            .retry_config(RetryConfig::disabled())
            // An adapter that thinks for ten seconds is no stalled stream.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self {
            client: Client::from_conf(config),
            store,
            clock,
            vendors: Mutex::default(),
        }
    }

    /// How long a call may still take.
    fn left(&self, deadline: Timestamp) -> Result<Duration, TransportError> {
        let left = deadline.duration_since(self.clock.now());
        Duration::try_from(left)
            .ok()
            .filter(|left| !left.is_zero())
            .ok_or_else(|| TransportError::NotReached("its deadline had passed".to_owned()))
    }

    async fn function(&self, vendor: &VendorId, deadline: Timestamp) -> Result<String, TransportError> {
        let now = self.clock.now();
        let kept = self
            .kept()
            .get(vendor)
            .filter(|(_, until)| now < *until)
            .map(|(record, _)| record.clone());
        let record = match kept {
            Some(record) => record,
            None => {
                let read = tokio::time::timeout(self.left(deadline)?, self.store.vendor(vendor)).await;
                let read =
                    read.map_err(|_| TransportError::NotReached("the record took too long".to_owned()))?;
                let record = read
                    .map_err(|error| {
                        TransportError::NotReached(format!("the vendor could not be read: {error}"))
                    })?
                    .ok_or(TransportError::NoSuchVendor)?;
                self.kept()
                    .insert(vendor.clone(), (record.clone(), now + VENDOR_KEPT));
                record
            }
        };
        if !record.active {
            return Err(TransportError::NotReached(
                "the vendor is switched off".to_owned(),
            ));
        }
        if !record.contract.is_understood() {
            return Err(TransportError::NotReached(
                "the adapter speaks another version of the contract".to_owned(),
            ));
        }
        Ok(record.adapter)
    }

    // A poisoned lock still holds a whole map: entries are put in at once.
    fn kept(&self) -> MutexGuard<'_, HashMap<VendorId, (VendorRecord, Timestamp)>> {
        self.vendors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AdapterTransport for LambdaAdapters {
    async fn carry(
        &self,
        vendor: &VendorId,
        payload: Vec<u8>,
        deadline: Timestamp,
    ) -> Result<Vec<u8>, TransportError> {
        let function = self.function(vendor, deadline).await?;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_timeout(self.left(deadline)?.saturating_add(GRACE))
            .build();
        let departure = Departure::default();
        let answer = self
            .client
            .invoke()
            .function_name(function)
            .invocation_type(InvocationType::RequestResponse)
            .payload(Blob::new(payload))
            .customize()
            .interceptor(departure.clone())
            .config_override(Config::builder().timeout_config(timeouts))
            .send()
            .await
            .map_err(|error| verdict(&error, &departure))?;
        reply(answer)
    }
}

/// What the function answered. One that failed may have acted before it did.
fn reply(answer: InvokeOutput) -> Result<Vec<u8>, TransportError> {
    let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
    if let Some(kind) = answer.function_error {
        let kind = kind.chars().take(ERROR_TYPE_CHARS_MAX).collect::<String>();
        return Err(TransportError::NoAnswer(format!(
            "the function failed: {kind} {}",
            error_type(&payload)
        )));
    }
    if payload.is_empty() {
        return Err(TransportError::NoAnswer(
            "the function gave an empty answer".to_owned(),
        ));
    }
    Ok(payload)
}

/// The name of a failed function's error. Its message is left where it is: a vendor's code wrote it, and it may hold anything.
fn error_type(payload: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Failure {
        #[serde(rename = "errorType")]
        error_type: String,
    }
    serde_json::from_slice::<Failure>(payload).map_or_else(
        |_| "(unnamed)".to_owned(),
        |failure| failure.error_type.chars().take(ERROR_TYPE_CHARS_MAX).collect(),
    )
}
