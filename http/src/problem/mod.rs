//! A refusal as the caller sees it: RFC 9457 `application/problem+json`.
//!
//! A handler gives a [`Problem`] as its error. On its own it answers in English; the house's outermost
//! layer, which knows the caller's language and the request's id, writes it again with both
//! ([`Problem::render`]). The cause of a fault never reaches a problem: it goes to the log.

pub mod catalogue;
pub mod wire;

use std::borrow::Cow;

use axum::Json as AxumJson;
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};

pub use catalogue::{Catalogue, Entry, Text};

use crate::Language;

/// What a problem's `type` starts with; the code follows. The pages are kept in docs/errors/.
pub const TYPE_BASE: &str = "https://postern.example/errors/";

/// Words to fill a placeholder with: the same in both languages, or different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    english: Cow<'static, str>,
    french: Cow<'static, str>,
}

impl Words {
    /// Words that differ by language.
    pub fn new(english: impl Into<Cow<'static, str>>, french: impl Into<Cow<'static, str>>) -> Self {
        Self {
            english: english.into(),
            french: french.into(),
        }
    }

    /// The words in a language.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::French => &self.french,
        }
    }
}

impl From<&'static str> for Words {
    fn from(same: &'static str) -> Self {
        Self::new(same, same)
    }
}

impl From<String> for Words {
    fn from(same: String) -> Self {
        Self::new(same.clone(), same)
    }
}

/// A refusal: an entry of the catalogue, with what this occurrence adds to it.
#[derive(Debug, Clone)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    entry: &'static Entry,
    values: Vec<(&'static str, Words)>,
    members: Map<String, Value>,
    headers: HeaderMap,
}

impl Problem {
    /// The refusal that an entry describes.
    #[must_use]
    pub fn new(entry: &'static Entry) -> Self {
        let (values, members, headers) = Default::default();
        Self(Box::new(Parts {
            entry,
            values,
            members,
            headers,
        }))
    }

    /// A fault of ours. The cause is logged, under the request's span, and not told to the caller.
    #[must_use]
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let mut chain = cause.to_string();
        let mut next = cause.source();
        while let Some(source) = next {
            chain.push_str(": ");
            chain.push_str(&source.to_string());
            next = source.source();
        }
        tracing::error!(cause = chain, "a call failed on our side");
        Self::new(&wire::INTERNAL)
    }

    /// Fills a placeholder of the detail.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Words>) -> Self {
        self.0.values.push((name, value.into()));
        self
    }

    /// Adds an extension member, such as `reasons`. A member with a name that RFC 9457 or this crate gives a
    /// meaning (`type`, `title`, `status`, `code`, `detail`, `instance`) is left out.
    #[must_use]
    pub fn member(mut self, name: &str, value: impl Into<Value>) -> Self {
        if !matches!(name, "type" | "title" | "status" | "code" | "detail" | "instance") {
            self.0.members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Says when to try again: a `Retry-After` header and the member `retry_after_s`.
    #[must_use]
    pub fn retry_after_s(self, seconds: u32) -> Self {
        self.header(RETRY_AFTER, HeaderValue::from(seconds))
            .member("retry_after_s", seconds)
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.0.entry.code
    }

    /// The status it answers with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.entry.status()
    }

    /// The detail in a language, placeholders filled.
    #[must_use]
    pub fn detail(&self, language: Language) -> String {
        let mut rest = self.0.entry.text(language).detail;
        let mut filled = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            match self.0.values.iter().rev().find(|(given, _)| *given == name) {
                Some((_, words)) => filled.push_str(words.text(language)),
                None => {
                    tracing::error!(code = self.code(), placeholder = name, "a detail lacks a value");
                    filled.push('…');
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// The answer in a language, with the request's id as its `instance`.
    #[must_use]
    pub fn render(&self, language: Language, instance: Option<&str>) -> Response {
        let body = self.body(language, instance);
        let mut response = (self.status(), self.0.headers.clone(), AxumJson(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.append(VARY, HeaderValue::from_static("accept-language"));
        response
    }
}

impl Problem {
    /// The problem as JSON, for an answer in which it is about one of many things.
    #[must_use]
    pub fn value(&self, language: Language) -> Value {
        serde_json::to_value(self.body(language, None)).unwrap_or_default()
    }

    fn body<'a>(&'a self, language: Language, instance: Option<&'a str>) -> Body<'a> {
        let text = self.0.entry.text(language);
        Body {
            r#type: format!("{TYPE_BASE}{}", self.code()),
            title: text.title,
            status: self.0.entry.status,
            code: self.code(),
            detail: self.detail(language),
            instance,
            members: &self.0.members,
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<&'a str>,
    #[serde(flatten)]
    members: &'a Map<String, Value>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.render(Language::English, None);
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::entries! {
        TABLE;
        CLOSED = "shop_closed", 409,
            "Closed", "Closed until {hour}, says {who}.", "Fermé", "Fermé jusqu’à {hour}, dit {who}.";
    }

    async fn read(response: Response) -> Value {
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[tokio::test]
    async fn a_problem_is_written_as_rfc_9457_says() {
        let problem = Problem::new(&CLOSED)
            .with("hour", "9")
            .with("who", Words::new("the owner", "le patron"))
            .member("reasons", vec!["holiday"])
            .member("status", 200)
            .retry_after_s(30);
        let french = problem.render(Language::French, Some("r-1"));
        assert_eq!(french.status(), 409);
        assert_eq!(french.headers()["content-type"], "application/problem+json");
        assert_eq!(french.headers()["content-language"], "fr");
        assert_eq!(french.headers()["retry-after"], "30");
        assert_eq!(
            read(french).await,
            serde_json::json!({
                "type": "https://postern.example/errors/shop_closed",
                "title": "Fermé",
                "status": 409,
                "code": "shop_closed",
                "detail": "Fermé jusqu’à 9, dit le patron.",
                "instance": "r-1",
                "reasons": ["holiday"],
                "retry_after_s": 30,
            })
        );
        let english = problem.into_response();
        assert_eq!(english.headers()["content-language"], "en");
        assert_eq!(read(english).await["detail"], "Closed until 9, says the owner.");
    }

    #[test]
    fn a_missing_value_never_breaks_the_answer() {
        assert_eq!(
            Problem::new(&CLOSED).detail(Language::English),
            "Closed until …, says …."
        );
    }

    #[test]
    fn a_value_with_braces_is_not_filled_again() {
        let problem = Problem::new(&CLOSED).with("hour", "{who}").with("who", "x");
        assert_eq!(problem.detail(Language::English), "Closed until {who}, says x.");
    }

    #[test]
    fn the_table_of_this_test_is_sound() {
        assert_eq!(Catalogue::new(&[TABLE]).faults(), Vec::<String>::new());
    }
}
