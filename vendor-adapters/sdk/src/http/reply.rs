//! What a vendor answered: a status first, and JSON only if it says that it is JSON.

use std::fmt;

use jiff::Timestamp;
use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};
use serde::de::DeserializeOwned;

/// The longest answer that is read, in bytes.
pub const RESPONSE_BYTES_MAX: usize = 1024 * 1024;

/// What Amazon's services call JSON, before the version of their protocol.
const AMZ_JSON: &str = "application/x-amz-json-";
const CALLS_LEFT: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const MORE_IN: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// A vendor's answer. Its `Debug` shows the status and the length.
#[derive(Clone)]
pub struct Reply {
    /// The status, not judged yet.
    pub status: StatusCode,
    /// How long the vendor asks to be left alone, in seconds.
    pub retry_after_seconds: Option<u32>,
    /// How many more calls the vendor says that it will answer for now (`X-RateLimit-Remaining`).
    pub calls_left: Option<u32>,
    /// In how many seconds it will answer more (`X-RateLimit-Reset`). Vendors differ in what they mean by the number: judge it first.
    pub more_in_seconds: Option<u32>,
    /// Whether the answer calls itself JSON.
    pub is_json: bool,
    /// The body. Empty for a command, unless its answer was asked for.
    pub body: Vec<u8>,
}

impl Reply {
    pub(crate) fn without_body(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Self {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &reqwest::header::HeaderValue| value.to_str().ok())
        };
        let is_json = text(CONTENT_TYPE).is_some_and(|media_type| {
            let essence = media_type
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase();
            essence == "application/json"
                || essence.starts_with(AMZ_JSON)
                || (essence.starts_with("application/") && essence.ends_with("+json"))
        });
        let retry_after_seconds = text(RETRY_AFTER).and_then(|value| parse_retry_after(value, now));
        let number = |name| text(name).and_then(|value| value.trim().parse().ok());
        Self {
            status,
            retry_after_seconds,
            calls_left: number(CALLS_LEFT),
            more_in_seconds: number(MORE_IN),
            is_json,
            body: Vec::new(),
        }
    }

    /// What the JSON body says. Judge the status first: see [`Self::read_error`].
    ///
    /// # Errors
    /// `vendor_unavailable`, not executed, if it is another media type or another form: a login page, a proxy's error.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, AdapterError> {
        let unusable = |why: &str| {
            AdapterError::not_executed(
                AdapterErrorKind::VendorUnavailable,
                format!("the vendor answered {} with {why}", self.status.as_u16()),
            )
        };
        if !self.is_json {
            return Err(unusable("something that is not JSON"));
        }
        serde_json::from_slice(&self.body).map_err(|_| unusable("JSON of an unexpected form"))
    }

    /// What a status other than success means for a read, which can't have changed anything.
    ///
    /// A vendor whose statuses mean something else handles those first.
    pub fn read_error(&self) -> AdapterError {
        let status = self.status.as_u16();
        let kind = match status {
            401 => AdapterErrorKind::CredentialsExpired,
            404 | 410 => AdapterErrorKind::DoorNotFound,
            429 => AdapterErrorKind::RateLimited,
            // A firewall's page, a redirect to a login page, or an error of the cloud itself.
            403 if !self.is_json => AdapterErrorKind::VendorUnavailable,
            400..=499 => AdapterErrorKind::Rejected,
            _ => AdapterErrorKind::VendorUnavailable,
        };
        AdapterError::not_executed(kind, format!("the vendor answered a read with status {status}"))
            .with_retry_after(self.retry_after_seconds)
    }

    /// What any status other than success means for a door command: the door may move all the same.
    ///
    /// A vendor that documents a status as a certain refusal handles it first.
    pub fn command_error(&self) -> AdapterError {
        let status = self.status.as_u16();
        let kind = match status {
            401 => AdapterErrorKind::CredentialsExpired,
            408 | 504 => AdapterErrorKind::TimedOut,
            429 => AdapterErrorKind::RateLimited,
            400..=499 => AdapterErrorKind::Rejected,
            _ => AdapterErrorKind::VendorUnavailable,
        };
        AdapterError::unknown(
            kind,
            format!("the vendor answered the command with status {status}; the door may move all the same"),
        )
        .with_retry_after(self.retry_after_seconds)
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status.as_u16(), self.body.len())
    }
}

/// The seconds that a `Retry-After` header asks for: a number, or a date to be counted from `now`
/// (RFC 9110, section 10.2.3). Anything else is no request at all.
pub fn parse_retry_after(value: &str, now: Timestamp) -> Option<u32> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number too long for the type still asks to be left alone for long.
        return Some(value.parse().unwrap_or(u32::MAX));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Some(u32::try_from(at.duration_since(now).as_secs().max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    proptest! {
        #[test]
        fn seconds_are_read_as_they_are(seconds: u32) {
            prop_assert_eq!(parse_retry_after(&seconds.to_string(), now()), Some(seconds));
        }

        #[test]
        fn no_header_makes_the_reader_panic(value in ".{0,60}") {
            let _ = parse_retry_after(&value, now());
        }
    }

    #[test]
    fn a_date_is_counted_from_now_and_nonsense_asks_for_nothing() {
        assert_eq!(
            parse_retry_after("Thu, 01 Jan 2026 00:01:30 GMT", now()),
            Some(90)
        );
        assert_eq!(parse_retry_after("Wed, 31 Dec 2025 00:00:00 GMT", now()), Some(0));
        assert_eq!(parse_retry_after("99999999999999999999", now()), Some(u32::MAX));
        for nonsense in ["", "soon", "-1", "1.5", "0x10"] {
            assert_eq!(parse_retry_after(nonsense, now()), None, "{nonsense}");
        }
    }

    #[test]
    fn a_page_is_not_taken_for_json_even_when_its_text_would_parse() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, "text/html; charset=utf-8".parse().unwrap());
        let mut page = Reply::without_body(StatusCode::OK, &headers, now());
        page.body = b"{}".to_vec();
        assert_eq!(
            page.json::<serde_json::Value>().unwrap_err().kind,
            AdapterErrorKind::VendorUnavailable
        );
        headers.insert(CONTENT_TYPE, "application/problem+json".parse().unwrap());
        page.is_json = Reply::without_body(StatusCode::OK, &headers, now()).is_json;
        assert!(page.json::<serde_json::Value>().is_ok());
        headers.insert(CONTENT_TYPE, "application/x-amz-json-1.1".parse().unwrap());
        assert!(Reply::without_body(StatusCode::OK, &headers, now()).is_json);
    }
}
