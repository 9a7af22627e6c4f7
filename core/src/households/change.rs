//! Changing what a household agreed to: read, decide, write over the very version that was read, again when others were faster.

use postern_contract::{
    customer::{HouseholdActivity, HouseholdEvent},
    ids::HouseholdId,
};

use crate::{
    Error, Platform,
    consent::Consent,
    store::{StoreError, Write},
};

/// How often a change is tried when others were faster.
const TRIES_MAX: usize = 12;

/// What a household agreed to, as it is now.
pub(crate) async fn consent_of(platform: &Platform, household: HouseholdId) -> Result<Consent, Error> {
    let consent = platform.store.consent(household).await?;
    consent.ok_or(Error::Corrupt("a household without its consent"))
}

/// Changes a household's consent and records why. `decide` answers the changed consent with what happened by it, or `None`
/// when it is already as it should be.
pub(crate) async fn change_consent(
    platform: &Platform,
    household: HouseholdId,
    decide: impl Fn(&Consent) -> Result<Option<(Consent, Option<HouseholdEvent>)>, Error>,
) -> Result<Consent, Error> {
    change_consent_with(platform, household, &[], decide).await
}

/// The same, with other writes in the same transaction. They are made even where the consent is already as it should be.
pub(crate) async fn change_consent_with(
    platform: &Platform,
    household: HouseholdId,
    others: &[Write],
    decide: impl Fn(&Consent) -> Result<Option<(Consent, Option<HouseholdEvent>)>, Error>,
) -> Result<Consent, Error> {
    for _ in 0..TRIES_MAX {
        let consent = consent_of(platform, household).await?;
        let mut writes = others.to_vec();
        let changed = match decide(&consent)? {
            None => consent,
            Some((changed, event)) => {
                writes.push(Write::put_consent(household, &changed, Some(consent.version))?);
                if let Some(event) = event {
                    writes.push(happened(platform, household, event)?);
                }
                changed
            }
        };
        if writes.is_empty() {
            return Ok(changed);
        }
        match platform.store.transact(writes).await {
            Ok(()) => return Ok(changed),
            Err(StoreError::ConditionFailed { .. } | StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::Contended)
}

/// The write of one entry of a household's activity, happening now.
pub(crate) fn happened(
    platform: &Platform,
    household: HouseholdId,
    event: HouseholdEvent,
) -> Result<Write, StoreError> {
    let activity = HouseholdActivity {
        id: platform.new_activity(),
        at: platform.now(),
        event,
    };
    Write::activity(household, &activity)
}
