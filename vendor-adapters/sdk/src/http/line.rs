//! What carries a request: sockets, or a vendor in this process.

use std::sync::Arc;

use postern_contract::adapter::Outcome;
use reqwest::StatusCode;
use tracing::debug;

use super::{RESPONSE_BYTES_MAX, Reply, SendError, SendFailure, VendorRequest, VendorService};
use crate::Deadline;

/// What carries a request.
#[derive(Clone, Debug)]
pub(super) enum Line {
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
pub(super) enum Connection {
    Pooled,
    Fresh,
}

/// Which bodies are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bodies {
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

impl Line {
    pub(super) async fn exchange_once(
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
