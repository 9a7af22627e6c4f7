//! The calls of the API, each with what its statuses mean.

use std::time::Duration;

use postern_adapter_sdk::{CallContext, DeadlineClient, Reply, Target, TokenSet, VendorRequest, join};
use postern_contract::adapter::{AdapterError, AdapterErrorKind, Disposition};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::door_id::DoorKey;
use crate::wire::{DOOR_CAPABILITIES, Device, DoorStatus, Health, Page};

/// How many pages of a list are read: ten times what the published limits let a household have.
const PAGES_MAX: usize = 20;

/// The limits are those of a minute. What the reset header counts in is not sure.
const MINUTE: Duration = Duration::from_secs(60);

/// The cloud.
#[derive(Clone, Debug)]
pub struct SmartThingsApi {
    base_url: Url,
    http: DeadlineClient,
}

/// A door as the cloud shows it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What is said of it.
    pub status: DoorStatus,
    /// How well its device is connected.
    pub health: Health,
    /// Whether the vendor would answer no further call about it for now.
    pub spent: bool,
    /// In how many seconds it would, where it says so.
    pub more_in_seconds: Option<u32>,
}

#[derive(Deserialize)]
struct Results {
    results: Vec<ResultOf>,
}

#[derive(Deserialize)]
struct ResultOf {
    status: String,
}

impl SmartThingsApi {
    /// The cloud at this address.
    pub fn new(base_url: Url, http: DeadlineClient) -> Self {
        Self { base_url, http }
    }

    /// Every device with a door in the home of the link, or those of them that are named.
    ///
    /// # Errors
    /// As every read: always `not_executed`.
    pub async fn devices(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        named: &[String],
    ) -> Result<Vec<Device>, AdapterError> {
        let mut devices = Vec::new();
        let mut next: Option<(String, String)> = None;
        for _ in 0..PAGES_MAX {
            let mut url = self.url(&["devices"])?;
            {
                let mut query = url.query_pairs_mut();
                query.extend_pairs(DOOR_CAPABILITIES.map(|capability| ("capability", capability)));
                query.append_pair("capabilitiesMode", "or");
                query.extend_pairs(named.iter().map(|id| ("deviceId", id)));
                if let Some((max, page)) = &next {
                    query.append_pair("max", max).append_pair("page", page);
                }
            }
            let reply = self
                .read(
                    call,
                    VendorRequest::new(Method::GET, url).bearer(&tokens.access_token)?,
                )
                .await;
            let page: Page = reply
                .and_then(|reply| reply.json())
                .map_err(|error| match error.kind {
                    // A list that is not there is a wrong address, and no missing door.
                    AdapterErrorKind::DoorNotFound => AdapterError {
                        kind: AdapterErrorKind::VendorUnavailable,
                        ..error
                    },
                    _ => error,
                })?;
            devices.extend(page.items.iter().filter_map(Device::from_value));
            next = page.next();
            if next.is_none() {
                return Ok(devices);
            }
        }
        Err(AdapterError::not_executed(
            AdapterErrorKind::VendorUnavailable,
            "the vendor's list of devices does not end",
        ))
    }

    /// One device.
    ///
    /// # Errors
    /// `door_not_found` if there is none; otherwise as every read.
    pub async fn device(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        id: &str,
    ) -> Result<Device, AdapterError> {
        let reply = self.get(call, tokens, &["devices", id]).await?;
        Device::from_value(&reply.json()?)
            .filter(|device| device.id == id)
            .ok_or_else(|| {
                AdapterError::not_executed(
                    AdapterErrorKind::VendorUnavailable,
                    "the vendor answered something that is no device",
                )
            })
    }

    /// How a door stands, and how well it is connected. The two are asked for one after the other, so that the last answer says what is
    /// left of the limit.
    ///
    /// # Errors
    /// `door_not_found` if there is none; otherwise as every read.
    pub async fn door(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        key: &DoorKey,
    ) -> Result<Seen, AdapterError> {
        let request = self.request(Method::GET, &["devices", &key.device, "health"], tokens)?;
        let answer = self.http.read(&request, call.deadline()).await?;
        let health = match answer.status.as_u16() {
            200 => Health::of(&answer.json()?),
            // So it is for devices that have none; a device that is gone has no status either.
            404 => Health::NotTold,
            _ => return Err(read_error(&answer)),
        };
        let reply = self
            .get(call, tokens, &["devices", &key.device, "status"])
            .await?;
        let status = DoorStatus::of(&reply.json()?, key).ok_or_else(|| {
            AdapterError::not_executed(
                AdapterErrorKind::DoorNotFound,
                "the device has no such door any more",
            )
        })?;
        Ok(Seen {
            status,
            health,
            spent: reply.calls_left == Some(0),
            more_in_seconds: wait(&reply),
        })
    }

