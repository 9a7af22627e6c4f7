//! Each request's id: the caller's own if it is sane, else API Gateway's, else one of ours.

use std::convert::Infallible;
use std::fmt;

use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderMap, HeaderValue, request::Parts};
use lambda_http::request::RequestContext;
use ulid::Ulid;

use crate::{Clock, Entropy};

/// The header that carries it, both ways.
pub const X_REQUEST_ID: &str = "x-request-id";
const ID_CHARS_MAX: usize = 64;

/// A request's id: 1 to 64 of `A-Z a-z 0-9 _ -`. In the log, in `x-request-id`, and the `instance` of a
/// problem.
///
/// As an extractor it gives the id that the house chose; outside the house it is `unknown`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id, if the text can be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let sane = (1..=ID_CHARS_MAX).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        sane.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn of(request: &Request, now: &Clock, entropy: &Entropy) -> Self {
        Self::from_header(request.headers())
            .or_else(|| match request.extensions().get::<RequestContext>() {
                Some(RequestContext::ApiGatewayV2(context)) => {
                    // The gateway's ids end in "=": kept apart by what is left.
                    Self::parse(context.request_id.as_deref()?.trim_end_matches('='))
                }
                _ => None,
            })
            .unwrap_or_else(|| {
                let milliseconds = u64::try_from(now().as_millisecond()).unwrap_or_default();
                Self(Ulid::from_parts(milliseconds, entropy()).to_string())
            })
    }

    fn from_header(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(X_REQUEST_ID).iter();
        match (values.next(), values.next()) {
            (Some(only), None) => Self::parse(only.to_str().ok()?),
            _ => None,
        }
    }

    pub(crate) fn header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get::<Self>()
            .cloned()
            .unwrap_or_else(|| Self("unknown".to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_is_1_to_64_letters_digits_dashes_and_underscores(text in "\\PC{0,80}", good in "[A-Za-z0-9_-]{1,64}") {
            if let Some(id) = RequestId::parse(&text) {
                prop_assert!(!text.is_empty() && text.len() <= 64);
                let header = id.header();
                prop_assert_eq!(header.to_str().unwrap(), text);
            }
            let read = RequestId::parse(&good).unwrap();
            prop_assert_eq!(read.as_str(), good);
        }
    }
}
