//! Who is logged in: sessions, authorization codes, access and refresh tokens, and lock-outs.
//!
//! What is handed out is kept only as its SHA-256, so neither a snapshot nor a debug print holds a usable token. What a face does
//! with it, by which pages and in which shapes, is the face's own.

mod kept;
mod proofs;
mod signing;
pub(crate) mod srp;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use self::kept::{Kept, TokenHash};
use self::proofs::Proof;
use self::signing::SigningKey;
use crate::config::LoginThrottle;
use crate::error::CloudError;
use crate::names::Email;
use crate::seed::{Seed, Stream};

/// How long a login page's session lasts before its callback.
const SESSION_TTL: Duration = Duration::from_secs(600);
/// No token is shorter.
const TOKEN_CHARACTERS_MIN: usize = 32;
/// How long an authorization code is good for.
const CODE_TTL: Duration = Duration::from_secs(300);

/// What an app asked for when it sent its user to the login page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizeRequest {
    /// The app.
    pub client_id: String,
    /// Where the user goes back to.
    pub redirect_uri: String,
    /// The PKCE challenge, S256, if there was one.
    pub code_challenge: Option<String>,
    /// What the app wants.
    pub scope: String,
    /// Given back as it came.
    pub state: Option<String>,
    /// What the login installs, where it installs the app in one of the user's homes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation: Option<String>,
}

/// What a code or a refresh token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Whose.
    pub email: Email,
    /// Given to which app.
    pub client_id: String,
    /// For what.
    pub scope: String,
    /// For which installation of the app, where it is installed in a home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installation: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Code {
    grant: Grant,
    redirect_uri: String,
    code_challenge: Option<String>,
    until: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Access {
    email: Email,
    until: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    installation: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct LockOut {
    until: Timestamp,
    tell: bool,
}

/// An account that is locked out for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Seconds to tell in `Retry-After`, if the cloud tells.
    pub retry_after: Option<u64>,
}

/// Everything about being logged in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Identity {
    /// Signs access tokens.
    key: SigningKey,
    tokens: Stream,
    sessions: Kept<(Email, Timestamp)>,
    codes: Kept<Code>,
    access: Kept<Access>,
    refresh: Kept<Grant>,
    #[serde(default)]
    proofs: Kept<Proof>,
    logins: BTreeMap<Email, VecDeque<Timestamp>>,
    failures: BTreeMap<Email, VecDeque<Timestamp>>,
    lock_outs: BTreeMap<Email, LockOut>,
}

impl Identity {
    /// Nobody logged in.
    #[must_use]
    pub fn new(seed: Seed) -> Self {
        Self {
            key: SigningKey::from_seed(seed),
            tokens: Stream::new(seed, "tokens"),
            sessions: Kept::default(),
            codes: Kept::default(),
            access: Kept::default(),
            refresh: Kept::default(),
            proofs: Kept::default(),
            logins: BTreeMap::new(),
            failures: BTreeMap::new(),
            lock_outs: BTreeMap::new(),
        }
    }

    /// A value that nobody can guess who does not know the seed.
    pub fn fresh(&mut self) -> String {
        self.tokens.hex(64)
    }

    /// Notes a login, and locks the account if that was one too many.
    pub fn logged_in(&mut self, now: Timestamp, email: &Email, throttle: Option<&LoginThrottle>) -> String {
        if let Some(throttle) = throttle {
            let logins = count(self.logins.entry(email.clone()).or_default(), now, throttle);
            if logins > throttle.logins_max {
                self.lock_out(email, now + span(throttle.lock_out_s), true);
            }
        }
        let session = self.fresh();
        self.sessions
            .put(TokenHash::of(&session), (email.clone(), now + SESSION_TTL));
        session
    }

    /// Notes a login with a wrong password, and locks the account if that was one too many.
    pub fn login_failed(&mut self, now: Timestamp, email: &Email, throttle: Option<&LoginThrottle>) {
        let Some(throttle) = throttle else { return };
        let failures = count(self.failures.entry(email.clone()).or_default(), now, throttle);
        if failures > throttle.failures_max {
            self.lock_out(email, now + span(throttle.lock_out_s), true);
        }
        // Anybody can type any address: those that are no longer within the window are forgotten.
        let oldest = now - span(throttle.window_s);
        self.failures
            .retain(|_, times| times.back().is_some_and(|last| *last > oldest));
    }

