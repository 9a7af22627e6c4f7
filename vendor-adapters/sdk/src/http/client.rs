//! The client: ways to send, by how often a request may be repeated.

use std::{sync::Arc, time::Duration};

use postern_contract::adapter::Outcome;
use tracing::{debug, warn};

use super::line::{Bodies, Connection, Line};
use super::restraint::{Asked, Restraint};
use super::{
    Jitter, Reply, RestraintPolicy, RetryPolicy, SendError, SendFailure, VendorRequest, VendorService,
    describe_url,
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
    /// When readings are held back.
    pub restraint: RestraintPolicy,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            retry: RetryPolicy::default(),
            jitter: Jitter::default(),
            connect_timeout: Duration::from_secs(3),
            restraint: RestraintPolicy::default(),
        }
    }
}

/// The client could not be made: the machine's trusted certificates can't be read.
#[derive(Debug, thiserror::Error)]
#[error("can't set up TLS")]
pub struct ClientError(#[from] reqwest::Error);

/// Speaks HTTP with a vendor. Each call has a deadline; redirects are not followed and no proxy is taken from the
/// environment, so a request goes where it was meant to go or nowhere. It leaves a vendor alone that asks for it or is down, but for what an
/// order needs; its clones share what they know of that.
#[derive(Clone, Debug)]
pub struct DeadlineClient {
    line: Line,
    options: ClientOptions,
    restraint: Arc<Restraint>,
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
            restraint: Arc::new(Restraint::new(options.restraint)),
        })
    }

    /// A client of a vendor in this process.
    pub fn in_process(vendor: Arc<dyn VendorService>, options: ClientOptions) -> Self {
        Self {
            line: Line::Service(vendor),
            options,
            restraint: Arc::new(Restraint::new(options.restraint)),
        }
    }

    /// Sends a request that changes nothing at the vendor, and repeats it within the deadline if that may help. It is not sent while the
    /// vendor is to be left alone, unless an order waits for it.
    ///
    /// # Errors
    /// [`SendError`], always `not_executed`. An answer of any status is no error.
    pub async fn read(&self, request: &VendorRequest, deadline: &Deadline) -> Result<Reply, SendError> {
        if !deadline.is_of_an_order() {
            let asked = if deadline.is_of_a_door() {
                Asked::Door
            } else {
                Asked::Reading
            };
            self.restraint
                .admit(asked, request, deadline.link(), deadline.now())?;
        }
        let began = tokio::time::Instant::now();
        let result = self.read_patiently(request, deadline).await;
        self.restraint.learn(
            Asked::Reading,
            request,
            deadline.link(),
            &result,
            began.elapsed(),
            deadline.now(),
        );
        result
    }

    async fn read_patiently(&self, request: &VendorRequest, deadline: &Deadline) -> Result<Reply, SendError> {
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
        let began = tokio::time::Instant::now();
        let result = self.exchange_patiently(request, deadline).await;
        self.restraint.learn(
            Asked::Other,
            request,
            deadline.link(),
            &result,
            began.elapsed(),
            deadline.now(),
        );
        result
    }

    async fn exchange_patiently(
        &self,
        request: &VendorRequest,
        deadline: &Deadline,
    ) -> Result<Reply, SendError> {
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
        self.order(request, deadline, Bodies::Left).await
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
        self.order(request, deadline, Bodies::OfRefusals).await
    }

    /// The same for a vendor whose status says little: the body of any answer is read as far as it comes. One that breaks off, or is longer
    /// than [`RESPONSE_BYTES_MAX`], is empty.
    ///
    /// # Errors
    /// As [`Self::command`].
    ///
    /// [`RESPONSE_BYTES_MAX`]: crate::RESPONSE_BYTES_MAX
    pub async fn command_with_answer(
        &self,
        request: &VendorRequest,
        deadline: &Deadline,
    ) -> Result<Reply, SendError> {
        self.order(request, deadline, Bodies::AsTheyCome).await
    }

    async fn order(
        &self,
        request: &VendorRequest,
        deadline: &Deadline,
        bodies: Bodies,
    ) -> Result<Reply, SendError> {
        let began = tokio::time::Instant::now();
        let result = self.attempt(Connection::Fresh, request, deadline, bodies).await;
        self.restraint.learn(
            Asked::Other,
            request,
            deadline.link(),
            &result,
            began.elapsed(),
            deadline.now(),
        );
        result
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
