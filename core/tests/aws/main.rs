//! The ports' lives on AWS, against Lambda and SQS played in memory and over real sockets.

#![cfg(feature = "aws")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod adapters;
mod follow_ups;
mod measures;
mod settings;
mod sockets;

use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::config::{Credentials, SharedCredentialsProvider, http::HttpRequest};
use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
            SharedHttpConnector,
        },
        orchestrator::HttpResponse,
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use jiff::{SignedDuration, Timestamp};
use postern_core::ports::Clock;

/// What a played service does with a request.
#[derive(Debug, Clone)]
enum Play {
    /// Answers with a status, headers and a body.
    Answer(u16, Vec<(&'static str, &'static str)>, String),
    /// Never answers.
    Silence,
    /// The connection breaks after the request is out.
    Broken,
    /// The answer ends in its middle.
    CutShort,
}

/// A request as the service got it.
#[derive(Debug, Clone)]
struct Asked {
    uri: String,
    header: Option<String>,
    body: Vec<u8>,
}

/// A service in memory. Clones share what it saw.
#[derive(Debug, Clone)]
struct Service {
    play: Arc<Mutex<Play>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Service {
    fn that(play: Play) -> Self {
        Self {
            play: Arc::new(Mutex::new(play)),
            asked: Arc::default(),
        }
    }

    fn now_plays(&self, play: Play) {
        *self.play.lock().unwrap() = play;
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn config(&self) -> SdkConfig {
        config(SharedHttpClient::new(self.clone()), None)
    }
}

impl HttpClient for Service {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Service {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.asked.lock().unwrap().push(Asked {
            uri: request.uri().to_owned(),
            header: request.headers().get("x-amz-invocation-type").map(str::to_owned),
            body: request.body().bytes().unwrap_or_default().to_vec(),
        });
        match self.play.lock().unwrap().clone() {
            Play::Silence => HttpConnectorFuture::new(std::future::pending()),
            Play::Broken => HttpConnectorFuture::ready(Err(ConnectorError::io("connection reset".into()))),
            Play::CutShort => {
                HttpConnectorFuture::ready(Err(ConnectorError::other("incomplete".into(), None)))
            }
            Play::Answer(status, headers, body) => {
                let status = StatusCode::try_from(status).unwrap();
                let mut response = HttpResponse::new(status, SdkBody::from(body));
                for (name, value) in headers {
                    response.headers_mut().insert(name, value);
                }
                HttpConnectorFuture::ready(Ok(response))
            }
        }
    }
}

/// A place on AWS that is played by `http`.
fn config(http: SharedHttpClient, endpoint: Option<&str>) -> SdkConfig {
    let credentials = Credentials::new("AKID", "unused", None, None, "test");
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("ca-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http);
    config.set_endpoint_url(endpoint.map(str::to_owned));
    config.build()
}

/// A clock that is moved by hand.
#[derive(Debug, Clone)]
struct Hands(Arc<Mutex<Timestamp>>);

impl Hands {
    fn at_noon() -> Self {
        Self(Arc::new(Mutex::new("2026-11-23T12:00:00Z".parse().unwrap())))
    }

    fn forward(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}
