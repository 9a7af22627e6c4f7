//! What is remembered of tokens: never the token, only its SHA-256.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Sessions, codes, access and refresh tokens remembered, each; the oldest go first.
const KEPT_MAX: usize = 2_000;

/// What a token is remembered by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct TokenHash(String);

impl TokenHash {
    pub(super) fn of(token: &str) -> Self {
        Self(hex::encode(Sha256::digest(token)))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// Values by token, the oldest forgotten when there are too many.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept<T> {
    values: BTreeMap<TokenHash, T>,
    order: VecDeque<TokenHash>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            values: BTreeMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<T> Kept<T> {
    pub(super) fn put(&mut self, token: TokenHash, value: T) {
        if self.order.len() == KEPT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
        self.order.push_back(token.clone());
        self.values.insert(token, value);
    }

    pub(super) fn get(&self, token: &TokenHash) -> Option<&T> {
        self.values.get(token)
    }

    pub(super) fn take(&mut self, token: &TokenHash) -> Option<T> {
        self.order.retain(|kept| kept != token);
        self.values.remove(token)
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.values.retain(|_, value| keep(value));
        self.order.retain(|token| self.values.contains_key(token));
    }
}
