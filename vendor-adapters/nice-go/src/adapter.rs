//! The contract's operations, on the app's backend.

use std::collections::BTreeMap;

use async_trait::async_trait;
use postern_adapter_sdk::{
    Adapter, Begun, CallContext, ClientOptions, DeadlineClient, Granted, SetUpError, TakesOrders, Target,
    TokenSet, carry_out,
};
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, Answers, CommandAccepted, ContractVersion, Description, Disposition,
    DoorCloseInput, DoorInput, DoorOpenInput, DoorRead, DoorsListed, FormFields, LinkBeginInput, LinkForm,
    LinkRevoked,
};
use postern_contract::door::{DoorReading, UnattendedOpen};
use postern_contract::text::{DoorRef, SecretText};
use postern_contract::unattended::UnattendedClose;
use secrecy::SecretString;
use tracing::warn;

use crate::config::{NAME, VENDOR};
use crate::link::NiceGoLink;
use crate::places::Places;
use crate::reading::{self, unattended_close, unattended_open};
use crate::wire::DoorState;
use crate::{NiceGoConfig, api, places, pool};

/// The longest that a state may lag behind the door, in seconds. Nobody has measured it: this is our own guess, for a cloud that pushes
/// each change as it happens.
const READING_LAG_SECONDS: u32 = 30;

/// The shortest time between reads of a moving door, in milliseconds. The vendor's limits are not known.
const POLL_INTERVAL_MS: u32 = 5000;

/// The adapter for Nice G.O.
#[derive(Clone, Debug)]
pub struct NiceGoAdapter {
    config: NiceGoConfig,
    http: DeadlineClient,
    description: Description,
}

impl NiceGoAdapter {
    /// The adapter for the addresses of `config`.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn new(config: NiceGoConfig) -> Result<Self, SetUpError> {
        let http = DeadlineClient::new(ClientOptions::default())?;
        Self::over(config, http)
    }

    /// The adapter for the addresses of `config`, by this client.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn over(config: NiceGoConfig, http: DeadlineClient) -> Result<Self, SetUpError> {
        let description = Description {
            vendor: VENDOR.parse()?,
            name: NAME.parse()?,
            contract: ContractVersion::CURRENT,
            // States are pushed over sockets, which a function cannot hold open.
            optional_operations: Vec::new(),
            reading_lag_seconds: READING_LAG_SECONDS,
            poll_interval_ms: POLL_INTERVAL_MS,
        };
        Ok(Self {
            config,
            http,
            description,
        })
    }

    const fn doors_of<'a>(&'a self, link: &'a NiceGoLink) -> Doors<'a> {
        Doors { adapter: self, link }
    }
}

/// The doors that a link reaches.
struct Doors<'a> {
    adapter: &'a NiceGoAdapter,
    link: &'a NiceGoLink,
}

#[async_trait]
impl TakesOrders for Doors<'_> {
    type Door = (String, DoorState);

    async fn look(
        &self,
        call: &CallContext,
        _: &TokenSet,
        door: &DoorRef,
    ) -> Result<(Self::Door, DoorReading), AdapterError> {
        // There is no reading of a single door. An answer that was long on its way says how it stood when it was asked for.
        let asked = call.now();
        let doors = api::doors(&self.adapter.http, call, self.link).await?;
        let found = doors.into_iter().find(|(id, _)| id == door.as_str());
        let found = found.ok_or_else(|| {
            AdapterError::not_executed(
                AdapterErrorKind::DoorNotFound,
                "the account has no door of this name",
            )
        })?;
        let seen = reading::reading(&found.1, asked);
        Ok((found, seen))
    }

    /// What is not known to be permitted is refused here: the cloud would take the order and say nothing.
    fn check_permitted(&self, (_, door): &Self::Door, target: Target) -> Result<(), AdapterError> {
        let (permitted, way) = match target {
            Target::Open => (unattended_open(door) == UnattendedOpen::Allowed, "opened"),
            Target::Closed => (
                matches!(
                    unattended_close(door, self.adapter.config.close_warning),
                    UnattendedClose::Allowed { .. }
                ),
                "closed",
            ),
        };
        if permitted {
            return Ok(());
        }
        let why = if door.vacation_mode {
            "the opener is in vacation mode"
        } else {
            "nobody has said that the opener may be closed unattended"
        };
        Err(AdapterError::not_executed(
            AdapterErrorKind::DoorLockedOut,
            format!("{why}, so it is not {way}; nothing was sent"),
        ))
    }

    async fn send(
        &self,
        call: &CallContext,
        _: &TokenSet,
        (id, _): &Self::Door,
        target: Target,
    ) -> Result<Disposition, AdapterError> {
        api::command(&self.adapter.http, call, self.link, id, target).await
    }
}

