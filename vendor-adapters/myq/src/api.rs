//! The calls that the myQ cloud knows, each with what its statuses mean.

use postern_adapter_sdk::{CallContext, DeadlineClient, Reply, Target, TokenSet, VendorRequest, join};
use postern_contract::adapter::{AdapterError, AdapterErrorKind};
use reqwest::Method;
use serde::de::DeserializeOwned;
use url::Url;

use crate::MyqConfig;
use crate::door_id::DoorKey;
use crate::wire::{Account, Accounts, Device, Devices, is_unsupported_version};

/// The myQ cloud.
#[derive(Clone, Debug)]
pub struct MyqApi {
    config: MyqConfig,
    http: DeadlineClient,
}

impl MyqApi {
    /// The cloud at the hosts of `config`.
    pub fn new(config: MyqConfig, http: DeadlineClient) -> Self {
        Self { config, http }
    }

    /// The settings.
    pub fn config(&self) -> &MyqConfig {
        &self.config
    }

    /// The homes that the login sees.
    ///
    /// # Errors
    /// As every read: always `not_executed`.
    pub async fn accounts(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
    ) -> Result<Vec<Account>, AdapterError> {
        let version = format!("v{}", self.config.versions.accounts);
        let url = address(&self.config.accounts_url, &["api", &version, "accounts"])?;
        Ok(self.get::<Accounts>(call, tokens, url).await?.accounts)
    }

    /// Everything in one home.
    ///
    /// # Errors
    /// As every read: always `not_executed`.
    pub async fn devices(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        account: &str,
    ) -> Result<Vec<Device>, AdapterError> {
        let version = format!("v{}", self.config.versions.devices);
        let url = address(
            &self.config.devices_url,
            &["api", &version, "Accounts", account, "Devices"],
        )?;
        let list: Devices = self.get(call, tokens, url).await?;
        Ok(list.items.into_iter().map(Device::from_item).collect())
    }

    /// One device, from its own address or from its home's list, as configured.
    ///
    /// # Errors
    /// `door_not_found` if there is none; otherwise as every read: always `not_executed`.
    pub async fn device(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        key: &DoorKey,
    ) -> Result<Device, AdapterError> {
        if self.config.single_device_reads {
            let version = format!("v{}", self.config.versions.devices);
            let path = ["api", &version, "Accounts", &key.account, "Devices", &key.serial];
            let url = address(&self.config.devices_url, &path)?;
            return Ok(Device::from_item(self.get(call, tokens, url).await?));
        }
        let devices = self.devices(call, tokens, &key.account).await?;
        let found = devices
            .into_iter()
            .find(|device| device.serial_number.as_deref() == Some(&key.serial));
        found.ok_or_else(|| {
            AdapterError::not_executed(
                AdapterErrorKind::DoorNotFound,
                "the home has no such door any more",
            )
        })
    }

    /// Orders a door, once. Success means that the cloud took the order, and nothing about the door.
    ///
    /// # Errors
    /// `not_executed` if it was too late to send, or nobody answered the connection. Everything else is `unknown`: a 401,
    /// a 403 (the opener is offline, as far as the cloud knows), a 429, a 5xx or silence may come after the opener was
    /// told.
    pub async fn command(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        key: &DoorKey,
        target: Target,
    ) -> Result<(), AdapterError> {
        let version = format!("v{}", self.config.versions.commands);
        let path = [
            "api",
            &version,
            "Accounts",
            &key.account,
            "door_openers",
            &key.serial,
            verb(target),
        ];
        let request = self.request(Method::PUT, address(&self.config.commands_url, &path)?, tokens)?;
        let reply = self.http.command(&request, call.deadline()).await?;
        if reply.status.is_success() {
            return Ok(());
        }
        let mut error = reply.command_error();
        if reply.status.as_u16() == 403 {
            error.kind = AdapterErrorKind::DoorOffline;
        }
        Err(error)
    }

    async fn get<T: DeserializeOwned>(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        url: Url,
    ) -> Result<T, AdapterError> {
        let reply = self
            .http
            .read(&self.request(Method::GET, url, tokens)?, call.deadline())
            .await?;
        if reply.status.is_success() {
            return reply.json();
        }
        Err(read_error(&reply))
    }

    fn request(&self, method: Method, url: Url, tokens: &TokenSet) -> Result<VendorRequest, AdapterError> {
        let mut request = VendorRequest::new(method, url);
        for (name, value) in &self.config.headers {
            request = request.header(name.clone(), value.clone());
        }
        Ok(request.bearer(&tokens.access_token)?)
    }
}

/// Which way an order goes, as it stands in the path.
const fn verb(target: Target) -> &'static str {
    match target {
        Target::Open => "open",
        Target::Closed => "close",
    }
}

/// An API version that the cloud has dropped is an operator's trouble, not a missing door.
fn read_error(reply: &Reply) -> AdapterError {
    if matches!(reply.status.as_u16(), 404 | 405) && is_unsupported_version(&reply.body) {
        return AdapterError::not_executed(
            AdapterErrorKind::VendorUnavailable,
            "the myQ cloud no longer serves the configured API version",
        );
    }
    reply.read_error()
}

fn address(base: &Url, segments: &[&str]) -> Result<Url, AdapterError> {
    join(base, segments).ok_or_else(|| {
        AdapterError::not_executed(
            AdapterErrorKind::Internal,
            "a configured myQ address can't have a path",
        )
    })
}
