//! The contract's operations, on the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use postern_adapter_sdk::{
    Adapter, Begun, CallContext, ClientOptions, DeadlineClient, Granted, OAuth, Order, PkceSession,
    SetUpError, carry_out,
};
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, CommandAccepted, ContractVersion, Description, DoorCloseInput, DoorInput,
    DoorOpenInput, DoorRead, DoorsListed, EventsParseInput, EventsParsed, EventsSubscribeInput,
    EventsSubscribed, LinkBeginInput, LinkRevoked,
};
use postern_contract::door::DoorReading;
use postern_contract::text::{DoorRef, SecretText};
use postern_contract::unattended::WarningSeconds;
use tracing::warn;

use crate::SmartThingsConfig;
use crate::api::SmartThingsApi;
use crate::config::{READ_SPACING_SECONDS, VENDOR};
use crate::credentials::Credentials;
use crate::door_id::DoorKey;
use crate::ordering::Orders;
use crate::pace::Pace;
use crate::pushes::Pushes;
use crate::reading;
use crate::subscriptions::plan;

/// The longest that a state is believed to lag behind its door, in seconds. Events usually take a second or two; nothing more is known.
const READING_LAG_SECONDS: u32 = 60;

/// How many subscriptions one installed app may have, as published.
const SUBSCRIPTIONS_MAX: usize = 40;

/// The adapter for SmartThings. Clones share what is kept: the last readings, and the vendor's certificates.
#[derive(Clone, Debug)]
pub struct SmartThingsAdapter {
    pub(crate) api: SmartThingsApi,
    oauth: OAuth,
    pushes: Arc<Pushes>,
    pub(crate) pace: Arc<Pace>,
    description: Description,
    pub(crate) close_warnings: BTreeMap<String, WarningSeconds>,
}

impl SmartThingsAdapter {
    /// The adapter for the addresses of `config`.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn new(config: SmartThingsConfig) -> Result<Self, SetUpError> {
        let http = DeadlineClient::new(ClientOptions::default())?;
        Self::over(config, http)
    }

    /// The adapter for the addresses of `config`, by this client.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn over(config: SmartThingsConfig, http: DeadlineClient) -> Result<Self, SetUpError> {
        let description = Description {
            vendor: VENDOR.parse()?,
            name: "SmartThings".parse()?,
            contract: ContractVersion::CURRENT,
            optional_operations: vec!["events.subscribe".to_owned(), "events.parse".to_owned()],
            reading_lag_seconds: READING_LAG_SECONDS,
            poll_interval_ms: u32::try_from(READ_SPACING_SECONDS * 1000).unwrap_or(u32::MAX),
        };
        Ok(Self {
            api: SmartThingsApi::new(config.api_url.clone(), http.clone()),
            oauth: OAuth::new(config.oauth(), http.clone()),
            pushes: Arc::new(Pushes::of(&config, http)),
            pace: Arc::new(Pace::of(config.read_spacing)),
            description,
            close_warnings: config.close_warnings,
        })
    }

    /// Reads a door, or gives the last reading of it again where it is too soon for another.
    async fn reading(
        &self,
        call: &CallContext,
        credentials: &Credentials,
        key: &DoorKey,
        door: &DoorRef,
    ) -> Result<DoorReading, AdapterError> {
        let owner = credentials.installed_app.as_deref();
        if let Some(last) = owner.and_then(|owner| self.pace.too_soon(owner, door.as_str(), call.now())) {
            return Ok(last);
        }
        // An answer that was long on its way says how the door stood when it was asked for.
        let asked = call.now();
        let seen = self.api.door(call, &credentials.tokens, key).await?;
        let reading = reading::reading(&seen.status, seen.health, asked);
        if let Some(owner) = owner {
            self.pace.keep(owner, door.as_str(), &reading);
        }
        Ok(reading)
    }

    async fn order(
        &self,
        call: &CallContext,
        credentials: &Credentials,
        order: Order<'_>,
    ) -> Result<CommandAccepted, AdapterError> {
        let orders = Orders {
            adapter: self,
            owner: credentials.installed_app.as_deref(),
            target: order.target,
        };
        carry_out(&orders, call, &credentials.tokens, order).await
    }
}

#[async_trait]
impl Adapter for SmartThingsAdapter {
    type Credentials = Credentials;
    type Session = PkceSession;

    fn describe(&self) -> Description {
        self.description.clone()
    }

    async fn link_begin(
        &self,
        _: &CallContext,
        input: &LinkBeginInput,
    ) -> Result<Begun<PkceSession>, AdapterError> {
        let (authorize_url, session) = self.oauth.begin(&input.state, &input.redirect_uri)?;
        Ok(Begun::page(authorize_url, session))
    }

