//! Where the issuer's keys come from, kept between requests.
//!
//! Keys rotate: a key id that is not in the set makes us fetch again. Anybody can send such an id, so a
//! fetch happens at most every [`REFRESH_S_MIN`], one at a time, and everybody who waits shares its result.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::key::KeySet;

/// Between two fetches, in seconds.
const REFRESH_S_MIN: i64 = 30;
/// After this long, in seconds, the keys are fetched anew although the id is known, so that a withdrawn key
/// ends.
const REFRESH_S_MAX: i64 = 3600;
/// A fetch gets this long.
const FETCH_TIMEOUT: Duration = Duration::from_secs(3);
/// A longer key set is refused.
const FETCH_BYTES_MAX: usize = 64 * 1024;

/// Where the issuer publishes its keys.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// A JWKS at an `https` address.
    Https(Url),
    /// A JWKS at an `http` address: for an issuer on this machine or an emulated cloud, where nobody is
    /// between.
    PlainHttp(Url),
    /// A JWKS in hand.
    Fixed(Value),
}

/// A key source that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeySourceError {
    /// An address of another scheme than its variant says.
    #[error("the key source must be an {expected} address, and is {found}")]
    Scheme {
        /// The scheme it must have.
        expected: &'static str,
        /// The scheme it has.
        found: String,
    },
    /// A fixed document without a usable key.
    #[error("the key set holds no key that can be used")]
    NoKeys,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the key set could not be fetched")]
    Http(#[from] reqwest::Error),
    #[error("the key set is larger than {FETCH_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the answer is no key set with a usable key")]
    NotKeys,
}

/// The keys could not be had just now.
#[derive(Debug)]
pub(super) struct KeysUnavailable;

#[derive(Debug)]
pub(super) struct Keys {
    remote: Option<(reqwest::Client, Url)>,
    current: RwLock<Held>,
    refresh: Mutex<Attempt>,
}

#[derive(Debug, Clone)]
struct Held {
    keys: Arc<KeySet>,
    since: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Attempt {
    last: Option<Timestamp>,
    failed: bool,
}

impl Keys {
    pub(super) fn new(source: KeySource) -> Result<Self, KeySourceError> {
        let scheme = |url: &Url, expected| match url.scheme() {
            found if found == expected => Ok(()),
            found => Err(KeySourceError::Scheme {
                expected,
                found: found.to_owned(),
            }),
        };
        let (remote, keys) = match source {
            KeySource::Fixed(document) => {
                let keys = KeySet::parse(&document).filter(|keys| !keys.is_empty());
                (None, keys.ok_or(KeySourceError::NoKeys)?)
            }
            KeySource::Https(url) => {
                scheme(&url, "https")?;
                (Some((client()?, url)), KeySet::default())
            }
            KeySource::PlainHttp(url) => {
                scheme(&url, "http")?;
                (Some((client()?, url)), KeySet::default())
            }
        };
        let current = RwLock::new(Held {
            keys: Arc::new(keys),
            since: None,
        });
        Ok(Self {
            remote,
            current,
            refresh: Mutex::default(),
        })
    }

    /// The set to look a key id up in: fetched anew when the id is not in it or the set is old.
    pub(super) async fn holding(&self, id: &str, now: Timestamp) -> Result<Arc<KeySet>, KeysUnavailable> {
        let Some((client, url)) = &self.remote else {
            return Ok(self.held().keys);
        };
        if let Some(keys) = self.fresh(id, now) {
            return Ok(keys);
        }
        let mut attempt = self.refresh.lock().await;
        // Somebody else may have fetched while we waited for the lock.
        if let Some(keys) = self.fresh(id, now) {
            return Ok(keys);
        }
        if attempt
            .last
            .is_none_or(|last| seconds_between(last, now) >= REFRESH_S_MIN)
        {
            attempt.last = Some(now);
            match fetch(client, url).await {
                Ok(keys) => {
                    attempt.failed = false;
                    self.hold(keys, now);
                }
                Err(error) => {
                    attempt.failed = true;
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "no keys to check tokens with"
                    );
                }
            }
        }
        let keys = self.held().keys;
        // While the issuer is silent a known key goes on; an unknown one may be new, so the answer is "not
        // now".
        if keys.get(id).is_none() && attempt.failed {
            Err(KeysUnavailable)
        } else {
            Ok(keys)
        }
    }

    fn fresh(&self, id: &str, now: Timestamp) -> Option<Arc<KeySet>> {
        let held = self.held();
        let young = held
            .since
            .is_some_and(|since| seconds_between(since, now) < REFRESH_S_MAX);
        (young && held.keys.get(id).is_some()).then_some(held.keys)
    }

    // A poisoned lock still holds a whole value: it is only ever replaced at once.
    fn held(&self) -> Held {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn hold(&self, keys: KeySet, now: Timestamp) {
        let held = Held {
            keys: Arc::new(keys),
            since: Some(now),
        };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

fn seconds_between(earlier: Timestamp, later: Timestamp) -> i64 {
    later.as_second().saturating_sub(earlier.as_second())
}

fn client() -> Result<reqwest::Client, KeySourceError> {
    reqwest::Client::builder()
        .timeout(FETCH_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(KeySourceError::Client)
}

async fn fetch(client: &reqwest::Client, url: &Url) -> Result<KeySet, FetchError> {
    let mut response = client.get(url.clone()).send().await?.error_for_status()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > FETCH_BYTES_MAX {
            return Err(FetchError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    let document = crate::body::strict_value(&bytes).ok_or(FetchError::NotKeys)?;
    KeySet::parse(&document)
        .filter(|keys| !keys.is_empty())
        .ok_or(FetchError::NotKeys)
}
