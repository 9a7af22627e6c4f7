//! `Idempotency-Key`: the caller's name for one intent, and the fingerprint by which a repeat is recognised.

use std::fmt;

use axum::http::HeaderMap;
use ring::digest::{Context, SHA256};

use crate::Problem;
use crate::problem::wire::{IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_MISSING};

/// The header's name.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The longest key.
const KEY_BYTES_MAX: usize = 255;

/// A caller's key: 1 to 255 visible ASCII characters. Unique within a carrier, not across them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the one `Idempotency-Key` header.
    ///
    /// # Errors
    /// `idempotency_key_missing`, or `idempotency_key_invalid` when it is empty, too long, sent twice or
    /// holds anything but visible ASCII.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            return Err(Problem::new(&IDEMPOTENCY_KEY_MISSING));
        };
        let invalid = || Problem::new(&IDEMPOTENCY_KEY_INVALID);
        if values.next().is_some() {
            return Err(invalid());
        }
        std::str::from_utf8(value.as_bytes())
            .ok()
            .and_then(Self::parse)
            .ok_or_else(invalid)
    }

    /// The key, if the text can be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=KEY_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// The key as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What a request asked, as 64 hex digits: equal for equal method, path and body, whatever the spacing and
/// the order of the names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// SHA-256 over the method, the path and the canonical body, each with its length before it, so that no
    /// two requests run together.
    #[must_use]
    pub fn new(method: &str, path: &str, canonical_body: &[u8]) -> Self {
        let mut hash = Context::new(&SHA256);
        for part in [method.as_bytes(), path.as_bytes(), canonical_body] {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hex::encode(hash.finish()))
    }

    /// The hex digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    fn code(headers: &HeaderMap) -> Result<String, &'static str> {
        IdempotencyKey::from_headers(headers)
            .map(|key| key.to_string())
            .map_err(|problem| problem.code())
    }

    #[test]
    fn a_missing_key_and_a_key_sent_twice_are_refused() {
        let mut headers = HeaderMap::new();
        assert_eq!(code(&headers), Err("idempotency_key_missing"));
        headers.append(IDEMPOTENCY_KEY, HeaderValue::from_static("one"));
        assert_eq!(code(&headers), Ok("one".to_owned()));
        headers.append(IDEMPOTENCY_KEY, HeaderValue::from_static("one"));
        assert_eq!(code(&headers), Err("idempotency_key_invalid"));
    }

    proptest! {
        #[test]
        fn a_key_is_1_to_255_visible_characters(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
            let mut headers = HeaderMap::new();
            headers.insert(IDEMPOTENCY_KEY, value);
            let good = (1..=255).contains(&bytes.len()) && bytes.iter().all(|b| (0x21..=0x7e).contains(b));
            prop_assert_eq!(code(&headers).is_ok(), good);
        }

        #[test]
        fn visible_keys_come_back_as_sent(key in "[!-~]{1,255}") {
            let read = IdempotencyKey::parse(&key).unwrap();
            prop_assert_eq!(read.as_str(), key);
        }

        #[test]
        fn parts_do_not_run_together(a in "[a-z]{0,5}", b in "[a-z]{0,5}", c in "[a-z]{0,5}", d in "[a-z]{0,5}") {
            let (one, two) = (Fingerprint::new(&a, &b, b""), Fingerprint::new(&c, &d, b""));
            prop_assert_eq!(one == two, (&a, &b) == (&c, &d));
        }
    }
}
