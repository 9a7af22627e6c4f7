//! Judging a submitted login form: the same behind every vendor's page.

use axum::http::HeaderMap;
use jiff::Timestamp;
use secrecy::SecretString;

use super::form::{self, Fields};
use crate::names::Email;
use crate::world::World;

/// The cookie that the form's token belongs to.
pub(crate) const FORGERY_COOKIE: &str = ".AspNetCore.Antiforgery.Postern";
/// The form's token.
pub(crate) const FORGERY_FIELD: &str = "__RequestVerificationToken";

/// What came of a form.
pub(crate) enum SignIn {
    /// It is this user. The value names the session from now on.
    As { email: Email, session: String },
    /// Wrong address or password: the form again.
    Wrong { token: String },
    /// The form is not the one that was shown here.
    Forged,
    /// They changed their mind.
    Cancelled,
    /// The account is locked.
    Locked(Option<u64>),
}

/// What goes into a new form: the secret of its cookie, and the token that belongs to it.
pub(crate) fn new_form(world: &mut World) -> (String, String) {
    let secret = world.identity.fresh();
    let token = world.identity.forgery_token(&secret);
    (secret, token)
}

/// Judges a form, and counts the login or its failure.
pub(crate) fn judge(world: &mut World, now: Timestamp, headers: &HeaderMap, fields: &Fields) -> SignIn {
    let token = fields.get(FORGERY_FIELD);
    let genuine = |secret: &&str| token == Some(world.identity.forgery_token(secret).as_str());
    let Some(secret) = form::cookies(headers, FORGERY_COOKIE).find(genuine) else {
        return SignIn::Forged;
    };
    if fields.get("button") == Some("cancel") {
        return SignIn::Cancelled;
    }
    let password = fields
        .secret("Password")
        .unwrap_or_else(|| SecretString::from(""));
    let throttle = world.settings.login_throttle.clone();
    let email = fields.get("Email").map(Email::from);
    let known = email.clone().filter(|email| world.user(email).is_ok());
    if let Some(locked) = known.as_ref().and_then(|email| world.identity.locked(now, email)) {
        return SignIn::Locked(locked.retry_after);
    }
    let Some(known) = known.filter(|email| world.password_fits(email, &password)) else {
        if let Some(email) = email {
            world.identity.login_failed(now, &email, throttle.as_ref());
        }
        let token = world.identity.forgery_token(secret);
        return SignIn::Wrong { token };
    };
    let session = world.identity.logged_in(now, &known, throttle.as_ref());
    match world.identity.locked(now, &known) {
        Some(locked) => SignIn::Locked(locked.retry_after),
        None => SignIn::As {
            email: known,
            session,
        },
    }
}
