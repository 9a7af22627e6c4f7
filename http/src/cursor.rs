//! Opaque cursors: where a list goes on, sealed so that only we can write one, and only for its list and
//! tenant.
//!
//! A cursor is base64url of an eight-byte tag and the position as JSON. The tag is a truncated HMAC-SHA-256
//! over the list's name, the tenant and the position. Eight bytes are plenty here: a forger has one guess a
//! request, and what he would win is a position in a list that is looked up under his own tenant all the
//! same.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use secrecy::{ExposeSecret, SecretSlice};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Problem;
use crate::problem::wire::INVALID_CURSOR;

/// Longer cursors are not looked at.
const CURSOR_CHARS_MAX: usize = 2048;
const TAG_BYTES: usize = 8;

/// What seals and opens cursors, under one key.
#[derive(Debug, Clone)]
pub struct Cursors {
    key: hmac::Key,
}

impl Cursors {
    /// Under a key, which every instance of a function must share: 32 random bytes.
    #[must_use]
    pub fn new(key: &SecretSlice<u8>) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()),
        }
    }

    /// Seals a position in `tenant`'s list of this name.
    ///
    /// # Errors
    /// `internal` when the position cannot be written as JSON.
    pub fn seal(&self, list: &str, tenant: &str, position: &impl Serialize) -> Result<String, Problem> {
        let json = serde_json::to_vec(position).map_err(|error| Problem::internal(&error))?;
        let mut bytes = self.tag(list, tenant, &json).to_be_bytes().to_vec();
        bytes.extend_from_slice(&json);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Seals where the next page begins, if there is a next page.
    ///
    /// # Errors
    /// As [`Self::seal`].
    pub fn next(
        &self,
        list: &str,
        tenant: &str,
        next: Option<impl Serialize>,
    ) -> Result<Option<String>, Problem> {
        next.map(|position| self.seal(list, tenant, &position))
            .transpose()
    }

    /// Opens a cursor that was sealed for the same list and tenant.
    ///
    /// # Errors
    /// `invalid_cursor` for any other text.
    pub fn open<T: DeserializeOwned>(&self, list: &str, tenant: &str, cursor: &str) -> Result<T, Problem> {
        self.position(list, tenant, cursor)
            .ok_or_else(|| Problem::new(&INVALID_CURSOR))
    }

    fn position<T: DeserializeOwned>(&self, list: &str, tenant: &str, cursor: &str) -> Option<T> {
        if cursor.len() > CURSOR_CHARS_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, json) = bytes.split_first_chunk::<TAG_BYTES>()?;
        // Compared as one number: no byte-by-byte timing to learn from.
        if u64::from_be_bytes(*tag) != self.tag(list, tenant, json) {
            return None;
        }
        serde_json::from_slice(json).ok()
    }

    fn tag(&self, list: &str, tenant: &str, json: &[u8]) -> u64 {
        let mut context = hmac::Context::with_key(&self.key);
        for part in [b"cursor v1".as_slice(), list.as_bytes(), tenant.as_bytes(), json] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let tag = context.sign();
        let (head, _) = tag
            .as_ref()
            .split_first_chunk::<TAG_BYTES>()
            .expect("a SHA-256 tag has 32 bytes");
        u64::from_be_bytes(*head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cursors(key: u8) -> Cursors {
        Cursors::new(&vec![key; 32].into())
    }

    fn code<T>(result: Result<T, Problem>) -> Result<T, &'static str> {
        result.map_err(|problem| problem.code())
    }

    #[test]
    fn a_cursor_of_one_tenant_or_list_is_refused_for_another() {
        let cursor = cursors(1).seal("deliveries", "carrier-a", &("PK", 3)).unwrap();
        let open = |list, tenant, key| code(cursors(key).open::<(String, u8)>(list, tenant, &cursor));
        assert_eq!(open("deliveries", "carrier-a", 1), Ok(("PK".to_owned(), 3)));
        for (list, tenant, key) in [
            ("deliveries", "carrier-b", 1),
            ("events", "carrier-a", 1),
            ("deliveries", "carrier-a", 2),
        ] {
            assert_eq!(open(list, tenant, key), Err("invalid_cursor"));
        }
        assert_eq!(open("deliveriesc", "arrier-a", 1), Err("invalid_cursor"));
    }

    #[test]
    fn debug_does_not_print_the_key() {
        assert!(!format!("{:?}", Cursors::new(&b"SECRETSECRET".to_vec().into())).contains("83, 69, 67"));
    }

    proptest! {
        #[test]
        fn a_sealed_position_comes_back(list: String, tenant: String, position: (String, i64)) {
            let cursor = cursors(7).seal(&list, &tenant, &position).unwrap();
            prop_assert_eq!(code(cursors(7).open(&list, &tenant, &cursor)), Ok(position));
        }

        #[test]
        fn a_changed_cursor_is_refused(position: (String, i64), place: prop::sample::Index, bit in 0u8..8) {
            let cursor = cursors(7).seal("l", "t", &position).unwrap();
            let mut bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
            let forged = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert_eq!(code(cursors(7).open::<(String, i64)>("l", "t", &forged)), Err("invalid_cursor"));
        }

        #[test]
        fn no_text_upsets_it(text in "\\PC{0,60}") {
            prop_assert_eq!(code(cursors(7).open::<serde_json::Value>("l", "t", &text)), Err("invalid_cursor"));
        }
    }
}
