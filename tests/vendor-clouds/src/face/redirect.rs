//! Sending a browser on, with cookies, and back to the app that it came from.

use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use url::Url;

use super::form;

/// Schemes that would run or read something in a browser.
const SCHEMES_REFUSED: [&str; 5] = ["javascript", "data", "file", "blob", "vbscript"];

/// Why an app's request is not carried out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing to send it back to: say so on a page.
    Page(&'static str),
    /// Sent back to the app with an OAuth error.
    Back {
        to: String,
        error: &'static str,
        state: Option<String>,
    },
}

impl Refusal {
    /// The address that it is sent back to, where it is.
    pub(crate) fn back(&self) -> Result<String, &'static str> {
        match self {
            Self::Page(reason) => Err(reason),
            Self::Back { to, error, state } => {
                let mut fields = vec![("error", *error)];
                fields.extend(state.as_deref().map(|state| ("state", state)));
                Ok(with_query(to, &fields))
            }
        }
    }
}

/// Whether a login may lead back there: to an app, or to a web address that was registered.
pub(crate) fn allowed(uri: &str, registered: &[String]) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    match url.scheme() {
        "http" | "https" => registered.iter().any(|known| known == uri),
        scheme => !SCHEMES_REFUSED.contains(&scheme) && uri.is_ascii(),
    }
}

/// 302, as identity servers answer.
pub(crate) fn redirect(location: &str, cookies: &[String]) -> Response {
    let cookies = cookies.iter().map(|cookie| (header::SET_COOKIE, cookie.as_str()));
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::FOUND, headers, AppendHeaders(cookies)).into_response()
}

/// A cookie of a login. Not `Secure`: the simulator speaks plain HTTP.
pub(crate) fn cookie(name: &str, value: &str) -> String {
    format!("{name}={value}; path=/; samesite=lax; httponly")
}

/// An address with these fields behind whatever it has already.
pub(crate) fn with_query(uri: &str, fields: &[(&str, &str)]) -> String {
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{}", form::query(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_redirects_must_be_registered_and_apps_need_not() {
        let known = ["http://localhost:1/back".to_owned()];
        assert!(allowed("com.myqops://ios", &known));
        assert!(allowed("http://localhost:1/back", &known));
        for refused in [
            "http://localhost:1/back/",
            "https://evil.example",
            "javascript:alert(1)",
            "no url",
        ] {
            assert!(!allowed(refused, &known), "{refused}");
        }
    }
}
