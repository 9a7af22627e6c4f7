//! What a token endpoint's refusals mean, and whether the old refresh token may be spent.

use oauth2::RequestTokenError;
use oauth2::basic::{BasicErrorResponse, BasicErrorResponseType};
use postern_contract::adapter::{AdapterError, AdapterErrorKind};

use crate::{Reply, SendError};

/// What was being exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    Code,
    Refresh,
}

/// No OAuth answer came from the token endpoint.
#[derive(Debug, thiserror::Error)]
pub(super) enum TokenCallError {
    #[error(transparent)]
    NotAnswered(#[from] SendError),
    #[error("{0}")]
    Judged(AdapterError),
}

/// Lets through what the `oauth2` crate can judge: a success, or an error of RFC 6749, section 5.2, both in JSON.
pub(super) fn check(reply: &Reply) -> Result<(), TokenCallError> {
    let status = reply.status.as_u16();
    let message = format!("the token endpoint answered with status {status}");
    let error = match status {
        200 if reply.is_json => return Ok(()),
        400..=499 if status != 429 && is_oauth_error(reply) => return Ok(()),
        429 => AdapterError::not_executed(AdapterErrorKind::RateLimited, message)
            .with_retry_after(reply.retry_after_seconds),
        // A firewall in front of the identity host: the request did not come through to it.
        403 if !reply.is_json => AdapterError::not_executed(
            AdapterErrorKind::VendorUnavailable,
            format!("{message} and a page"),
        ),
        400..=499 => {
            AdapterError::not_executed(AdapterErrorKind::Rejected, format!("{message} and no reason"))
        }
        // Its own failure, a redirect, or a success that is no token answer: a single-use token may be spent.
        _ => AdapterError::unknown(AdapterErrorKind::VendorUnavailable, message)
            .with_retry_after(reply.retry_after_seconds),
    };
    Err(TokenCallError::Judged(error))
}

fn is_oauth_error(reply: &Reply) -> bool {
    reply.is_json && serde_json::from_slice::<BasicErrorResponse>(&reply.body).is_ok()
}

/// What the failed exchange means for the link.
pub(super) fn judge(
    error: RequestTokenError<TokenCallError, BasicErrorResponse>,
    grant: Grant,
) -> AdapterError {
    match error {
        RequestTokenError::Request(TokenCallError::Judged(error)) => error,
        RequestTokenError::Request(TokenCallError::NotAnswered(error)) => error.into(),
        RequestTokenError::ServerResponse(refusal) => judge_refusal(&refusal, grant),
        // A success that is no token answer. Its content is not repeated, as it may hold tokens.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => AdapterError::unknown(
            AdapterErrorKind::VendorUnavailable,
            "the token endpoint answered in an unexpected form",
        ),
    }
}

fn judge_refusal(refusal: &BasicErrorResponse, grant: Grant) -> AdapterError {
    let (kind, message) = match (refusal.error(), grant) {
        (BasicErrorResponseType::InvalidGrant, Grant::Refresh) => (
            AdapterErrorKind::LinkRevoked,
            "the vendor no longer takes the refresh token; the household has to link again",
        ),
        (BasicErrorResponseType::InvalidGrant, Grant::Code) => (
            AdapterErrorKind::Rejected,
            "the vendor does not take the code: wrong, used or too old",
        ),
        // Not the household's fault: to call the link revoked would make every household link again in vain.
        (BasicErrorResponseType::InvalidClient | BasicErrorResponseType::UnauthorizedClient, _) => (
            AdapterErrorKind::Rejected,
            "the vendor does not take this adapter's client id and secret",
        ),
        _ => (
            AdapterErrorKind::Rejected,
            "the vendor refused the token exchange",
        ),
    };
    AdapterError::not_executed(kind, message)
}
