//! Beginning a login at a vendor.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use postern_contract::{
    adapter::{Answer, Call, LinkBeginInput, LinkForm, SignIn},
    customer::{FormToFill, LinkStarted},
    ids::{HouseholdId, VendorId},
    text::SecretText,
};

use super::refused::worded_of_login;
use crate::{
    Error, Platform,
    households::HouseholdRefusal,
    ports::wrong_answer,
    store::{LinkStatePending, PendingForm, Write},
};

/// How many links a household may have.
const LINKS_MAX: usize = 10;
/// How long a login may take.
const LOGIN_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// How often a form may be answered before the login has to be begun anew.
const TRIES_MAX: u8 = 3;
/// How long the adapter may take to answer.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_secs(10);

/// Begins linking an opener: answers the vendor's page on which the household logs in, or the form that it fills in. The login's
/// `state` is 256 random bits, good for one use, for ten minutes, for this household; a form's is good again after answers that the
/// vendor did not take, three times in all. Beginning twice begins two logins; either may be finished.
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
    let expires_at = now + LOGIN_WITHIN;
    let pending = LinkStatePending {
        household,
        link,
        vendor,
        session: begun.session,
        redirect_uri: platform.link_redirect_uri.clone(),
        expires_at,
        form: begun.sign_in.form().map(|form| PendingForm {
            fields: form.fields.clone(),
            tries_left: TRIES_MAX,
        }),
    };
    platform
        .store
        .transact(vec![Write::begin_login(&state, &pending)?])
        .await?;
    Ok(LinkStarted {
        link,
        sign_in: match begun.sign_in {
            SignIn::AuthorizeUrl(url) => SignIn::AuthorizeUrl(url),
            SignIn::Form(LinkForm { fields }) => SignIn::Form(FormToFill { state, fields }),
        },
        expires_at,
    })
}
