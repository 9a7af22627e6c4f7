//! The one error of this crate's flows.

use postern_contract::{Invalid, adapter::AdapterError};
use postern_keys::KeyError;

use crate::{
    grant::Refusal, households::HouseholdRefusal, rates::Quota, store::StoreError, webhooks::WebhookRefusal,
};

/// Why a flow did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it is another's: the two are not told apart.
    #[error("there is no such thing here")]
    NotFound,
    /// A value breaks a rule that only shows when it is used.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A grant refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A household's own request is refused.
    #[error(transparent)]
    Household(#[from] HouseholdRefusal),
    /// A carrier's request about its webhook endpoints is refused.
    #[error(transparent)]
    Webhook(#[from] WebhookRefusal),
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The first request under this idempotency key has not come to its end.
    #[error("the first request under this idempotency key is still under way")]
    StillRunning,
    /// The carrier asks for more than it may. Nothing was done, and nothing is kept under the idempotency key.
    #[error("too many {} in a window", .0.name)]
    TooManyCalls(Quota),
    /// The door was opened as often as it may be for now. Nothing was done, and nothing is kept under the idempotency key.
    #[error("the door was opened too often")]
    DoorOpenedTooOften {
        /// In how many seconds it may be opened again.
        retry_after_s: u32,
    },
    /// What is to be changed is not as the caller saw it. Nothing was done.
    #[error("it has changed since the caller saw it")]
    Changed,
    /// The household has as many deliveries under way as it may have. Nothing was done, and nothing is kept under the
    /// idempotency key.
    #[error("there are too many deliveries under way at the household")]
    TooManyUnderWay,
    /// The record did not do what it should.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A key could not be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A vendor's adapter failed.
    #[error("a vendor's adapter failed: {0}")]
    Adapter(#[from] AdapterError),
    /// Many others changed the same thing at the same time, and trying again did not help.
    #[error("others kept changing the same thing")]
    Contended,
    /// The flow's own task panicked. What it had put on record is found and finished by the guardian.
    #[error("{0} panicked")]
    Panicked(&'static str),
    /// What the record holds is not what it should hold.
    #[error("the record holds something unexpected: {0}")]
    Corrupt(&'static str),
}
