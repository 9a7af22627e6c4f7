//! The contract's operations, as a file says.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use jiff::Timestamp;
use postern_adapter_sdk::{
    CallContext, ClientError, ClientOptions, DeadlineClient, OAuth, OAuthAdapter, TakesOrders, Target,
    TokenSet,
};
use postern_contract::adapter::{
    AdapterError, AdapterErrorKind, ContractVersion, Description, Disposition, DoorsListed,
};
use postern_contract::door::{DoorReading, UnattendedOpen};
use postern_contract::text::DoorRef;
use postern_contract::unattended::{UnattendedClose, WarningSeconds};
use serde_json::Value;
use tracing::warn;

use crate::api::Cloud;
use crate::door_id::DoorKey;
use crate::file::errors::Occasion;
use crate::file::{Complaints, Doors, VendorFile};
use crate::reading::SeenDoor;
use crate::settings::Settings;

/// The adapter could not be made.
#[derive(Debug, thiserror::Error)]
pub enum NotSetUp {
    /// A setting that the file asks for is missing or unusable.
    #[error(transparent)]
    Settings(#[from] Complaints),
    /// The HTTP client could not be made.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// The adapter for the vendor of one file.
#[derive(Clone, Debug)]
pub struct DeclarativeAdapter {
    cloud: Cloud,
    doors: Doors,
    oauth: OAuth,
    description: Description,
    close_warning: Option<WarningSeconds>,
}

impl DeclarativeAdapter {
    /// The adapter for the vendor of `file`, with the operator's `settings`.
    ///
    /// # Errors
    /// [`NotSetUp`].
    pub fn new(file: &VendorFile, settings: &Settings) -> Result<Self, NotSetUp> {
        let http = DeadlineClient::new(ClientOptions::default())?;
        Ok(Self::over(file, settings, http)?)
    }

    /// The same by this client.
    ///
    /// # Errors
    /// [`Complaints`] of a setting that is missing or unusable.
    pub fn over(file: &VendorFile, settings: &Settings, http: DeadlineClient) -> Result<Self, Complaints> {
        let resolved = file.resolved(settings)?;
        let description = Description {
            vendor: file.vendor.clone(),
            name: resolved.name,
            contract: ContractVersion::CURRENT,
            optional_operations: Vec::new(),
            reading_lag_seconds: file.reading_lag_seconds,
            poll_interval_ms: file.poll_interval_ms,
        };
        Ok(Self {
            cloud: Cloud {
                base_url: resolved.base_url,
                headers: resolved.headers,
                calls: file.calls.clone(),
                http: http.clone(),
            },
            doors: file.doors.clone(),
            oauth: OAuth::new(resolved.oauth, http),
            description,
            close_warning: resolved.close_warning,
        })
    }

    /// The doors of an answer that lists them.
    fn listed_in(&self, answer: &Value, asked: Timestamp) -> Result<Vec<(DoorKey, SeenDoor)>, AdapterError> {
        let found = self.cloud.calls.list.doors.follow(answer).ok_or_else(|| {
            AdapterError::not_executed(
                AdapterErrorKind::VendorUnavailable,
                "the vendor answered a list without the place where its doors stand",
            )
        })?;
        let doors = found.into_iter().filter_map(|door| {
            let seen = SeenDoor::of(&self.doors, &door, self.close_warning, asked);
            let key = DoorKey::of(&self.doors.naming, &door)?;
            (seen.is_a_door == Some(true)).then_some((key, seen))
        });
        Ok(doors.collect())
    }

    async fn door(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        key: &DoorKey,
    ) -> Result<SeenDoor, AdapterError> {
        let gone =
            || AdapterError::not_executed(AdapterErrorKind::DoorNotFound, "the account has no such door");
        // An answer that was long on its way says how the door stood when it was asked for.
        let asked = call.now();
        let Some(read) = &self.cloud.calls.read else {
            let answer = self.cloud.list(call, tokens, Occasion::Read).await?;
            let doors = self.listed_in(&answer, asked)?;
            let found = doors.into_iter().find(|(listed, _)| listed == key);
            return found.map(|(_, door)| door).ok_or_else(gone);
        };
        let answer = self.cloud.door(call, tokens, &read.request, key).await?;
        let found = read
            .door
            .follow(&answer)
            .and_then(|found| found.into_iter().next());
        // An error may be an object too, without any key of a door; and what names another door says nothing of this one.
        let named = found
            .as_ref()
            .and_then(|door| DoorKey::of(&self.doors.naming, door));
        let found = found.filter(|_| named.is_none_or(|named| named == *key));
        let seen = found.map(|door| SeenDoor::of(&self.doors, &door, self.close_warning, asked));
        seen.ok_or_else(silent)
    }
}

fn gone() -> AdapterError {
    AdapterError::not_executed(AdapterErrorKind::DoorNotFound, "the account has no such door")
}

fn silent() -> AdapterError {
    AdapterError::not_executed(
        AdapterErrorKind::VendorUnavailable,
        "the vendor answered a reading that says nothing of the door",
    )
}

#[async_trait]
impl TakesOrders for DeclarativeAdapter {
    type Door = (DoorKey, SeenDoor);

    async fn look(
        &self,
        call: &CallContext,
        tokens: &TokenSet,
        door: &DoorRef,
    ) -> Result<(Self::Door, DoorReading), AdapterError> {
        let key = DoorKey::from_ref(door, &self.doors.naming)?;
        let seen = self.door(call, tokens, &key).await?;
        if seen.is_a_door == Some(false) {
            return Err(gone());
        }
        if !seen.told {
            return Err(silent());
        }
        let reading = seen.reading.clone();
        Ok(((key, seen), reading))
    }

    /// What is not known to be permitted is refused here: the cloud might pass it on.
    fn check_permitted(&self, (_, door): &Self::Door, target: Target) -> Result<(), AdapterError> {
        let (permitted, way) = match target {
            Target::Open => (door.unattended_open == UnattendedOpen::Allowed, "opened"),
            Target::Closed => (
                matches!(door.unattended_close, UnattendedClose::Allowed { .. }),
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
        self.cloud.command(call, tokens, key, target).await
    }
}

#[async_trait]
impl OAuthAdapter for DeclarativeAdapter {
    fn description(&self) -> &Description {
        &self.description
    }

    fn oauth(&self) -> &OAuth {
        &self.oauth
    }

    async fn list(&self, call: &CallContext, tokens: &TokenSet) -> Result<DoorsListed, AdapterError> {
        let asked = call.now();
        let answer = self.cloud.list(call, tokens, Occasion::List).await?;
        let mut by_name = BTreeMap::new();
        for (key, seen) in self.listed_in(&answer, asked)? {
            let Some(reference) = key.to_ref(&self.doors.naming) else {
                warn!("left out a door whose id can't be written as a reference");
                continue;
            };
            let door = seen.listed(reference, key.opener(&self.doors.naming));
            by_name.entry(key).or_insert(door);
        }
        // A door to which several ways lead is listed by the one whose name sorts first, which does not change from list to list.
        let mut openers = BTreeSet::new();
        let mut doors: Vec<_> = by_name.into_values().flatten().collect();
        doors.retain(|door| {
            door.opener
                .as_ref()
                .is_none_or(|opener| openers.insert(opener.clone()))
        });
        Ok(DoorsListed { doors })
    }
}
