//! The outbox of a deployed function: what telling carriers takes, and no more.

use std::sync::Arc;

use super::{
    Deployment,
    settings::{SettingError, needed},
};
use crate::{feed::Outbox, ports::SystemClock, store::Store};

/// What the webhooks' function is told. The variables are listed at the head of [`crate::aws`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxSettings {
    /// `POSTERN_DEPLOYMENT`.
    pub deployment: String,
    /// `POSTERN_TABLE`.
    pub table: String,
}

impl OutboxSettings {
    /// The settings in this process's environment.
    ///
    /// # Errors
    /// [`SettingError`] for the first that is missing or unusable.
    pub fn from_env() -> Result<Self, SettingError> {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// The settings that `lookup` finds by their variables' names.
    ///
    /// # Errors
    /// [`SettingError`] for the first that is missing or unusable. An empty one is missing.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, SettingError> {
        Ok(Self {
            deployment: needed(&lookup, "POSTERN_DEPLOYMENT")?,
            table: needed(&lookup, "POSTERN_TABLE")?,
        })
    }
}

impl Deployment {
    /// The outbox with these settings.
    ///
    /// # Errors
    /// [`SettingError`] when no region is set.
    pub fn outbox(&self, settings: &OutboxSettings) -> Result<Outbox, SettingError> {
        let config = self.config()?;
        Ok(Outbox {
            store: Store::new(&aws_sdk_dynamodb::Client::new(config), settings.table.as_str()),
            clock: Arc::new(SystemClock),
        })
    }
}
