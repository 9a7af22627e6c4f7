//! Waiting until no open can leave any more.
//!
//! A revoked grant decides no further open. But one may have been put on record a moment before, and still be on its way to the
//! vendor: whoever was promised that nothing leaves is answered only once its outcome is on record, or the moment has passed after
//! which it does not leave.

use std::time::Duration;

use tokio::time::Instant;

use crate::{Error, Platform, deliveries, grant::Grant, promises::Guard};

/// The pause between two looks at a grant whose open is on its way.
const PAUSE: Duration = Duration::from_millis(50);
/// How much longer than a command's own time we look, in milliseconds, before giving up on a clock that does not move.
const GRACE_MS: u64 = 5_000;

/// Waits until no open of a delivery can leave any more.
pub(crate) async fn until_no_open_can_leave(platform: &Platform, grant: Grant) -> Result<Grant, Error> {
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
