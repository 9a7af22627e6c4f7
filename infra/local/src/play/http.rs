//! Calling the APIs as anybody would: JSON over HTTP with a bearer token.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap, redirect::Policy};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

/// The longest that one call may take: a long wait, and what a small machine under a thousand calls at once adds to it.
const CALL_WITHIN: Duration = Duration::from_secs(90);

/// What went wrong in a play.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// No answer.
    #[error("{what}: no answer: {source}")]
    NoAnswer {
        /// What was asked.
        what: String,
        /// Why there is none.
        source: reqwest::Error,
    },
    /// Another answer than was promised.
    #[error("{what}: answered {status}: {body}")]
    Refused {
        /// What was asked.
        what: String,
        /// The status.
        status: StatusCode,
        /// The answer.
        body: String,
    },
    /// An answer that is not what it should be.
    #[error("{what}: {why}")]
    Unexpected {
        /// What was asked.
        what: String,
        /// What is wrong with the answer.
        why: String,
    },
}

impl PlayError {
    pub(crate) fn unexpected(what: &str, why: impl Into<String>) -> Self {
        Self::Unexpected {
            what: what.to_owned(),
            why: why.into(),
        }
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked, for messages.
    pub what: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as JSON; null when it is none.
    pub body: Value,
}

impl Answer {
    /// The body as a `T`, if the status says that the call was done.
    ///
    /// # Errors
    /// [`PlayError::Refused`] or [`PlayError::Unexpected`].
    pub fn done<T: DeserializeOwned>(self) -> Result<T, PlayError> {
        if !self.status.is_success() {
            return Err(PlayError::Refused {
                what: self.what,
                status: self.status,
                body: self.body.to_string(),
            });
        }
        serde_json::from_value(self.body).map_err(|error| {
            PlayError::unexpected(&self.what, format!("the answer is not as promised: {error}"))
        })
    }

    /// A header as text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// The stable code of a refusal; empty when it has none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// A client that follows no redirect by itself.
pub(super) fn client() -> Result<Client, PlayError> {
    Client::builder()
        .redirect(Policy::none())
        .cookie_store(true)
        .timeout(CALL_WITHIN)
        .build()
        .map_err(|source| PlayError::NoAnswer {
            what: "the HTTP client".to_owned(),
            source,
        })
}

/// One API under one token.
#[derive(Debug, Clone)]
pub(super) struct Api {
    client: Client,
    base: Url,
    token: SecretString,
}

impl Api {
    pub(super) fn new(base: &Url, token: SecretString) -> Result<Self, PlayError> {
        Ok(Self {
            client: client()?,
            base: base.clone(),
            token,
        })
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        self.client
            .request(method, address)
            .bearer_auth(self.token.expose_secret())
    }

    pub(super) async fn get(&self, path: &str) -> Result<Answer, PlayError> {
        answer(format!("GET {path}"), self.request(Method::GET, path)).await
    }

    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer, PlayError> {
        answer(format!("{method} {path}"), self.request(method, path).json(body)).await
    }
}

/// Sends a request and reads what comes as text, if the status says that the call was done.
pub(super) async fn text(what: String, request: RequestBuilder) -> Result<String, PlayError> {
    let gone = |source| PlayError::NoAnswer {
        what: what.clone(),
        source,
    };
    let response = request.send().await.map_err(gone)?;
    let status = response.status();
    let body = response.text().await.map_err(gone)?;
    if status.is_success() {
        return Ok(body);
    }
    Err(PlayError::Refused { what, status, body })
}

/// Sends a request and reads whatever comes.
pub(super) async fn answer(what: String, request: RequestBuilder) -> Result<Answer, PlayError> {
    let gone = |source| PlayError::NoAnswer {
        what: what.clone(),
        source,
    };
    let response = request.send().await.map_err(gone)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.map_err(gone)?;
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Ok(Answer {
        what,
        status,
        headers,
        body,
    })
}