    /// Who is logged in under one of these session cookies.
    #[must_use]
    pub fn session<'a>(&self, now: Timestamp, cookies: impl Iterator<Item = &'a str>) -> Option<Email> {
        cookies
            .filter_map(|cookie| self.sessions.get(&TokenHash::of(cookie)))
            .find(|(_, until)| now < *until)
            .map(|(email, _)| email.clone())
    }

    /// A code for what was asked.
    pub fn issue_code(&mut self, now: Timestamp, email: Email, asked: AuthorizeRequest) -> SecretString {
        let code = self.fresh();
        let grant = Grant {
            email,
            client_id: asked.client_id,
            scope: asked.scope,
            installation: asked.installation,
        };
        let AuthorizeRequest {
            redirect_uri,
            code_challenge,
            ..
        } = asked;
        let until = now + CODE_TTL;
        self.codes.put(
            TokenHash::of(&code),
            Code {
                grant,
                redirect_uri,
                code_challenge,
                until,
            },
        );
        SecretString::from(code)
    }

    /// Whose code this is.
    #[must_use]
    pub fn code_owner(&self, code: &SecretString) -> Option<&Email> {
        self.codes
            .get(&TokenHash::of(code.expose_secret()))
            .map(|code| &code.grant.email)
    }

    /// Redeems a code, which is then gone, even if the rest does not fit. `challenge` is what the verifier sent along answers; a code
    /// that was asked for with one is worth nothing without it.
    pub fn redeem_code(
        &mut self,
        now: Timestamp,
        code: &SecretString,
        challenge: Option<&str>,
        redirect_uri: &str,
        client_id: Option<&str>,
    ) -> Option<Grant> {
        let code = self.codes.take(&TokenHash::of(code.expose_secret()))?;
        let fits = now < code.until
            && code
                .code_challenge
                .as_deref()
                .is_none_or(|asked| challenge == Some(asked))
            && code.redirect_uri == redirect_uri
            && client_id.is_none_or(|client_id| client_id == code.grant.client_id);
        fits.then_some(code.grant)
    }

    /// Whose refresh token this is.
    #[must_use]
    pub fn refresh_owner(&self, token: &SecretString) -> Option<&Email> {
        self.refresh
            .get(&TokenHash::of(token.expose_secret()))
            .map(|grant| &grant.email)
    }

    /// Redeems a refresh token, which is then gone: each is good for one use.
    pub fn redeem_refresh(&mut self, token: &SecretString) -> Option<Grant> {
        self.refresh.take(&TokenHash::of(token.expose_secret()))
    }

    /// What a refresh token stands for, which stays good: for a cloud that does not rotate them.
    #[must_use]
    pub fn refresh_grant(&self, token: &SecretString) -> Option<Grant> {
        self.refresh.get(&TokenHash::of(token.expose_secret())).cloned()
    }

    /// A new refresh token.
    pub fn issue_refresh(&mut self, grant: Grant) -> SecretString {
        let token = self.fresh();
        self.refresh.put(TokenHash::of(&token), grant);
        SecretString::from(token)
    }

    /// A new access token, valid from `issued` until `until`.
    ///
    /// # Errors
    /// When the signing key from a snapshot is damaged.
    pub fn issue_access(
        &mut self,
        issuer: &str,
        grant: &Grant,
        user_id: &str,
        (issued, until): (Timestamp, Timestamp),
    ) -> Result<SecretString, CloudError> {
        let token = self
            .key
            .sign(issuer, grant, user_id, (issued, until), &mut self.tokens)?;
        let access = Access {
            email: grant.email.clone(),
            until,
            installation: grant.installation.clone(),
        };
        self.access.put(TokenHash::of(token.expose_secret()), access);
        Ok(token)
    }

    /// A new access token that says nothing to whoever reads it, valid until `until`.
    pub fn issue_opaque_access(&mut self, grant: &Grant, until: Timestamp) -> SecretString {
        let token = self.fresh();
        let access = Access {
            email: grant.email.clone(),
            until,
            installation: grant.installation.clone(),
        };
        self.access.put(TokenHash::of(&token), access);
        SecretString::from(token)
    }

    /// The token of a form, which belongs to the secret in a cookie.
    #[must_use]
    pub fn forgery_token(&self, secret: &str) -> String {
        self.key.derive(secret)
    }

    /// Whose valid access token this is.
    #[must_use]
    pub fn access_owner(&self, now: Timestamp, token: &SecretString) -> Option<Email> {
        let access = self.access.get(&TokenHash::of(token.expose_secret()))?;
        (now < access.until).then(|| access.email.clone())
    }

    /// Which installation of an app this valid access token is for.
    #[must_use]
    pub fn access_installation(&self, now: Timestamp, token: &SecretString) -> Option<&str> {
        let access = self.access.get(&TokenHash::of(token.expose_secret()))?;
        access.installation.as_deref().filter(|_| now < access.until)
    }

    /// Makes every token of an installation worthless.
    pub fn uninstall(&mut self, installation: &str) {
        let other = |held: &Option<String>| held.as_deref() != Some(installation);
        self.access.retain(|access| other(&access.installation));
        self.refresh.retain(|grant| other(&grant.installation));
        self.codes.retain(|code| other(&code.grant.installation));
    }

    /// Makes access tokens worthless, of one user or of all.
    pub fn expire_access(&mut self, email: Option<&Email>) {
        self.access
            .retain(|access| email.is_some_and(|email| access.email != *email));
    }

    /// Makes refresh tokens worthless, of one user or of all.
    pub fn revoke_refresh(&mut self, email: Option<&Email>) {
        self.refresh
            .retain(|grant| email.is_some_and(|email| grant.email != *email));
    }

    /// How many tokens that are kept here stand in a text.
    #[must_use]
    pub fn tokens_in(&self, text: &str) -> usize {
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
        let words = words.filter(|word| word.len() >= TOKEN_CHARACTERS_MIN);
        let kept = |word: &&str| {
            let hash = TokenHash::of(word);
            self.access.get(&hash).is_some() || self.refresh.get(&hash).is_some()
        };
        words.filter(kept).count()
    }

    /// Answers 429 to everything of this user until then; `tell` says whether with `Retry-After`.
    pub fn lock_out(&mut self, email: &Email, until: Timestamp, tell: bool) {
        self.lock_outs.insert(email.clone(), LockOut { until, tell });
    }

    /// Whether this user is locked out now.
    #[must_use]
    pub fn locked(&self, now: Timestamp, email: &Email) -> Option<Locked> {
        let lock_out = self
            .lock_outs
            .get(email)
            .filter(|lock_out| now < lock_out.until)?;
        let left = lock_out.until.duration_since(now).as_secs().unsigned_abs() + 1;
        Some(Locked {
            retry_after: lock_out.tell.then_some(left),
        })
    }
}

fn span(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

/// Notes one more at `now`, and counts those within the window.
fn count(times: &mut VecDeque<Timestamp>, now: Timestamp, throttle: &LoginThrottle) -> usize {
    let oldest = now - span(throttle.window_s);
    times.retain(|time| *time > oldest);
    times.push_back(now);
    times.len()
}
