//! Why a carrier's request about its webhook endpoints is refused.

use serde::{Deserialize, Serialize};

/// A refusal, with a code that never changes its meaning. Nothing has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[error("refused: {}", self.code())]
pub enum WebhookRefusal {
    /// The carrier has as many endpoints as it may have.
    TooMany,
    /// The address is not one that may be posted to.
    AddressNotAllowed,
    /// The endpoint is switched off.
    Disabled,
}

impl WebhookRefusal {
    /// The stable code, as it stands in an answer.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooMany => "too_many_webhooks",
            Self::AddressNotAllowed => "webhook_address_not_allowed",
            Self::Disabled => "webhook_disabled",
        }
    }
}
