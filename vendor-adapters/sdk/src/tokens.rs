//! A vendor's tokens: kept secret in memory, sealed at rest, and checked for freshness before they are used.

use std::time::Duration;

use jiff::Timestamp;
use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};

use crate::sealable::json_plaintext;
use crate::{Granted, NotSealable, Sealable};

/// How long an access token must still live before a command is sent with it. A 401 in answer to a command leaves in
/// doubt whether the door moves, so it is better not to come near one.
pub const FRESHNESS_MARGIN: Duration = Duration::from_secs(60);

/// The shortest time before expiry at which a refresh is due; longer-lived tokens are refreshed earlier still.
const REFRESH_MARGIN_SECONDS_MIN: i64 = 120;

/// What a vendor's token endpoint gave. Its `Debug` shows no token.
#[derive(Clone, Debug)]
pub struct TokenSet {
    /// Sent with every call.
    pub access_token: SecretString,
    /// Exchanged for the next set. Absent where the vendor gives none; then the link ends with the access token.
    pub refresh_token: Option<SecretString>,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// What the vendor granted, where it says so.
    pub scope: Option<String>,
}

#[derive(Serialize)]
struct Written<'a> {
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    expires_at: Timestamp,
    scope: Option<&'a str>,
}

#[derive(Deserialize)]
struct Read {
    access_token: SecretString,
    refresh_token: Option<SecretString>,
    expires_at: Timestamp,
    scope: Option<String>,
}

impl TokenSet {
    /// When to refresh at the latest: a quarter of the lifetime before the end, and at least two minutes.
    pub fn refresh_at(&self, now: Timestamp) -> Timestamp {
        let lifetime = self.expires_at.duration_since(now).as_secs().max(0);
        let margin = (lifetime / 4).max(REFRESH_MARGIN_SECONDS_MIN).min(lifetime);
        self.expires_at
            .saturating_sub(Duration::from_secs(margin.unsigned_abs()))
            .unwrap_or(now)
    }

    /// These tokens, as a link is granted by them.
    pub fn granted(self, now: Timestamp) -> Granted<Self> {
        Granted {
            refresh_at: self.refresh_at(now),
            credentials: self,
        }
    }

    /// Refuses an access token that ends within `margin`. Call it before anything is sent.
    ///
    /// # Errors
    /// `credentials_expired`, not executed: the platform refreshes the link and calls again.
    pub fn check_fresh(&self, now: Timestamp, margin: Duration) -> Result<(), AdapterError> {
        if self.expires_at.saturating_sub(margin).unwrap_or(now) > now {
            return Ok(());
        }
        Err(AdapterError::not_executed(
            AdapterErrorKind::CredentialsExpired,
            "the access token has run out or is about to; nothing was sent",
        ))
    }
}

impl Sealable for TokenSet {
    fn to_plaintext(&self) -> Result<SecretSlice<u8>, NotSealable> {
        json_plaintext(&Written {
            access_token: self.access_token.expose_secret(),
            refresh_token: self.refresh_token.as_ref().map(ExposeSecret::expose_secret),
            expires_at: self.expires_at,
            scope: self.scope.as_deref(),
        })
    }

    fn from_plaintext(plaintext: &[u8]) -> Result<Self, NotSealable> {
        let read: Read = serde_json::from_slice(plaintext).map_err(|_| NotSealable)?;
        Ok(Self {
            access_token: read.access_token,
            refresh_token: read.refresh_token,
            expires_at: read.expires_at,
            scope: read.scope,
        })
    }
}

#[cfg(test)]
mod tests {
    use postern_contract::adapter::Outcome;
    use proptest::prelude::*;

    use super::*;

    fn tokens(expires_at: i64) -> TokenSet {
        TokenSet {
            access_token: "at-secret".into(),
            refresh_token: Some("rt-secret".into()),
            expires_at: Timestamp::from_second(expires_at).unwrap(),
            scope: Some("doors".into()),
        }
    }

    proptest! {
        #[test]
        fn a_refresh_is_never_due_after_the_token_ends_nor_before_it_begins(life in 0_i64..100_000) {
            let now = Timestamp::from_second(1_000_000).unwrap();
            let due = tokens(1_000_000 + life).refresh_at(now);
            prop_assert!(due >= now && due <= tokens(1_000_000 + life).expires_at);
        }

        #[test]
        fn bytes_that_are_no_token_set_are_refused_and_never_panic(noise in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(TokenSet::from_plaintext(&noise).is_err());
        }
    }

    #[test]
    fn a_token_is_fresh_only_with_more_than_the_margin_left() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        assert!(tokens(1_000_061).check_fresh(now, FRESHNESS_MARGIN).is_ok());
        for expires_at in [1_000_060, 1_000_000, 0] {
            let error = tokens(expires_at).check_fresh(now, FRESHNESS_MARGIN).unwrap_err();
            assert_eq!(
                (error.kind, error.outcome),
                (AdapterErrorKind::CredentialsExpired, Outcome::NotExecuted)
            );
        }
    }

    #[test]
    fn tokens_come_back_from_their_plaintext_and_show_nowhere_else() {
        let plaintext = tokens(5).to_plaintext().unwrap();
        let again = TokenSet::from_plaintext(plaintext.expose_secret()).unwrap();
        assert_eq!(again.access_token.expose_secret(), "at-secret");
        assert_eq!(again.refresh_token.as_ref().unwrap().expose_secret(), "rt-secret");
        assert_eq!(
            (again.expires_at, again.scope.as_deref()),
            (tokens(5).expires_at, Some("doors"))
        );
        assert!(!format!("{again:?} {plaintext:?}").contains("secret"));
    }
}
