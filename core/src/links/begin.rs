//! Beginning a login at a vendor.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use postern_contract::{
    adapter::{Answer, Call, LinkBeginInput, SignIn},
    customer::LinkStarted,
    ids::{HouseholdId, VendorId},
    text::SecretText,
};

use super::refused::worded_of_login;
use crate::{
    Error, Platform,
    households::HouseholdRefusal,
    ports::wrong_answer,
    store::{LinkStatePending, Write},
};

/// How many links a household may have.
const LINKS_MAX: usize = 10;
/// How long a login may take.
const LOGIN_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// How long the adapter may take to answer.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// Begins linking an opener: answers the vendor's page on which the household logs in. The login's `state` is 256 random bits, good
/// for one use, for ten minutes, for this household. Beginning twice begins two logins; either may be finished.
///
/// # Errors
/// [`HouseholdRefusal::TooManyLinks`], [`HouseholdRefusal::UnknownVendor`], [`HouseholdRefusal::VendorUnavailable`]; [`Error::Store`].
pub async fn begin(
    platform: &Platform,
    household: HouseholdId,
    vendor: VendorId,
) -> Result<LinkStarted, Error> {
    if platform.store.links_of(household).await?.len() >= LINKS_MAX {
        return Err(HouseholdRefusal::TooManyLinks.into());
    }
    let link = platform.new_link();
    let state = SecretText::new(URL_SAFE_NO_PAD.encode(platform.chance.bytes()));
    let now = platform.now();
    let call = Call::LinkBegin(LinkBeginInput {
        link,
        state: state.clone(),
        redirect_uri: platform.link_redirect_uri.clone(),
    });
    let answer = platform
        .adapters
        .call(&vendor, format!("begin-{link}"), now + ANSWER_WITHIN, call)
        .await
        .map_err(worded_of_login)?;
    let Answer::LinkBegin(begun) = answer else {
        return Err(wrong_answer().into());
    };
    let SignIn::AuthorizeUrl(authorize_url) = begun.sign_in else {
        // No household is asked for a password here yet.
        return Err(HouseholdRefusal::UnknownVendor.into());
    };
    let expires_at = now + LOGIN_WITHIN;
    let pending = LinkStatePending {
        household,
        link,
        vendor,
        session: begun.session,
        redirect_uri: platform.link_redirect_uri.clone(),
        expires_at,
    };
    platform
        .store
        .transact(vec![Write::begin_login(&state, &pending)?])
        .await?;
    Ok(LinkStarted {
        link,
        authorize_url,
        expires_at,
    })
}
