//! The client: ways to send, by how often a request may be repeated.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use postern_contract::adapter::Outcome;
use reqwest::{StatusCode, header::HeaderMap};
use tracing::{debug, warn};

use super::{
    Jitter, RESPONSE_BYTES_MAX, Reply, RetryPolicy, SendError, SendFailure, VendorRequest, describe_url,
};
use crate::Deadline;

/// How the client behaves.
#[derive(Clone, Copy, Debug)]
pub struct ClientOptions {
    /// For requests that may be repeated.
    pub retry: RetryPolicy,
    /// The spread of the waits between them.
    pub jitter: Jitter,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            jitter: Jitter::default(),
            connect_timeout: Duration::from_secs(3),
        }
    }
}

/// The client could not be made: the machine's trusted certificates can't be read.
#[derive(Debug, thiserror::Error)]
#[error("can't set up TLS")]
pub struct ClientError(#[from] reqwest::Error);

/// Speaks HTTP with a vendor. Each call has a deadline; redirects are not followed and no proxy is taken from the
/// environment, so a request goes where it was meant to go or nowhere.
#[derive(Clone, Debug)]
pub struct DeadlineClient {
    line: Line,
    options: ClientOptions,
}

/// What carries a request.
#[derive(Clone, Debug)]
enum Line {
    Sockets {
        /// Keeps connections, for what may be repeated.
        pooled: reqwest::Client,
        /// Makes a fresh connection each time. On a kept one, that the vendor may have closed meanwhile, a command's
        /// failure would leave in doubt whether it arrived.
        fresh: reqwest::Client,
    },
    Service(Arc<dyn VendorService>),
}

/// Which connection a request may take.
#[derive(Clone, Copy, Debug)]
enum Connection {
    Pooled,
    Fresh,
}

/// Which bodies are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bodies {
    /// All.
    Read,
    /// Those of a refusal (400 to 499), as far as they come.
    OfRefusals,
    /// All, as far as they come.
    AsTheyCome,
    /// None.
    Left,
}

impl Bodies {
    const fn wanted(self, status: StatusCode) -> bool {
        match self {
            Self::Read | Self::AsTheyCome => true,
            Self::OfRefusals => status.as_u16() / 100 == 4,
            Self::Left => false,
        }
    }
}

/// A vendor in this process, reached without a socket: for simulations.
#[async_trait]
pub trait VendorService: Send + Sync {
    /// Carries one request, and its whole answer back.
    ///
    /// # Errors
    /// [`SendFailure::NotConnected`] only when the vendor certainly has nothing of it; [`SendFailure::Interrupted`] otherwise.
    async fn carry(&self, request: &VendorRequest) -> Result<ServiceAnswer, SendFailure>;
}

impl fmt::Debug for dyn VendorService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VendorService")
    }
}

/// An answer of a [`VendorService`].
#[derive(Debug)]
pub struct ServiceAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

impl DeadlineClient {
    /// A client that trusts the machine's certificates.
    ///
    /// # Errors
    /// [`ClientError`] if they can't be read.
    pub fn new(options: ClientOptions) -> Result<Self, ClientError> {
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .connect_timeout(options.connect_timeout)
                .user_agent(concat!("postern-adapter/", env!("CARGO_PKG_VERSION")))
        };
        let fresh = builder().pool_max_idle_per_host(0).build()?;
        let pooled = builder().build()?;
        Ok(Self {
            line: Line::Sockets { pooled, fresh },
            options,
        })
    }

    /// A client of a vendor in this process.
    pub fn in_process(vendor: Arc<dyn VendorService>, options: ClientOptions) -> Self {
        Self {
            line: Line::Service(vendor),
            options,
        }
    }

    /// Sends a request that changes nothing at the vendor, and repeats it within the deadline if that may help.
    ///
    /// # Errors
    /// [`SendError`], always `not_executed`. An answer of any status is no error.
    pub async fn read(&self, request: &VendorRequest, deadline: &Deadline) -> Result<Reply, SendError> {
        let mut attempt = 1;
        loop {
            let result = self
                .attempt(Connection::Pooled, request, deadline, Bodies::Read)
                .await;
            let wait = match &result {
                Ok(reply) => self
                    .options
                    .retry
                    .after_reply(attempt, reply, &self.options.jitter),
                Err(error) => self
                    .options
                    .retry
                    .after_failure(attempt, error.failure, &self.options.jitter),
            };
            match wait.filter(|wait| *wait < deadline.remaining()) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return result.map_err(SendError::of_a_read),
            }
            attempt += 1;
        }
    }

    /// Sends a request that changes something but no door, such as a token exchange. It is repeated only while it is
    /// certain that none of it has left.
    ///
    /// # Errors
    /// [`SendError`], `unknown` as soon as the vendor may have acted. An answer of any status is no error.
    pub async fn exchange(&self, request: &VendorRequest, deadline: &Deadline) -> Result<Reply, SendError> {
        let mut attempt = 1;
        loop {
            let result = self
                .attempt(Connection::Fresh, request, deadline, Bodies::Read)
                .await;
            let wait = match &result {
                Err(SendError {
                    outcome: Outcome::NotExecuted,
                    failure,
                }) => self
                    .options
                    .retry
                    .after_failure(attempt, *failure, &self.options.jitter),
                _ => None,
            };
            match wait.filter(|wait| *wait < deadline.remaining()) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => return result,
            }
            attempt += 1;
        }
    }

    /// Sends a door command: once at most, never at or after the deadline, never again. The body is not read, as the
    /// status is all there is to know.
    ///
    /// # Errors
    /// [`SendError`], `not_executed` only if no connection was made or it was too late to make one. An answer of any
    /// status is no error: see [`Reply::command_error`].
    pub async fn command(&self, request: &VendorRequest, deadline: &Deadline) -> Result<Reply, SendError> {
        self.attempt(Connection::Fresh, request, deadline, Bodies::Left)
            .await
    }

    /// The same for a vendor that words its refusals: the body of an answer from 400 to 499 is read as far as it comes. Its status is
    /// known before, and stays known if the body breaks off.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub async fn command_with_reason(
        &self,
        request: &VendorRequest,
        deadline: &Deadline,
    ) -> Result<Reply, SendError> {
        self.attempt(Connection::Fresh, request, deadline, Bodies::OfRefusals)
            .await
    }

    /// The same for a vendor whose status says little: the body of any answer is read as far as it comes. One that breaks off, or is longer
    /// than [`RESPONSE_BYTES_MAX`], is empty.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub async fn command_with_answer(
        &self,
        request: &VendorRequest,
        deadline: &Deadline,
    ) -> Result<Reply, SendError> {
        self.attempt(Connection::Fresh, request, deadline, Bodies::AsTheyCome)
            .await
    }

    async fn attempt(
        &self,
        connection: Connection,
        request: &VendorRequest,
        deadline: &Deadline,
        bodies: Bodies,
    ) -> Result<Reply, SendError> {
        if deadline.is_past() {
            return Err(SendError {
                outcome: Outcome::NotExecuted,
                failure: SendFailure::TooLate,
            });
        }
        let began = tokio::time::Instant::now();
        let result = match deadline
            .bound(self.line.exchange_once(connection, request, deadline, bodies))
            .await
        {
            Ok(result) => result,
            Err(_) => Err(SendError {
                outcome: Outcome::Unknown,
                failure: SendFailure::NoAnswerInTime,
            }),
        };
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (method, url) = (&request.method, describe_url(&request.url));
        match &result {
            Ok(reply) => {
                debug!(%method, url, status = reply.status.as_u16(), elapsed_ms, "the vendor answered");
            }
            Err(error) => {
                warn!(%method, url, outcome = ?error.outcome, %error, elapsed_ms, "no answer from the vendor");
            }
        }
        result
    }
}

