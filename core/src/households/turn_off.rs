//! Turning it all off.
//!
//! Promise 2: no open leaves after this has returned. First the consent is committed as off; from then on no transaction that
//! redeems a code can succeed, because each demands the consent on and in the version it was judged by. Then every grant under way
//! is revoked. And then we wait out the opens that were put on record before: until their outcome is known, or the moment has
//! passed after which they do not leave.

use postern_contract::{
    customer::{HouseholdEvent, TurnedOff},
    delivery::RevocationReason,
    ids::HouseholdId,
};

use super::{change_consent, end_grants};
use crate::{Error, Platform};

/// Turns in-garage delivery off, and ends what was under way. Runs to its end even when the caller hangs up. Turning off what is
/// off does the rest again, and so finishes what an earlier try left.
///
/// # Errors
/// [`Error::Store`], [`Error::Contended`]: then the consent may be off all the same, and asking again finishes it.
pub async fn turn_off(platform: &Platform, household: HouseholdId) -> Result<TurnedOff, Error> {
    let platform = platform.clone();
    let flow = tokio::spawn(async move { run(&platform, household).await });
    flow.await.map_err(|_| Error::Panicked("a turning off"))?
}

async fn run(platform: &Platform, household: HouseholdId) -> Result<TurnedOff, Error> {
    let consent = change_consent(platform, household, |consent| {
        if !consent.enabled {
            return Ok(None);
        }
        let off = consent.changed(|consent| consent.enabled = false);
        Ok(Some((off, Some(HouseholdEvent::TurnedOff))))
    })
    .await?;
    let ended = end_grants(platform, household, RevocationReason::Disabled, |_| true).await?;
    Ok(TurnedOff {
        preferences: consent.view(),
        revoked: ended.revoked,
        closing: ended.closing,
    })
}
