//! A request to a vendor, which can be sent again if it may be, and printed without its secrets.

use std::fmt;

use reqwest::Method;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// A request to a vendor. Its `Debug` shows the method and the address without the query.
#[derive(Clone)]
pub struct VendorRequest {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl VendorRequest {
    /// A request with no body, asking for JSON.
    pub fn new(method: Method, url: Url) -> Self {
        let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
        Self {
            method,
            url,
            headers,
            body: Vec::new(),
        }
    }

    /// Its method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Its address.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Its headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Its body.
    pub fn content(&self) -> &[u8] {
        &self.body
    }

    /// The same, with a header. The value is treated as secret.
    #[must_use]
    pub fn header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self
    }

    /// The same, with `Authorization: Bearer`.
    ///
    /// # Errors
    /// If the token has characters that no header may have; it is not repeated.
    pub fn bearer(self, token: &SecretString) -> Result<Self, super::SendError> {
        let value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()));
        Ok(self.header(
            AUTHORIZATION,
            value.map_err(|_| super::SendError::not_sendable())?,
        ))
    }

    /// The same, with a body of this media type.
    #[must_use]
    pub fn body(mut self, media_type: &'static str, body: Vec<u8>) -> Self {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.body = body;
        self
    }
}

impl fmt::Debug for VendorRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, describe_url(&self.url))
    }
}

/// An address as it may be logged: no user, no query, no fragment.
pub fn describe_url(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!(
        "{}://{}{port}{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        url.path()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_request_shows_neither_query_nor_headers_nor_body() {
        let url =
            Url::parse("https://user:pw-secret@vendor.example:8443/doors/1?code=q-secret#f-secret").unwrap();
        let request = VendorRequest::new(Method::POST, url)
            .bearer(&"t-secret".into())
            .unwrap()
            .body(
                "application/x-www-form-urlencoded",
                b"refresh_token=b-secret".to_vec(),
            );
        assert_eq!(format!("{request:?}"), "POST https://vendor.example:8443/doors/1");
        assert!(!format!("{:?}", request.headers).contains("secret"));
    }

    #[test]
    fn a_token_that_is_no_header_value_is_refused_without_being_repeated() {
        let url = Url::parse("https://vendor.example/").unwrap();
        let refused = VendorRequest::new(Method::GET, url)
            .bearer(&"two\nlines".into())
            .unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("lines"));
    }
}
