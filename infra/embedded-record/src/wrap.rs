//! The HTTP client around the plain one, with the recorder and the faults in between.

use std::{sync::Arc, time::Instant};

use aws_sdk_dynamodb::config::{
    RuntimeComponents,
    http::{HttpRequest, HttpResponse},
};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::Value;

use crate::{
    Exchange, Fault, Faults, Recorder, Request,
    fault::{instead, timeout},
};

/// The plain HTTP client, watched.
#[derive(Debug)]
pub(crate) struct Wrapped {
    plain: SharedHttpClient,
    watch: Arc<Watch>,
}

#[derive(Debug)]
struct Watch {
    recorder: Option<Recorder>,
    faults: Option<Faults>,
}

impl Wrapped {
    pub(crate) fn new(plain: SharedHttpClient, recorder: Option<Recorder>, faults: Option<Faults>) -> Self {
        Self {
            plain,
            watch: Arc::new(Watch { recorder, faults }),
        }
    }
}

impl HttpClient for Wrapped {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let plain = self.plain.http_connector(settings, components);
        if self.watch.recorder.is_none() && self.watch.faults.is_none() {
            return plain;
        }
        SharedHttpConnector::new(Watched {
            plain,
            watch: Arc::clone(&self.watch),
        })
    }
}

#[derive(Debug)]
struct Watched {
    plain: SharedHttpConnector,
    watch: Arc<Watch>,
}

impl HttpConnector for Watched {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (plain, watch) = (self.plain.clone(), Arc::clone(&self.watch));
        HttpConnectorFuture::new(async move { watch.carry(&plain, request).await })
    }
}

impl Watch {
    async fn carry(
        &self,
        plain: &SharedHttpConnector,
        mut request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let operation = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.rsplit('.').next())
            .unwrap_or_default()
            .to_owned();
        let mut body: Value = request
            .body()
            .bytes()
            .and_then(|bytes| serde_json::from_slice(bytes).ok())
            .unwrap_or_default();
        let fault = self.faults.as_ref().and_then(|faults| {
            faults.judge(&Request {
                operation: &operation,
                body: &body,
            })
        });
        if self.recorder.as_ref().is_some_and(Recorder::measures_capacity) && !is_table_call(&operation) {
            body["ReturnConsumedCapacity"] = "TOTAL".into();
            let text = body.to_string();
            request
                .headers_mut()
                .insert("content-length", text.len().to_string());
            *request.body_mut() = SdkBody::from(text);
        }
        let started = Instant::now();
        let result = match fault {
            None => plain.call(request).await,
            Some(Fault::LeftForLater) if operation != "BatchGetItem" => plain.call(request).await,
            Some(Fault::TimeoutAfter) => plain.call(request).await.and(Err(timeout())),
            Some(fault) => instead(
                fault,
                &Request {
                    operation: &operation,
                    body: &body,
                },
            ),
        };
        let Some(recorder) = &self.recorder else {
            return result;
        };
        let (result, capacity) = match result {
            Ok(response) => measured(response).await?,
            Err(error) => (Err(error), None),
        };
        recorder.note(Exchange {
            table: table(&body),
            operation,
            started,
            ended: Instant::now(),
            status: result.as_ref().ok().map(|response| response.status().as_u16()),
            capacity,
        });
        result
    }
}

type Measured = (Result<HttpResponse, ConnectorError>, Option<f64>);

/// Reads the answer to its end, so that its time is the whole round trip, and finds what it cost.
async fn measured(mut response: HttpResponse) -> Result<Measured, ConnectorError> {
    let bytes = ByteStream::new(response.take_body())
        .collect()
        .await
        .map_err(|error| ConnectorError::io(error.into()))?
        .into_bytes();
    let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let capacity = match &answer["ConsumedCapacity"] {
        Value::Array(tables) => Some(
            tables
                .iter()
                .filter_map(|one| one["CapacityUnits"].as_f64())
                .sum(),
        ),
        one => one["CapacityUnits"].as_f64(),
    };
    *response.body_mut() = SdkBody::from(bytes);
    Ok((Ok(response), capacity))
}

fn is_table_call(operation: &str) -> bool {
    operation.ends_with("Table") || operation.ends_with("TimeToLive")
}

fn table(body: &Value) -> Option<String> {
    let named = body["TableName"].as_str().map(str::to_owned);
    named.or_else(|| match (&body["TransactItems"], &body["RequestItems"]) {
        (Value::Array(items), _) => items.first()?.as_object()?.values().next()?["TableName"]
            .as_str()
            .map(str::to_owned),
        (_, Value::Object(tables)) => tables.keys().next().cloned(),
        _ => None,
    })
}
