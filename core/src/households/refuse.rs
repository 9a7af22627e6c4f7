//! Refusing one delivery.

use postern_contract::{
    delivery::{DeliveryView, RevocationReason},
    ids::{DeliveryId, HouseholdId},
};

use super::ending::until_no_open_can_leave;
use crate::{Error, Platform, deliveries};

/// Takes the right back from one delivery. When it returns, no open of it can leave; a door in use is closed and watched. Refusing
/// what is refused, or has ended, changes nothing. Runs to its end even when the caller hangs up.
///
/// # Errors
/// [`Error::NotFound`] also for another household's; [`Error::Store`], [`Error::Contended`].
pub async fn refuse(
    platform: &Platform,
    household: HouseholdId,
    delivery: DeliveryId,
) -> Result<DeliveryView, Error> {
    let platform = platform.clone();
    let flow = tokio::spawn(async move {
        deliveries::get_of_household(&platform, household, delivery).await?;
        let revoked = deliveries::revoke(&platform, delivery, RevocationReason::Refused).await?;
        Ok(until_no_open_can_leave(&platform, revoked).await?.view())
    });
    flow.await.map_err(|_| Error::Panicked("a refusal"))?
}
