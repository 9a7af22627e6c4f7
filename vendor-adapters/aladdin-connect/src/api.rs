//! The calls of the partner API, each with what its statuses mean.

use postern_adapter_sdk::{
    CallContext, ConfigError, DeadlineClient, Reply, Target, TokenSet, VendorRequest, join,
};
use postern_contract::adapter::{AdapterError, AdapterErrorKind, Disposition};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use crate::AladdinConnectConfig;
use crate::door_id::DoorKey;
use crate::wire::{Devices, DoorState, doors_of, says_already};

/// Says which partner's program asks.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// The cloud.
#[derive(Clone, Debug)]
pub struct AladdinConnectApi {
    base_url: Url,
    api_key: HeaderValue,
    http: DeadlineClient,
}

impl AladdinConnectApi {
    /// The cloud at the address of `config`.
    ///
    /// # Errors
    /// [`ConfigError`] for a key that can't be sent.
    pub fn new(config: &AladdinConnectConfig, http: DeadlineClient) -> Result<Self, ConfigError> {
        Ok(Self {
            base_url: config.base_url.clone(),
            api_key: config.api_key_header()?,
            http,
        })
    }

    /// Every door that the login sees.
    ///
    /// # Errors
    /// As every read: always `not_executed`.
    pub async fn doors(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
    ) -> Result<Vec<(DoorKey, DoorState)>, AdapterError> {
        let list: Result<Devices, _> = self.get(call, tokens, &["devices"]).await;
        let list = list.map_err(|error| match error.kind {
            // A list that is not there is a wrong address, and no missing door.
            AdapterErrorKind::DoorNotFound => AdapterError {
                kind: AdapterErrorKind::VendorUnavailable,
                ..error
            },
            _ => error,
        })?;
        Ok(list.devices.iter().flat_map(doors_of).collect())
    }

    /// One door.
    ///
    /// # Errors
    /// `door_not_found` if there is none; otherwise as every read: always `not_executed`.
    pub async fn door(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        key: &DoorKey,
    ) -> Result<DoorState, AdapterError> {
        let path = ["devices", &key.device, "doors", key.index];
        let door: Value = self.get(call, tokens, &path).await?;
        if door["status"].is_string() {
            return Ok(DoorState::from_value(&door));
        }
        // The vendor's errors are objects too, without any key of a door.
        Err(AdapterError::not_executed(
            AdapterErrorKind::VendorUnavailable,
            "the vendor answered a reading that says nothing of the door",
        ))
    }

    /// Orders a door, once. Success means that the cloud took the order, or that it says the door is there already, and nothing more
    /// about the door.
    ///
    /// # Errors
    /// `not_executed` if it was too late to send, or nobody answered the connection. Everything else is `unknown`: a 401, 403, 429, 5xx
    /// or silence may come after the opener was told.
    pub async fn command(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        key: &DoorKey,
        target: Target,
    ) -> Result<Disposition, AdapterError> {
        let (verb, there) = match target {
            Target::Open => ("open", "open"),
            Target::Closed => ("close", "closed"),
        };
        let path = ["devices", &key.device, "doors", key.index, "command"];
        let body = json!({ "command": verb }).to_string().into_bytes();
        let request = self
            .request(Method::POST, &path, tokens)?
            .body("application/json", body);
        let reply = self.http.command_with_reason(&request, call.deadline()).await?;
        match reply.status.as_u16() {
            200..=299 => Ok(Disposition::Sent),
            400 if reply.is_json && says_already(&reply.body, there) => Ok(Disposition::AlreadyThere),
            _ => Err(reply.command_error()),
        }
    }

    async fn get<T: DeserializeOwned>(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        path: &[&str],
    ) -> Result<T, AdapterError> {
        let request = self.request(Method::GET, path, tokens)?;
        let reply = self.http.read(&request, call.deadline()).await?;
        if reply.status.is_success() {
            return reply.json();
        }
        Err(read_error(&reply))
    }

    fn request(
        &self,
        method: Method,
        path: &[&str],
        tokens: &TokenSet,
    ) -> Result<VendorRequest, AdapterError> {
        let url = join(&self.base_url, path).ok_or_else(|| {
            AdapterError::not_executed(
                AdapterErrorKind::Internal,
                "the configured base address can't have a path",
            )
        })?;
        let request = VendorRequest::new(method, url).header(API_KEY, self.api_key.clone());
        Ok(request.bearer(&tokens.access_token)?)
    }
}

/// A 403 in JSON may be a token that has run out or an API key that is not taken: the platform refreshes the link and asks once more,
/// and a second 403 is then shown as it is.
fn read_error(reply: &Reply) -> AdapterError {
    let error = reply.read_error();
    if reply.status.as_u16() == 403 && reply.is_json {
        return AdapterError {
            kind: AdapterErrorKind::CredentialsExpired,
            message: "the vendor answered a read with status 403: the token has run out, or our API key is not taken"
                .to_owned(),
            ..error
        };
    }
    error
}
