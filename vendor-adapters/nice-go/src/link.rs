//! What is kept of a link: its tokens, where the doors are asked for, and who gave the tokens.

use jiff::Timestamp;
use postern_adapter_sdk::{Granted, NotSealable, Sealable, TokenSet, json_plaintext, vendor_url};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::places::Pool;

/// A link's credentials. Their `Debug` shows no token.
#[derive(Clone, Debug)]
pub struct NiceGoLink {
    /// The id token stands in for the access token: it is the one that the API takes.
    pub tokens: TokenSet,
    /// The API's address, as the document of addresses had it when these tokens came.
    pub api: Url,
    /// The user pool that gave the refresh token, which is good there alone, whatever the document says since.
    pub pool: Pool,
}

#[derive(Serialize)]
struct Written<'a> {
    id_token: &'a str,
    refresh_token: Option<&'a str>,
    expires_at: Timestamp,
    api: &'a str,
    pool: WrittenPool<'a>,
}

#[derive(Serialize)]
struct WrittenPool<'a> {
    url: &'a str,
    name: &'a str,
    client_id: &'a str,
}

#[derive(Deserialize)]
struct Read {
    id_token: SecretString,
    refresh_token: Option<SecretString>,
    expires_at: Timestamp,
    api: String,
    pool: ReadPool,
}

#[derive(Deserialize)]
struct ReadPool {
    url: String,
    name: String,
    client_id: String,
}

impl NiceGoLink {
    /// The link, as it is granted.
    #[must_use]
    pub fn granted(self, now: Timestamp) -> Granted<Self> {
        Granted {
            refresh_at: self.tokens.refresh_at(now),
            credentials: self,
        }
    }
}

impl Sealable for NiceGoLink {
    fn to_plaintext(&self) -> Result<SecretSlice<u8>, NotSealable> {
        let tokens = &self.tokens;
        json_plaintext(&Written {
            id_token: tokens.access_token.expose_secret(),
            refresh_token: tokens.refresh_token.as_ref().map(ExposeSecret::expose_secret),
            expires_at: tokens.expires_at,
            api: self.api.as_str(),
            pool: WrittenPool {
                url: self.pool.url.as_str(),
                name: &self.pool.name,
                client_id: &self.pool.client_id,
            },
        })
    }

    fn from_plaintext(plaintext: &[u8]) -> Result<Self, NotSealable> {
        let read: Read = serde_json::from_slice(plaintext).map_err(|_| NotSealable)?;
        Ok(Self {
            tokens: TokenSet {
                access_token: read.id_token,
                refresh_token: read.refresh_token,
                expires_at: read.expires_at,
                scope: None,
            },
            api: vendor_url("the link's address", &read.api).map_err(|_| NotSealable)?,
            pool: Pool {
                url: vendor_url("the link's user pool", &read.pool.url).map_err(|_| NotSealable)?,
                name: read.pool.name,
                client_id: read.pool.client_id,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_link_comes_back_from_its_plaintext_and_shows_nowhere_else() {
        let link = NiceGoLink {
            tokens: TokenSet {
                access_token: "id-secret".into(),
                refresh_token: Some("rt-secret".into()),
                expires_at: "2026-03-02T16:00:00Z".parse().unwrap(),
                scope: None,
            },
            api: "https://api.vendor.example/graphql".parse().unwrap(),
            pool: Pool {
                url: "https://pool.vendor.example/".parse().unwrap(),
                name: "pool".to_owned(),
                client_id: "app".to_owned(),
            },
        };
        let plaintext = link.to_plaintext().unwrap();
        let again = NiceGoLink::from_plaintext(plaintext.expose_secret()).unwrap();
        assert_eq!(again.tokens.access_token.expose_secret(), "id-secret");
        assert_eq!(
            again.tokens.refresh_token.as_ref().unwrap().expose_secret(),
            "rt-secret"
        );
        assert_eq!(
            (again.tokens.expires_at, &again.api, &again.pool.url),
            (link.tokens.expires_at, &link.api, &link.pool.url)
        );
        assert!(!format!("{again:?} {plaintext:?}").contains("secret"));
    }

    proptest! {
        #[test]
        fn bytes_that_are_no_link_are_refused_and_never_panic(noise in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(NiceGoLink::from_plaintext(&noise).is_err());
        }
    }
}