    /// Orders a door, once. Success means that the cloud took the order, and nothing more about the door.
    ///
    /// # Errors
    /// `not_executed` if it was too late to send, or nobody answered the connection. Everything else is `unknown`: a 401, 403, 409, 422,
    /// 429, 5xx or silence may come after the opener was told, and so may the word that the order failed.
    pub async fn command(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        key: &DoorKey,
        capability: &str,
        target: Target,
    ) -> Result<Disposition, AdapterError> {
        let command = match target {
            Target::Open => "open",
            Target::Closed => "close",
        };
        let body = json!({ "commands": [{
            "component": key.component, "capability": capability, "command": command, "arguments": [],
        }] });
        let request = self
            .request(Method::POST, &["devices", &key.device, "commands"], tokens)?
            .body("application/json", body.to_string().into_bytes());
        let reply = self.http.command_with_answer(&request, call.deadline()).await?;
        if !reply.status.is_success() {
            return Err(command_error(&reply));
        }
        let unclear = || {
            AdapterError::unknown(
                AdapterErrorKind::VendorUnavailable,
                "the vendor took the command and answered in an unexpected form; the door may move",
            )
        };
        let results: Results = reply.json().map_err(|_| unclear())?;
        match results.results.as_slice() {
            [one] if matches!(one.status.as_str(), "ACCEPTED" | "COMPLETED") => Ok(Disposition::Sent),
            [one] if one.status == "FAILED" => Err(AdapterError::unknown(
                AdapterErrorKind::Rejected,
                "the vendor says that the command failed; the door may move all the same",
            )),
            _ => Err(unclear()),
        }
    }

    /// What an installed app has subscribed to.
    ///
    /// # Errors
    /// As every read.
    pub async fn subscriptions(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        app: &str,
    ) -> Result<Vec<Value>, AdapterError> {
        let reply = self
            .get(call, tokens, &["installedapps", app, "subscriptions"])
            .await?;
        let page: Page = reply.json()?;
        Ok(page.items)
    }

    /// Subscribes to one thing more.
    ///
    /// # Errors
    /// `unknown` as soon as the vendor may have made it.
    pub async fn subscribe(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        app: &str,
        wanted: &Value,
    ) -> Result<(), AdapterError> {
        let request = self
            .request(Method::POST, &["installedapps", app, "subscriptions"], tokens)?
            .body("application/json", wanted.to_string().into_bytes());
        self.change(call, &request).await
    }

    /// Ends one subscription, or all.
    ///
    /// # Errors
    /// `unknown` as soon as the vendor may have ended it.
    pub async fn unsubscribe(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        app: &str,
        one: Option<&str>,
    ) -> Result<(), AdapterError> {
        let mut path = vec!["installedapps", app, "subscriptions"];
        path.extend(one);
        let request = self.request(Method::DELETE, &path, tokens)?;
        self.change(call, &request).await
    }

    /// Something that changes no door.
    async fn change(&self, call: &CallContext, request: &VendorRequest) -> Result<(), AdapterError> {
        let reply = self.http.exchange(request, call.deadline()).await?;
        match reply.status.as_u16() {
            200..=299 => Ok(()),
            // Refused before anything was done, as a subscription is nothing that could be half done.
            400..=499 => Err(read_error(&reply)),
            status => Err(AdapterError::unknown(
                AdapterErrorKind::VendorUnavailable,
                format!("the vendor answered about a subscription with status {status}"),
            )),
        }
    }

    async fn get(&self, call: &CallContext, tokens: &TokenSet, path: &[&str]) -> Result<Reply, AdapterError> {
        self.read(call, self.request(Method::GET, path, tokens)?).await
    }

    async fn read(&self, call: &CallContext, request: VendorRequest) -> Result<Reply, AdapterError> {
        let reply = self.http.read(&request, call.deadline()).await?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(read_error(&reply))
    }

    fn request(
        &self,
        method: Method,
        path: &[&str],
        tokens: &TokenSet,
    ) -> Result<VendorRequest, AdapterError> {
        Ok(VendorRequest::new(method, self.url(path)?).bearer(&tokens.access_token)?)
    }

    fn url(&self, path: &[&str]) -> Result<Url, AdapterError> {
        join(&self.base_url, path).ok_or_else(|| {
            AdapterError::not_executed(
                AdapterErrorKind::Internal,
                "the configured base address can't have a path",
            )
        })
    }
}

fn read_error(reply: &Reply) -> AdapterError {
    let error = reply.read_error();
    if reply.status.as_u16() == 429 {
        return error.with_retry_after(wait(reply));
    }
    error
}

/// A 409 is "invalid device state": the device is away or refusing. Whether it was told before it refused is not known.
fn command_error(reply: &Reply) -> AdapterError {
    let error = reply.command_error();
    match reply.status.as_u16() {
        409 => AdapterError {
            kind: AdapterErrorKind::DoorOffline,
            ..error
        },
        429 => error.with_retry_after(wait(reply)),
        _ => error,
    }
}

/// For how many seconds the vendor asks to be left alone.
fn wait(reply: &Reply) -> Option<u32> {
    let minute = u32::try_from(MINUTE.as_secs()).unwrap_or(u32::MAX);
    let reset = reply.more_in_seconds.filter(|reset| (1..=minute).contains(reset));
    reply.retry_after_seconds.or(reset)
}