    async fn link_complete(
        &self,
        call: &CallContext,
        session: PkceSession,
        redirect_uri: &str,
        code: &SecretText,
    ) -> Result<Granted<Credentials>, AdapterError> {
        let (tokens, further) = self
            .oauth
            .complete_with_further(call, session, redirect_uri, code)
            .await?;
        let refresh_at = tokens.refresh_at(call.now());
        Ok(Granted {
            credentials: Credentials::granted(tokens, &further)?,
            refresh_at,
        })
    }

    async fn link_refresh(
        &self,
        call: &CallContext,
        credentials: Credentials,
    ) -> Result<Granted<Credentials>, AdapterError> {
        let tokens = self.oauth.refresh(call, &credentials.tokens).await?;
        Ok(Granted {
            refresh_at: tokens.refresh_at(call.now()),
            credentials: Credentials {
                tokens,
                ..credentials
            },
        })
    }

    /// An app cannot take itself out of a home, and it would be untrue to say that the tokens were void. What can be done is to ask for no
    /// more events.
    async fn link_revoke(
        &self,
        call: &CallContext,
        credentials: Credentials,
    ) -> Result<LinkRevoked, AdapterError> {
        if let Some(app) = &credentials.installed_app {
            let ended = self.api.unsubscribe(call, &credentials.tokens, app, None).await;
            if let Err(error) = ended {
                warn!(kind = ?error.kind, reason = error.message, "the vendor may go on pushing events");
            }
        }
        Ok(LinkRevoked {
            revoked_at_vendor: false,
        })
    }

    async fn doors_list(
        &self,
        call: &CallContext,
        credentials: &Credentials,
    ) -> Result<DoorsListed, AdapterError> {
        let devices = self.api.devices(call, &credentials.tokens, &[]).await?;
        let mut by_name = BTreeMap::new();
        for (device, key) in devices
            .iter()
            .flat_map(|device| device.doors().map(move |key| (device, key)))
        {
            let Some(reference) = key.to_ref() else {
                warn!("left out a door whose id can't be written as a reference");
                continue;
            };
            if by_name.contains_key(&key) {
                continue;
            }
            let reading = match self.reading(call, credentials, &key, &reference).await {
                Ok(reading) => reading,
                // One odd device must not hide the others.
                Err(error)
                    if matches!(
                        error.kind,
                        AdapterErrorKind::DoorNotFound | AdapterErrorKind::Rejected
                    ) =>
                {
                    warn!(kind = ?error.kind, "left out a door that can't be read");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let door = reading::door(reference, device, reading, &self.close_warnings);
            by_name.insert(key, door);
        }
        Ok(DoorsListed {
            doors: by_name.into_values().flatten().collect(),
        })
    }

    async fn door_read(
        &self,
        call: &CallContext,
        credentials: &Credentials,
        input: &DoorInput,
    ) -> Result<DoorRead, AdapterError> {
        let key = DoorKey::from_ref(&input.door)?;
        let reading = self.reading(call, credentials, &key, &input.door).await?;
        Ok(DoorRead { reading })
    }

    async fn door_open(
        &self,
        call: &CallContext,
        credentials: &Credentials,
        input: &DoorOpenInput,
    ) -> Result<CommandAccepted, AdapterError> {
        self.order(call, credentials, input.into()).await
    }

    async fn door_close(
        &self,
        call: &CallContext,
        credentials: &Credentials,
        input: &DoorCloseInput,
    ) -> Result<CommandAccepted, AdapterError> {
        self.order(call, credentials, input.into()).await
    }

    /// Where events are pushed to is said once for the whole app, when it is registered: the address in `input` is not sent.
    async fn events_subscribe(
        &self,
        call: &CallContext,
        credentials: &Credentials,
        input: &EventsSubscribeInput,
    ) -> Result<EventsSubscribed, AdapterError> {
        let tokens = &credentials.tokens;
        let Some(app) = &credentials.installed_app else {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::Unsupported,
                "the vendor did not name the installed app that subscriptions are made under",
            ));
        };
        let doors: Result<Vec<_>, _> = input.doors.iter().map(DoorKey::from_ref).collect();
        let doors = doors?;
        let named: Vec<_> = doors.iter().map(|door| door.device.clone()).collect();
        let devices = if named.is_empty() {
            Vec::new()
        } else {
            self.api.devices(call, tokens, &named).await?
        };
        let existing = self.api.subscriptions(call, tokens, app).await?;
        let plan = plan(&existing, &devices, &doors);
        if existing.len() - plan.end.len() + plan.make.len() > SUBSCRIPTIONS_MAX {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::Rejected,
                "there are more doors than the vendor lets one app hear of",
            ));
        }
        for id in &plan.end {
            self.api.unsubscribe(call, tokens, app, Some(id)).await?;
        }
        for wanted in &plan.make {
            self.api.subscribe(call, tokens, app, wanted).await?;
        }
        Ok(EventsSubscribed {
            subscription: app.clone(),
            expires_at: None,
        })
    }

    async fn events_parse(
        &self,
        call: &CallContext,
        input: &EventsParseInput,
    ) -> Result<EventsParsed, AdapterError> {
        self.pushes.parse(call, input).await
    }
}
