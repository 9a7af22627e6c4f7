//! Ending grants, and waiting until no open can leave any more.
//!
//! A revoked grant decides no further open. But one may have been put on record a moment before, and still be on its way to the
//! vendor: whoever was promised that nothing leaves is answered only once its outcome is on record, or the moment has passed after
//! which it does not leave.

use std::time::Duration;

use tokio::time::Instant;

use postern_contract::{
    delivery::{GrantState, RevocationReason},
    ids::{DeliveryId, HouseholdId},
};

use crate::{Error, Platform, deliveries, grant::Grant, promises::Guard};

/// The pause between two looks at a grant whose open is on its way.
const PAUSE: Duration = Duration::from_millis(50);
/// How much longer than a command's own time we look, in milliseconds, before giving up on a clock that does not move.
const GRACE_MS: u64 = 5_000;

/// What became of the grants that were ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Nothing is left to be done for these.
    pub(crate) revoked: Vec<DeliveryId>,
    /// The door is or may be in use for these: the guardian closes it and watches.
    pub(crate) closing: Vec<DeliveryId>,
}

/// Ends every grant of a household that is under way and `concerns` the matter. When it returns, no open of theirs can leave. All
/// are tried, also when one fails.
pub(crate) async fn end_grants(
    platform: &Platform,
    household: HouseholdId,
    reason: RevocationReason,
    concerns: impl Fn(&Grant) -> bool,
) -> Result<Ended, Error> {
    let (revoked, failed) = revoke_each(platform, household, reason, concerns).await?;
    let mut ended = Ended::default();
    for grant in revoked {
        let grant = until_no_open_can_leave(platform, grant).await?;
        if grant.state.is_end() || grant.state == GrantState::Closed {
            ended.revoked.push(grant.delivery);
        } else {
            ended.closing.push(grant.delivery);
        }
    }
    failed.map_or(Ok(ended), Err)
}

/// The same without the waiting: for a link that no longer works, through which nothing can leave anyway, and which may be found out
/// about by the very open that would be waited for.
pub(crate) async fn revoke_grants(
    platform: &Platform,
    household: HouseholdId,
    reason: RevocationReason,
    concerns: impl Fn(&Grant) -> bool,
) -> Result<(), Error> {
    let (_, failed) = revoke_each(platform, household, reason, concerns).await?;
    failed.map_or(Ok(()), Err)
}

/// Revokes each that is concerned; hands back what they are now, and the last failure.
async fn revoke_each(
    platform: &Platform,
    household: HouseholdId,
    reason: RevocationReason,
    concerns: impl Fn(&Grant) -> bool,
) -> Result<(Vec<Grant>, Option<Error>), Error> {
    let under_way = platform.store.active_of(household).await?;
    let grants: Vec<Grant> = platform.store.grants(&under_way).await?;
    let mut revoked = Vec::new();
    let mut failed = None;
    for grant in grants.iter().filter(|grant| concerns(grant)) {
        match deliveries::revoke(platform, grant.delivery, reason).await {
            Ok(grant) => revoked.push(grant),
            Err(error) => {
                tracing::error!(delivery = %grant.delivery, %error, "a grant could not be ended");
                failed = Some(error);
            }
        }
    }
    Ok((revoked, failed))
}

/// Waits until no open of a delivery can leave any more.
pub(super) async fn until_no_open_can_leave(platform: &Platform, grant: Grant) -> Result<Grant, Error> {
    let started = Instant::now();
    let patience = Duration::try_from(platform.limits.send_within).unwrap_or_default();
    let longest = patience + Duration::from_millis(GRACE_MS);
    let mut grant = grant;
    while platform.limits.stands(Guard::OffWaits) && grant.open_may_leave(platform.now(), &platform.limits) {
        if started.elapsed() > longest {
            return Err(Error::Contended);
        }
        tokio::time::sleep(PAUSE).await;
        let loaded = deliveries::load(platform, grant.delivery).await?;
        grant = loaded.ok_or(Error::Corrupt("a grant that vanished"))?.grant;
    }
    Ok(grant)
}
