//! A vendor that answers what a test tells it to, and a clock moved by hand.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use jiff::Timestamp;
use postern_adapter_sdk::{
    CallContext, ClientOptions, Clock, Deadline, DeadlineClient, Jitter, RetryPolicy, VendorRequest,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

pub(crate) struct HandClock(Mutex<Timestamp>);

impl HandClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-03-02T15:00:00Z".parse().unwrap())))
    }

    pub(crate) fn pass(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

pub(crate) fn deadline_in(clock: &Arc<HandClock>, span: Duration) -> Deadline {
    Deadline::new(clock.now() + span, Arc::clone(clock) as Arc<dyn Clock>)
}

pub(crate) fn call_in(clock: &Arc<HandClock>) -> CallContext {
    CallContext::new("req-1", deadline_in(clock, Duration::from_secs(20)))
}

/// A client that retries at once.
pub(crate) fn client() -> DeadlineClient {
    let retry = RetryPolicy {
        base_delay: Duration::from_millis(1),
        ..RetryPolicy::default()
    };
    let jitter = Jitter::from_source(|| u32::MAX);
    DeadlineClient::new(ClientOptions {
        retry,
        jitter,
        ..ClientOptions::default()
    })
    .unwrap()
}

/// A vendor on a port of this machine.
pub(crate) struct Vendor {
    pub(crate) address: SocketAddr,
    hits: Arc<AtomicUsize>,
}

impl Vendor {
    /// Answers the n-th request, from 1, with what `answer` gives.
    pub(crate) async fn answering<F, R>(answer: F) -> Self
    where
        F: Fn(usize, Request) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response<Body>> + Send + 'static,
    {
        let hits = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&hits);
        let app = Router::new().fallback(move |request: Request| {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            answer(number, request)
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, hits }
    }

    /// Reads each request to the end of its head, writes `bytes` and hangs up.
    pub(crate) async fn saying(bytes: &'static [u8]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let hits = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&hits);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                let mut buffer = [0; 1024];
                while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                    match stream.read(&mut buffer).await {
                        Ok(0) | Err(_) => break,
                        Ok(read) => head.extend_from_slice(&buffer[..read]),
                    }
                }
                count.fetch_add(1, Ordering::SeqCst);
                stream.write_all(bytes).await.unwrap();
            }
        });
        Self { address, hits }
    }

    pub(crate) fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(crate) fn get(&self) -> VendorRequest {
        VendorRequest::new(reqwest::Method::GET, self.url("/door?key=q-secret"))
    }

    pub(crate) fn put(&self) -> VendorRequest {
        VendorRequest::new(reqwest::Method::PUT, self.url("/door/open"))
    }
}

pub(crate) fn answer(status: u16, media_type: &str, body: impl Into<Body>) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", media_type)
        .body(body.into())
        .unwrap()
}

/// A port on which nobody listens.
pub(crate) async fn nobody() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap()
        .local_addr()
        .unwrap()
}
