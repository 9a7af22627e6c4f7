//! The record of codes, refresh tokens and failed logins: rules only, with time and chance passed in.
//!
//! Codes and tokens are kept as their SHA-256. Everything has an end, and what has ended is dropped when
//! something new comes, so nothing grows without bound.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};

use super::Scopes;

/// A code is good this long.
const CODE_FOR: SignedDuration = SignedDuration::from_secs(60);
/// A login is good this long, however often its refresh token rotates.
const LOGIN_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Failed logins of one person within [`FAILURES_FOR`] before the door stays shut.
const FAILURES_MAX: u32 = 10;
const FAILURES_FOR: SignedDuration = SignedDuration::from_mins(5);
/// More outstanding codes or refresh tokens than this are refused.
const ENTRIES_MAX: usize = 10_000;

type Hash = [u8; 32];

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) subject: String,
    pub(super) scopes: Scopes,
}

/// What a code was bound to when it was given out.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    /// BASE64URL(SHA-256(verifier)): PKCE `S256`.
    pub(super) challenge: String,
}

/// The record is full. Only a flood of logins does that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// Not good: unknown, used, ended or not for this client. Which of these is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotGood;

#[derive(Debug, Default)]
pub(super) struct Grants {
    codes: HashMap<Hash, Code>,
    refreshes: HashMap<Hash, Refresh>,
    failures: HashMap<String, Failures>,
    families: u64,
}

#[derive(Debug)]
struct Code {
    binding: Binding,
    login: Login,
    ends_at: Timestamp,
    spent: Option<u64>,
}

#[derive(Debug)]
struct Refresh {
    family: u64,
    client_id: String,
    login: Login,
    ends_at: Timestamp,
    used: bool,
}

#[derive(Debug)]
struct Failures {
    count: u32,
    ends_at: Timestamp,
}

/// A redeemed code or refresh token: whom to write an access token for, and what the next refresh token
/// belongs to.
#[derive(Debug)]
pub(super) struct Redeemed {
    pub(super) login: Login,
    client_id: String,
    family: u64,
    ends_at: Timestamp,
}

impl Grants {
    /// Remembers a code.
    pub(super) fn give_code(
        &mut self,
        code: &str,
        binding: Binding,
        login: Login,
        now: Timestamp,
    ) -> Result<(), Full> {
        self.codes.retain(|_, code| code.ends_at > now);
        if self.codes.len() >= ENTRIES_MAX {
            return Err(Full);
        }
        let code_of = Code {
            binding,
            login,
            ends_at: later(now, CODE_FOR),
            spent: None,
        };
        self.codes.insert(hash(code), code_of);
        Ok(())
    }

    /// Redeems a code. Any attempt spends it; a second one also ends the login that the first began (RFC
    /// 6749, 4.1.2).
    pub(super) fn redeem_code(
        &mut self,
        code: &str,
        client_id: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Timestamp,
    ) -> Result<Redeemed, NotGood> {
        let entry = self.codes.get_mut(&hash(code)).ok_or(NotGood)?;
        if let Some(family) = entry.spent {
            self.end(family);
            return Err(NotGood);
        }
        self.families += 1;
        let family = self.families;
        entry.spent = Some(family);
        let bound = entry.ends_at > now
            && entry.binding.client_id == client_id
            && entry.binding.redirect_uri == redirect_uri
            && proves(verifier, &entry.binding.challenge);
        if !bound {
            return Err(NotGood);
        }
        let (login, client_id) = (entry.login.clone(), client_id.to_owned());
        Ok(Redeemed {
            login,
            client_id,
            family,
            ends_at: later(now, LOGIN_FOR),
        })
    }

    /// Redeems a refresh token. One that was used before has been stolen, or its successor has: the login
    /// ends (RFC 9700, 4.14.2).
    pub(super) fn redeem_refresh(
        &mut self,
        token: &str,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Redeemed, NotGood> {
        let entry = self.refreshes.get_mut(&hash(token)).ok_or(NotGood)?;
        if entry.client_id != client_id || entry.ends_at <= now {
            return Err(NotGood);
        }
        if entry.used {
            let family = entry.family;
            self.end(family);
            return Err(NotGood);
        }
        entry.used = true;
        Ok(Redeemed {
            login: entry.login.clone(),
            client_id: entry.client_id.clone(),
            family: entry.family,
            ends_at: entry.ends_at,
        })
    }

    /// Remembers the refresh token that follows a redeemed code or token.
    pub(super) fn give_refresh(
        &mut self,
        token: &str,
        redeemed: Redeemed,
        now: Timestamp,
    ) -> Result<(), Full> {
        self.refreshes.retain(|_, refresh| refresh.ends_at > now);
        if self.refreshes.len() >= ENTRIES_MAX {
            return Err(Full);
        }
        let Redeemed {
            login,
            client_id,
            family,
            ends_at,
        } = redeemed;
        self.refreshes.insert(
            hash(token),
            Refresh {
                family,
                client_id,
                login,
                ends_at,
                used: false,
            },
        );
        Ok(())
    }

    /// Whether this person has failed to log in too often of late.
    pub(super) fn shut_out(&self, person: &str, now: Timestamp) -> bool {
        self.failures
            .get(person)
            .is_some_and(|f| f.ends_at > now && f.count >= FAILURES_MAX)
    }

    /// Counts a failed login. `person` is an id of ours, or empty for all who are unknown: never a caller's
    /// text.
    pub(super) fn failed(&mut self, person: &str, now: Timestamp) {
        self.failures.retain(|_, failures| failures.ends_at > now);
        let ends_at = later(now, FAILURES_FOR);
        let failures = self
            .failures
            .entry(person.to_owned())
            .or_insert(Failures { count: 0, ends_at });
        failures.count += 1;
    }

    /// Forgets failures after a login.
    pub(super) fn succeeded(&mut self, person: &str) {
        self.failures.remove(person);
    }

    fn end(&mut self, family: u64) {
        self.refreshes.retain(|_, refresh| refresh.family != family);
    }
}

fn hash(secret: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}

/// RFC 7636, 4.6: 43 to 128 unreserved characters whose SHA-256 is the challenge.
fn proves(verifier: &str, challenge: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(unreserved)
        && URL_SAFE_NO_PAD.encode(hash(verifier)) == challenge
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
