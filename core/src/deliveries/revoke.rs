//! Taking a household's right back from one delivery.

use postern_contract::{delivery::RevocationReason, ids::DeliveryId};

use super::commit::advance;
use crate::{
    Error, Platform,
    grant::{Command, Grant},
};

/// Ends a grant for the household. A door in use is closed and watched first; from the moment this returns no further open is
/// decided for it. Repeating it changes nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Store`], [`Error::Contended`].
pub(crate) async fn revoke(
    platform: &Platform,
    delivery: DeliveryId,
    reason: RevocationReason,
) -> Result<Grant, Error> {
    let revoked = advance(platform, delivery, || Command::Revoke { reason }).await?;
    Ok(revoked.grant)
}
