//! The contract's operations, on the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_adapter_sdk::{
    Adapter, Begun, CallContext, ClientOptions, DeadlineClient, Granted, OAuth, PkceSession, SetUpError,
    TakesOrders, Target, TokenSet, VendorRequest, carry_out,
};
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, CommandAccepted, ContractVersion, Description, Disposition,
    DoorCloseInput, DoorInput, DoorOpenInput, DoorRead, DoorsListed, EventsParseInput, EventsParsed,
    EventsSubscribeInput, EventsSubscribed, LinkBeginInput, LinkRevoked,
};
use postern_contract::door::DoorReading;
use postern_contract::text::{DoorRef, SecretText};
use postern_contract::unattended::{UnattendedClose, WarningSeconds};
use reqwest::Method;
use serde_json::Value;
use tracing::warn;
use url::Url;

use crate::SmartThingsConfig;
use crate::api::{Seen, SmartThingsApi};
use crate::certificates::{Certificates, refused};
use crate::config::{READ_SPACING_SECONDS, VENDOR};
use crate::credentials::Credentials;
use crate::door_id::DoorKey;
use crate::events::{self, Message};
use crate::pace::Pace;
use crate::reading;
use crate::signature::{Untrusted, signed};
use crate::subscriptions::plan;
use crate::wire::Device;

/// The longest that a state is believed to lag behind its door, in seconds. Events usually take a second or two; nothing more is known.
const READING_LAG_SECONDS: u32 = 60;

/// How many subscriptions one installed app may have, as published.
const SUBSCRIPTIONS_MAX: usize = 40;

/// The adapter for SmartThings. Clones share what is kept: the last readings, and the vendor's certificates.
#[derive(Clone, Debug)]
pub struct SmartThingsAdapter {
    api: SmartThingsApi,
    oauth: OAuth,
    http: DeadlineClient,
    certificates: Arc<Certificates>,
    pace: Arc<Pace>,
    description: Description,
    api_url: Url,
    app_id: Option<String>,
    close_warnings: BTreeMap<String, WarningSeconds>,
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
            certificates: Arc::new(Certificates::at(config.key_url.clone(), http.clone())),
            http,
            pace: Arc::new(Pace::of(config.read_spacing)),
            description,
            api_url: config.api_url,
            app_id: config.app_id,
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
        let seen = self.api.door(call, &credentials.tokens, key).await?;
        let reading = reading::reading(&seen.status, seen.health, call.now());
        if let Some(owner) = owner {
            self.pace.keep(owner, door.as_str(), &reading);
        }
        Ok(reading)
    }

    async fn order(
        &self,
        call: &CallContext,
        credentials: &Credentials,
        order: postern_adapter_sdk::Order<'_>,
    ) -> Result<CommandAccepted, AdapterError> {
        let orders = Orders {
            adapter: self,
            owner: credentials.installed_app.as_deref(),
            target: order.target,
        };
        carry_out(&orders, call, &credentials.tokens, order).await
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

/// A door as it was looked at for an order.
struct Looked {
    key: DoorKey,
    seen: Seen,
    /// What the device is, where it matters.
    device: Option<Device>,
}

/// An order on its way through [`carry_out`].
struct Orders<'a> {
    adapter: &'a SmartThingsAdapter,
    /// Whose door it is, where that is known.
    owner: Option<&'a str>,
    target: Target,
}

#[async_trait]
impl TakesOrders for Orders<'_> {
    type Door = Looked;

    async fn look(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &DoorRef,
    ) -> Result<(Looked, DoorReading), AdapterError> {
        let key = DoorKey::from_ref(door)?;
        let api = &self.adapter.api;
        // Who made it decides whether it may be closed.
        let device = match self.target {
            Target::Closed => Some(api.device(call, tokens, &key.device).await?),
            Target::Open => None,
        };
        let seen = api.door(call, tokens, &key).await?;
        let reading = reading::reading(&seen.status, seen.health, call.now());
        if let Some(owner) = self.owner {
            self.adapter.pace.keep(owner, door.as_str(), &reading);
        }
        Ok((Looked { key, seen, device }, reading))
    }

    /// What is not known to be permitted is refused here: the cloud would pass it on. So is what would be one call too many, as its
    /// refusal would leave in doubt whether the door moves.
    fn check_permitted(&self, door: &Looked, target: Target) -> Result<(), AdapterError> {
        let may_close = door.device.as_ref().is_some_and(|device| {
            let allowed = reading::unattended_close(device, &self.adapter.close_warnings);
            matches!(allowed, UnattendedClose::Allowed { .. })
        });
        if target == Target::Closed && !may_close {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::DoorLockedOut,
                "nobody has said that the opener may be closed unattended; nothing was sent",
            ));
        }
        if door.seen.spent {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::RateLimited,
                "the vendor answers no more calls about this door for now; nothing was sent",
            )
            .with_retry_after(door.seen.more_in_seconds));
        }
        Ok(())
    }

    async fn send(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &Looked,
        target: Target,
    ) -> Result<Disposition, AdapterError> {
        // A reading has at least one capability.
        let capability = door
            .seen
            .status
            .door
            .first()
            .map_or("doorControl", |(capability, _)| capability);
        self.adapter
            .api
            .command(call, tokens, &door.key, capability, target)
            .await
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
        Ok(Begun {
            authorize_url,
            session,
        })
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
            let reading = self.reading(call, credentials, &key, &reference).await?;
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
}