#[async_trait]
impl Adapter for NiceGoAdapter {
    type Credentials = NiceGoLink;
    type Session = ();

    fn describe(&self) -> Description {
        self.description.clone()
    }

    /// Nothing is asked of the vendor, and there is nothing to keep.
    async fn link_begin(&self, _: &CallContext, _: &LinkBeginInput) -> Result<Begun<()>, AdapterError> {
        let fields = FormFields::email_and_password();
        Ok(Begun::form(LinkForm { fields }, ()))
    }

    async fn link_answered(
        &self,
        call: &CallContext,
        (): (),
        answers: &Answers,
    ) -> Result<Granted<NiceGoLink>, AdapterError> {
        let (Some(email), Some(password)) = (&answers.email, &answers.password) else {
            return Err(AdapterError::not_executed(
                AdapterErrorKind::InvalidRequest,
                "the form asks for an e-mail address and a password",
            ));
        };
        let secret = |answer: &SecretText| SecretString::from(answer.expose());
        let places = places::find(&self.http, &self.config, call).await?;
        let tokens = pool::log_in(&self.http, &places.pool, call, &secret(email), &secret(password)).await?;
        let Places { api, pool } = places;
        Ok(NiceGoLink { tokens, api, pool }.granted(call.now()))
    }

    async fn link_refresh(
        &self,
        call: &CallContext,
        link: NiceGoLink,
    ) -> Result<Granted<NiceGoLink>, AdapterError> {
        let NiceGoLink { tokens, api, pool } = link;
        let tokens = pool::refresh(&self.http, &pool, call, &tokens).await?;
        // The API may have moved. Where that cannot be had, it is asked for where it was: a link is not lost for a document.
        let api = match places::find(&self.http, &self.config, call).await {
            Ok(places) => places.api,
            Err(error) => {
                warn!(kind = ?error.kind, "the document of addresses could not be read at a refresh");
                api
            }
        };
        Ok(NiceGoLink { tokens, api, pool }.granted(call.now()))
    }

    /// No way to give tokens back is known, and it would be untrue to say that they were void.
    async fn link_revoke(&self, _: &CallContext, _: NiceGoLink) -> Result<LinkRevoked, AdapterError> {
        Ok(LinkRevoked {
            revoked_at_vendor: false,
        })
    }

    async fn doors_list(&self, call: &CallContext, link: &NiceGoLink) -> Result<DoorsListed, AdapterError> {
        let asked = call.now();
        let mut by_id = BTreeMap::new();
        for (id, state) in api::doors(&self.http, call, link).await? {
            let Ok(reference) = id.parse::<DoorRef>() else {
                warn!("left out a door whose id can't be written as a reference");
                continue;
            };
            let door = reading::door(reference, &state, self.config.close_warning, asked);
            by_id.entry(id).or_insert(door);
        }
        Ok(DoorsListed {
            doors: by_id.into_values().flatten().collect(),
        })
    }

    async fn door_read(
        &self,
        call: &CallContext,
        link: &NiceGoLink,
        input: &DoorInput,
    ) -> Result<DoorRead, AdapterError> {
        let looked = self.doors_of(link).look(call, &link.tokens, &input.door).await;
        let (_, reading) = looked?;
        Ok(DoorRead { reading })
    }

    async fn door_open(
        &self,
        call: &CallContext,
        link: &NiceGoLink,
        input: &DoorOpenInput,
    ) -> Result<CommandAccepted, AdapterError> {
        carry_out(&self.doors_of(link), call, &link.tokens, input.into()).await
    }

    async fn door_close(
        &self,
        call: &CallContext,
        link: &NiceGoLink,
        input: &DoorCloseInput,
    ) -> Result<CommandAccepted, AdapterError> {
        carry_out(&self.doors_of(link), call, &link.tokens, input.into()).await
    }
}
