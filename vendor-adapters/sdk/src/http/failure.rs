//! Why no answer came, and whether the request may have been acted on all the same.

use postern_contract::adapter::{AdapterError, AdapterErrorKind, Outcome};

/// No answer came from the vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{failure}")]
pub struct SendError {
    /// `NotExecuted` only where it is certain that the vendor did not act, or that there was nothing to act on.
    pub outcome: Outcome,
    /// What happened.
    pub failure: SendFailure,
}

/// The ways in which no answer comes. They hold no address and no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendFailure {
    /// It was too late to send anything.
    #[error("the deadline had passed before anything was sent")]
    TooLate,
    /// The name was not found, or nobody answered there, or not with a certificate to be trusted.
    #[error("the vendor could not be reached")]
    NotConnected,
    /// The deadline came while waiting.
    #[error("the vendor did not answer in time")]
    NoAnswerInTime,
    /// The connection broke, or what came was not HTTP.
    #[error("the connection broke before the answer was complete")]
    Interrupted,
    /// The answer was longer than [`RESPONSE_BYTES_MAX`](super::RESPONSE_BYTES_MAX).
    #[error("the answer was too long")]
    AnswerTooLong,
    /// The vendor asked to be left alone, and nothing was sent.
    #[error("the vendor asked to be left alone for {seconds} more seconds; nothing was sent")]
    LeftAlone {
        /// For how much longer.
        seconds: u32,
    },
    /// The vendor did not answer again and again, and nothing was sent.
    #[error(
        "the vendor has not answered for some time and is tried again in {seconds} seconds; nothing was sent"
    )]
    TakenForDown {
        /// When somebody is let through to see.
        seconds: u32,
    },
    /// The request could not be formed.
    #[error("the request could not be formed")]
    NotSendable,
}

impl SendError {
    /// The request could not be formed, so nothing was sent.
    #[must_use]
    pub const fn not_sendable() -> Self {
        Self {
            outcome: Outcome::NotExecuted,
            failure: SendFailure::NotSendable,
        }
    }

    pub(crate) const fn held_back(failure: SendFailure) -> Self {
        Self {
            outcome: Outcome::NotExecuted,
            failure,
        }
    }

    /// The same failure of a request that changes nothing at the vendor.
    pub(crate) const fn of_a_read(self) -> Self {
        Self {
            outcome: Outcome::NotExecuted,
            ..self
        }
    }
}

impl From<SendError> for AdapterError {
    fn from(error: SendError) -> Self {
        let kind = match error.failure {
            SendFailure::TooLate | SendFailure::NoAnswerInTime => AdapterErrorKind::TimedOut,
            SendFailure::NotConnected | SendFailure::Interrupted | SendFailure::AnswerTooLong => {
                AdapterErrorKind::VendorUnavailable
            }
            SendFailure::TakenForDown { .. } => AdapterErrorKind::VendorUnavailable,
            SendFailure::LeftAlone { .. } => AdapterErrorKind::RateLimited,
            SendFailure::NotSendable => AdapterErrorKind::Internal,
        };
        let wait = match error.failure {
            SendFailure::LeftAlone { seconds } | SendFailure::TakenForDown { seconds } => Some(seconds),
            _ => None,
        };
        let told = match error.outcome {
            Outcome::NotExecuted => Self::not_executed(kind, error.to_string()),
            Outcome::Unknown => Self::unknown(kind, error.to_string()),
        };
        told.with_retry_after(wait)
    }
}
