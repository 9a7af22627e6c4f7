//! Calling a vendor's adapter with a link's credentials.

use jiff::Timestamp;
use postern_contract::{
    adapter::{AdapterError, AdapterErrorKind, Answer, Call, LinkInput, Outcome},
    customer::LinkState,
    ids::HouseholdId,
};

use super::refresh::refresh;
use crate::{Error, Platform, household::Link};

/// Calls the adapter of `link`. When it says, with nothing done, that the credentials have run out or the link is revoked, they are
/// refreshed and the call is made once more. The refresh is the vendor's last word on a link: if it too says revoked, the link is
/// broken, and that is recorded and told.
pub(crate) async fn call_with(
    platform: &Platform,
    household: HouseholdId,
    link: &Link,
    request_id: String,
    deadline: Timestamp,
    call: impl Fn(LinkInput) -> Call,
) -> Result<Answer, AdapterError> {
    if link.state != LinkState::Active {
        return Err(AdapterError::not_executed(
            AdapterErrorKind::LinkRevoked,
            "the link no longer works",
        ));
    }
    let input = |link: &Link| {
        call(LinkInput {
            link: link.id,
            credentials: link.credentials.clone(),
        })
    };
    let first = platform
        .adapters
        .call(&link.vendor, request_id.clone(), deadline, input(link))
        .await;
    let expired = matches!(
        &first,
        Err(error) if error.outcome == Outcome::NotExecuted
            && matches!(error.kind, AdapterErrorKind::CredentialsExpired | AdapterErrorKind::LinkRevoked)
    );
    if !expired {
        return first;
    }
    let fresh = refresh(platform, household, link.id, &link.credentials)
        .await
        .map_err(|error| match error {
            // The refresh may have failed half-way; the call that it was for certainly was not made.
            Error::Adapter(error) => AdapterError {
                outcome: Outcome::NotExecuted,
                ..error
            },
            other => {
                tracing::warn!(link = %link.id, error = %other, "a link could not be refreshed");
                AdapterError::not_executed(
                    AdapterErrorKind::CredentialsExpired,
                    "the link could not be refreshed",
                )
            }
        })?;
    if platform.now() >= deadline {
        return Err(AdapterError::not_executed(
            AdapterErrorKind::TimedOut,
            "refreshing the link took too long",
        ));
    }
    platform
        .adapters
        .call(&fresh.vendor, request_id, deadline, input(&fresh))
        .await
}
