//! The contract's operations, on the myQ cloud.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use postern_adapter_sdk::{
    CallContext, ClientOptions, DeadlineClient, OAuth, OAuthAdapter, RetryPolicy, SetUpError, TakesOrders,
    Target, TokenSet,
};
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, ContractVersion, Description, Disposition, DoorsListed,
};
use postern_contract::door::{DoorReading, UnattendedOpen};
use postern_contract::text::DoorRef;
use postern_contract::unattended::UnattendedClose;
use tracing::warn;

use crate::MyqConfig;
use crate::api::MyqApi;
use crate::door_id::DoorKey;
use crate::reading::{self, unattended_close, unattended_open};
use crate::wire::{Device, State};

/// The most homes of one login that are looked into.
const HOMES_MAX: usize = 20;

/// The longest that a reading was reported to lag behind the door, in seconds.
const READING_LAG_SECONDS: u32 = 360;

/// The shortest time between reads of a moving door, in milliseconds: what homebridge-myq uses.
const POLL_INTERVAL_MS: u32 = 3000;

/// The adapter for myQ.
#[derive(Clone, Debug)]
pub struct MyqAdapter {
    api: MyqApi,
    oauth: OAuth,
    description: Description,
}

impl MyqAdapter {
    /// The adapter for the hosts of `config`.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn new(config: MyqConfig) -> Result<Self, SetUpError> {
        let http = DeadlineClient::new(client_options())?;
        Self::over(config, http)
    }

    /// The adapter for the hosts of `config`, by this client; [`Self::new`] chooses the client that myQ asks for.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn over(config: MyqConfig, http: DeadlineClient) -> Result<Self, SetUpError> {
        let description = Description {
            vendor: "myq".parse()?,
            name: "myQ".parse()?,
            contract: ContractVersion::CURRENT,
            optional_operations: Vec::new(),
            reading_lag_seconds: READING_LAG_SECONDS,
            poll_interval_ms: POLL_INTERVAL_MS,
        };
        let oauth = OAuth::new(config.oauth()?, http.clone());
        Ok(Self {
            api: MyqApi::new(config, http),
            oauth,
            description,
        })
    }

    fn reading(&self, state: &State, call: &CallContext) -> DoorReading {
        reading::reading(state, call.now(), self.api.config().silence_max)
    }
}

/// How a client of myQ behaves. A 429 there is a lockout of an hour, and each further call makes it longer: none is repeated,
/// whatever `Retry-After` says.
#[must_use]
pub fn client_options() -> ClientOptions {
    ClientOptions {
        retry: RetryPolicy {
            retry_after_max: Duration::ZERO,
            ..RetryPolicy::default()
        },
        ..ClientOptions::default()
    }
}

#[async_trait]
impl TakesOrders for MyqAdapter {
    type Door = (DoorKey, State);

    async fn look(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &DoorRef,
    ) -> Result<(Self::Door, DoorReading), AdapterError> {
        let key = DoorKey::from_ref(door)?;
        let device = self.api.device(call, tokens, &key).await?;
        let Some((_, state)) = device.as_garage_door() else {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::DoorNotFound,
                "what the reference names is no garage door",
            ));
        };
        let seen = self.reading(state, call);
        Ok(((key, state.clone()), seen))
    }

    /// myQ takes an order that the opener will not honour and answers as if it would, so it is refused here.
    fn check_permitted(&self, (_, state): &Self::Door, target: Target) -> Result<(), AdapterError> {
        let (permitted, way) = match target {
            Target::Open => (unattended_open(state) == UnattendedOpen::Allowed, "opened"),
            Target::Closed => (
                matches!(unattended_close(state), UnattendedClose::Allowed { .. }),
                "closed",
            ),
        };
        if permitted {
            return Ok(());
        }
        Err(AdapterError::not_executed(
            AdapterErrorKind::DoorLockedOut,
            format!("the opener does not let itself be {way} unattended; nothing was sent"),
        ))
    }

    async fn send(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        (key, _): &Self::Door,
        target: Target,
    ) -> Result<Disposition, AdapterError> {
        self.api.command(call, tokens, key, target).await?;
        Ok(Disposition::Sent)
    }
}

#[async_trait]
impl OAuthAdapter for MyqAdapter {
    fn description(&self) -> &Description {
        &self.description
    }

    fn oauth(&self) -> &OAuth {
        &self.oauth
    }

    async fn list(&self, call: &CallContext, tokens: &TokenSet) -> Result<DoorsListed, AdapterError> {
        let homes = self.api.accounts(call, tokens).await?;
        if homes.len() > HOMES_MAX {
            warn!(
                homes = homes.len(),
                "the login sees more homes than are looked into"
            );
        }
        let several = homes.len() > 1;
        let mut by_serial: BTreeMap<String, Listed> = BTreeMap::new();
        for home in homes.into_iter().take(HOMES_MAX) {
            for device in self.api.devices(call, tokens, &home.id).await? {
                let Some((serial, _)) = device.as_garage_door() else {
                    continue;
                };
                let serial = serial.to_owned();
                let site = home.name.clone().filter(|_| several);
                let listed = Listed {
                    account: home.id.clone(),
                    site,
                    device,
                };
                match by_serial.get(&serial) {
                    Some(known) if known.rank() <= listed.rank() => {}
                    _ => drop(by_serial.insert(serial, listed)),
                }
            }
        }
        let doors = by_serial.into_values().filter_map(|listed| {
            let (serial, state) = listed.device.as_garage_door()?;
            let key = DoorKey {
                account: listed.account.clone(),
                serial: serial.to_owned(),
            };
            let Some(door) = key.to_ref() else {
                warn!("left out a door whose ids can't be written as a reference");
                return None;
            };
            let seen = self.reading(state, call);
            reading::door(
                door,
                // A guest's home shows the same opener under another account.
                serial.parse().ok(),
                listed.device.name.as_deref(),
                listed.site.as_deref(),
                state,
                seen,
            )
        });
        Ok(DoorsListed {
            doors: doors.collect(),
        })
    }
}

/// A door as it was found in one home.
struct Listed {
    account: String,
    site: Option<String>,
    device: Device,
}

impl Listed {
    /// Which of several homes that show the same door it is listed in, the least first: the home that the device says
    /// it belongs to, then the one whose id sorts first. It does not change from one listing to the next, so neither
    /// does the door's reference.
    fn rank(&self) -> (bool, &str) {
        (
            self.device.account_id.as_deref() != Some(&self.account),
            &self.account,
        )
    }
}
