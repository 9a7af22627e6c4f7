//! The parameters of a request, each at most once (RFC 6749, 3.1 and 3.2).

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use url::form_urlencoded;

/// A parameter came twice, or the body is no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotAForm;

/// Parameters by name. No `Debug`: passwords and secrets are among them.
#[derive(Default)]
pub(super) struct Params(BTreeMap<String, String>);

impl Params {
    pub(super) fn of_query(query: Option<&str>) -> Result<Self, NotAForm> {
        Self::parse(query.unwrap_or_default().as_bytes())
    }

    pub(super) fn of_form(headers: &HeaderMap, body: &[u8]) -> Result<Self, NotAForm> {
        let kind = headers
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .ok_or(NotAForm)?;
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self::parse(body)
        } else {
            Err(NotAForm)
        }
    }

    fn parse(encoded: &[u8]) -> Result<Self, NotAForm> {
        let mut params = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if params.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(NotAForm);
            }
        }
        Ok(Self(params))
    }

    /// A parameter; an empty one counts as left out.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The scopes asked for.
    pub(super) fn scopes(&self) -> super::Scopes {
        self.get("scope")
            .unwrap_or_default()
            .split(' ')
            .filter(|s| !s.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parameters_come_back_and_repeated_ones_are_refused(a in "\\PC{1,20}", b in "\\PC{1,20}") {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("a", &a).append_pair("b", &b);
            let once = form.finish();
            let params = Params::of_query(Some(&once)).unwrap_or_else(|_| panic!("{once} is a form"));
            prop_assert_eq!((params.get("a"), params.get("b")), (Some(a.as_str()), Some(b.as_str())));
            let twice = format!("{once}&a=x");
            prop_assert!(Params::of_query(Some(&twice)).is_err());
        }

        #[test]
        fn no_query_upsets_it(query in "\\PC{0,80}") {
            if let Ok(params) = Params::of_query(Some(&query)) {
                prop_assert!(params.scopes().iter().all(|scope| !scope.contains(' ')));
            }
        }
    }
}
