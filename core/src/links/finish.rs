//! Finishing a login at a vendor: the state is used up, the credentials are stored, the doors are listed.

use jiff::SignedDuration;
use postern_contract::{
    adapter::{Answer, Call, LinkCompleteInput},
    customer::{FinishLink, HouseholdEvent, LinkState, LinkView},
    ids::HouseholdId,
    text::SecretText,
};

use super::{list::view, refused::worded_of_login, sync::sync_doors};
use crate::{
    Error, Platform,
    household::Link,
    households::{HouseholdRefusal, happened},
    ports::wrong_answer,
    store::{LinkStatePending, StoreError, Write},
};

/// How long the vendor may take to exchange the code.
const EXCHANGE_WITHIN: SignedDuration = SignedDuration::from_secs(15);

/// Finishes linking with what the vendor's page handed back. Runs to its end even when the caller hangs up: once the vendor has
/// granted the link, its credentials are stored. A state is good once, so a repeat is refused; the list of links tells whether the
/// first try came through.
///
/// # Errors
/// [`HouseholdRefusal::LoginNotKnown`] for a state that is unknown, over, used up, or another household's;
/// [`HouseholdRefusal::LoginRefused`], [`HouseholdRefusal::VendorUnavailable`]: then begin anew; [`Error::Store`].
pub async fn finish(
    platform: &Platform,
    household: HouseholdId,
    body: FinishLink,
) -> Result<LinkView, Error> {
    let platform = platform.clone();
    let flow = tokio::spawn(async move { run(&platform, household, body).await });
    flow.await.map_err(|_| Error::Panicked("a login"))?
}

async fn run(platform: &Platform, household: HouseholdId, body: FinishLink) -> Result<LinkView, Error> {
    let pending = use_up(platform, household, &body.state).await?;
    let link = exchange(platform, pending, body.code).await?;
    let event = HouseholdEvent::Linked {
        link: link.id,
        vendor: link.vendor.clone(),
    };
    let writes = vec![
        Write::new_link(household, &link)?,
        happened(platform, household, event)?,
    ];
    platform.store.transact(writes).await?;
    // The link stands by now. Doors that could not be listed are listed when the household looks again.
    if let Err(error) = sync_doors(platform, household, link.id).await {
        tracing::warn!(link = %link.id, %error, "the doors of a new link could not be listed");
    }
    Ok(view(&link))
}

/// Takes the login that was begun with this state, so that nobody can finish it again.
async fn use_up(
    platform: &Platform,
    household: HouseholdId,
    state: &SecretText,
) -> Result<LinkStatePending, Error> {
    let now = platform.now();
    let pending = platform
        .store
        .pending_login(state)
        .await?
        .filter(|pending| pending.household == household && now < pending.expires_at)
        .ok_or(HouseholdRefusal::LoginNotKnown)?;
    match platform
        .store
        .transact(vec![Write::use_up_state(state, household)])
        .await
    {
        Ok(()) => Ok(pending),
        Err(StoreError::ConditionFailed { .. }) => Err(HouseholdRefusal::LoginNotKnown.into()),
        Err(error) => Err(error.into()),
    }
}

async fn exchange(platform: &Platform, pending: LinkStatePending, code: SecretText) -> Result<Link, Error> {
    let now = platform.now();
    let call = Call::LinkComplete(LinkCompleteInput {
        link: pending.link,
        session: pending.session,
        redirect_uri: pending.redirect_uri,
        code,
    });
    let request_id = format!("complete-{}", pending.link);
    let answer = platform
        .adapters
        .call(&pending.vendor, request_id, now + EXCHANGE_WITHIN, call)
        .await
        .map_err(worded_of_login)?;
    let Answer::LinkComplete(granted) = answer else {
        return Err(wrong_answer().into());
    };
    Ok(Link {
        id: pending.link,
        vendor: pending.vendor,
        state: LinkState::Active,
        credentials: granted.credentials,
        refresh_at: granted.refresh_at,
        linked_at: platform.now(),
    })
}
