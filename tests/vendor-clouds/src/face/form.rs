//! Forms, query strings and cookies, read as leniently as the clients need.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, header};
use secrecy::SecretString;
use url::form_urlencoded;

/// The fields of a form or a query; the first of a name counts.
///
/// Never printed: it can hold a password or a token.
pub(crate) struct Fields(BTreeMap<String, String>);

impl Fields {
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            fields
                .entry(name.into_owned())
                .or_insert_with(|| value.into_owned());
        }
        Self(fields)
    }

    /// A field that is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The same, for one that must not be printed.
    pub(crate) fn secret(&self, name: &str) -> Option<SecretString> {
        self.get(name).map(SecretString::from)
    }
}

/// Writes a query in which a space is `%20`, as clouds write it, and not `+`.
pub(crate) fn query(fields: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    query.finish().replace('+', "%20")
}

/// The values of the cookies of this name.
///
/// pymyq builds its Cookie header from a print-out of `Set-Cookie` lines, so a name can come with that word in front.
pub(crate) fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split([';', '\r', '\n']))
        .filter_map(|pair| pair.split_once('='))
        .filter(move |(found, _)| {
            let found = found.trim();
            found.strip_prefix("Set-Cookie:").unwrap_or(found).trim() == name
        })
        .map(|(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_with_a_junk_prefix() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; Set-Cookie: b=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("c=\"3\""));
        let all = |name: &'static str| cookies(&headers, name).collect::<Vec<_>>();
        assert_eq!((all("a"), all("b"), all("c")), (vec!["1"], vec!["2"], vec!["3"]));
        assert!(all("d").is_empty());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(name in "[a-z]{1,8}", value in "\\PC{1,40}") {
            let text = query(&[(name.as_str(), value.as_str())]);
            prop_assert!(!text.contains('+') && !text.contains(' '));
            let fields = Fields::parse(text.as_bytes());
            prop_assert_eq!(fields.get(&name), Some(value.as_str()));
        }

        #[test]
        fn any_bytes_are_read_as_some_form(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let fields = Fields::parse(&bytes);
            prop_assert!(fields.get("").is_none_or(|value| !value.is_empty()));
        }
    }
}
