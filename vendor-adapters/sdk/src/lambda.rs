//! The whole `main` of an adapter on AWS Lambda.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use postern_keys::Sealer;
use serde_json::Value;

use crate::{Adapter, AdapterService, Dispatch, SystemClock, init_json_logs};

/// Answers Lambda invocations with `adapter` until the environment ends. The payload of an invocation is the contract's
/// request and its result the reply; an invocation itself never fails.
///
/// # Errors
/// If the Lambda runtime can't be reached, which is so everywhere but on Lambda.
pub async fn serve<A: Adapter>(adapter: A, sealer: Arc<dyn Sealer>) -> Result<(), Error> {
    init_json_logs();
    let service = AdapterService::new(adapter, sealer, Arc::new(SystemClock));
    let service = &service;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let request = serde_json::to_vec(&event.payload)?;
        Ok::<Value, Error>(serde_json::from_slice(&service.dispatch(&request).await)?)
    }))
    .await
}
