//! The record of codes, refresh tokens and failed logins: rules only, with time and chance passed in.
//!
//! Codes and tokens are kept as their SHA-256. Everything has an end, and what has ended is dropped when something
//! new comes, so nothing grows without bound.

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

/// A redeemed code or refresh token: whom to write an access token for, and what the next refresh token belongs to.
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

    /// Redeems a code. Any attempt spends it; a second one also ends the login that the first began (RFC 6749, 4.1.2).
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

    /// Redeems a refresh token. One that was used before has been stolen, or its successor has: the login ends (RFC
    /// 9700, 4.14.2).
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

    /// Counts a failed login. `person` is an id of ours, or empty for all who are unknown: never a caller's text.
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn with_code() -> Grants {
        let mut grants = Grants::default();
        // The pair of RFC 7636, appendix B.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned();
        let binding = Binding {
            client_id: "app".into(),
            redirect_uri: "https://a.test/cb".into(),
            challenge,
        };
        let login = Login {
            subject: "p".into(),
            scopes: Scopes::new(),
        };
        grants.give_code("code", binding, login, at(0)).unwrap();
        grants
    }

    fn redeem(grants: &mut Grants, now: i64) -> Result<Redeemed, NotGood> {
        grants.redeem_code("code", "app", "https://a.test/cb", VERIFIER, at(now))
    }

    #[test]
    fn a_code_is_good_once_and_its_second_use_ends_the_login() {
        let mut grants = with_code();
        let redeemed = redeem(&mut grants, 59).unwrap();
        grants.give_refresh("r1", redeemed, at(59)).unwrap();
        assert_eq!(redeem(&mut grants, 59).unwrap_err(), NotGood);
        assert_eq!(grants.redeem_refresh("r1", "app", at(59)).unwrap_err(), NotGood);
    }

    #[test]
    fn a_code_ends_after_a_minute() {
        assert!(redeem(&mut with_code(), 60).is_err());
    }

    #[test]
    fn a_code_is_bound_and_a_wrong_attempt_spends_it() {
        for (client, uri, verifier) in [
            ("other", "https://a.test/cb", VERIFIER),
            ("app", "https://a.test/cb/", VERIFIER),
            (
                "app",
                "https://a.test/cb",
                "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong",
            ),
            ("app", "https://a.test/cb", ""),
        ] {
            let mut grants = with_code();
            assert_eq!(
                grants
                    .redeem_code("code", client, uri, verifier, at(1))
                    .unwrap_err(),
                NotGood
            );
            assert_eq!(redeem(&mut grants, 1).unwrap_err(), NotGood);
        }
    }

    #[test]
    fn a_refresh_token_rotates_and_a_stolen_one_ends_the_login() {
        let mut grants = with_code();
        let redeemed = redeem(&mut grants, 1).unwrap();
        grants.give_refresh("r1", redeemed, at(1)).unwrap();
        assert!(grants.redeem_refresh("r1", "other", at(2)).is_err());
        let redeemed = grants.redeem_refresh("r1", "app", at(2)).unwrap();
        assert_eq!(redeemed.login.subject, "p");
        grants.give_refresh("r2", redeemed, at(2)).unwrap();
        assert!(grants.redeem_refresh("r1", "app", at(3)).is_err());
        assert!(grants.redeem_refresh("r2", "app", at(3)).is_err());
    }

    #[test]
    fn a_login_ends_after_thirty_days_however_often_it_was_refreshed() {
        let (mut grants, day) = (with_code(), 24 * 3600);
        let redeemed = redeem(&mut grants, 1).unwrap();
        grants.give_refresh("r1", redeemed, at(1)).unwrap();
        let redeemed = grants.redeem_refresh("r1", "app", at(29 * day)).unwrap();
        grants.give_refresh("r2", redeemed, at(29 * day)).unwrap();
        assert!(grants.redeem_refresh("r2", "app", at(30 * day + 1)).is_err());
    }

    #[test]
    fn ten_failures_shut_one_person_out_for_a_while() {
        let mut grants = Grants::default();
        for _ in 0..10 {
            assert!(!grants.shut_out("p", at(0)));
            grants.failed("p", at(0));
        }
        assert!(grants.shut_out("p", at(299)) && !grants.shut_out("q", at(0)));
        assert!(!grants.shut_out("p", at(300)));
    }

    proptest! {
        #[test]
        fn only_the_verifier_itself_proves_a_challenge(verifier in "[A-Za-z0-9._~-]{43,128}", other in "\\PC{0,130}") {
            let challenge = URL_SAFE_NO_PAD.encode(hash(&verifier));
            prop_assert!(proves(&verifier, &challenge));
            prop_assert_eq!(proves(&other, &challenge), verifier == other);
        }

        /// Whatever is tried, in whatever order, a code is redeemed at most once.
        #[test]
        fn codes_are_single_use(attempts in prop::collection::vec((any::<bool>(), any::<bool>(), 0i64..70), 1..8)) {
            let mut grants = with_code();
            let mut redeemed = 0;
            for (right_client, right_verifier, now) in attempts {
                let client = if right_client { "app" } else { "other" };
                let verifier = if right_verifier { VERIFIER } else { &VERIFIER[1..] };
                redeemed += i32::from(
                    grants.redeem_code("code", client, "https://a.test/cb", verifier, at(now)).is_ok(),
                );
            }
            prop_assert!(redeemed <= 1);
        }
    }
}
