//! What the vendor pushes to us: judged, answered, and translated.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_adapter_sdk::{CallContext, DeadlineClient, VendorRequest};
use postern_contract::adapter::{AdapterError, AdapterErrorKind, EventsParseInput, EventsParsed};
use reqwest::Method;
use serde_json::Value;
use url::Url;

use crate::SmartThingsConfig;
use crate::certificates::{Certificates, refused};
use crate::events::{self, Message};
use crate::signature::{Untrusted, signed};

/// Who may push to us, and where our address is confirmed.
#[derive(Debug)]
pub struct Pushes {
    certificates: Certificates,
    http: DeadlineClient,
    api_url: Url,
    app_id: Option<String>,
}

impl Pushes {
    /// As `config` says.
    pub fn of(config: &SmartThingsConfig, http: DeadlineClient) -> Self {
        Self {
            certificates: Certificates::at(config.key_url.clone(), http.clone()),
            http,
            api_url: config.api_url.clone(),
            app_id: config.app_id.clone(),
        }
    }

    /// Judges a push, and says what is in it.
    ///
    /// # Errors
    /// `invalid_request` for no message of this vendor, `rejected` for one that is not believed; those of the vendor while its key, or the
    /// confirmation, cannot be had. Always `not_executed`, but for a confirmation whose answer is lost.
    pub async fn parse(
        &self,
        call: &CallContext,
        input: &EventsParseInput,
    ) -> Result<EventsParsed, AdapterError> {
        let malformed = || {
            AdapterError::not_executed(
                AdapterErrorKind::InvalidRequest,
                "the message is none of this vendor's",
            )
        };
        let body = STANDARD.decode(&input.body).map_err(|_| malformed())?;
        let message = Message::of(&body).ok_or_else(malformed)?;
        let mut parsed = EventsParsed {
            events: Vec::new(),
            reply: None,
            ended: Vec::new(),
        };
        // It says nothing and changes nothing, and the vendor's own SDK asks for no signature either.
        if let Message::Ping(challenge) = &message {
            parsed.reply = Some(events::pong(challenge));
            return Ok(parsed);
        }
        if !input.method.eq_ignore_ascii_case("post") {
            return Err(refused(Untrusted::Unsigned));
        }
        let signed = signed(input, &body, call.now()).map_err(refused)?;
        self.certificates.judge(call, &signed).await?;
        match message {
            Message::Confirmation { app, url } => {
                parsed.reply = Some(self.confirm(call, &app, &url).await?);
            }
            Message::Events(events) => {
                parsed.ended = events.iter().filter_map(events::ended).collect();
                let told = events
                    .iter()
                    .filter_map(|event| events::door_event(event, call.now()));
                parsed.events = told.collect();
                parsed.reply = Some(events::taken());
            }
            Message::Ping(_) | Message::Other => {}
        }
        Ok(parsed)
    }

    /// Confirms our address: only for the app that the operator names, and only at the API's own address.
    async fn confirm(&self, call: &CallContext, app: &str, url: &str) -> Result<String, AdapterError> {
        let rejected = |why: &str| AdapterError::not_executed(AdapterErrorKind::Rejected, why);
        if self.app_id.as_deref() != Some(app) {
            return Err(rejected(
                "the address was to be confirmed for an app that is not set as ours",
            ));
        }
        let there = Url::parse(url).ok().filter(|url| {
            url.origin() == self.api_url.origin()
                && url.username().is_empty()
                && url.password().is_none()
                && url.path().starts_with("/apps/")
        });
        let there =
            there.ok_or_else(|| rejected("the address was to be confirmed elsewhere than at the vendor"))?;
        // Once: what a second time would do is not known.
        let reply = self
            .http
            .exchange(&VendorRequest::new(Method::GET, there), call.deadline())
            .await?;
        if !reply.status.is_success() {
            return Err(reply.read_error());
        }
        let answer: Value = reply.json()?;
        let target = answer["targetUrl"].as_str().unwrap_or_default();
        Ok(events::confirmed(target))
    }
}
