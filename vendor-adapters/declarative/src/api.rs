//! The vendor's calls, each with what the file says of its statuses.

use postern_adapter_sdk::{CallContext, DeadlineClient, Reply, Target, TokenSet, VendorRequest, join};
use postern_contract::adapter::{AdapterError, AdapterErrorKind, Disposition, Outcome};
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::door_id::DoorKey;
use crate::file::Calls;
use crate::file::errors::{Meaning, Occasion, Refusal, Verdict};
use crate::file::request::Request;

/// The cloud.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    pub(crate) base_url: Url,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) calls: Calls,
    pub(crate) http: DeadlineClient,
}

impl Cloud {
    /// The answer that lists doors, asked for on `occasion`.
    ///
    /// # Errors
    /// Always `not_executed`.
    pub(crate) async fn list(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        occasion: Occasion,
    ) -> Result<Value, AdapterError> {
        let answer = self
            .get(
                call,
                tokens,
                &self.calls.list.request,
                &DoorKey::default(),
                occasion,
            )
            .await;
        answer.map_err(|error| match error.kind {
            // A list that is not there is a wrong address, and no missing door.
            AdapterErrorKind::DoorNotFound => AdapterError {
                kind: AdapterErrorKind::VendorUnavailable,
                ..error
            },
            _ => error,
        })
    }

    /// The answer to a reading of one door by `request`.
    ///
    /// # Errors
    /// `door_not_found` if there is none; always `not_executed`.
    pub(crate) async fn door(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        request: &Request,
        key: &DoorKey,
    ) -> Result<Value, AdapterError> {
        self.get(call, tokens, request, key, Occasion::Read).await
    }

    /// Orders a door, once. Success means that the cloud took the order, or that it says the door is there already, and nothing more
    /// about the door.
    ///
    /// # Errors
    /// `not_executed` if it was too late to send, nobody answered the connection, or the file says so of this answer. Everything else is
    /// `unknown`.
    pub(crate) async fn command(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        key: &DoorKey,
        target: Target,
    ) -> Result<Disposition, AdapterError> {
        let (ask, occasion) = match target {
            Target::Open => (&self.calls.open, Occasion::Open),
            Target::Closed => (&self.calls.close, Occasion::Close),
        };
        let mut request = self.request(ask, tokens, key)?;
        if let Some(body) = ask.body(key) {
            request = request.body("application/json", body);
        }
        let reply = self.http.command_with_reason(&request, call.deadline()).await?;
        if reply.status.is_success() {
            return Ok(Disposition::Sent);
        }
        let error = reply.command_error();
        match self.meaning(&reply, occasion) {
            None => Err(error),
            Some(meaning) => match meaning.verdict {
                Verdict::AlreadyThere => Ok(Disposition::AlreadyThere),
                Verdict::Error(kind, outcome) => {
                    let asked = match outcome {
                        Outcome::Unknown => "the command; the door may move all the same",
                        Outcome::NotExecuted => "the command",
                    };
                    Err(AdapterError {
                        kind,
                        outcome,
                        message: said(&reply, asked, meaning),
                        ..error
                    })
                }
            },
        }
    }

    async fn get(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        ask: &Request,
        key: &DoorKey,
        occasion: Occasion,
    ) -> Result<Value, AdapterError> {
        let request = self.request(ask, tokens, key)?;
        let reply = self.http.read(&request, call.deadline()).await?;
        // A vendor may refuse with a status of success: the file is asked first.
        if let Some(meaning) = self.meaning(&reply, occasion)
            && let Verdict::Error(kind, outcome) = meaning.verdict
        {
            return Err(AdapterError {
                kind,
                outcome,
                message: said(&reply, "a read", meaning),
                ..reply.read_error()
            });
        }
        if reply.status.is_success() {
            return reply.json();
        }
        Err(reply.read_error())
    }

    fn meaning(&self, reply: &Reply, on: Occasion) -> Option<&Meaning> {
        let refusal = Refusal {
            on,
            status: reply.status.as_u16(),
            is_json: reply.is_json,
            body: &reply.body,
        };
        self.calls.meanings.iter().find(|meaning| meaning.fits(refusal))
    }

    fn request(
        &self,
        ask: &Request,
        tokens: &TokenSet,
        key: &DoorKey,
    ) -> Result<VendorRequest, AdapterError> {
        let elsewhere = |kind, why| AdapterError::not_executed(kind, why);
        let segments = ask.segments(key).ok_or_else(|| {
            elsewhere(
                AdapterErrorKind::DoorNotFound,
                "the reference can't stand in an address",
            )
        })?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let mut url = join(&self.base_url, &segments).ok_or_else(|| {
            elsewhere(
                AdapterErrorKind::Internal,
                "the configured base address can't have a path",
            )
        })?;
        let query = ask.query(key);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = VendorRequest::new(ask.method.clone(), url);
        for (name, value) in &self.headers {
            request = request.header(name.clone(), value.clone());
        }
        Ok(request.bearer(&tokens.access_token)?)
    }
}

fn said(reply: &Reply, asked: &str, meaning: &Meaning) -> String {
    let status = reply.status.as_u16();
    let because = meaning.because.as_ref().map(|because| format!(": {because}"));
    format!(
        "the vendor answered {asked} with status {status}{}",
        because.unwrap_or_default()
    )
}