impl Line {
    async fn exchange_once(
        &self,
        connection: Connection,
        request: &VendorRequest,
        deadline: &Deadline,
        bodies: Bodies,
    ) -> Result<Reply, SendError> {
        match (self, connection) {
            (Self::Sockets { pooled, .. }, Connection::Pooled) => {
                over_sockets(pooled, request, deadline, bodies).await
            }
            (Self::Sockets { fresh, .. }, Connection::Fresh) => {
                over_sockets(fresh, request, deadline, bodies).await
            }
            (Self::Service(vendor), _) => over_service(&**vendor, request, deadline, bodies).await,
        }
    }
}

async fn over_service(
    vendor: &dyn VendorService,
    request: &VendorRequest,
    deadline: &Deadline,
    bodies: Bodies,
) -> Result<Reply, SendError> {
    let answer = vendor.carry(request).await.map_err(|failure| SendError {
        outcome: if failure == SendFailure::NotConnected {
            Outcome::NotExecuted
        } else {
            Outcome::Unknown
        },
        failure,
    })?;
    let mut reply = Reply::without_body(answer.status, &answer.headers, deadline.now());
    if !bodies.wanted(reply.status) {
        return Ok(reply);
    }
    if answer.body.len() <= RESPONSE_BYTES_MAX {
        reply.body = answer.body;
    } else if bodies == Bodies::Read {
        return Err(TOO_LONG);
    }
    Ok(reply)
}

async fn over_sockets(
    client: &reqwest::Client,
    request: &VendorRequest,
    deadline: &Deadline,
    bodies: Bodies,
) -> Result<Reply, SendError> {
    let sent = client
        .request(request.method.clone(), request.url.clone())
        .headers(request.headers.clone())
        .body(request.body.clone())
        .send()
        .await;
    let mut response = sent.map_err(failure)?;
    let mut reply = Reply::without_body(response.status(), response.headers(), deadline.now());
    if !bodies.wanted(reply.status) {
        return Ok(reply);
    }
    match whole_body(&mut response).await {
        Ok(body) => reply.body = body,
        Err(error) if bodies == Bodies::Read => return Err(error),
        Err(_) => {}
    }
    Ok(reply)
}

async fn whole_body(response: &mut reqwest::Response) -> Result<Vec<u8>, SendError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > RESPONSE_BYTES_MAX {
            return Err(TOO_LONG);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

const TOO_LONG: SendError = SendError {
    outcome: Outcome::Unknown,
    failure: SendFailure::AnswerTooLong,
};

/// Sorts an error by whether anything can have left.
fn failure(error: reqwest::Error) -> SendError {
    // Without the address, whose query may hold a secret.
    let error = error.without_url();
    debug!(error = &error as &dyn std::error::Error, "the request failed");
    if error.is_builder() {
        SendError::not_sendable()
    } else if error.is_connect() {
        SendError {
            outcome: Outcome::NotExecuted,
            failure: SendFailure::NotConnected,
        }
    } else if error.is_timeout() {
        SendError {
            outcome: Outcome::Unknown,
            failure: SendFailure::NoAnswerInTime,
        }
    } else {
        SendError {
            outcome: Outcome::Unknown,
            failure: SendFailure::Interrupted,
        }
    }
}
