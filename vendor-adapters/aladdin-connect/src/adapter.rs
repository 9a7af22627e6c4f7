//! The contract's operations, on the partner API.

use std::collections::BTreeMap;

use async_trait::async_trait;
use postern_adapter_sdk::{
    CallContext, ClientOptions, DeadlineClient, OAuth, OAuthAdapter, SetUpError, TakesOrders, Target,
    TokenSet,
};
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, ContractVersion, Description, Disposition, DoorsListed,
};
use postern_contract::door::{DoorReading, UnattendedOpen};
use postern_contract::text::DoorRef;
use postern_contract::unattended::{UnattendedClose, WarningSeconds};
use tracing::warn;

use crate::AladdinConnectConfig;
use crate::api::AladdinConnectApi;
use crate::config::VENDOR;
use crate::door_id::DoorKey;
use crate::reading::{self, unattended_close, unattended_open};
use crate::wire::DoorState;

/// The longest that a state was reported to stay as it was while the door had moved, in seconds.
const READING_LAG_SECONDS: u32 = 240;

/// The shortest time between reads of a moving door, in milliseconds: what homebridge-genie-aladdin-connect uses.
const POLL_INTERVAL_MS: u32 = 5000;

/// The adapter for Aladdin Connect and OHD Anywhere.
#[derive(Clone, Debug)]
pub struct AladdinConnectAdapter {
    api: AladdinConnectApi,
    oauth: OAuth,
    description: Description,
    close_warning: Option<WarningSeconds>,
}

impl AladdinConnectAdapter {
    /// The adapter for the addresses of `config`.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn new(config: AladdinConnectConfig) -> Result<Self, SetUpError> {
        let http = DeadlineClient::new(ClientOptions::default())?;
        Self::over(&config, http)
    }

    /// The adapter for the addresses of `config`, by this client.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn over(config: &AladdinConnectConfig, http: DeadlineClient) -> Result<Self, SetUpError> {
        let description = Description {
            vendor: VENDOR.parse()?,
            name: config.brand.name().parse()?,
            contract: ContractVersion::CURRENT,
            // The vendor has webhooks, but what they look like is not known.
            optional_operations: Vec::new(),
            reading_lag_seconds: READING_LAG_SECONDS,
            poll_interval_ms: POLL_INTERVAL_MS,
        };
        Ok(Self {
            api: AladdinConnectApi::new(config, http.clone())?,
            oauth: OAuth::new(config.oauth()?, http),
            description,
            close_warning: config.close_warning,
        })
    }
}

#[async_trait]
impl TakesOrders for AladdinConnectAdapter {
    type Door = (DoorKey, DoorState);

    async fn look(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &DoorRef,
    ) -> Result<(Self::Door, DoorReading), AdapterError> {
        let key = DoorKey::from_ref(door)?;
        // An answer that was long on its way says how the door stood when it was asked for.
        let asked = call.now();
        let state = self.api.door(call, tokens, &key).await?;
        let seen = reading::reading(&state, asked);
        Ok(((key, state), seen))
    }

    /// What is not known to be permitted is refused here: the cloud would pass it on.
    fn check_permitted(&self, (_, door): &Self::Door, target: Target) -> Result<(), AdapterError> {
        let (permitted, way) = match target {
            Target::Open => (unattended_open(door) == UnattendedOpen::Allowed, "opened"),
            Target::Closed => (
                matches!(
                    unattended_close(door, self.close_warning),
                    UnattendedClose::Allowed { .. }
                ),
                "closed",
            ),
        };
        if permitted {
            return Ok(());
        }
        Err(AdapterError::not_executed(
            AdapterErrorKind::DoorLockedOut,
            format!("nobody has said that the opener may be {way} unattended; nothing was sent"),
        ))
    }

    async fn send(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        (key, _): &Self::Door,
        target: Target,
    ) -> Result<Disposition, AdapterError> {
        self.api.command(call, tokens, key, target).await
    }
}

#[async_trait]
impl OAuthAdapter for AladdinConnectAdapter {
    fn description(&self) -> &Description {
        &self.description
    }

    fn oauth(&self) -> &OAuth {
        &self.oauth
    }

    async fn list(&self, call: &CallContext, tokens: &TokenSet) -> Result<DoorsListed, AdapterError> {
        let (mut by_name, asked) = (BTreeMap::new(), call.now());
        for (key, state) in self.api.doors(call, tokens).await? {
            let Some(reference) = key.to_ref() else {
                warn!("left out a door whose id can't be written as a reference");
                continue;
            };
            let door = reading::door(reference.clone(), &state, self.close_warning, asked);
            by_name.entry(key).or_insert(door);
        }
        Ok(DoorsListed {
            doors: by_name.into_values().flatten().collect(),
        })
    }
}
